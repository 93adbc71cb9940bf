/* backoff: see backoff.h. */
#include "base/backoff.h"

#include <stdlib.h>

enum {
    DOUBLINGS = 40, /* a second becomes 30,000 years */
};

int64_t backoff_delay_ms(const struct backoff *backoff, unsigned attempt, uint64_t seed)
{
    int64_t delay_ms = backoff->base_ms;
    for (unsigned i = 1; i < attempt && i < DOUBLINGS && delay_ms < backoff->max_ms; i++)
        delay_ms *= 2;
    if (delay_ms > backoff->max_ms)
        delay_ms = backoff->max_ms;
    unsigned short state[3] = {(unsigned short)seed, (unsigned short)(seed >> 16),
                               (unsigned short)attempt};
    int64_t half_ms = delay_ms / 2;
    nrand48(state); /* the first number of near seeds is near: take the second */
    return half_ms + nrand48(state) % (delay_ms - half_ms + 1);
}
