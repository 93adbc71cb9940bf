/* control: see control.h. */
#include "control.h"

#include "io/log.h"
#include "wire/backfill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_MAX = 64, /* triggers that wait; reading pauses while there are so many */
    GROUP_MAX = 300,
};

struct waiting {
    struct trigger trigger; /* its id points to the next member, shop is NULL */
    char id[CONTROL_ID_MAX];
    int64_t offset;
};

struct control {
    const struct bus_conf *bus;
    const char *shop;
    char group[GROUP_MAX];
    struct bus_consumer *consumer;
    unsigned term, terms; /* of now; given so far */
    struct runtime_config defaults, config;
    int64_t config_offset; /* of the message that config came from; -1 = defaults */
    char answered[CONTROL_ID_MAX];
    struct waiting queue[QUEUE_MAX];
    size_t count;
    void (*take_backfill)(void *ctx, const struct bus_message *message);
    void *backfill_ctx;
    int64_t position; /* everything before it was taken in; -1 = nothing yet */
};

static void on_assigned(void *ctx, struct bus_partition *partitions, size_t count)
{
    struct control *control = ctx;
    (void)partitions;
    (void)count;
    control->term = ++control->terms;
    control->count = 0;
    control->position = -1;
}

static void on_revoked(void *ctx, const struct bus_partition *partitions, size_t count,
                       bool lost)
{
    struct control *control = ctx;
    (void)partitions;
    (void)count;
    (void)lost;
    control->term = 0;
    control->count = 0;
}

enum rc control_open(const struct bus_conf *bus, const char *shop,
                     const struct runtime_config *defaults, struct control **out,
                     struct err *e)
{
    static const char *const topics[] = {TOPIC_CONTROL, NULL};
    struct control *control = calloc(1, sizeof(*control));
    if (!control)
        abort(); /* out of memory: as in arena.h */
    *control = (struct control){.bus = bus,
                                .shop = shop,
                                .defaults = *defaults,
                                .config = *defaults,
                                .config_offset = -1,
                                .position = -1};
    snprintf(control->group, sizeof(control->group), "tillbridge-fetcher-%s", shop);
    const struct bus_group group = {.group = control->group,
                                    .topics = topics,
                                    .assigned = on_assigned,
                                    .revoked = on_revoked,
                                    .ctx = control};
    enum rc rc = bus_consumer_open(bus, &group, &control->consumer, e);
    if (rc)
        control_close(control);
    else
        *out = control;
    return rc;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    bus_consumer_close(control->consumer);
    free(control);
}

unsigned control_term(const struct control *control)
{
    return control->term;
}

bool control_placed(const struct control *control)
{
    return bus_joined(control->consumer);
}

const struct runtime_config *control_config(const struct control *control)
{
    return &control->config;
}

static bool has_key(const struct bus_message *message, const char *key)
{
    return message->key_len == strlen(key) &&
           memcmp(message->key, key, message->key_len) == 0;
}

static bool has_prefix(const struct bus_message *message, const char *prefix)
{
    return message->key_len > strlen(prefix) &&
           memcmp(message->key, prefix, strlen(prefix)) == 0;
}

static void refuse(const struct bus_message *message, const struct err *why)
{
    log_warn("control.refused", KV("offset", message->offset), KV("text", why->text),
             KV("remedy", "see docs/messages.md for the shape, and produce it again"));
}

/* A message met twice (from the beginning, and as its turn comes) counts once. */
static void take_config(struct control *control, const struct bus_message *message)
{
    struct err e = {0};
    struct arena arena;
    struct runtime_config config = control->defaults;
    if (message->offset <= control->config_offset)
        return;
    arena_init(&arena);
    enum rc rc = RC_OK;
    if (message->value)
        rc = config_decode(message->value, message->value_len, &arena, &config, &e);
    arena_done(&arena);
    if (rc) {
        refuse(message, &e);
        return;
    }
    control->config = config;
    control->config_offset = message->offset;
    log_info("config.taken", KV("enabled", config.enabled),
             KV("interval_minutes", config.interval_minutes),
             KV("lookback_minutes", config.lookback_minutes),
             KV("batch_size", config.batch_size), KV("max_pages", config.max_pages));
}

static enum rc read_trigger(struct control *control, const struct bus_message *message,
                            struct arena *arena, struct trigger *out, struct err *e)
{
    enum rc rc = trigger_decode(message->value, message->value_len, arena, out, e);
    if (rc)
        return rc;
    if (!out->id[0] || strlen(out->id) >= CONTROL_ID_MAX || strpbrk(out->id, ",\t\r\n"))
        return err_set(e, RC_REJECT, "control.trigger",
                       "id is not 1 to 127 bytes without comma, tab and line end");
    if (out->shop && strcmp(out->shop, control->shop) != 0)
        out->id = NULL; /* another fetcher's */
    return RC_OK;
}

