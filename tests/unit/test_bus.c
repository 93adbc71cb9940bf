/* test_bus: producing, reading a topic whole and topics, on librdkafka's mock cluster. */
#include "io/log.h"
#include "mock_kafka.h"

#include <stdlib.h>

/* ---- records as they were given ---- */

static void test_round_trip(void **state)
{
    (void)state;
    mock_topic("round");
    struct err e = {0};
    struct bus_producer *producer = mock_producer();
    const struct bus_header headers[] = {{"source", "poll"}, {"attempt", "2"}};
    struct bus_record record = mock_record("round", "shop/1", "{\"a\":1}");
    record.headers = headers;
    record.header_count = 2;
    record.timestamp_ms = INT64_C(1700000000123);
    record.partition = 3;
    assert_ok(bus_produce(producer, &record, &e), &e);
    mock_flush(producer);
    struct seen seen = mock_read("round");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.partition, 3);
    assert_int_equal(seen.offset, 0);
    assert_int_equal(seen.timestamp_ms, INT64_C(1700000000123));
    assert_string_equal(seen.key, "shop/1");
    assert_string_equal(seen.value, "{\"a\":1}");
    assert_int_equal(seen.header_count, 2);
    assert_string_equal(seen.source, "poll");
    bus_producer_close(producer);
}

static void test_tombstone_and_no_key(void **state)
{
    (void)state;
    mock_topic("bare");
    struct bus_producer *producer = mock_producer();
    mock_produce(producer, "bare", "gone", NULL);
    mock_flush(producer);
    struct seen seen = mock_read("bare");
    assert_string_equal(seen.key, "gone");
    assert_true(seen.no_value && !seen.no_key);
    assert_string_equal(seen.source, "-");
    int64_t age_ms = clock_now_ms() - seen.timestamp_ms;
    assert_in_range(age_ms, 0, 3600000);
    mock_topic("keyless");
    mock_produce(producer, "keyless", NULL, "");
    mock_flush(producer);
    seen = mock_read("keyless");
    assert_true(seen.no_key && !seen.no_value);
    bus_producer_close(producer);
}

/* By librdkafka itself, since bus writes text only. */
static void produce_binary_headers(const char *topic)
{
    char reason[256];
    char value[] = "v";
    rd_kafka_conf_t *native = rd_kafka_conf_new();
    rd_kafka_conf_set(native, "bootstrap.servers", mock_conf.brokers, reason,
                      sizeof(reason));
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, native, reason, sizeof(reason));
    rd_kafka_headers_t *headers = rd_kafka_headers_new(4);
    rd_kafka_header_add(headers, "long", -1, "\0\0\0\0\0\0\0\7", 8);
    rd_kafka_header_add(headers, "none", -1, NULL, 0);
    rd_kafka_header_add(headers, "bad", -1, "\xff\xfe", 2);
    rd_kafka_header_add(headers, "source", -1, "caf\xc3\xa9", 5);
    assert_int_equal(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic),
                                       RD_KAFKA_V_VALUE(value, 1),
                                       RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END),
                     0);
    assert_int_equal(rd_kafka_flush(rk, MOCK_WAIT_MS), 0);
    rd_kafka_destroy(rk);
}

/* Others' headers may be binary: they are left out, the message is not. */
static void test_headers_that_are_not_text(void **state)
{
    (void)state;
    mock_topic("binary");
    produce_binary_headers("binary");
    struct seen seen = mock_read("binary");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.header_count, 1);
    assert_string_equal(seen.source, "caf\xc3\xa9");
}

/* What Kafka's own UtilsTest has for these keys; a partition is (hash & 0x7fffffff) % n.
 */
