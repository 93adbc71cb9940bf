/* timer: when the next timer poll is due. Pure; times are monotonic milliseconds. */
#ifndef TB_FETCHER_TIMER_H
#define TB_FETCHER_TIMER_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct timer {          /* zeroed: the first poll is due at once */
    int64_t started_ms; /* of the last poll; 0 = none */
    int64_t again_ms;   /* the last one failed: it is repeated then; 0 = it did not */
    unsigned failures;  /* in a row */
};

bool timer_due(const struct timer *timer, int64_t interval_ms, int64_t now_ms);

void timer_begin(struct timer *timer, int64_t now_ms);

/* rc of the poll. RC_OK: the next one after the interval. RC_RETRY: again in 8 to 15 s,
 * up to 5 minutes when it goes on failing. RC_REJECT, where a person has to act: in half
 * a minute to a minute, up to 15 minutes. Never later than the interval. */
void timer_end(struct timer *timer, enum rc rc, int64_t now_ms, uint64_t seed);

#endif
