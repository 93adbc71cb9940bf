/* cost: Shopify's leaky bucket of query points, and how much to ask for at once. Pure.
 *
 * A query is admitted when its requested cost is in the bucket, and charged its actual
 * cost. Sizes and rates are read from the answers; none is assumed. Times are monotonic
 * milliseconds given by the caller.
 */
#ifndef TB_FETCHER_COST_H
#define TB_FETCHER_COST_H

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

/* extensions.cost of one answer, in points; -1 = not told. */
struct cost {
    int64_t requested, actual;
    int64_t maximum, available, restore_per_s;
};

/* at: the answer's "extensions"; absent or odd members stay -1. */
struct cost cost_read(const struct json_at *at);

/* The bucket as it was last seen. */
struct cost_bucket {
    bool known;
    int64_t maximum, available, restore_per_s;
    int64_t at_ms;
};

void cost_note(struct cost_bucket *bucket, const struct cost *cost, int64_t at_ms);

/* How long to wait before a query that requests `needed` points, so that it is admitted
 * and keep_percent of the bucket stay for the shop's other apps and clients. A query that
 * the rest can't hold waits for a full bucket. 0 when the bucket is not known yet. */
int64_t cost_wait_ms(const struct cost_bucket *bucket, int64_t needed,
                     int64_t keep_percent, int64_t now_ms);

/* After THROTTLED: (requested - available) / restore, at least 100 ms, at most 60 s;
 * 2 s when the answer does not tell. */
int64_t cost_throttled_ms(const struct cost *cost);

/* How many orders a page asks for: halved when the API or the network can't bear it, and
 * doubled again after COST_GROW_AFTER good pages. */
struct cost_size {
    int wanted;  /* as configured */
    int first;   /* as asked for now */
    int ceiling; /* first size known to be too dear, less one; 0 = none known */
    int good;    /* pages that went well since the last change */
};

enum {
    COST_GROW_AFTER = 4,
};

/* Called when a poll starts. */
void cost_size_begin(struct cost_size *size, int wanted);
/* too_dear: by MAX_COST_EXCEEDED, which the same size would meet again. False: it is 1
 * already. */
bool cost_size_shrink(struct cost_size *size, bool too_dear);
void cost_size_good(struct cost_size *size);

#endif
