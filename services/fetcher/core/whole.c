/* whole: see whole.h. */
#include "core/whole.h"

#include <string.h>

/* The same as the reading before; remembers this one. */
static bool repeats(struct whole *whole, const struct order *order)
{
    char digest[DIGEST_TEXT_MAX];
    snapshot_digest(&order->snapshot, digest);
    bool same = whole->updated_ms == order->snapshot.updated_ms &&
                strcmp(whole->digest, digest) == 0;
    whole->updated_ms = order->snapshot.updated_ms;
    memcpy(whole->digest, digest, sizeof(digest));
    return same;
}

static enum whole_verdict again(struct whole *whole)
{
    return ++whole->tries < WHOLE_TRIES ? WHOLE_AGAIN : WHOLE_SPENT;
}

static bool is_doubtful(const struct order *order, int64_t now_ms)
{
    bool young = order->snapshot.updated_ms > now_ms - WHOLE_YOUNG_MS;
    return (order->several && young) || !order_adds_up(order);
}

enum whole_verdict whole_judge(struct whole *whole, const struct order *order, bool moved,
                               int64_t now_ms)
{
    if (order->refused)
        return WHOLE_PUBLISH; /* as a dead letter: more of it is not needed */
    if (moved) {
        whole->updated_ms = 0;
        return again(whole);
    }
    if (order->shipping_more) /* read by its id it has them all, or is refused */
        return again(whole);
    if (order->lines_after[0])
        return WHOLE_MORE;
    if (!is_doubtful(order, now_ms) || repeats(whole, order))
        return WHOLE_PUBLISH;
    return again(whole);
}
