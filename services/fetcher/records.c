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

enum rc records_load(const struct bus_conf *bus, const char *shop,
                     struct records_last *out, struct err *e)
{
    struct reading reading = {.shop = shop};
    enum rc rc = bus_read_all(bus, TOPIC_POLLS, 0, visit, &reading, e);
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
