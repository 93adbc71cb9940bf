/* test_bus_rebalance: partitions moving between members of a group, and a broker away for
 * longer than the session. The mock answers a commit during a rebalance with an error
 * (a real broker takes it), so messages may come again; none may be missing. */
#include "io/log.h"
#include "member.h"

enum { COUNT = 160, TWICE = 2 * COUNT, THRICE = 3 * COUNT, FOUR_TIMES = 4 * COUNT };

static void read_both(struct member *one, struct member *two, int64_t ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    while (clock_monotonic_ms() < until_ms) {
        member_poll(one, 1); /* the other's wait is added to each message */
        member_poll(two, 1);
    }
}

static void wait_shared(struct member *one, struct member *two)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (clock_monotonic_ms() < until_ms &&
           (one->held != MOCK_PARTITIONS / 2 || two->held != MOCK_PARTITIONS / 2))
        read_both(one, two, 100);
    assert_int_equal(one->held, MOCK_PARTITIONS / 2);
    assert_int_equal(two->held, MOCK_PARTITIONS / 2);
}

/* How many offsets of all partitions at least one of the two has passed. */
static int64_t seen_by_either(const struct member *one, const struct member *two)
{
    int64_t sum = 0;
    for (size_t i = 0; i < MOCK_PARTITIONS; i++) {
        int64_t further = one->next[i] > two->next[i] ? one->next[i] : two->next[i];
        sum += further > 0 ? further : 0;
    }
    return sum;
}

static void wait_for_all(struct member *one)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (clock_monotonic_ms() < until_ms && one->held != MOCK_PARTITIONS)
        member_poll(one, 50);
    assert_int_equal(one->held, MOCK_PARTITIONS);
}

/* Reads until the last of each partition came; filled: how many there are in all. */
static void read_to_ends(struct member *one, int64_t filled)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (clock_monotonic_ms() < until_ms && seen_by_either(one, one) != filled)
        member_poll(one, 50);
    assert_int_equal(seen_by_either(one, one), filled);
}

static void open_storing(struct member *member)
{
    member_open(member, "moving", "moving", false);
    member->stores = true;
}

/* Storing what has gone to another is let be: the other does it again. Half of these are
 * the other's. */
static void check_store_of_lost(struct member *one)
{
    struct err e = {0};
    for (int32_t i = 0; i < MOCK_PARTITIONS; i++) {
        const struct bus_partition partition = {"moving", i, 1};
        assert_ok(bus_store(one->consumer, &partition, 1, &e), &e);
    }
}

static void read_both_to_ends(struct member *one, struct member *two, int64_t filled)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (clock_monotonic_ms() < until_ms && seen_by_either(one, two) != filled)
        read_both(one, two, 50);
    assert_int_equal(seen_by_either(one, two), filled);
}

/* A member that pauses while it has all partitions stays paused when it has half of
 * them, and reads on when it resumes. */
static void check_pause_over_rebalance(struct member *one, struct member *two)
{
    bus_pause(one->consumer);
    open_storing(two);
    wait_shared(one, two);
    assert_true(one->revoked_calls >= 1); /* a slow machine may see more */
    assert_int_equal(one->assigned_calls, one->revoked_calls + 1);
    check_store_of_lost(one);
    mock_fill("moving", COUNT);
    size_t before = one->messages;
    read_both(one, two, 1500);
    assert_int_equal(one->messages, before);
    assert_true(two->messages > 0);
    bus_resume(one->consumer);
    read_both_to_ends(one, two, TWICE);
    assert_true(one->messages > before);
    assert_int_equal(one->gaps + two->gaps, 0);
}

/* The partitions taken from it while it was paused come back able to be read. */
static void check_return(struct member *one, struct member *two)
{
    member_close(two);
    wait_for_all(one);
    mock_fill("moving", COUNT);
    read_to_ends(one, THRICE);
}

/* Partitions that come while it is paused are paused as well. */
static void check_gain_while_paused(struct member *one, struct member *two)
{
    open_storing(two);
    wait_shared(one, two);
    bus_pause(one->consumer);
    member_close(two);
    wait_for_all(one);
    mock_fill("moving", COUNT);
    size_t before = one->messages;
    member_read_for(one, 1500);
    assert_int_equal(one->messages, before);
    bus_resume(one->consumer);
    read_to_ends(one, FOUR_TIMES);
}

static void test_partitions_move(void **state)
{
    (void)state;
    struct member one;
    struct member two;
    mock_topic("moving");
    mock_fill("moving", COUNT);
    open_storing(&one);
    member_read(&one, COUNT);
    check_pause_over_rebalance(&one, &two);
    check_return(&one, &two);
    check_gain_while_paused(&one, &two);
    member_close(&one);
}

static void wait_lost(struct member *member)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (!member->revoked_calls && clock_monotonic_ms() < until_ms)
        member_poll(member, 50);
    assert_int_equal(member->revoked_calls, 1);
}

static void test_lost_and_found(void **state)
{
    (void)state;
    struct member member;
    mock_topic("outage");
    mock_fill("outage", COUNT);
    member_open(&member, "outage", "outage", false);
    member_read(&member, COUNT);
    rd_kafka_mock_broker_set_down(mock, 1);
    wait_lost(&member);
    assert_true(member.lost);
    assert_int_equal(member.held, 0);
    rd_kafka_mock_broker_set_up(mock, 1);
    member_wait_assigned(&member);
    mock_fill("outage", COUNT);
    member_read(&member, THRICE); /* nothing had been stored: all of it again */
    member_close(&member);
}

/* Without a broker, leaving must not hang. */
static void test_close_without_broker(void **state)
{
    (void)state;
    struct member member;
    mock_topic("dark");
    mock_fill("dark", COUNT);
    member_open(&member, "dark", "dark", false);
    member.stores = true;
    member_read(&member, COUNT);
    rd_kafka_mock_broker_set_down(mock, 1);
    int64_t began_ms = clock_monotonic_ms();
    member_close(&member);
    assert_true(clock_monotonic_ms() - began_ms < 25000);
    rd_kafka_mock_broker_set_up(mock, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partitions_move),
        cmocka_unit_test(test_lost_and_found),
        cmocka_unit_test(test_close_without_broker),
    };
    log_open("test_bus_rebalance", "error", "text");
    return cmocka_run_group_tests(tests, mock_start, mock_stop);
}
