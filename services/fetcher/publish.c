/* publish: see publish.h. */
#include "publish.h"

#include "base/instant.h"
#include "core/refusal.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "wire/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLUSH_MS = 500,
    RECORD_MAX_BYTES = 64 * 1024,
};

struct publisher {
    struct bus_producer *producer;
    const char *shop;
    const struct turn *turn;
    struct buf value;
    struct arena arena;
    struct refusal_memory refused;
};

enum rc publisher_open(const struct bus_conf *bus, const char *shop,
                       const struct turn *turn, struct publisher **out, struct err *e)
{
    struct publisher *publisher = calloc(1, sizeof(*publisher));
    if (!publisher)
        abort(); /* out of memory: as in arena.h */
    *publisher = (struct publisher){.shop = shop, .turn = turn};
    arena_init(&publisher->arena);
    buf_init(&publisher->value, SNAPSHOT_MAX_BYTES);
    enum rc rc = bus_producer_open(bus, &publisher->producer, e);
    if (rc)
        publisher_close(publisher);
    else
        *out = publisher;
    return rc;
}

void publisher_close(struct publisher *publisher)
{
    if (!publisher)
        return;
    bus_producer_close(publisher->producer);
    buf_done(&publisher->value);
    arena_done(&publisher->arena);
    free(publisher);
}

/* Waits as long as it takes. RC_REJECT: the broker refused *failed records for good. */
static enum rc settle(struct publisher *publisher, size_t *failed, struct err *e)
{
    for (;;) {
        enum rc rc = bus_flush(publisher->producer, FLUSH_MS, failed, e);
        if (rc != RC_RETRY)
            return rc;
        turn_trouble(publisher->turn, e->text);
        if (!turn_wait(publisher->turn, 0))
            return rc;
    }
}

/* As bus_produce, but a full queue is waited for. */
static enum rc produce(struct publisher *publisher, const struct bus_record *record,
                       struct err *e)
{
    for (;;) {
        enum rc rc = bus_produce(publisher->producer, record, e);
        if (rc != RC_RETRY)
            return rc;
        turn_trouble(publisher->turn, e->text);
        if (!turn_wait(publisher->turn, 0))
            return rc;
    }
}

static enum rc produce_order(struct publisher *publisher, const struct poll *poll,
                             const struct order *order, struct err *e)
{
    size_t count = 2;
    struct bus_header headers[4] = {{HEADER_POLL_ID, poll->id},
                                    {HEADER_SOURCE, poll_source_word(poll->kind)}};
    if (poll->dry_run)
        headers[count++] = (struct bus_header){HEADER_DRY_RUN, "true"};
    if (poll->force)
        headers[count++] = (struct bus_header){HEADER_FORCE, FORCE_ROWS};
    const char *key =
        snapshot_key(publisher->shop, order->snapshot.id, &publisher->arena);
    buf_clear(&publisher->value);
    snapshot_encode(&order->snapshot, &publisher->value);
    if (publisher->value.full)
        return err_set(e, RC_REJECT, "publish.order", "it has more than 8388608 bytes");
    /* The message's time is fetchedAt exactly: a replayed copy has another one. */
    const struct bus_record record = {.topic = TOPIC_ORDERS,
                                      .partition = -1,
                                      .timestamp_ms = order->snapshot.fetched_ms,
                                      .key = key,
                                      .key_len = strlen(key),
                                      .value = publisher->value.data,
                                      .value_len = publisher->value.len,
                                      .headers = headers,
                                      .header_count = count};
    return produce(publisher, &record, e);
}

/* ---- what no message can hold ---- */

