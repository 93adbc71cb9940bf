/* fold_result: one result event -> counters, the order's history, events, what is open.
 */
#ifndef TB_STATS_FOLD_RESULT_H
#define TB_STATS_FOLD_RESULT_H

#include "core/fold.h"

/* RC_REJECT: not a result event, or an action or a source that is not in the tables. */
enum rc fold_result_add(const struct fold_record *record, struct fold_out *out,
                        struct err *e) TB_MUST_CHECK;

#endif
