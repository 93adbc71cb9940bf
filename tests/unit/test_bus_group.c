/* test_bus_group: one member of a group on the mock cluster: what it reads, stores,
 * pauses, and how it leaves. The mock lets each first join wait three seconds. */
#include "io/log.h"
#include "member.h"

#include <poll.h>
#include <unistd.h>

enum {
    COUNT = 200,
    MOCK_JOIN_GROUP = 11,
};

static void check_pause(struct member *member, const char *topic)
{
    size_t before = member->messages;
    bus_pause(member->consumer);
    bus_pause(member->consumer); /* twice is once */
    mock_fill(topic, 40);
    member_read_for(member, 1000);
    assert_int_equal(member->messages, before);
    bus_resume(member->consumer);
    member_read(member, before + 40);
    bus_resume(member->consumer); /* not paused: nothing is read again */
    member_read_for(member, 500);
    assert_int_equal(member->messages, before + 40);
}

static void check_event_fd(struct member *member, const char *topic)
{
    uint64_t signals = 0;
    size_t before = member->messages;
    struct pollfd fd = {.fd = bus_event_fd(member->consumer), .events = POLLIN};
    assert_true(fd.fd >= 0);
    assert_int_equal(bus_event_fd(member->consumer), fd.fd);
    assert_int_equal(poll(&fd, 1, 1000), 1); /* from the start: look once */
    assert_int_equal(read(fd.fd, &signals, sizeof(signals)), sizeof(signals));
    member_read_for(member, 200);
    if (poll(&fd, 1, 0) == 1)
        assert_int_equal(read(fd.fd, &signals, sizeof(signals)), sizeof(signals));
    mock_fill(topic, 1);
    assert_int_equal(poll(&fd, 1, 5000), 1);
    member_read(member, before + 1);
}

static void check_watermarks(struct member *member, const char *topic)
{
    struct err e = {0};
    int64_t low = -1;
    int64_t high = -1;
    int64_t sum = 0;
    for (int32_t i = 0; i < MOCK_PARTITIONS; i++) {
        assert_ok(bus_watermarks(member->consumer, topic, i, &low, &high, &e), &e);
        assert_int_equal(low, 0);
        sum += high;
    }
    assert_int_equal(sum, member->messages);
}

static void test_reads_all_in_order(void **state)
{
    (void)state;
    struct member member;
    mock_topic("life");
    mock_fill("life", COUNT);
    member_open(&member, "life", "life", false);
    assert_int_equal(member.held, 0);
    member_read(&member, COUNT);
    assert_int_equal(member.held, MOCK_PARTITIONS);
    assert_int_equal(member.assigned_calls, 1);
    check_pause(&member, "life");
    check_event_fd(&member, "life");
    check_watermarks(&member, "life");
    member_close(&member);
    assert_int_equal(member.revoked_calls, 1);
    assert_false(member.lost);
}

/* What was stored is not read again by the next member; what was not, is. */
static void test_stored_offsets(void **state)
{
    (void)state;
    struct err e = {0};
    struct member member;
    mock_topic("stored");
    mock_fill("stored", COUNT);
    member_open(&member, "stored", "stored", false);
    member.stores = true;
    member_read(&member, COUNT);
    assert_ok(bus_commit(member.consumer, &e), &e);
    assert_ok(bus_commit(member.consumer, &e), &e); /* nothing new: fine */
    member.stores = false;
    mock_fill("stored", 30);
    member_read(&member, COUNT + 30);
    const struct bus_partition foreign = {"elsewhere", 0, 5};
    assert_ok(bus_store(member.consumer, &foreign, 1, &e), &e); /* not ours: let be */
    assert_ok(bus_store(member.consumer, NULL, 0, &e), &e);
    member_close(&member);
    member_open(&member, "stored", "stored", false);
    member_read(&member, 30);
    member_read_for(&member, 500);
    assert_int_equal(member.messages, 30);
    member_close(&member);
}

/* Offsets stored but not yet committed are committed on leaving. */
static void test_leaving_commits(void **state)
{
    (void)state;
    struct member member;
    mock_topic("leave");
    mock_fill("leave", COUNT);
    member_open(&member, "leave", "leave", false);
    member.stores = true;
    member_read(&member, COUNT); /* faster than the commit of each second */
    member_close(&member);
    member_open(&member, "leave", "leave", false);
    mock_fill("leave", 5);
    member_read(&member, 5);
    member_read_for(&member, 500);
    assert_int_equal(member.messages, 5);
    member_close(&member);
}

