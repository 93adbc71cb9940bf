/* fold_letter: dead letters -> an index of them, by time and state. */
#ifndef TB_STATS_FOLD_LETTER_H
#define TB_STATS_FOLD_LETTER_H

#include "core/fold.h"

/* Whatever its bytes are, it is a letter: RC_OK always. */
enum rc fold_letter_add(const struct fold_in *in, const struct fold_record *record,
                        struct fold_out *out) TB_MUST_CHECK;

#endif
