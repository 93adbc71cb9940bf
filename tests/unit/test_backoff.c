/* test_backoff: waits double up to a limit and differ by seed, never by chance. */
#include "base/backoff.h"
#include "unit.h"

#include <limits.h>

static const struct backoff backoff = {.base_ms = 100, .max_ms = 5000};

static void waits_double_up_to_the_limit(void **state)
{
    (void)state;
    static const int64_t full_ms[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
    for (unsigned attempt = 1; attempt <= 9; attempt++)
        for (uint64_t seed = 0; seed < 500; seed++)
            assert_in_range(backoff_delay_ms(&backoff, attempt, seed),
                            full_ms[attempt - 1] / 2, full_ms[attempt - 1]);
    assert_in_range(backoff_delay_ms(&backoff, UINT_MAX, 1), 2500, 5000);
    assert_in_range(backoff_delay_ms(&backoff, 0, 1), 50, 100);
}

static void the_same_seed_gives_the_same_wait(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++)
        assert_int_equal(backoff_delay_ms(&backoff, 7, seed),
                         backoff_delay_ms(&backoff, 7, seed));
}

static void near_seeds_are_spread_over_the_whole_range(void **state)
{
    (void)state;
    int quarters[4] = {0};
    for (uint64_t seed = 1; seed <= 400; seed++)
        quarters[(backoff_delay_ms(&backoff, 7, seed) - 2500) * 4 / 2501]++;
    for (int i = 0; i < 4; i++)
        assert_in_range(quarters[i], 50, 150);
}

static void no_wait_stays_no_wait(void **state)
{
    (void)state;
    const struct backoff none = {0};
    const struct backoff only_limit = {.base_ms = 0, .max_ms = 1000};
    const struct backoff above = {.base_ms = 900, .max_ms = 300};
    assert_int_equal(backoff_delay_ms(&none, 5, 1), 0);
    assert_int_equal(backoff_delay_ms(&only_limit, UINT_MAX, 1), 0);
    assert_in_range(backoff_delay_ms(&above, 1, 1), 150, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_double_up_to_the_limit),
        cmocka_unit_test(the_same_seed_gives_the_same_wait),
        cmocka_unit_test(near_seeds_are_spread_over_the_whole_range),
        cmocka_unit_test(no_wait_stays_no_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
