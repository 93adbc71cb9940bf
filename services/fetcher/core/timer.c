/* timer: see timer.h. */
#include "core/timer.h"

#include "base/backoff.h"

static const struct backoff soon = {.base_ms = 15000, .max_ms = 300000};
static const struct backoff slowly = {.base_ms = 60000, .max_ms = 900000};

bool timer_due(const struct timer *timer, int64_t interval_ms, int64_t now_ms)
{
    if (timer->again_ms && now_ms >= timer->again_ms)
        return true;
    return timer->started_ms == 0 || now_ms >= timer->started_ms + interval_ms;
}

void timer_begin(struct timer *timer, int64_t now_ms)
{
    timer->started_ms = now_ms;
    timer->again_ms = 0;
}

void timer_end(struct timer *timer, enum rc rc, int64_t now_ms, uint64_t seed)
{
    timer->again_ms = 0;
    if (rc == RC_OK) {
        timer->failures = 0;
        return;
    }
    timer->failures++;
    timer->again_ms = now_ms + backoff_delay_ms(rc == RC_REJECT ? &slowly : &soon,
                                                timer->failures, seed);
}
