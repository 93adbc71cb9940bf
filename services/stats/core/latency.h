/* latency: from a change in the shop (updatedAt) to its commit in RMS, as a histogram.
 * Pure. Only results that changed RMS count.
 */
#ifndef TB_STATS_LATENCY_H
#define TB_STATS_LATENCY_H

#include "core/ops.h"
#include "wire/outcome.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

enum {
#define RANGE(seconds) LATENCY_UP_TO_##seconds,
#include "core/latency.def"
#undef RANGE
    LATENCY_ABOVE,
    LATENCY_RANGES,
};

struct latency {
    int64_t counts[LATENCY_RANGES];
    int64_t sum_s;
};

/* Times that are not known (0) are not counted; a negative one is a clock that differs
 * and counts as none. */
void latency_count(enum action action, int64_t updated_ms, int64_t committed_ms,
                   struct ops *ops);
/* A field of the stats hash without its prefix t|. */
void latency_read(struct latency *latency, const char *name, int64_t value);
/* As a member "latency" of an answer: count, sum, the ranges, and upper bounds of the
 * median and the 95th in a hundred. */
void latency_write(const struct latency *latency, cJSON *to);

#endif
