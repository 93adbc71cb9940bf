/* fold_poll: one poll record -> orders published, the last polls, a trigger's polls. */
#ifndef TB_STATS_FOLD_POLL_H
#define TB_STATS_FOLD_POLL_H

#include "core/fold.h"

/* RC_REJECT: not a poll record. A tombstone is passed. */
enum rc fold_poll_add(const struct fold_record *record, struct fold_out *out,
                      struct err *e) TB_MUST_CHECK;

#endif