static enum rc produce_dead_letter(struct publisher *publisher, const struct poll *poll,
                                   const struct order *order, const char *why,
                                   struct err *e)
{
    char failed_at[INSTANT_TEXT_MAX];
    char detail[REFUSAL_DETAIL_MAX];
    const char *key =
        snapshot_key(publisher->shop, order->snapshot.id, &publisher->arena);
    const struct bus_header headers[] = {
        {HEADER_DLQ_TOPIC, TOPIC_ORDERS},
        {HEADER_DLQ_REASON, reason_word(REASON_MALFORMED)},
        {HEADER_DLQ_DETAIL, refusal_detail(why, detail)},
        {HEADER_DLQ_FAILED_AT, instant_format(clock_now_ms(), failed_at)},
        {HEADER_DLQ_WORKER, "fetcher"},
        {HEADER_POLL_ID, poll->id},
        {HEADER_SOURCE, poll_source_word(poll->kind)},
        {HEADER_DRY_RUN, "true"},
    };
    buf_clear(&publisher->value);
    refusal_letter(&order->snapshot, why, &publisher->value);
    const struct bus_record record = {
        .topic = TOPIC_DLQ,
        .partition = -1,
        .timestamp_ms = order->snapshot.fetched_ms,
        .key = key,
        .key_len = strlen(key),
        .value = publisher->value.data,
        .value_len = publisher->value.len,
        .headers = headers,
        .header_count = sizeof(headers) / sizeof(headers[0]) - (poll->dry_run ? 0 : 1)};
    return produce(publisher, &record, e);
}

static enum rc send_result(struct publisher *publisher, const struct result *result,
                           const char *key, struct err *e)
{
    buf_clear(&publisher->value);
    codec_encode(&result_codec, result, &publisher->value);
    const struct bus_record record = {.topic = TOPIC_RESULTS,
                                      .partition = -1,
                                      .key = key,
                                      .key_len = strlen(key),
                                      .value = publisher->value.data,
                                      .value_len = publisher->value.len};
    return produce(publisher, &record, e);
}

static enum rc produce_result(struct publisher *publisher, const struct poll *poll,
                              const struct order *order, const char *why, struct err *e)
{
    const char *key =
        snapshot_key(publisher->shop, order->snapshot.id, &publisher->arena);
    struct result result = refusal_result(&order->snapshot, why, key, &publisher->arena);
    result.dry_run = poll->dry_run;
    result.source = poll_source_word(poll->kind);
    result.poll_id = poll->id;
    return send_result(publisher, &result, key, e);
}

static void count_refused(const struct poll *poll)
{
    const char *reason = reason_word(REASON_MALFORMED);
    metrics_add_of(METRIC_RESULTS, action_word(ACTION_ERROR), reason,
                   poll->dry_run ? "dry_run" : "live", 1);
    metrics_add_of(METRIC_DEAD_LETTERS, reason, NULL, NULL, 1);
}

/* The order goes to the dead letters, unless this version already did: the overlap reads
 * it again and again. */
static enum rc refuse(struct publisher *publisher, const struct poll *poll,
                      const struct order *order, int64_t *published, struct err *e)
{
    if (refusal_known(&publisher->refused, &order->snapshot))
        return RC_OK;
    enum rc rc = produce_dead_letter(publisher, poll, order, order->refused, e);
    if (rc == RC_OK)
        rc = produce_result(publisher, poll, order, order->refused, e);
    if (rc == RC_OK)
        rc = settle(publisher, NULL, e);
    if (rc)
        return rc;
    refusal_remember(&publisher->refused, &order->snapshot);
    count_refused(poll);
    log_error("order.refused", KV("poll_id", (const char *)poll->id),
              KV("order", order->snapshot.id), KV("name", order->snapshot.name),
              KV("text", order->refused),
              KV("remedy", "book the order by hand; shopify.orders.dlq names it"));
    (*published)++;
    return RC_OK;
}

/* ---- a page ---- */

/* RC_OK with order->refused set when it is too large to be produced at all. */
static enum rc try_order(struct publisher *publisher, const struct poll *poll,
                         struct order *order, bool alone, int64_t *sent, struct err *e)
{
    if (order->refused)
        return RC_OK;
    enum rc rc = produce_order(publisher, poll, order, e);
    if (rc == RC_OK && alone)
        rc = settle(publisher, NULL, e);
    if (rc == RC_OK) {
        (*sent)++;
        log_debug("order.published", KV("poll_id", (const char *)poll->id),
                  KV("order", order->snapshot.id), KV("name", order->snapshot.name));
    }
    if (rc == RC_REJECT)
        order->refused = arena_strdup(&publisher->arena, e->text);
    return rc == RC_REJECT ? RC_OK : rc;
}

