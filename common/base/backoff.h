/* backoff: how long to wait before a try is repeated. Pure: jitter comes from a seed. */
#ifndef TB_BACKOFF_H
#define TB_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t base_ms; /* the wait before the second try */
    int64_t max_ms;  /* never longer than this */
};

/* attempt counts from 1. Doubles per attempt up to max_ms, then takes a point between
 * half of that and all of it, chosen by seed, so that workers do not come back at once.
 */
int64_t backoff_delay_ms(const struct backoff *backoff, unsigned attempt, uint64_t seed);

#endif