static void take_trigger(struct control *control, const struct bus_message *message)
{
    struct err e = {0};
    struct arena arena;
    struct trigger trigger = {0};
    arena_init(&arena);
    if (read_trigger(control, message, &arena, &trigger, &e)) {
        refuse(message, &e);
    } else if (trigger.id) {
        struct waiting *waiting = &control->queue[control->count++];
        *waiting = (struct waiting){.trigger = trigger, .offset = message->offset};
        snprintf(waiting->id, sizeof(waiting->id), "%s", trigger.id);
        log_info("trigger.taken", KV("trigger", (const char *)waiting->id),
                 KV("waiting", control->count));
    }
    arena_done(&arena);
}

void control_on_backfill(struct control *control,
                         void (*take)(void *ctx, const struct bus_message *message),
                         void *ctx)
{
    control->take_backfill = take;
    control->backfill_ctx = ctx;
}

static bool take_backfill(struct control *control, const struct bus_message *message)
{
    if (!has_prefix(message, KEY_BACKFILL))
        return false;
    if (control->take_backfill)
        control->take_backfill(control->backfill_ctx, message);
    return true;
}

static void take(struct control *control, const struct bus_message *message)
{
    if (has_key(message, CONTROL_KEY_CONFIG))
        take_config(control, message);
    else if (take_backfill(control, message))
        return;
    else if (has_prefix(message, CONTROL_KEY_TRIGGER) && message->value)
        take_trigger(control, message);
}

static enum rc store(struct control *control, struct err *e)
{
    const struct bus_partition done = {.topic = TOPIC_CONTROL,
                                       .partition = 0,
                                       .offset = control->count ? control->queue[0].offset
                                                                : control->position};
    if (control->term == 0 || done.offset < 0)
        return RC_OK;
    return bus_store(control->consumer, &done, 1, e);
}

enum rc control_turn(struct control *control, int64_t timeout_ms, struct err *e)
{
    struct bus_message message;
    bool got = false;
    if (control->count == QUEUE_MAX)
        bus_pause(control->consumer);
    else
        bus_resume(control->consumer);
    enum rc rc = bus_poll(control->consumer, timeout_ms, &message, &got, e);
    if (rc || !got)
        return rc;
    take(control, &message);
    control->position = message.offset + 1;
    bus_message_free(&message);
    return store(control, e);
}

static bool visit_config(void *ctx, const struct bus_message *message)
{
    if (message->partition == 0 && has_key(message, CONTROL_KEY_CONFIG))
        take_config(ctx, message);
    else if (message->partition == 0)
        (void)take_backfill(ctx, message);
    return true;
}

enum rc control_load(struct control *control, const char *answered, struct err *e)
{
    snprintf(control->answered, sizeof(control->answered), "%s", answered);
    return bus_read_all(control->bus, TOPIC_CONTROL, 0, visit_config, control, e);
}

/* The first of the queue is done with. */
static void drop_first(struct control *control)
{
    control->count--;
    memmove(&control->queue[0], &control->queue[1],
            control->count * sizeof(control->queue[0]));
}

static bool is_void(const struct control *control, const struct waiting *first,
                    int64_t now_ms)
{
    bool old = now_ms - first->trigger.requested_ms > CONTROL_TRIGGER_MS;
    bool answered = strcmp(first->id, control->answered) == 0;
    if (old || answered)
        log_info("trigger.dropped", KV("trigger", (const char *)first->id),
                 KV("reason", old ? "it is older than 10 minutes"
                                  : "it was answered before the restart"));
    return old || answered;
}

const struct trigger *control_next(struct control *control, int64_t now_ms)
{
    struct err e = {0};
    while (control->count && is_void(control, &control->queue[0], now_ms)) {
        drop_first(control);
        if (store(control, &e))
            log_err(LOG_WARN, "control.store_failed", &e, LOG_FIELDS());
    }
    if (!control->count)
        return NULL;
    struct waiting *first = &control->queue[0];
    first->trigger.id = first->id;
    first->trigger.shop = NULL;
    return &first->trigger;
}

enum rc control_answered(struct control *control, struct err *e)
{
    if (!control->count) /* the term ended meanwhile */
        return RC_OK;
    snprintf(control->answered, sizeof(control->answered), "%s", control->queue[0].id);
    drop_first(control);
    enum rc rc = store(control, e);
    return rc ? rc : bus_commit(control->consumer, e);
}

enum rc control_reach(struct control *control, struct err *e)
{
    int64_t low = 0;
    int64_t high = 0;
    return bus_watermarks(control->consumer, TOPIC_CONTROL, 0, &low, &high, e);
}
