/* test_stats_status: what the timer is said to be doing. */
#include "core/status.h"
#include "unit.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)

static const int64_t now_ms = INT64_C(1763800000000);
static const struct runtime_config config = {.interval_minutes = 10, .enabled = true};
static const struct runtime_config disabled = {.interval_minutes = 10};

static struct poll_record poll(const char *word, int64_t started_ago_ms, int64_t ago_ms)
{
    return (struct poll_record){.shop = "a",
                                .state = word,
                                .kind = "timer",
                                .started_ms = now_ms - started_ago_ms,
                                .at_ms = now_ms - ago_ms};
}

struct expected {
    enum status_state state;
    int64_t next_poll_s;
    bool initialized, will_execute;
};

static void expect(const struct runtime_config *conf, const struct status_shop *shops,
                   size_t count, struct expected want)
{
    struct status status = status_of(conf, shops, count, now_ms);
    assert_string_equal(status_word(status.state), status_word(want.state));
    assert_int_equal(status.next_poll_s, want.next_poll_s);
    assert_int_equal(status.initialized, want.initialized);
    assert_int_equal(status.will_execute_next_cycle, want.will_execute);
}

static void words_are_those_of_the_interface(void **state)
{
    (void)state;
    static const char *const words[] = {"waiting_for_interval", "ready_to_poll",
                                        "polling", "waiting", "disabled"};
    assert_int_equal(STATUS_COUNT, 5);
    for (size_t i = 0; i < STATUS_COUNT; i++)
        assert_string_equal(status_word((enum status_state)i), words[i]);
}

static void nobody_spoke_yet(void **state)
{
    (void)state;
    expect(&config, NULL, 0, (struct expected){STATUS_WAITING, 0, false, false});
    expect(&disabled, NULL, 0, (struct expected){STATUS_DISABLED, 0, false, false});
}

static void between_polls(void **state)
{
    (void)state;
    static const struct {
        int64_t started_ago_ms;
        struct expected want;
    } rows[] = {
        {0, {STATUS_WAITING_FOR_INTERVAL, 600, true, false}},
        {1, {STATUS_WAITING_FOR_INTERVAL, 600, true, false}},
        {9 * MINUTE_MS + 59001, {STATUS_WAITING_FOR_INTERVAL, 1, true, false}},
        {10 * MINUTE_MS - 1, {STATUS_WAITING_FOR_INTERVAL, 1, true, false}},
        {10 * MINUTE_MS, {STATUS_READY_TO_POLL, 0, true, true}},
        {99 * MINUTE_MS, {STATUS_READY_TO_POLL, 0, true, true}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct poll_record record = poll("finished", rows[i].started_ago_ms, 0);
        struct status_shop shop = {.latest = &record, .timer = &record, .ended = &record};
        expect(&config, &shop, 1, rows[i].want);
        struct expected off = {STATUS_DISABLED, 0, true, false};
        expect(&disabled, &shop, 1, off);
    }
}

static void a_running_poll_and_one_that_fell_silent(void **state)
{
    (void)state;
    struct poll_record before = poll("finished", 11 * MINUTE_MS, 10 * MINUTE_MS);
    struct poll_record running = poll("progress", MINUTE_MS, STATUS_SILENT_MS);
    struct status_shop shop = {.latest = &running, .timer = &running, .ended = &before};
    expect(&config, &shop, 1, (struct expected){STATUS_POLLING, 0, true, false});
    expect(&disabled, &shop, 1, (struct expected){STATUS_POLLING, 0, true, false});
    running.at_ms--;
    running.started_ms = running.at_ms;
    expect(&config, &shop, 1, (struct expected){STATUS_WAITING, 300, true, false});
}

static void a_poll_by_hand_does_not_move_the_timer(void **state)
{
    (void)state;
    struct poll_record timer = poll("finished", 8 * MINUTE_MS, 8 * MINUTE_MS);
    struct poll_record hand = poll("finished", MINUTE_MS, MINUTE_MS);
    struct status_shop shop = {.latest = &hand, .timer = &timer, .ended = &hand};
    expect(&config, &shop, 1,
           (struct expected){STATUS_WAITING_FOR_INTERVAL, 120, true, false});
    struct status status = status_of(&config, &shop, 1, now_ms);
    assert_true(status.last_poll_ms == now_ms - MINUTE_MS);
}

static void of_several_shops_the_soonest_counts(void **state)
{
    (void)state;
    struct poll_record early = poll("finished", 9 * MINUTE_MS, 9 * MINUTE_MS);
    struct poll_record late = poll("failed", 2 * MINUTE_MS, MINUTE_MS);
    struct poll_record running = poll("started", 1000, 1000);
    struct status_shop shops[] = {{.latest = &late, .timer = &late, .ended = &late},
                                  {.latest = &early, .timer = &early, .ended = &early},
                                  {.latest = &running, .timer = &running}};
    expect(&config, shops, 2,
           (struct expected){STATUS_WAITING_FOR_INTERVAL, 60, true, false});
    expect(&config, shops, 3, (struct expected){STATUS_POLLING, 60, true, false});
    struct status status = status_of(&config, shops, 2, now_ms);
    assert_true(status.last_poll_ms == now_ms - MINUTE_MS);
}

static void overdue_is_told(void **state)
{
    (void)state;
    struct poll_record record = poll("finished", 25 * MINUTE_MS, 25 * MINUTE_MS);
    struct status_shop shop = {.latest = &record, .timer = &record, .ended = &record};
    assert_int_equal(status_of(&config, &shop, 1, now_ms).overdue_s, 15 * 60);
    assert_int_equal(status_of(&disabled, &shop, 1, now_ms).overdue_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_of_the_interface),
        cmocka_unit_test(nobody_spoke_yet),
        cmocka_unit_test(between_polls),
        cmocka_unit_test(a_running_poll_and_one_that_fell_silent),
        cmocka_unit_test(a_poll_by_hand_does_not_move_the_timer),
        cmocka_unit_test(of_several_shops_the_soonest_counts),
        cmocka_unit_test(overdue_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
