/* answers_write: the paths that change how the polling goes; see answers_internal.h. */
#include "answers_internal.h"

#include "core/keys.h"
#include "core/out.h"
#include "io/clock.h"
#include "io/log.h"

enum {
    ACKNOWLEDGE_MS = 2000, /* the loop waits for Kafka this long, seconds at most */
};

enum rc answers_produce(struct answers *answers, const char *key,
                        const struct codec *codec, const void *message, struct err *e)
{
    struct buf value;
    buf_init(&value, MESSAGE_MAX_BYTES);
    codec_encode(codec, message, &value);
    enum rc rc = bus_produce_text(answers->producer, TOPIC_CONTROL, key, &value, e);
    buf_done(&value);
    if (rc == RC_FATAL)
        answers->fatal = *e;
    return rc;
}

enum rc answers_flush(struct answers *answers, struct err *e)
{
    size_t failed = 0;
    enum rc rc = bus_flush(answers->producer, ACKNOWLEDGE_MS, &failed, e);
    if (rc == RC_FATAL)
        answers->fatal = *e;
    return rc;
}

static enum rc publish(struct answers *answers, const char *key,
                       const struct codec *codec, const void *message, struct err *e)
{
    enum rc rc = answers_produce(answers, key, codec, message, e);
    return rc ? rc : answers_flush(answers, e);
}

/* So that the id can be asked for at once, before the control topic has come round. */
static void remember(struct answers *answers, const struct trigger *trigger)
{
    struct buf value;
    struct err e;
    struct arena *arena = &answers->arena;
    struct store *store = answers->reading.store;
    const char *key = arena_printf(arena, "%s%s", KEY_TRIGGER, trigger->id);
    buf_init(&value, MESSAGE_MAX_BYTES);
    codec_encode(&trigger_codec, trigger, &value);
    enum rc rc =
        store_write(store, &e, "HSET", key, FIELD_REQUEST, buf_str(&value), NULL);
    if (rc == RC_OK)
        rc = store_write(store, &e, "EXPIRE", key, ops_number(arena, KEEP_TRIGGER_S),
                         NULL);
    buf_done(&value);
    if (rc)
        log_err(LOG_WARN, "trigger.not_remembered", &e, LOG_FIELDS());
}

void answers_do_trigger(struct answers *answers, const struct api_call *call,
                        const struct http_request *request,
                        struct http_response *response)
{
    char id[TRIGGERS_ID_MAX];
    struct err e;
    struct trigger trigger = api_trigger(call);
    if (triggers_full(answers->triggers)) {
        answers_refuse(429, "too many triggers are waiting; ask for theirs first",
                       response);
        return;
    }
    trigger.version = MESSAGE_VERSION;
    trigger.requested_ms = clock_now_ms();
    triggers_new_id(trigger.requested_ms, id);
    trigger.id = id;
    const char *key = arena_printf(&answers->arena, "%s%s", CONTROL_KEY_TRIGGER, id);
    if (publish(answers, key, &trigger_codec, &trigger, &e)) {
        answers_refuse_unavailable(
            "Kafka did not take the trigger in time; it may still be "
            "acted on",
            &e, response);
        return;
    }
    log_info("trigger.published", KV("trigger", id), KV("dry_run", trigger.dry_run));
    remember(answers, &trigger);
    triggers_add(answers->triggers, id, request);
}

void answers_do_reset(struct answers *answers, struct http_response *response)
{
    struct err e;
    if (store_reset(answers->reading.store, clock_now_ms(), &e)) {
        answers_redis_away(&e, response);
        return;
    }
    log_info("stats.reset");
    answers_show_view(answers, view_reset, response);
}

/* What others have in hand is refused by Redis, which no longer stands where they do. */
void answers_do_rebuild(struct answers *answers, struct http_response *response)
{
    struct err e;
    int64_t keys = 0;
    if (store_rebuild(answers->reading.store, &keys, &e)) {
        answers_redis_away(&e, response);
        return;
    }
    log_warn("stats.rebuild", KV("keys", keys),
             KV("text", "Redis was emptied by request; everything is counted again"));
    cJSON *answer = out_object();
    out_text(answer, "status", "accepted");
    out_text(answer, "message", "Counting again from the topics");
    out_number(out_object_in(answer, "data"), "keys", keys);
    response->status = 202;
    out_write(answer, &response->body);
}

void answers_do_config(struct answers *answers, const struct api_call *call,
                       struct http_response *response)
{
    struct view view;
    struct err e;
    if (!answers_view_of(answers, &view, response))
        return;
    struct runtime_config config = api_config(call, view.config);
    config.at_ms = clock_now_ms();
    if (config_check(&config, &e)) { /* the settings of the environment are checked too */
        answers_refuse(400, e.text, response);
        return;
    }
    if (publish(answers, CONTROL_KEY_CONFIG, &config_codec, &config, &e)) {
        answers_refuse_unavailable(
            "Kafka did not take the configuration in time; it may still "
            "come into force",
            &e, response);
        return;
    }
    log_info("config.published", KV("enabled", config.enabled),
             KV("interval_minutes", config.interval_minutes));
    answers->reading.put = config;
    answers_show_view(answers, view_config, response);
}
