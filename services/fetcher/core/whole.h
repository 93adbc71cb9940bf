/* whole: whether an order was read whole, or must be read again. Pure.
 *
 * An order that came in one answer is of one moment. One that took several requests is
 * only if it did not change between them; a change shows in updatedAt, but not when it
 * falls into the same second. So it is read again when updatedAt moved, when it changed
 * within the last minute (clocks differ), and when its quantities do not add up, until
 * two readings in a row are equal: what stays the same is whole.
 */
#ifndef TB_FETCHER_WHOLE_H
#define TB_FETCHER_WHOLE_H

#include "base/digest.h"
#include "core/order.h"

enum {
    WHOLE_TRIES = 6,
    WHOLE_YOUNG_MS = 60000,
};

enum whole_verdict {
    WHOLE_PUBLISH,
    WHOLE_MORE,  /* read the further lines */
    WHOLE_AGAIN, /* read the order again */
    WHOLE_SPENT, /* it would have to be read again, but WHOLE_TRIES are used up */
};

struct whole { /* zeroed for each order */
    int tries;
    int64_t updated_ms;           /* of the reading before; 0 = none */
    char digest[DIGEST_TEXT_MAX]; /* its content */
};

/* moved: updatedAt changed while further lines were read. now_ms: Shopify's clock, as
 * well as it is known. */
enum whole_verdict whole_judge(struct whole *whole, const struct order *order, bool moved,
                               int64_t now_ms);

#endif
