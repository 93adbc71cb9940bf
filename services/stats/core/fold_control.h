/* fold_control: one control record -> the configuration in force, a trigger asked for,
 * what a person did with a dead letter or has seen to. */
#ifndef TB_STATS_FOLD_CONTROL_H
#define TB_STATS_FOLD_CONTROL_H

#include "core/fold.h"

/* RC_REJECT: the value under a key that we know is not what it should be; the
 * configuration stays as it was. Other keys are passed. */
enum rc fold_control_add(const struct fold_record *record, struct fold_out *out,
                         struct err *e) TB_MUST_CHECK;

/* member of KEY_OPEN: what was decided on it up to decided_ms needs nobody any more. */
void fold_control_dismiss(const char *member, int64_t decided_ms, struct ops *ops);

#endif