static void test_partitioner_is_javas(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int32_t murmur2;
    } known[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    enum { WIDE = 97 };
    struct bus_producer *producer = mock_producer();
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char topic[16];
        snprintf(topic, sizeof(topic), "hash%zu", i);
        assert_int_equal(rd_kafka_mock_topic_create(mock, topic, WIDE, 1), 0);
        mock_produce(producer, topic, known[i].key, "v");
        mock_flush(producer);
        assert_int_equal(mock_read(topic).partition,
                         ((uint32_t)known[i].murmur2 & 0x7fffffff) % WIDE);
    }
    bus_producer_close(producer);
}

/* ---- records that are refused or late ---- */

static void test_too_large_here(void **state)
{
    (void)state;
    enum { LEN = 10 * 1024 * 1024, FITS = 8 * 1024 * 1024 };
    mock_topic("large");
    struct err e = {0};
    size_t failed = 9;
    char *value = calloc(1, LEN);
    struct bus_producer *producer = mock_producer();
    struct bus_record record = mock_record("large", "k", "");
    record.value = value;
    record.value_len = LEN;
    assert_int_equal(bus_produce(producer, &record, &e), RC_REJECT);
    assert_non_null(strstr(e.text, "large"));
    record.value_len = FITS; /* the largest order there is */
    assert_ok(bus_produce(producer, &record, &e), &e);
    assert_ok(bus_flush(producer, MOCK_WAIT_MS, &failed, &e), &e);
    assert_int_equal(failed, 0);
    free(value);
    bus_producer_close(producer);
}

static void test_refused_by_the_broker(void **state)
{
    (void)state;
    mock_topic("refused");
    struct err e = {0};
    size_t failed = 0;
    struct bus_producer *producer = mock_producer();
    mock_produce(producer, "refused", "k", "fine");
    mock_flush(producer);
    rd_kafka_mock_push_request_errors(mock, MOCK_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    mock_produce(producer, "refused", "k", "not fine");
    assert_int_equal(bus_flush(producer, MOCK_WAIT_MS, &failed, &e), RC_REJECT);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(e.text, "refused ["));
    /* It is over with it: the next goes through and is counted anew. */
    mock_produce(producer, "refused", "k", "fine again");
    assert_ok(bus_flush(producer, MOCK_WAIT_MS, &failed, &e), &e);
    assert_int_equal(failed, 0);
    assert_int_equal(mock_read("refused").count, 2);
    bus_producer_close(producer);
}

