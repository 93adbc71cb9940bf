/* board: the numbers as they are shown, read from the fields of the stats hash.
 *
 * Counters in Redis are all-time and never reset; a reset keeps a copy of them as base,
 * and what is shown is the difference. Orders that were in flight at the reset are
 * counted after it, when their results come, so that after any reset
 *     polled = already + created + updated + cancelled + skipped + conflicts + errors
 *              + in flight
 * Texts are borrowed from the fields.
 */
#ifndef TB_STATS_BOARD_H
#define TB_STATS_BOARD_H

#include "base/arena.h"
#include "core/latency.h"
#include "core/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BOARD_SHOPS = 256, /* further shops count in the totals only */
};

struct board_shop {
    const char *shop;
    int64_t published, dry_published; /* by its polls, all-time */
    int64_t lost, unrecorded;         /* to take off them, to add: see keys.h */
    int64_t accounted, base;          /* live results, all-time and at the reset */
};

struct board_topic {
    const char *topic;
    int64_t malformed;
};

struct board {
    struct tally all, shown; /* all-time; since the reset */
    int64_t counters_all[COUNTER_COUNT], counters[COUNTER_COUNT];
    struct latency latency; /* all-time */
    /* All-time; published 0 for what is published without a poll: replays. Accounted is
     * without the orders that the shop deleted, which nobody publishes. */
    int64_t published_by[TALLY_SOURCE_COUNT], accounted_by[TALLY_SOURCE_COUNT];
    int64_t surplus;    /* live results above what polls say they published */
    int64_t unrecorded; /* orders that no poll record tells of, settled since */
    bool cut;           /* results had expired and the difference is not settled yet */
    int64_t reset_ms;   /* 0: never */
    const char *config; /* JSON; NULL: never set */
    struct board_shop *shops;
    size_t shop_count;
};

/* fields: name, value, name, value ...; count of both together. Fields that mean nothing
 * here are passed. */
void board_read(const char *const *fields, size_t count, struct arena *arena,
                struct board *out);

#endif
