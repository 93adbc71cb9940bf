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
    SETTLE_AFTER_MS = 30000,
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

/* One partition a call, because each question may take as long as a fetch waits: true
 * when all of them, results and polls, were found at their ends. */
static bool are_topics_at_end(struct follow *follow, const struct store_texts *fields)
{
    static const char *const topics[] = {TOPIC_RESULTS, TOPIC_POLLS};
    struct err e;
    const char *topic = topics[follow->end_topic];
    if (follow->end_partitions == 0 &&
        bus_topic_partitions(follow->conf, topic, &follow->end_partitions, &e))
        return false;
    if (!is_at_end(follow, fields, topic, follow->end_partition))
        return false;
    if (++follow->end_partition < follow->end_partitions)
        return false;
    follow->end_partition = follow->end_partitions = 0;
    follow->end_topic = (follow->end_topic + 1) % 2;
    return follow->end_topic == 0;
}

/* An order that a reconciler has in hand shows nowhere, so this waits until nothing has
 * come for a while. */
static enum rc settle(struct follow *follow, const struct store_texts *fields,
                      struct err *e)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t lost = 0;
    if (follow->quiet_since_ms == 0 || follow->folded_ms > follow->quiet_since_ms) {
        follow->quiet_since_ms = now_ms;
        follow->end_topic = 0;
        follow->end_partition = follow->end_partitions = 0;
    }
    if (now_ms - follow->quiet_since_ms < SETTLE_AFTER_MS ||
        !are_topics_at_end(follow, fields))
        return RC_OK;
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
    enum rc rc = follow->alarm[0] ? RC_OK : count_expired(follow, e);
    bool is_due = follow->is_cut || now_ms - follow->checked_ms >= CHECK_EVERY_MS;
    if (rc || follow->rewind || !is_due)
        return rc;
    arena_reset(&follow->arena);
    rc =
        store_read(follow->store, &follow->arena, &fields, e, "HGETALL", KEY_STATS, NULL);
    if (rc)
        return rc;
    follow->checked_ms = now_ms;
    compare(follow, &fields);
    follow->is_cut = field(&fields, FIELD_CUT) != NULL;
    if (follow->rewind || follow->alarm[0] || !follow->is_cut)
        return RC_OK;
    return settle(follow, &fields, e);
}
