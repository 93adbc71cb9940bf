/* bus_producer: records on their way, until the broker has acknowledged each.
 *
 * A record leaves our count only by a delivery report. What librdkafka gives up although
 * it may work later (the topic is not there yet, or its metadata had a gap) is parked
 * here as a copy and sent again; order is kept by parking whatever comes after it as
 * well.
 */
#include "io/bus_internal.h"
#include "io/clock.h"
#include "io/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_WAIT_MS = 10000, /* bus_produce waits so long for room */
    CLOSE_WAIT_MS = 5000,
    SLICE_MS = 100,
    PARKED_MAX_BYTES = 64 * 1024 * 1024,
    ASK_MS = 1000, /* at most as long, and at most as often, is a topic asked for */
};

struct met {
    struct met *next;
    char name[];
};

struct bus_producer {
    struct bus_link *link;
    size_t in_flight, failed;
    struct bus_letter *parked, **parked_end;
    size_t parked_bytes;
    int64_t asked_ms; /* monotonic */
    struct met *met;  /* topics */
    bool closing;
    struct err refusal; /* the first since the last flush; rc RC_OK when none */
};

/* ---- sending and parking ---- */

static rd_kafka_resp_err_t hand_over(struct bus_producer *producer,
                                     struct bus_letter *letter)
{
    rd_kafka_resp_err_t code = bus_letter_send(producer->link->rk, letter);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        producer->in_flight++;
    return code;
}

static void park(struct bus_producer *producer, const struct bus_letter *letter)
{
    struct bus_letter *copy = bus_letter_copy(letter);
    if (!producer->parked)
        log_warn("kafka.parked", KV("topic", letter->topic),
                 KV("text", "records wait in memory until the topic takes them"));
    *producer->parked_end = copy;
    producer->parked_end = &copy->next;
    producer->parked_bytes += letter->key_len + letter->value_len;
}

static void drop_first_parked(struct bus_producer *producer)
{
    struct bus_letter *first = producer->parked;
    producer->parked = first->next;
    if (!producer->parked)
        producer->parked_end = &producer->parked;
    producer->parked_bytes -= first->key_len + first->value_len;
    bus_letter_free(first);
}

static void ask_for_topic(struct bus_producer *producer, const char *name)
{
    rd_kafka_t *rk = producer->link->rk;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    if (topic && !rd_kafka_metadata(rk, 0, topic, &metadata, ASK_MS))
        rd_kafka_metadata_destroy(metadata);
    if (topic)
        rd_kafka_topic_destroy(topic);
}

/* A topic that librdkafka believes missing is asked for by nobody else for minutes. */
static void ask_for_parked(struct bus_producer *producer)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!producer->parked || now_ms - producer->asked_ms < ASK_MS)
        return;
    producer->asked_ms = now_ms;
    ask_for_topic(producer, producer->parked->topic);
}

/* 2.0.2 looks for a topic it has not met only once a second; asking makes the first
 * record of a topic as quick as the rest. */
static void meet_topic(struct bus_producer *producer, const char *name)
{
    for (const struct met *met = producer->met; met; met = met->next)
        if (strcmp(met->name, name) == 0)
            return;
    size_t len = strlen(name) + 1;
    struct met *met = malloc(sizeof(*met) + len);
    if (!met)
        abort();
    met->next = producer->met;
    memcpy(met->name, name, len);
    producer->met = met;
    ask_for_topic(producer, name);
}

/* The outcome of a record that is done for now. */
static void note_refusal(struct bus_producer *producer, rd_kafka_resp_err_t code,
                         const char *topic, int32_t partition)
{
    char what[320];
    if (bus_rc(code) == RC_REJECT)
        producer->failed++;
    if (producer->refusal.rc == RC_FATAL ||
        (producer->refusal.rc != RC_OK && bus_rc(code) != RC_FATAL))
        return;
    snprintf(what, sizeof(what), "%s [%d]", topic, (int)partition);
    bus_fail(producer->link, code, "bus.produce", what, &producer->refusal);
}