static enum rc send_all(struct publisher *publisher, const struct poll *poll,
                        const struct publisher_page *page, int64_t *published,
                        struct err *e)
{
    size_t failed = 0;
    int64_t sent = 0;
    for (size_t i = 0; i < page->count; i++) {
        enum rc rc = try_order(publisher, poll, &page->orders[i], false, &sent, e);
        if (rc)
            return rc;
    }
    enum rc rc = settle(publisher, &failed, e);
    if (rc == RC_OK || rc == RC_REJECT)
        *published = sent - (int64_t)failed;
    return rc;
}

enum rc publisher_orders(struct publisher *publisher, const struct poll *poll,
                         const struct publisher_page *page, int64_t *published,
                         struct err *e)
{
    *published = 0;
    arena_reset(&publisher->arena);
    enum rc rc = send_all(publisher, poll, page, published, e);
    if (rc != RC_OK && rc != RC_REJECT)
        return rc;
    /* The broker refused some, it does not say which: each is sent again alone. That the
     * others are there twice does no harm. */
    bool again = rc == RC_REJECT;
    for (size_t i = 0; again && i < page->count; i++)
        if ((rc = try_order(publisher, poll, &page->orders[i], true, published, e)))
            return rc;
    for (size_t i = 0; i < page->count; i++)
        if (page->orders[i].refused &&
            (rc = refuse(publisher, poll, &page->orders[i], published, e)))
            return rc;
    metrics_add_of(METRIC_PUBLISHED, poll_kind_word(poll->kind), NULL, NULL, *published);
    return RC_OK;
}

enum rc publisher_gone(struct publisher *publisher, const struct gone *gone,
                       struct err *e)
{
    arena_reset(&publisher->arena);
    const struct result result =
        gone_result(gone, publisher->shop, clock_now_ms(), &publisher->arena);
    const char *key = snapshot_key(publisher->shop, gone->order, &publisher->arena);
    enum rc rc = send_result(publisher, &result, key, e);
    return rc ? rc : settle(publisher, NULL, e);
}

enum rc publisher_record(struct publisher *publisher, const struct poll_record *record,
                         struct err *e)
{
    buf_clear(&publisher->value);
    codec_encode(&poll_codec, record, &publisher->value);
    const struct bus_record message = {.topic = TOPIC_POLLS,
                                       .partition = -1,
                                       .key = publisher->shop,
                                       .key_len = strlen(publisher->shop),
                                       .value = publisher->value.data,
                                       .value_len = publisher->value.len};
    enum rc rc = produce(publisher, &message, e);
    return rc ? rc : settle(publisher, NULL, e);
}

enum rc publisher_progress(struct publisher *publisher, const struct progress *progress,
                           struct err *e)
{
    arena_reset(&publisher->arena);
    const char *key = arena_printf(&publisher->arena, "%s/" KEY_BACKFILL "%s",
                                   publisher->shop, progress->id);
    buf_clear(&publisher->value);
    codec_encode(&progress_codec, progress, &publisher->value);
    const struct bus_record message = {.topic = TOPIC_POLLS,
                                       .partition = -1,
                                       .key = key,
                                       .key_len = strlen(key),
                                       .value = publisher->value.data,
                                       .value_len = publisher->value.len};
    enum rc rc = produce(publisher, &message, e);
    return rc ? rc : settle(publisher, NULL, e);
}

enum rc publisher_drain(struct publisher *publisher, struct err *e)
{
    enum rc rc = bus_flush(publisher->producer, FLUSH_MS, NULL, e);
    return rc == RC_REJECT ? RC_OK : rc; /* refused ones are met again by the next poll */
}
