/* follow: opening, reading and pausing; see follow.h. */
#include "follow_internal.h"

#include "io/clock.h"
#include "io/log.h"
#include "wire/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ALARM_AGAIN_MS = 60000,
};

void follow_open(const struct bus_conf *conf, struct store *store, struct follow **out)
{
    struct follow *follow = calloc(1, sizeof(*follow));
    if (!follow)
        abort(); /* out of memory: as in arena.h */
    follow->conf = conf;
    follow->store = store;
    arena_init(&follow->arena);
    *out = follow;
}

void follow_pause(struct follow *follow, bool pause)
{
    follow->paused = pause;
    if (pause)
        bus_pause(follow->consumer);
    else
        bus_resume(follow->consumer);
}

static void close_consumer(struct follow *follow)
{
    follow_drop_in_hand(follow);
    bus_consumer_close(follow->consumer); /* calls follow_revoked */
    follow->consumer = NULL;
    follow_drop_parts(follow);
    follow->rewind = follow->paused = follow->is_off = false;
    follow->quiet_since_ms = 0;
    follow->alarm[0] = '\0';
    follow->generation++;
}

void follow_close(struct follow *follow)
{
    if (!follow)
        return;
    close_consumer(follow);
    arena_done(&follow->arena);
    free(follow);
}

static enum rc open_consumer(struct follow *follow, struct err *e)
{
    static const char *const topics[] = {TOPIC_RESULTS, TOPIC_POLLS, TOPIC_CONTROL,
                                         TOPIC_DLQ, NULL};
    const struct bus_group group = {.group = FOLLOW_GROUP,
                                    .topics = topics,
                                    .assigned = follow_assigned,
                                    .revoked = follow_revoked,
                                    .ctx = follow};
    follow->generation++;
    return bus_consumer_open(follow->conf, &group, &follow->consumer, e);
}

/* There is no use in joining the group before Redis can tell where to read from. */
static enum rc open_when_redis_is_there(struct follow *follow, struct err *e)
{
    struct store_texts pong;
    arena_reset(&follow->arena);
    enum rc rc = store_read(follow->store, &follow->arena, &pong, e, "PING", NULL);
    if (rc)
        return rc == RC_RETRY ? RC_OK : rc;
    return open_consumer(follow, e);
}

/* *there: something came, if only an error; there may be more. The poll may serve a
 * rebalance first, which drops what is in hand. */
static enum rc take_one(struct follow *follow, bool *there, struct err *e)
{
    struct bus_message message;
    struct err failure = {0};
    bool got = false;
    enum rc rc = bus_poll(follow->consumer, 0, &message, &got, &failure);
    *there = rc || got;
    if (rc == RC_RETRY) { /* the broker is away: librdkafka goes on trying */
        log_err(LOG_DEBUG, "kafka.away", &failure, LOG_FIELDS());
        return RC_OK;
    }
    if (rc) {
        *e = failure;
        return rc;
    }
    if (got) {
        follow->in_hand[follow->in_hand_count++] = message;
        follow->in_hand_bytes += message.value_len;
    }
    return RC_OK;
}

static bool is_full(const struct follow *follow)
{
    return follow->in_hand_count >= FOLLOW_BATCH ||
           follow->in_hand_bytes >= FOLLOW_BATCH_BYTES;
}

static enum rc take(struct follow *follow, struct err *e)
{
    bool there = true;
    for (int i = 0; there && i < FOLLOW_BATCH && !is_full(follow); i++) {
        enum rc rc = take_one(follow, &there, e);
        if (rc)
            return rc;
    }
    return RC_OK;
}

/* While paused polling goes on, because it serves the group. No message can come then; if
 * one did, its place would be lost, so it would be read again. */
static enum rc serve(struct follow *follow, struct err *e)
{
    struct bus_message message;
    struct err failure = {0};
    bool got = false;
    enum rc rc = bus_poll(follow->consumer, 0, &message, &got, &failure);
    if (rc == RC_OK && got) {
        bus_message_free(&message);
        follow->rewind = true;
    }
    if (rc == RC_FATAL)
        *e = failure;
    return rc == RC_FATAL ? rc : RC_OK;
}

static void clear_event(const struct follow *follow)
{
    uint64_t signals = 0;
    ssize_t got = read(bus_event_fd(follow->consumer), &signals, sizeof(signals));
    (void)got; /* nothing there: the timer called */
}

static enum rc fold(struct follow *follow, struct err *e)
{
    struct err failure = {0};
    enum rc rc = follow_fold(follow, &failure);
    if (rc == RC_OK && !follow->alarm[0])
        follow_pause(follow, false);
    if (rc == RC_RETRY)
        follow_pause(follow, true);
    if (rc != RC_FATAL)
        return RC_OK;
    *e = failure;
    return rc;
}

enum rc follow_turn(struct follow *follow, bool *more, struct err *e)
{
    *more = false;
    if (follow->rewind)
        close_consumer(follow);
    if (!follow->consumer)
        return open_when_redis_is_there(follow, e);
    clear_event(follow);
    if (follow->paused && (follow->alarm[0] || !store_may_write(follow->store)))
        return serve(follow, e);
    enum rc rc = follow->paused ? serve(follow, e) : take(follow, e);
    if (follow->in_hand_count == 0) {
        if (rc == RC_OK && follow->paused)
            follow_pause(follow, false); /* a rebalance took what was waited for */
        return rc;
    }
    if (rc)
        return rc;
    *more = is_full(follow);
    rc = fold(follow, e);
    *more &= follow->in_hand_count == 0;
    return rc;
}

static void repeat_alarm(struct follow *follow)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!follow->alarm[0] || now_ms - follow->said_ms < ALARM_AGAIN_MS)
        return;
    follow->said_ms = now_ms;
    log_error("fold.stopped", KV("text", follow->alarm));
}

enum rc follow_tick(struct follow *follow, struct err *e)
{
    struct err failure = {0};
    repeat_alarm(follow);
    if (!follow->consumer || follow->rewind)
        return RC_OK;
    enum rc rc = follow_check(follow, &failure);
    if (rc == RC_FATAL)
        *e = failure;
    return rc == RC_FATAL ? rc : RC_OK;
}

int follow_event_fd(const struct follow *follow, unsigned *generation)
{
    *generation = follow->generation;
    return follow->consumer ? bus_event_fd(follow->consumer) : -1;
}

const char *follow_trouble(const struct follow *follow)
{
    if (!store_is_there(follow->store))
        return store_trouble(follow->store);
    if (follow->alarm[0])
        return follow->alarm;
    if (!follow->consumer || !bus_joined(follow->consumer))
        return "no answer from Kafka's consumer group yet: are the brokers in "
               "KAFKA_BROKERS up, and were the topics made (tillctl topics create)?";
    return "";
}
