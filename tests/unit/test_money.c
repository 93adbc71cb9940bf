/* test_money: amounts as text, exact proportions, rounding and sums, at their limits. */
#include "base/money.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    int64_t amount_e4;
} good[] = {
    {"0", 0},
    {"-0", 0},
    {"0.00", 0},
    {"55.0", 550000},
    {"-0.125", -1250},
    {"1909.9", 19099000},
    {"0.0001", 1},
    {"-0.0001", -1},
    {"007.5", 75000},
    {"12.340000000000", 123400},
    {"90071992547.0993", MONEY_MAX_E4},
    {"-90071992547.0993", -MONEY_MAX_E4},
};

static const char *const bad[] = {
    "",
    "-",
    "+1",
    ".5",
    "1.",
    "1,5",
    " 1",
    "1 ",
    "1.2.3",
    "1e3",
    "abc",
    "--1",
    "1.00001",
    "0.12345",
    "90071992547.0994",
    "90071992548",
    "99999999999999999999",
    "-90071992547.0994",
    "0x10",
    "1.-5",
    "NaN",
};

static void good_amounts_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t amount_e4 = -77;
        if (!money_parse(good[i].text, &amount_e4) || amount_e4 != good[i].amount_e4)
            fail_msg("\"%s\" gave %lld", good[i].text, (long long)amount_e4);
    }
}

static void bad_amounts_are_refused_and_leave_the_result(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t amount_e4 = -77;
        if (money_parse(bad[i], &amount_e4) || amount_e4 != -77)
            fail_msg("\"%s\"", bad[i]);
    }
    int64_t amount_e4 = 0;
    assert_false(money_parse(NULL, &amount_e4));
}

static void amounts_are_written_shortest(void **state)
{
    (void)state;
    static const struct {
        int64_t amount_e4;
        const char *text;
    } cases[] = {
        {0, "0.00"},
        {550000, "55.00"},
        {-1250, "-0.125"},
        {1, "0.0001"},
        {-1, "-0.0001"},
        {551000, "55.10"},
        {551200, "55.12"},
        {551230, "55.123"},
        {INT64_MAX, "922337203685477.5807"},
        {INT64_MIN, "-922337203685477.5808"},
        {MONEY_MAX_E4, "90071992547.0993"},
    };
    char text[MONEY_TEXT_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(money_format(cases[i].amount_e4, text), cases[i].text);
}

static void writing_and_reading_agree(void **state)
{
    (void)state;
    unsigned short seed[3] = {4, 5, 6};
    char text[MONEY_TEXT_MAX];
    for (int i = 0; i < 20000; i++) {
        int64_t any = ((int64_t)nrand48(seed) << 31 | nrand48(seed)) % MONEY_MAX_E4;
        int64_t back = 0;
        any = (i % 2 ? any : -any) >> (i % 40);
        assert_true(money_parse(money_format(any, text), &back));
        assert_int_equal(back, any);
    }
}

static void proportions_round_halves_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        int64_t a, b, c;
        bool taken;
        int64_t value;
    } cases[] = {
        {10, 1, 4, true, 3},
        {-10, 1, 4, true, -3},
        {10, 1, -4, true, -3},
        {-10, 1, -4, true, 3},
        {9, 1, 4, true, 2},
        {11, 1, 4, true, 3},
        {1, 1, 2, true, 1},
        {-1, 1, 2, true, -1},
        {1, 1, 3, true, 0},
        {2, 1, 3, true, 1},
        {0, 5, 7, true, 0},
        {5, 0, 7, true, 0},
        {1, 1, 0, false, 0},
        {0, 0, 0, false, 0},
        {MONEY_MAX_E4, MONEY_MAX_E4, MONEY_MAX_E4, true, MONEY_MAX_E4},
        {MONEY_MAX_E4, 2, 1, false, 0},
        {INT64_MAX, INT64_MAX, INT64_MAX, false, 0},
        {INT64_MIN, 1, INT64_MIN, true, 1},
        {INT64_MIN, INT64_MIN, INT64_MAX, false, 0},
        {MONEY_MAX_E4 + 1, 1, 1, false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = -77;
        bool taken = money_mul_div(cases[i].a, cases[i].b, cases[i].c, &value);
        if (taken != cases[i].taken || value != (taken ? cases[i].value : -77))
            fail_msg("case %zu gave %lld", i, (long long)value);
    }
}

static void rounding_goes_to_the_unit(void **state)
{
    (void)state;
    assert_int_equal(money_round(12349, 100), 12300);
    assert_int_equal(money_round(12350, 100), 12400);
    assert_int_equal(money_round(-12350, 100), -12400);
    assert_int_equal(money_round(-12349, 100), -12300);
    assert_int_equal(money_round(5000, 10000), 10000);
    assert_int_equal(money_round(4999, 10000), 0);
    assert_int_equal(money_round(12345, 10), 12350);
    assert_int_equal(money_round(7, 1), 7);
}

static void sums_are_checked(void **state)
{
    (void)state;
    int64_t sum_e4 = MONEY_MAX_E4 - 1;
    assert_true(money_add(&sum_e4, 1));
    assert_int_equal(sum_e4, MONEY_MAX_E4);
    assert_false(money_add(&sum_e4, 1));
    assert_int_equal(sum_e4, MONEY_MAX_E4);
    assert_true(money_add(&sum_e4, -2 * MONEY_MAX_E4));
    assert_false(money_add(&sum_e4, -1));
    assert_int_equal(sum_e4, -MONEY_MAX_E4);
    assert_false(money_add(&sum_e4, INT64_MIN));
}

static void units_follow_the_currency(void **state)
{
    (void)state;
    assert_int_equal(money_unit("USD"), 100);
    assert_int_equal(money_unit("CRC"), 100);
    assert_int_equal(money_unit("JPY"), 10000);
    assert_int_equal(money_unit("CLP"), 10000);
    assert_int_equal(money_unit("KWD"), 10);
    assert_int_equal(money_unit(""), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_amounts_are_read),
        cmocka_unit_test(bad_amounts_are_refused_and_leave_the_result),
        cmocka_unit_test(amounts_are_written_shortest),
        cmocka_unit_test(writing_and_reading_agree),
        cmocka_unit_test(proportions_round_halves_away_from_zero),
        cmocka_unit_test(rounding_goes_to_the_unit),
        cmocka_unit_test(sums_are_checked),
        cmocka_unit_test(units_follow_the_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