static void test_transient_errors_are_waited_out(void **state)
{
    (void)state;
    mock_topic("bumpy");
    struct bus_producer *producer = mock_producer();
    rd_kafka_mock_push_request_errors(
        mock, MOCK_PRODUCE, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    mock_produce(producer, "bumpy", "k", "v");
    mock_flush(producer);
    assert_int_equal(mock_read("bumpy").count, 1);
    bus_producer_close(producer);
}

static void test_rights_are_fatal(void **state)
{
    (void)state;
    mock_topic("closed");
    struct err e = {0};
    struct bus_producer *producer = mock_producer();
    rd_kafka_mock_push_request_errors(mock, MOCK_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    mock_produce(producer, "closed", "k", "v");
    assert_int_equal(bus_flush(producer, MOCK_WAIT_MS, NULL, &e), RC_FATAL);
    assert_non_null(strstr(e.text, "closed"));
    const struct bus_record record = mock_record("closed", "k", "v");
    assert_int_equal(bus_produce(producer, &record, &e), RC_FATAL);
    bus_producer_close(producer);
}

static void test_outage_loses_nothing(void **state)
{
    (void)state;
    mock_topic("outage");
    struct err e = {0};
    struct bus_producer *producer = mock_producer();
    mock_produce(producer, "outage", "k", "before");
    mock_flush(producer);
    rd_kafka_mock_broker_set_down(mock, 1);
    for (int i = 0; i < 50; i++)
        mock_produce(producer, "outage", "k", "during");
    int64_t began_ms = clock_monotonic_ms();
    assert_int_equal(bus_flush(producer, 700, NULL, &e), RC_RETRY);
    assert_true(clock_monotonic_ms() - began_ms >= 650);
    assert_non_null(strstr(e.text, "50 records are not acknowledged"));
    assert_int_equal(bus_flush(producer, 0, NULL, &e), RC_RETRY);
    rd_kafka_mock_broker_set_up(mock, 1);
    mock_flush(producer);
    assert_int_equal(mock_read("outage").count, 51);
    bus_producer_close(producer);
}

/* A topic made too late: what was produced before waits and keeps its order. */
static void test_missing_topic_is_waited_for(void **state)
{
    (void)state;
    mock_topic("late");
    rd_kafka_mock_topic_set_error(mock, "late", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    struct err e = {0};
    const struct bus_header header = {"source", "poll"};
    struct bus_producer *producer = mock_producer();
    struct bus_record record = mock_record("late", "k", "1");
    record.headers = &header;
    record.header_count = 1;
    record.timestamp_ms = 1700000000000;
    assert_ok(bus_produce(producer, &record, &e), &e);
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    do
        assert_int_equal(bus_flush(producer, 100, NULL, &e), RC_RETRY);
    while (!strstr(e.text, "tillctl topics create") && clock_monotonic_ms() < until_ms);
    assert_non_null(strstr(e.text, "late"));
    assert_non_null(strstr(e.text, "tillctl topics create"));
    record.value = "2";
    assert_ok(bus_produce(producer, &record, &e), &e);
    rd_kafka_mock_topic_set_error(mock, "late", RD_KAFKA_RESP_ERR_NO_ERROR);
    mock_flush(producer);
    struct seen seen = mock_read("late");
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.value, "2");
    assert_string_equal(seen.source, "poll");
    assert_int_equal(seen.timestamp_ms, 1700000000000);
    bus_producer_close(producer);
}

/* ---- reading a topic whole, and topics ---- */

static void test_read_all(void **state)
{
    (void)state;
    struct err e = {0};
    struct seen seen = {.stop_after = 7};
    mock_topic("whole");
    assert_int_equal(mock_read("whole").count, 0);
    mock_fill("whole", 1000);
    assert_int_equal(mock_read("whole").count, 1000);
    assert_ok(bus_read_all(&mock_conf, "whole", 0, mock_see, &seen, &e), &e);
    assert_int_equal(seen.count, 7);
}

/* What arrives after reading began is not visited, even when it comes to hand before the
 * end: partition 0 takes several fetches, so that those of partition 1 overtake it. */
struct growing {
    struct bus_producer *producer;
    size_t seen;
};

enum { GROWING_LARGE = 1000 * 1000, GROWING_COUNT = 4 };

static bool grow(void *ctx, const struct bus_message *message)
{
    struct growing *growing = ctx;
    struct err e = {0};
    struct bus_record record = mock_record("growing", "k", "late");
    growing->seen++;
    assert_true(message->value_len == GROWING_LARGE || message->offset == 0);
    record.partition = 1;
    assert_ok(bus_produce(growing->producer, &record, &e), &e);
    mock_flush(growing->producer);
    return true;
}

static void test_read_all_ends_where_it_began(void **state)
{
    (void)state;
    struct err e = {0};
    struct growing growing = {0};
    struct bus_conf plain = mock_conf;
    struct bus_record record = mock_record("growing", "k", "");
    char *value = calloc(1, GROWING_LARGE);
    plain.extra = "compression.type=none";
    mock_topic("growing");
    assert_ok(bus_producer_open(&plain, &growing.producer, &e), &e);
    record.partition = 1;
    assert_ok(bus_produce(growing.producer, &record, &e), &e);
    record = (struct bus_record){
        .topic = "growing", .value = value, .value_len = GROWING_LARGE};
    for (int i = 0; i < GROWING_COUNT; i++)
        assert_ok(bus_produce(growing.producer, &record, &e), &e);
    mock_flush(growing.producer);
    assert_ok(bus_read_all(&mock_conf, "growing", 0, grow, &growing, &e), &e);
    assert_int_equal(growing.seen, GROWING_COUNT + 1);
    assert_int_equal(mock_read("growing").count, 2 * (GROWING_COUNT + 1));
    bus_producer_close(growing.producer);
    free(value);
}

static void test_topics(void **state)
{
    (void)state;
    struct err e = {0};
    bool made = true;
    int32_t partitions = 0;
    mock_topic("there");
    assert_ok(bus_topic_partitions(&mock_conf, "there", &partitions, &e), &e);
    assert_int_equal(partitions, MOCK_PARTITIONS);
    struct bus_topic topic = {
        .name = "there", .partitions = MOCK_PARTITIONS, .replication = 1};
    assert_ok(bus_topic_create(&mock_conf, &topic, &made, &e), &e);
    assert_false(made);
    topic.partitions = 7;
    assert_int_equal(bus_topic_create(&mock_conf, &topic, &made, &e), RC_REJECT);
    assert_non_null(strstr(e.text, "4 partitions, not 7"));
    mock_topic("missing");
    rd_kafka_mock_topic_set_error(mock, "missing",
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    assert_int_equal(bus_topic_partitions(&mock_conf, "missing", &partitions, &e),
                     RC_REJECT);
    assert_non_null(strstr(e.text, "no topic missing"));
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct err e = {0};
    int32_t partitions = 0;
    struct bus_conf nobody = mock_conf;
    nobody.brokers = "127.0.0.1:1";
    assert_int_equal(bus_topic_partitions(&nobody, "any", &partitions, &e), RC_RETRY);
    assert_non_null(strstr(e.text, "127.0.0.1:1"));
}

/* ---- settings ---- */

static enum rc open_with(const char *extra, struct err *e)
{
    struct bus_conf conf = mock_conf;
    struct bus_producer *producer = NULL;
    conf.extra = extra;
    enum rc rc = bus_producer_open(&conf, &producer, e);
    bus_producer_close(producer);
    return rc;
}

static void test_extra_properties(void **state)
{
    (void)state;
    struct err e = {0};
    assert_ok(open_with("linger.ms=0, session.timeout.ms=6000,", &e), &e);
    assert_int_equal(open_with("linger.ms=0,no.such=1", &e), RC_FATAL);
    assert_non_null(strstr(e.text, "KAFKA_CONF"));
    assert_non_null(strstr(e.text, "no.such"));
    assert_int_equal(open_with("linger.ms=soon", &e), RC_FATAL);
    assert_non_null(strstr(e.text, "linger.ms"));
    assert_int_equal(open_with("enable.idempotence=false", &e), RC_FATAL);
    assert_non_null(strstr(e.text, "enable.idempotence"));
    /* A value with a comma; and what looks like none may be half a password. */
    assert_int_equal(open_with("security.protocol=a\\,b\\\\c", &e), RC_FATAL);
    assert_non_null(strstr(e.text, "\"a,b\\c\""));
    assert_int_equal(open_with("sasl.password=hush,hush", &e), RC_FATAL);
    assert_non_null(strstr(e.text, "entry 2"));
    assert_null(strstr(e.text, "hush"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_tombstone_and_no_key),
        cmocka_unit_test(test_headers_that_are_not_text),
        cmocka_unit_test(test_partitioner_is_javas),
        cmocka_unit_test(test_too_large_here),
        cmocka_unit_test(test_refused_by_the_broker),
        cmocka_unit_test(test_transient_errors_are_waited_out),
        cmocka_unit_test(test_rights_are_fatal),
        cmocka_unit_test(test_outage_loses_nothing),
        cmocka_unit_test(test_missing_topic_is_waited_for),
        cmocka_unit_test(test_read_all),
        cmocka_unit_test(test_read_all_ends_where_it_began),
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_extra_properties),
    };
    log_open("test_bus", "error", "text"); /* complaints are part of most tests */
    return cmocka_run_group_tests(tests, mock_start, mock_stop);
}