static bool waits_for_topic(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

static void send_parked(struct bus_producer *producer)
{
    ask_for_parked(producer);
    while (producer->parked) {
        struct bus_letter *first = producer->parked;
        rd_kafka_resp_err_t code = hand_over(producer, first);
        if (bus_rc(code) == RC_RETRY)
            return;
        if (code)
            note_refusal(producer, code, first->topic, first->partition);
        drop_first_parked(producer);
    }
}

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    struct bus_producer *producer = ((struct bus_link *)opaque)->owner;
    const char *topic = rd_kafka_topic_name(message->rkt);
    producer->in_flight--;
    if (!message->err) {
        producer->link->trouble[0] = '\0';
        return;
    }
    if (producer->closing)
        return;
    if (bus_rc(message->err) != RC_RETRY) {
        note_refusal(producer, message->err, topic, message->partition);
        return;
    }
    struct bus_letter letter = {.topic = topic,
                                .partition = message->partition,
                                .timestamp_ms = rd_kafka_message_timestamp(message, NULL),
                                .key = message->key,
                                .key_len = message->key_len,
                                .value = message->payload,
                                .value_len = message->len};
    rd_kafka_message_headers(message, &letter.headers); /* stay the message's */
    park(producer, &letter);
}

/* ---- the calls ---- */

enum rc bus_producer_open(const struct bus_conf *conf, struct bus_producer **out,
                          struct err *e)
{
    char max_bytes[16];
    snprintf(max_bytes, sizeof(max_bytes), "%d", BUS_MESSAGE_MAX_BYTES);
    /* A batch over the topic's max.message.bytes is refused whole, so batches stay far
     * under what topics take. Idempotence brings acks=all and endless retries. */
    const struct bus_header properties[] = {
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"message.timeout.ms", "0"}, /* never given up: nothing is lost in an outage */
        {"partitioner", "murmur2_random"}, /* Java's */
        {"compression.type", "zstd"},
        {"linger.ms", "5"},
        {"batch.size", "524288"},
        {"message.max.bytes", max_bytes},
        {"queue.buffering.max.kbytes", "131072"},
        {"topic.metadata.propagation.max.ms", "2000"},
    };
    struct bus_producer *producer = calloc(1, sizeof(*producer));
    if (!producer)
        abort();
    producer->parked_end = &producer->parked;
    const struct bus_spec spec = {
        .type = RD_KAFKA_PRODUCER,
        .properties = properties,
        .property_count = sizeof(properties) / sizeof(properties[0]),
        .delivered = on_delivered,
        .owner = producer,
    };
    enum rc rc = bus_link_open(conf, &spec, &producer->link, e);
    if (rc != RC_OK) {
        free(producer);
        return rc;
    }
    *out = producer;
    return RC_OK;
}

/* RC_FATAL when the handle is done for, or the broker said so about a record. */
static enum rc check(const struct bus_producer *producer, const char *op, struct err *e)
{
    enum rc rc = bus_link_check(producer->link, op, e);
    if (rc == RC_OK && producer->refusal.rc == RC_FATAL) {
        rc = RC_FATAL;
        if (e)
            *e = producer->refusal;
    }
    return rc;
}

static enum rc try_produce(struct bus_producer *producer, struct bus_letter *letter,
                           struct err *e)
{
    enum rc rc = check(producer, "bus.produce", e);
    if (rc != RC_OK)
        return rc;
    rd_kafka_poll(producer->link->rk, 0);
    meet_topic(producer, letter->topic);
    send_parked(producer);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (!producer->parked)
        code = hand_over(producer, letter);
    if (waits_for_topic(code) && producer->parked_bytes < PARKED_MAX_BYTES) {
        park(producer, letter);
        return RC_OK;
    }
    return bus_fail(producer->link, code, "bus.produce", letter->topic, e);
}

