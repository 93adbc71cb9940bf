/* test_bus: the Kafka adapter against librdkafka's in-process mock cluster. */
#include "io/bus.h"

#include "io/clock.h"
#include "io/log.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PRODUCE_API = 0, /* numbers of the Kafka protocol */
    PARTITIONS = 4,
    WAIT_MS = 20000,
};

static rd_kafka_t *mock_owner;
static rd_kafka_mock_cluster_t *mock;
static struct bus_conf conf;

static int start_mock(void **state)
{
    (void)state;
    char reason[256];
    rd_kafka_conf_t *native = rd_kafka_conf_new();
    /* Nagle's algorithm in the mock would cost 40 ms an answer. */
    rd_kafka_conf_set(native, "socket.nagle.disable", "true", reason, sizeof(reason));
    mock_owner = rd_kafka_new(RD_KAFKA_PRODUCER, native, reason, sizeof(reason));
    assert_non_null(mock_owner);
    mock = rd_kafka_mock_cluster_new(mock_owner, 1);
    assert_non_null(mock);
    conf = (struct bus_conf){.brokers = rd_kafka_mock_cluster_bootstraps(mock),
                             .extra = "",
                             .client_id = "test",
                             .group_instance_id = "",
                             .session_timeout_ms = 6000};
    return 0;
}

static int stop_mock(void **state)
{
    (void)state;
    rd_kafka_mock_cluster_destroy(mock);
    rd_kafka_destroy(mock_owner);
    return 0;
}

static void make_topic(const char *name)
{
    assert_int_equal(rd_kafka_mock_topic_create(mock, name, PARTITIONS, 1), 0);
}

static struct bus_producer *open_producer(void)
{
    struct err e = {0};
    struct bus_producer *producer = NULL;
    if (bus_producer_open(&conf, &producer, &e) != RC_OK)
        fail_msg("%s", e.text);
    return producer;
}

static void produce(struct bus_producer *producer, const char *topic, const char *key,
                    const char *value)
{
    struct err e = {0};
    const struct bus_record record = {.topic = topic,
                                      .partition = -1,
                                      .key = key,
                                      .key_len = key ? strlen(key) : 0,
                                      .value = value,
                                      .value_len = value ? strlen(value) : 0};
    if (bus_produce(producer, &record, &e) != RC_OK)
        fail_msg("%s", e.text);
}

static void flush(struct bus_producer *producer)
{
    struct err e = {0};
    if (bus_flush(producer, WAIT_MS, NULL, &e) != RC_OK)
        fail_msg("%s", e.text);
}

/* ---- collecting what is in a topic ---- */

struct seen {
    size_t count, stop_after;
    int32_t partition;
    int64_t offset, timestamp_ms;
    char key[64], value[64];
    bool no_key, no_value;
    size_t header_count;
    char header[64];
};

static bool collect(void *ctx, const struct bus_message *message)
{
    struct seen *seen = ctx;
    const char *header = bus_header(message, "source");
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
    snprintf(seen->header, sizeof(seen->header), "%s", header ? header : "");
    return seen->count != seen->stop_after;
}

static struct seen read_all(const char *topic, size_t stop_after)
{
    struct err e = {0};
    struct seen seen = {.stop_after = stop_after};
    if (bus_read_all(&conf, topic, 0, collect, &seen, &e) != RC_OK)
        fail_msg("%s", e.text);
    return seen;
}

static void test_smoke(void **state)
{
    (void)state;
    make_topic("smoke");
    struct bus_producer *producer = open_producer();
    for (int i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        produce(producer, "smoke", key, "v");
    }
    flush(producer);
    bus_producer_close(producer);
    assert_int_equal(read_all("smoke", 0).count, 100);
    assert_int_equal(read_all("smoke", 7).count, 7);
}

static void test_group(void **state)
{
    (void)state;
    make_topic("grp");
    struct bus_producer *producer = open_producer();
    for (int i = 0; i < 100; i++)
        produce(producer, "grp", "k", "v");
    flush(producer);
    bus_producer_close(producer);
    static const char *const topics[] = {"grp", NULL};
    struct bus_group group = {.group = "g", .topics = topics};
    struct bus_consumer *c = NULL;
    struct err e = {0};
    assert_int_equal(bus_consumer_open(&conf, &group, &c, &e), RC_OK);
    int n = 0;
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    while (n < 100 && clock_monotonic_ms() < until) {
        struct bus_message m;
        bool got = false;
        assert_int_equal(bus_poll(c, 100, &m, &got, &e), RC_OK);
        if (!got)
            continue;
        n++;
        struct bus_partition p = {m.topic, m.partition, m.offset + 1};
        assert_int_equal(bus_store(c, &p, 1, &e), RC_OK);
        bus_message_free(&m);
    }
    assert_int_equal(n, 100);
    assert_int_equal(bus_commit(c, &e), RC_OK);
    bus_consumer_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smoke),
        cmocka_unit_test(test_group),
    };
    log_open("test_bus", "warn", "text");
    return cmocka_run_group_tests(tests, start_mock, stop_mock);
}
