/* kept: what of a record is kept to be shown. Pure; the text is the arena's. */
#ifndef TB_STATS_KEPT_H
#define TB_STATS_KEPT_H

#include "base/arena.h"
#include "core/fold.h"
#include "wire/codec.h"

/* The record as it came, unless it is longer than KEEP_VALUE_BYTES: then without its
 * lists (a dry run's differences) and with its texts cut. message: what was read of it.
 */
const char *kept_value(const struct codec *codec, const void *message,
                       const struct fold_record *record, struct arena *arena);

#endif