static void test_assigned_sets_the_start(void **state)
{
    (void)state;
    struct member member;
    mock_topic("start");
    mock_fill("start", 160); /* 16 keys: each partition has a multiple of ten */
    member_open(&member, "start", "start", false);
    member.start_at = 10;
    size_t expected = 0;
    struct err e = {0};
    for (int32_t i = 0; i < MOCK_PARTITIONS; i++) {
        int64_t low = 0;
        int64_t high = 0;
        assert_ok(bus_watermarks(member.consumer, "start", i, &low, &high, &e), &e);
        assert_true(high >= 10);
        expected += (size_t)(high - 10);
    }
    assert_true(expected > 0);
    member_read(&member, expected);
    member_read_for(&member, 500);
    assert_int_equal(member.messages, expected);
    member_close(&member);
}

static void test_from_the_end(void **state)
{
    (void)state;
    struct member member;
    mock_topic("tail");
    mock_fill("tail", COUNT);
    member_open(&member, "tail", "tail", true);
    member_wait_assigned(&member);
    member_read_for(&member, 1000);
    assert_int_equal(member.messages, 0);
    mock_fill("tail", 16);
    member_read(&member, 16);
    member_close(&member);
}

/* ---- trouble ---- */

static enum rc first_trouble(struct member *member, struct err *e)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (clock_monotonic_ms() < until_ms) {
        struct bus_message message;
        bool got = false;
        enum rc rc = bus_poll(member->consumer, 50, &message, &got, e);
        if (rc != RC_OK)
            return rc;
        assert_false(got);
    }
    return RC_OK;
}

static void test_missing_topic_is_told(void **state)
{
    (void)state;
    struct err e = {0};
    struct member member;
    mock_topic("nowhere");
    rd_kafka_mock_topic_set_error(mock, "nowhere",
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    member_open(&member, "nowhere", "nowhere", false);
    assert_int_equal(first_trouble(&member, &e), RC_RETRY);
    assert_non_null(strstr(e.text, "not available: nowhere: Broker: Unknown topic or "
                                   "partition; make it with \"tillctl topics create\""));
    rd_kafka_mock_topic_set_error(mock, "nowhere", RD_KAFKA_RESP_ERR_NO_ERROR);
    member_close(&member);
}

static void test_rights_are_fatal(void **state)
{
    (void)state;
    struct err e = {0};
    struct member member;
    mock_topic("secret");
    rd_kafka_mock_push_request_errors(mock, MOCK_JOIN_GROUP, 1,
                                      RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    member_open(&member, "secret", "secret", false);
    assert_int_equal(first_trouble(&member, &e), RC_FATAL);
    assert_non_null(strstr(e.text, "group secret"));
    member_close(&member);
}

static void test_settings_are_checked(void **state)
{
    (void)state;
    struct err e = {0};
    static const char *const topics[] = {"t", NULL};
    const struct bus_group group = {.group = "g", .topics = topics};
    struct bus_consumer *consumer = NULL;
    struct bus_conf conf = mock_conf;
    conf.session_timeout_ms = 0; /* the default */
    conf.group_instance_id = "one";
    assert_ok(bus_consumer_open(&conf, &group, &consumer, &e), &e);
    bus_consumer_close(consumer);
    conf.session_timeout_ms = INT64_C(99999999999);
    assert_int_equal(bus_consumer_open(&conf, &group, &consumer, &e), RC_FATAL);
    assert_non_null(strstr(e.text, "session.timeout.ms"));
    bus_consumer_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_all_in_order),
        cmocka_unit_test(test_stored_offsets),
        cmocka_unit_test(test_leaving_commits),
        cmocka_unit_test(test_assigned_sets_the_start),
        cmocka_unit_test(test_from_the_end),
        cmocka_unit_test(test_missing_topic_is_told),
        cmocka_unit_test(test_rights_are_fatal),
        cmocka_unit_test(test_settings_are_checked),
    };
    log_open("test_bus_group", "error", "text");
    return cmocka_run_group_tests(tests, mock_start, mock_stop);
}
