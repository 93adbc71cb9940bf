/* test_bus_lag: the lag that a member of a group tells as a metric, on the mock cluster.
 */
#include "io/metrics.h"
#include "member.h"

#include <stdlib.h>

static struct buf text;

/* The metric of a partition; -1: there is none. */
static int64_t lag(int32_t partition)
{
    char name[80];
    buf_clear(&text);
    metrics_write(&text);
    snprintf(
        name, sizeof(name),
        "tillbridge_consumer_lag_records{group=\"lag\",topic=\"lag\",partition=\"%d\"} ",
        (int)partition);
    const char *at = strstr(buf_str(&text), name);
    return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static void wait_for_lag(struct member *member, int32_t partition, int64_t wanted)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (lag(partition) != wanted && clock_monotonic_ms() < until_ms)
        member_poll(member, 50);
    assert_int_equal(lag(partition), wanted);
}

static void store(struct member *member, int32_t partition, int64_t offset)
{
    struct err e = {0};
    const struct bus_partition done = {"lag", partition, offset};
    assert_ok(bus_store(member->consumer, &done, 1, &e), &e);
}

static void what_is_not_done_is_told(void **state)
{
    (void)state;
    struct member member;
    mock_topic("lag");
    mock_fill("lag", 160);
    mock_conf.extra = "statistics.interval.ms=100";
    member_open(&member, "lag", "lag", false);
    member_read(&member, 160);
    for (int32_t i = 0; i < MOCK_PARTITIONS; i++) { /* handed out, none stored yet */
        assert_true(member.next[i] > 5);
        wait_for_lag(&member, i, 0);
    }
    store(&member, 0, 2);
    store(&member, 1, member.next[1] - 1);
    wait_for_lag(&member, 0, member.next[0] - 2);
    wait_for_lag(&member, 1, 1);
    store(&member, 0, member.next[0]);
    wait_for_lag(&member, 0, 0);
    assert_non_null(
        strstr(buf_str(&text), "\ntillbridge_assigned_partitions{group=\"lag\"} 4\n"));
    assert_non_null(
        strstr(buf_str(&text), "\ntillbridge_rebalances_total{group=\"lag\"} 1\n"));
    member_close(&member);
    assert_int_equal(lag(0), -1); /* another's now */
    assert_non_null(
        strstr(buf_str(&text), "\ntillbridge_assigned_partitions{group=\"lag\"} 0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_not_done_is_told, mock_start, mock_stop),
    };
    buf_init(&text, (size_t)1024 * 1024);
    metrics_open(METRIC_OF_RECONCILER, "reconciler");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_done(&text);
    return failed;
}
