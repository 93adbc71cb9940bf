/* follow_settle: orders published and results counted, balanced when nothing is on its
 * way: results may have expired before a rebuild, and a fetcher that was killed may have
 * published orders that no poll record tells of. */
#include "follow_internal.h"

#include "base/str.h"
#include "core/board.h"
#include "core/keys.h"
#include "core/status.h"
#include "core/view.h"
#include "io/clock.h"
#include "io/log.h"
#include "wire/messages.h"

#include <stdio.h>
#include <string.h>

enum {
    SETTLE_AFTER_MS = 30000,
};

/* ---- the topics' ends ---- */

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

/* ---- settling ---- */

/* Results overtake the record of the poll that is running. */
static enum rc is_polling(struct follow *follow, bool *polling, struct err *e)
{
    struct store_texts latest;
    int64_t now_ms = clock_now_ms();
    enum rc rc = store_read(follow->store, &follow->arena, &latest, e, "HGETALL",
                            KEY_POLLS_LATEST, NULL);
    if (rc)
        return rc;
    *polling = false;
    for (size_t i = 0; i + 1 < latest.count; i += 2) {
        struct poll_record record = {0};
        const char *json = latest.at[i + 1];
        const struct status_shop shop = {.latest = &record};
        if (poll_decode(json, strlen(json), &follow->arena, &record, NULL) == RC_OK)
            *polling |= status_is_polling(&shop, now_ms);
    }
    return RC_OK;
}

static void wait_anew(struct follow *follow)
{
    follow->quiet_since_ms = clock_monotonic_ms();
    follow->end_topic = 0;
    follow->end_partition = follow->end_partitions = 0;
}

/* An order that a reconciler has in hand shows nowhere, so this waits until nothing has
 * come for a while. */
static bool is_quiet(struct follow *follow, bool polling,
                     const struct store_texts *fields)
{
    if (polling || follow->quiet_since_ms == 0 ||
        follow->folded_ms > follow->quiet_since_ms)
        wait_anew(follow);
    return clock_monotonic_ms() - follow->quiet_since_ms >= SETTLE_AFTER_MS &&
           are_topics_at_end(follow, fields);
}

/* Whoever sees it first writes since when. */
static enum rc note_unclosed(struct follow *follow, bool unclosed, struct err *e)
{
    const char *now = ops_number(&follow->arena, clock_now_ms());
    if (unclosed)
        return store_write(follow->store, e, "SET", KEY_UNCLOSED, now, "NX", NULL);
    return store_write(follow->store, e, "DEL", KEY_UNCLOSED, NULL);
}

enum rc follow_settle(struct follow *follow, const struct store_texts *fields,
                      struct err *e)
{
    struct board board;
    bool polling = false;
    int64_t orders = 0;
    board_read(fields->at, fields->count, &follow->arena, &board);
    follow->is_off = board.cut || board.surplus > 0;
    enum rc rc = is_polling(follow, &polling, e);
    if (rc == RC_OK)
        rc = note_unclosed(follow, view_is_unclosed(&board, polling), e);
    if (!follow->is_off)
        return rc;
    if (rc || !is_quiet(follow, polling, fields))
        return rc;
    rc = store_settle(follow->store, &orders, e);
    if (rc == RC_OK)
        log_warn("fold.settled", KV("orders", orders), KV("expired", board.cut),
                 KV("text", board.cut
                                ? "their results had expired before they were counted"
                                : "no poll record tells of them: a fetcher was killed"));
    return rc;
}
