/* mock_kafka: librdkafka's in-process broker for tests, and short ways to use bus on it.
 */
#ifndef TB_TEST_MOCK_KAFKA_H
#define TB_TEST_MOCK_KAFKA_H

#include "io/bus.h"
#include "io/clock.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    MOCK_PARTITIONS = 4,
    MOCK_WAIT_MS = 60000,
    MOCK_PRODUCE = 0, /* numbers of requests in Kafka's protocol */
    MOCK_OFFSET_COMMIT = 8,
};

static rd_kafka_t *mock_owner;
static rd_kafka_mock_cluster_t *mock;
static struct bus_conf mock_conf;

static inline int mock_start(void **state)
{
    (void)state;
    char reason[256];
    rd_kafka_conf_t *native = rd_kafka_conf_new();
    /* Nagle's algorithm in the mock would cost 40 ms an answer. */
    rd_kafka_conf_set(native, "socket.nagle.disable", "true", reason, sizeof(reason));
    rd_kafka_conf_set(native, "log_level", "3", reason, sizeof(reason));
    mock_owner = rd_kafka_new(RD_KAFKA_PRODUCER, native, reason, sizeof(reason));
    assert_non_null(mock_owner);
    mock = rd_kafka_mock_cluster_new(mock_owner, 1);
    assert_non_null(mock);
    mock_conf = (struct bus_conf){.brokers = rd_kafka_mock_cluster_bootstraps(mock),
                                  .extra = "",
                                  .client_id = "test",
                                  .group_instance_id = "",
                                  .session_timeout_ms = 3000};
    return 0;
}

static inline int mock_stop(void **state)
{
    (void)state;
    rd_kafka_mock_cluster_destroy(mock);
    rd_kafka_destroy(mock_owner);
    return 0;
}

static inline void mock_topic(const char *name)
{
    assert_int_equal(rd_kafka_mock_topic_create(mock, name, MOCK_PARTITIONS, 1), 0);
}

/* RC_OK, or the test ends with the error's text. */
static inline void assert_ok(enum rc rc, const struct err *e)
{
    if (rc != RC_OK)
        fail_msg("%s: %s: %s", err_rc_name(rc), e->op, e->text);
}

static inline struct bus_producer *mock_producer(void)
{
    struct err e = {0};
    struct bus_producer *producer = NULL;
    assert_ok(bus_producer_open(&mock_conf, &producer, &e), &e);
    return producer;
}

/* By the key; key and value may be NULL. */
static inline struct bus_record mock_record(const char *topic, const char *key,
                                            const char *value)
{
    return (struct bus_record){.topic = topic,
                               .partition = -1,
                               .key = key,
                               .key_len = key ? strlen(key) : 0,
                               .value = value,
                               .value_len = value ? strlen(value) : 0};
}

static inline void mock_produce(struct bus_producer *producer, const char *topic,
                                const char *key, const char *value)
{
    struct err e = {0};
    const struct bus_record record = mock_record(topic, key, value);
    assert_ok(bus_produce(producer, &record, &e), &e);
}

static inline void mock_flush(struct bus_producer *producer)
{
    struct err e = {0};
    assert_ok(bus_flush(producer, MOCK_WAIT_MS, NULL, &e), &e);
}

/* count records "0", "1", ... with the key of their number modulo 16. */
static inline void mock_fill(const char *topic, int count)
{
    struct bus_producer *producer = mock_producer();
    for (int i = 0; i < count; i++) {
        char key[16];
        char value[16];
        snprintf(key, sizeof(key), "k%d", i % 16);
        snprintf(value, sizeof(value), "%d", i);
        mock_produce(producer, topic, key, value);
    }
    mock_flush(producer);
    bus_producer_close(producer);
}

/* ---- what is in a topic ---- */

struct seen {
    size_t count, stop_after; /* 0: all */
    int32_t partition;        /* of the last message, like the rest */
    int64_t offset, timestamp_ms;
    char key[64], value[64];
    bool no_key, no_value;
    size_t header_count;
    char source[64]; /* the header of that name */
};

static inline bool mock_see(void *ctx, const struct bus_message *message)
{
    struct seen *seen = ctx;
    const char *source = bus_header(message, "source");
    seen->count++;
    seen->partition = message->partition;
    seen->offset = message->offset;
    seen->timestamp_ms = message->timestamp_ms;
    seen->no_key = !message->key;
    seen->no_value = !message->value;
    snprintf(seen->key, sizeof(seen->key), "%.*s", (int)message->key_len,
             message->key ? message->key : "");
    snprintf(seen->value, sizeof(seen->value), "%.*s", (int)message->value_len,
             message->value ? message->value : "");
    seen->header_count = message->header_count;
    snprintf(seen->source, sizeof(seen->source), "%s", source ? source : "-");
    return seen->count != seen->stop_after;
}

static inline struct seen mock_read(const char *topic)
{
    struct err e = {0};
    struct seen seen = {0};
    assert_ok(bus_read_all(&mock_conf, topic, 0, mock_see, &seen, &e), &e);
    return seen;
}

#endif
