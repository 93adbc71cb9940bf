/* records: see records.h. */
#include "records.h"

#include "io/log.h"

#include <stdio.h>
#include <string.h>

struct reading {
    const char *shop;
    struct records_last last;
    struct err why; /* of the newest record that can't be read */
    bool good, bad;
};

static enum rc take(const struct bus_message *message, struct records_last *out,
                    struct err *e)
{
    struct arena arena;
    struct poll_record record;
    struct records_last last = {0};
    arena_init(&arena);
    enum rc rc = poll_decode(message->value, message->value_len, &arena, &record, e);
    if (rc == RC_OK)
        rc = poll_state_from(&record, &last.state, e);
    if (rc == RC_OK) {
        bool ended = strcmp(record.state, POLL_FINISHED) == 0 ||
                     strcmp(record.state, POLL_FAILED) == 0;
        if (ended && record.trigger_id)
            snprintf(last.answered, sizeof(last.answered), "%s", record.trigger_id);
        if (!ended)
            snprintf(last.unfinished, sizeof(last.unfinished), "%s", record.poll_id);
        last.kind = poll_kind_of(record.kind);
        last.dry_run = record.dry_run;
        last.started_ms = record.started_ms;
        last.orders = record.orders;
        *out = last;
    }
    arena_done(&arena);
    return rc;
}

/* Records of one shop are in one partition, so the last one met is the newest. A
 * tombstone begins anew. */
static bool visit(void *ctx, const struct bus_message *message)
{
    struct reading *reading = ctx;
    if (message->key_len != strlen(reading->shop) ||
        memcmp(message->key, reading->shop, message->key_len) != 0)
        return true;
    if (!message->value) {
        *reading = (struct reading){.shop = reading->shop};
    } else if (take(message, &reading->last, &reading->why) == RC_OK) {
        reading->good = true;
    } else {
        reading->bad = true;
        log_warn("poll.record_unreadable", KV("offset", message->offset),
                 KV("text", (const char *)reading->why.text));
    }
    return true;
}

/* ---- what a poll published after its last record ---- */

struct counting {
    const char *shop;
    const struct records_last *last;
    int64_t orders;
};

static bool is_of_shop(const struct bus_message *message, const char *shop)
{
    size_t len = strlen(shop);
    return message->key_len > len && message->key[len] == '/' &&
           memcmp(message->key, shop, len) == 0;
}

/* Copies that somebody replayed carry the header too, but a later time. */
static bool visit_order(void *ctx, const struct bus_message *message)
{
    struct counting *counting = ctx;
    const char *poll_id = bus_header(message, HEADER_POLL_ID);
    if (poll_id && strcmp(poll_id, counting->last->unfinished) == 0 &&
        is_of_shop(message, counting->shop) &&
        message->timestamp_ms <= counting->last->state.fetched_ms)
        counting->orders++;
    return true;
}

/* A fetcher that was killed between the acknowledgement of a page and its record has
 * published orders that no total knows of; each of them gets its result all the same. */
static enum rc count_unrecorded(const struct bus_conf *bus, const char *shop,
                                struct records_last *last, struct err *e)
{
    struct counting counting = {.shop = shop, .last = last};
    enum rc rc =
        bus_read_all(bus, TOPIC_ORDERS, last->started_ms, visit_order, &counting, e);
    int64_t missed = counting.orders - last->orders;
    if (rc || missed <= 0)
        return rc;
    log_info("poll.counted_in", KV("poll_id", (const char *)last->unfinished),
             KV("orders", missed), KV("dry_run", last->dry_run));
    poll_state_count(&last->state, last->kind, last->dry_run, missed);
    return RC_OK;
}

enum rc records_load(const struct bus_conf *bus, const char *shop,
                     struct records_last *out, struct err *e)
{
    struct reading reading = {.shop = shop};
    enum rc rc = bus_read_all(bus, TOPIC_POLLS, 0, visit, &reading, e);
    if (rc == RC_OK && reading.last.unfinished[0])
        rc = count_unrecorded(bus, shop, &reading.last, e);
    if (rc)
        return err_set(e, rc == RC_FATAL ? RC_FATAL : RC_RETRY, "records.load", "%s",
                       e->text);
    if (reading.bad && !reading.good)
        return err_set(e, RC_REJECT, "records.load",
                       "no record of %s in tillbridge.polls can be read: %s; to begin "
                       "anew, produce a tombstone with the key %s",
                       shop, reading.why.text, shop);
    *out = reading.last;
    return RC_OK;
}
