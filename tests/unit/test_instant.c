/* test_instant: times as text and back, the calendar, and what is no time. */
#include "base/instant.h"
#include "unit.h"

#include <string.h>

static const struct {
    const char *text;
    int64_t ms;
} good[] = {
    {"1970-01-01T00:00:00.001Z", 1},
    {"1970-01-01T00:00:01Z", 1000},
    {"2000-02-29T12:00:00Z", 951825600000},
    {"2024-02-29T00:00:00Z", 1709164800000},
    {"2026-11-22T10:00:00Z", 1795341600000},
    {"2026-11-22T10:00:00.125Z", 1795341600125},
    {"2026-11-22T10:00:00.1Z", 1795341600100},
    {"2026-11-22T10:00:00.123456789Z", 1795341600123},
    {"2026-11-22T04:00:00-06:00", 1795341600000},
    {"2026-11-22T15:30:00+05:30", 1795341600000},
    {"2026-11-22T10:00:00-00:00", 1795341600000},
    {"2026-11-23T04:00:00+18:00", 1795341600000},
    {"9999-12-31T23:59:59.999Z", 253402300799999},
};

static const char *const bad[] = {
    "",
    "2026-11-22",
    "2026-11-22 10:00:00Z",
    "2026-11-22T10:00:00",
    "2026-11-22T10:00Z",
    "2026-11-22T10:00:00z",
    "2026-11-22T10:00:00 Z",
    " 2026-11-22T10:00:00Z",
    "2026-11-22T10:00:00Z ",
    "2026-11-22T10:00:00ZZ",
    "2026-11-22T10:00:00.Z",
    "2026-11-22T10:00:00.1234567890Z",
    "2026-11-22T10:00:00+0600",
    "2026-11-22T10:00:00+06",
    "2026-11-22T10:00:00+6:00",
    "2026-11-22T10:00:00+19:00",
    "2026-11-22T10:00:00+05:60",
    "2026-11-22T10:00:00+05:3x",
    "2026-02-30T10:00:00Z",
    "2025-02-29T10:00:00Z",
    "1900-02-29T10:00:00Z",
    "2026-04-31T10:00:00Z",
    "2026-00-10T10:00:00Z",
    "2026-13-10T10:00:00Z",
    "2026-11-00T10:00:00Z",
    "2026-11-32T10:00:00Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T10:60:00Z",
    "2026-11-22T10:00:60Z",
    "2026-1-22T10:00:00Z",
    "26-11-22T10:00:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "1970-01-01T01:00:00+02:00",
    "tomorrow",
};

static void good_times_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t ms = -77;
        if (!instant_parse(good[i].text, &ms) || ms != good[i].ms)
            fail_msg("%s gave %lld", good[i].text, (long long)ms);
    }
}

static void bad_times_are_refused_and_leave_the_result(void **state)
{
    (void)state;
    int64_t ms = -77;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (instant_parse(bad[i], &ms) || ms != -77)
            fail_msg("%s", bad[i]);
    assert_false(instant_parse(NULL, &ms));
}

static void times_are_written_with_milliseconds_when_there_are_any(void **state)
{
    (void)state;
    char text[INSTANT_TEXT_MAX];
    assert_string_equal(instant_format(1795341600000, text), "2026-11-22T10:00:00Z");
    assert_string_equal(instant_format(1795341600125, text), "2026-11-22T10:00:00.125Z");
    assert_string_equal(instant_format(1795341600007, text), "2026-11-22T10:00:00.007Z");
    assert_string_equal(instant_format_offset(1795341600125, text),
                        "2026-11-22T10:00:00+00:00");
}

static void writing_and_reading_agree(void **state)
{
    (void)state;
    char text[INSTANT_TEXT_MAX];
    /* A prime step walks through all months, leap days and milliseconds. */
    for (int64_t ms = 1; ms < 4102444800000; ms += 86399987) {
        int64_t back = 0;
        assert_true(instant_parse(instant_format(ms, text), &back));
        assert_int_equal(back, ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_times_are_read),
        cmocka_unit_test(bad_times_are_refused_and_leave_the_result),
        cmocka_unit_test(times_are_written_with_milliseconds_when_there_are_any),
        cmocka_unit_test(writing_and_reading_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
