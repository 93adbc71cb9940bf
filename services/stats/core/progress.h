/* progress: how far a trigger is: its polls, and the results of their orders.
 *
 * A trigger is answered by every shop's fetcher with a poll of its own. It is done when
 * each of these polls has ended and as many results came as it published orders.
 */
#ifndef TB_STATS_PROGRESS_H
#define TB_STATS_PROGRESS_H

#include "base/arena.h"
#include "core/tally.h"
#include "wire/messages.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress_poll {
    struct poll_record record; /* .shop NULL: no record seen yet */
    struct tally tally;        /* results of its orders */
};

enum progress_state {
    PROGRESS_WAITING, /* no fetcher has begun */
    PROGRESS_RUNNING,
    PROGRESS_DONE,
};

struct progress {
    enum progress_state state;
    bool dry_run;
    struct tally tally;
    int64_t orders;               /* published by its polls */
    int64_t accounted;            /* results of them */
    int64_t started_ms, ended_ms; /* of the polls; 0: not yet */
    const char *error;            /* of a failed poll; NULL: none */
};

/* The poll's hash (field, value, ...) -> *out. Texts are in the arena. */
void progress_read_poll(const char *const *fields, size_t count, struct arena *arena,
                        struct progress_poll *out);

/* shops: those from whom a poll is awaited. */
struct progress progress_of(const struct progress_poll *polls, size_t count,
                            const char *const *shops, size_t shop_count);

/* Seconds, from the start of the first poll to done_ms, in hundredths, rounded. */
int64_t progress_duration_e2(const struct progress *progress, int64_t done_ms);

/* The answer's "data". done_ms: when it was seen to be done, or now. */
cJSON *progress_write(const struct progress *progress, const char *trigger_id,
                      int64_t done_ms);

#endif
