/* follow_check: what no record tells: a Redis emptied while nothing comes, a topic
 * shorter than what was counted, results that expired before a rebuild. */
#include "follow_internal.h"

#include "core/keys.h"
#include "io/clock.h"
#include "io/log.h"
#include "wire/messages.h"

#include <stdio.h>
#include <string.h>

enum {
    CHECK_EVERY_MS = 5000,
};

/* ---- positions ---- */

static void compare(struct follow *follow, const struct store_texts *fields)
{
    for (size_t i = 0; i < follow->part_count; i++) {
        const struct follow_part *part = &follow->parts[i];
        struct fold_state stored;
        fold_state_read(fields->at, fields->count, part->id, &follow->arena, &stored);
        if (stored.next >= part->state.next)
            continue;
        log_warn("fold.rewind", KV("partition", part->id), KV("ours", part->state.next),
                 KV("redis", stored.next));
        follow->rewind = true;
    }
}

/* ---- topics ---- */

static void check_range(struct follow *follow, struct follow_part *part)
{
    struct err e;
    if (bus_watermarks(follow->consumer, part->topic, part->partition, &part->low,
                       &part->high, &e)) {
        log_err(LOG_DEBUG, "kafka.range_unknown", &e,
                LOG_FIELDS(KV("partition", part->id)));
        return; /* what comes tells too */
    }
    if (part->state.next > part->high)
        follow_raise(follow, part,
                     "the topic ends before what was counted already: it was deleted and "
                     "made anew");
}

void follow_check_ranges(struct follow *follow)
{
    for (size_t i = 0; i < follow->part_count && !follow->alarm[0]; i++)
        check_range(follow, &follow->parts[i]);
}

/* Results that expired are counted now, though no record may ever tell of them. */
static enum rc count_expired(struct follow *follow, struct err *e)
{
    for (size_t i = 0; i < follow->part_count; i++) {
        struct follow_part *part = &follow->parts[i];
        enum rc rc = RC_OK;
        if (part->low > part->state.next && strcmp(part->topic, TOPIC_RESULTS) == 0)
            rc = follow_fold_gap(follow, part, part->low, e);
        if (rc || follow->rewind)
            return rc;
    }
    return RC_OK;
}

enum rc follow_check(struct follow *follow, struct err *e)
{
    struct store_texts fields;
    int64_t now_ms = clock_monotonic_ms();
    enum rc rc = follow->alarm[0] ? RC_OK : count_expired(follow, e);
    bool is_due = follow->is_off || now_ms - follow->checked_ms >= CHECK_EVERY_MS;
    if (rc || follow->rewind || !is_due)
        return rc;
    arena_reset(&follow->arena);
    rc =
        store_read(follow->store, &follow->arena, &fields, e, "HGETALL", KEY_STATS, NULL);
    if (rc)
        return rc;
    follow->checked_ms = now_ms;
    compare(follow, &fields);
    return follow->rewind || follow->alarm[0] ? RC_OK : follow_settle(follow, &fields, e);
}
