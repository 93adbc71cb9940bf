/* follow_check: what no record tells: a Redis emptied while nothing comes, a topic
 * shorter than what was counted, results that expired before a rebuild. */
#include "follow_internal.h"

#include "base/str.h"
#include "core/keys.h"
#include "io/clock.h"
#include "io/log.h"
#include "wire/messages.h"

#include <stdio.h>
#include <string.h>

enum {
    CHECK_EVERY_MS = 5000,
    SETTLE_EVERY_MS = 30000,
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

static enum rc check_range(struct follow *follow, struct follow_part *part, struct err *e)
{
    int64_t low = 0;
    int64_t high = 0;
    enum rc rc =
        bus_watermarks(follow->consumer, part->topic, part->partition, &low, &high, e);
    if (rc)
        return rc;
    part->in_range = true;
    if (part->state.next > high) {
        follow_raise(follow, part,
                     "the topic ends before what was counted already: it was deleted and "
                     "made anew");
        return RC_OK;
    }
    if (low > part->state.next && strcmp(part->topic, TOPIC_RESULTS) == 0)
        return follow_fold_gap(follow, part, low, e);
    return RC_OK;
}

static enum rc check_ranges(struct follow *follow, struct err *e)
{
    for (size_t i = 0; i < follow->part_count && !follow->alarm[0]; i++) {
        enum rc rc = RC_OK;
        if (!follow->parts[i].in_range)
            rc = check_range(follow, &follow->parts[i], e);
        if (rc || follow->rewind)
            return rc;
    }
    return RC_OK;
}

/* ---- settling ---- */

static const char *field(const struct store_texts *fields, const char *name)
{
    for (size_t i = 0; i + 1 < fields->count; i += 2)
        if (strcmp(fields->at[i], name) == 0)
            return fields->at[i + 1];
    return NULL;
}

/* Whether the partition was folded to its end, by whomever. */
static bool is_at_end(struct follow *follow, const struct store_texts *fields,
                      const char *topic, int32_t partition)
{
    char name[300];
    int64_t low = 0;
    int64_t high = 0;
    int64_t next = 0;
    struct err e;
    snprintf(name, sizeof(name), "%s%s/%d", FIELD_NEXT, topic, (int)partition);
    const char *stored = field(fields, name);
    if (stored && !str_int64(stored, 0, INT64_MAX, &next))
        return false;
    return bus_watermarks(follow->consumer, topic, partition, &low, &high, &e) == RC_OK &&
           next >= high;
}

static bool is_topic_at_end(struct follow *follow, const struct store_texts *fields,
                            const char *topic)
{
    int32_t partitions = 0;
    struct err e;
    if (bus_topic_partitions(follow->conf, topic, &partitions, &e))
        return false;
    for (int32_t i = 0; i < partitions; i++)
        if (!is_at_end(follow, fields, topic, i))
            return false;
    return true;
}

/* The orders a reconciler has in hand show neither here nor there, so this waits for a
 * second look at which nothing has come since the first. */
static enum rc settle(struct follow *follow, const struct store_texts *fields,
                      struct err *e)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t lost = 0;
    if (!field(fields, FIELD_CUT)) {
        follow->settled_ms = 0;
        return RC_OK;
    }
    if (follow->folded_ms > follow->settled_ms || follow->settled_ms == 0) {
        follow->settled_ms = now_ms;
        return RC_OK;
    }
    if (now_ms - follow->settled_ms < SETTLE_EVERY_MS ||
        !is_topic_at_end(follow, fields, TOPIC_RESULTS) ||
        !is_topic_at_end(follow, fields, TOPIC_POLLS))
        return RC_OK;
    follow->settled_ms = now_ms;
    enum rc rc = store_settle(follow->store, &lost, e);
    if (rc == RC_OK)
        log_warn("fold.settled", KV("orders", lost),
                 KV("text", "their results had expired before they could be counted"));
    return rc;
}

enum rc follow_check(struct follow *follow, struct err *e)
{
    struct store_texts fields;
    int64_t now_ms = clock_monotonic_ms();
    enum rc rc = check_ranges(follow, e);
    if (rc || follow->rewind || now_ms - follow->checked_ms < CHECK_EVERY_MS)
        return rc;
    arena_reset(&follow->arena);
    rc =
        store_read(follow->store, &follow->arena, &fields, e, "HGETALL", KEY_STATS, NULL);
    if (rc)
        return rc;
    follow->checked_ms = now_ms;
    compare(follow, &fields);
    return follow->rewind || follow->alarm[0] ? RC_OK : settle(follow, &fields, e);
}