enum rc bus_produce(struct bus_producer *producer, const struct bus_record *record,
                    struct err *e)
{
    struct bus_letter letter = bus_letter_of(record);
    int64_t until_ms = clock_monotonic_ms() + QUEUE_WAIT_MS;
    enum rc rc = try_produce(producer, &letter, e);
    while (rc == RC_RETRY && clock_monotonic_ms() < until_ms) {
        rd_kafka_poll(producer->link->rk, SLICE_MS);
        rc = try_produce(producer, &letter, e);
    }
    if (letter.headers)
        rd_kafka_headers_destroy(letter.headers);
    return rc;
}

enum rc bus_produce_text(struct bus_producer *producer, const char *topic,
                         const char *key, const struct buf *value, struct err *e)
{
    const struct bus_record record = {.topic = topic,
                                      .partition = -1,
                                      .key = key,
                                      .key_len = strlen(key),
                                      .value = buf_str(value),
                                      .value_len = value->len};
    return bus_produce(producer, &record, e);
}

struct bus_record bus_record_again(const struct bus_message *message, const char *topic)
{
    return (struct bus_record){.topic = topic,
                               .partition = message->key ? -1 : message->partition,
                               .key = message->key,
                               .key_len = message->key_len,
                               .value = message->value,
                               .value_len = message->value_len,
                               .headers = message->headers,
                               .header_count = message->header_count};
}

static size_t waiting(const struct bus_producer *producer)
{
    size_t count = producer->in_flight;
    for (const struct bus_letter *letter = producer->parked; letter;
         letter = letter->next)
        count++;
    return count;
}

/* Serves delivery reports until none is missing, the deadline passed or all is lost. */
static enum rc wait_for_all(struct bus_producer *producer, int64_t until_ms,
                            struct err *e)
{
    for (;;) {
        send_parked(producer);
        int64_t left_ms = until_ms - clock_monotonic_ms();
        int slice_ms = left_ms <= 0 ? 0 : left_ms < SLICE_MS ? (int)left_ms : SLICE_MS;
        if (producer->in_flight)
            rd_kafka_flush(producer->link->rk, slice_ms);
        else if (producer->parked)
            rd_kafka_poll(producer->link->rk, slice_ms);
        enum rc rc = check(producer, "bus.flush", e);
        if (rc != RC_OK || (!producer->in_flight && !producer->parked))
            return rc;
        if (clock_monotonic_ms() >= until_ms)
            return RC_RETRY;
    }
}

enum rc bus_flush(struct bus_producer *producer, int64_t timeout_ms, size_t *failed,
                  struct err *e)
{
    size_t refused = 0;
    enum rc rc = wait_for_all(producer, clock_monotonic_ms() + timeout_ms, e);
    if (rc == RC_RETRY && producer->parked)
        err_set(e, RC_RETRY, "bus.flush",
                "%zu records wait: topic %s is not there; make it with "
                "\"tillctl topics create\"",
                waiting(producer), producer->parked->topic);
    else if (rc == RC_RETRY)
        err_set(e, RC_RETRY, "bus.flush", "%zu records are not acknowledged yet%s%s",
                waiting(producer), producer->link->trouble[0] ? ": " : "",
                producer->link->trouble);
    if (rc == RC_OK && producer->failed) {
        rc = RC_REJECT;
        refused = producer->failed;
        if (e)
            *e = producer->refusal;
        producer->failed = 0;
        producer->refusal = (struct err){0};
    }
    if (failed)
        *failed = refused;
    return rc;
}

void bus_producer_close(struct bus_producer *producer)
{
    if (!producer)
        return;
    struct err e = {0};
    rd_kafka_t *rk = producer->link->rk;
    if (wait_for_all(producer, clock_monotonic_ms() + CLOSE_WAIT_MS, &e) != RC_OK)
        log_warn("kafka.unacknowledged", KV("records", waiting(producer)),
                 KV("text", producer->link->trouble));
    producer->closing = true;
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(rk, SLICE_MS);
    while (producer->parked)
        drop_first_parked(producer);
    while (producer->met) {
        struct met *met = producer->met;
        producer->met = met->next;
        free(met);
    }
    bus_link_close(producer->link);
    free(producer);
}
