/* test_bus_stuck: a member whose last commits are never answered, on the mock cluster.
 * Its session is over, its partitions are to be let go of, and librdkafka waits. */
#include "io/log.h"
#include "member.h"

enum {
    COUNT = 40,
    NEVER_MS = 600000,
    MOCK_HEARTBEAT = 12,
};

static void what_is_not_answered_is_left_behind(void **state)
{
    (void)state;
    struct member member;
    mock_topic("stuck");
    mock_fill("stuck", COUNT);
    mock_conf.extra = "statistics.interval.ms=100,socket.timeout.ms=300000,"
                      "auto.commit.interval.ms=300000";
    member_open(&member, "stuck", "stuck", false);
    member.stores = true;
    member_read(&member, COUNT);
    /* The first commit is the one of what is taken away. */
    rd_kafka_mock_broker_push_request_error_rtts(mock, 1, MOCK_OFFSET_COMMIT, 1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, NEVER_MS);
    rd_kafka_mock_push_request_errors(mock, MOCK_HEARTBEAT, 1,
                                      RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (member.assigned_calls < 2 && clock_monotonic_ms() < until_ms)
        member_poll(&member, 50);
    assert_int_equal(member.assigned_calls, 2);
    assert_int_equal(member.revoked_calls, 1);
    assert_true(member.lost);
    size_t before = member.messages;
    mock_fill("stuck", 10);
    until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (member.messages < before + 10 && clock_monotonic_ms() < until_ms)
        member_poll(&member, 50);
    assert_true(member.messages >= before + 10);
    member_close(&member);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_answered_is_left_behind),
    };
    log_open("test_bus_stuck", "warn", "text");
    return cmocka_run_group_tests(tests, mock_start, mock_stop);
}
