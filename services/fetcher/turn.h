/* turn: what has to go on while a poll waits for something: control messages are taken
 * in, the health listener is told, a stop or the loss of the partition is noticed.
 */
#ifndef TB_FETCHER_TURN_H
#define TB_FETCHER_TURN_H

#include <stdbool.h>
#include <stdint.h>

struct turn {
    /* Waits ms (0: only looks). False: give the poll up and write no record of it. */
    bool (*wait)(void *ctx, int64_t ms);
    /* Says what is being waited for, as the reason of not being ready. */
    void (*trouble)(void *ctx, const char *reason);
    void *ctx;
};

static inline bool turn_wait(const struct turn *turn, int64_t ms)
{
    return turn->wait(turn->ctx, ms);
}

static inline void turn_trouble(const struct turn *turn, const char *reason)
{
    turn->trouble(turn->ctx, reason);
}

#endif
