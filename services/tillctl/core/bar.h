/* bar: how far a backfill got, as one line for people. Pure. */
#ifndef TB_BAR_H
#define TB_BAR_H

#include "base/buf.h"
#include "wire/backfill.h"

/* "[######..............] 3200 of 10000 orders", or without the bar when the number of
 * orders is not known; what it waits for, and its trouble. */
void bar_line(const struct progress *progress, struct buf *out);

/* "finished: 10000 orders published of 10002 gone through, by pages: ..." */
void bar_end(const struct progress *progress, struct buf *out);

#endif
