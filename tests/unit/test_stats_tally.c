/* test_stats_tally: what results count as, and the success rate. */
#include "core/tally.h"
#include "unit.h"

static int64_t outcomes_with(enum action action, enum reason reason)
{
    struct tally tally = {0};
    int64_t sum = 0;
    tally.cells[CLASS_LIVE][action][reason] = 1;
    for (size_t o = 0; o < OUTCOME_COUNT; o++)
        sum += tally_sum(&tally, CLASS_LIVE, (enum tally_outcome)o);
    return sum;
}

/* Every pair of action and reason is counted by exactly one outcome. */
static void every_cell_is_in_one_outcome(void **state)
{
    (void)state;
    for (size_t a = 0; a < ACTION_COUNT; a++)
        for (size_t r = 0; r < REASON_COUNT; r++)
            assert_int_equal(outcomes_with((enum action)a, (enum reason)r), 1);
}

static void outcomes_are_what_the_interface_means(void **state)
{
    (void)state;
    static const struct {
        enum action action;
        enum reason reason;
        enum tally_outcome outcome;
    } rows[] = {
        {ACTION_CREATED, REASON_NONE, OUTCOME_NEWLY_SYNCED},
        {ACTION_UPDATED, REASON_NONE, OUTCOME_UPDATED},
        {ACTION_CANCELLED, REASON_NONE, OUTCOME_CANCELLED},
        {ACTION_SKIPPED, REASON_UNCHANGED, OUTCOME_ALREADY_SYNCED},
        {ACTION_SKIPPED, REASON_STALE, OUTCOME_SKIPPED},
        {ACTION_SKIPPED, REASON_ALREADY_REPORTED, OUTCOME_SKIPPED},
        {ACTION_SKIPPED, REASON_FINANCIAL_STATUS, OUTCOME_SKIPPED},
        {ACTION_CONFLICT, REASON_TENDERED, OUTCOME_CONFLICTS},
        {ACTION_ERROR, REASON_UNKNOWN_SKU, OUTCOME_SYNC_ERRORS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tally tally = {0};
        tally.cells[CLASS_REPLAYED][rows[i].action][rows[i].reason] = 7;
        assert_int_equal(tally_sum(&tally, CLASS_REPLAYED, rows[i].outcome), 7);
        assert_int_equal(tally_sum(&tally, CLASS_LIVE, rows[i].outcome), 0);
        assert_int_equal(tally_total(&tally, CLASS_REPLAYED), 7);
        assert_int_equal(tally_reason(&tally, CLASS_REPLAYED, rows[i].reason), 7);
    }
}

static void success_is_rounded_half_up(void **state)
{
    (void)state;
    static const struct {
        int64_t created, updated, cancelled, errors, want_e2;
    } rows[] = {
        {0, 0, 0, 0, 10000}, /* nothing attempted */
        {0, 0, 0, 1, 0},     {1, 0, 0, 0, 10000},     {1, 0, 0, 2, 3333},
        {1, 1, 0, 1, 6667},  {120, 25, 0, 2, 9864},   /* 98.639... */
        {1, 0, 0, 7, 1250},  {1, 0, 0, 799, 13},      /* 0.125: half goes up */
        {1, 0, 0, 19999, 1},                          /* 0.005 */
        {1, 0, 0, 20000, 0}, {99999, 0, 0, 1, 10000}, /* 99.999 */
        {0, 0, 3, 1, 7500},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tally tally = {0};
        tally.cells[CLASS_LIVE][ACTION_CREATED][0] = rows[i].created;
        tally.cells[CLASS_LIVE][ACTION_UPDATED][0] = rows[i].updated;
        tally.cells[CLASS_LIVE][ACTION_CANCELLED][0] = rows[i].cancelled;
        tally.cells[CLASS_LIVE][ACTION_ERROR][REASON_MALFORMED] = rows[i].errors;
        /* What was not attempted does not count. */
        tally.cells[CLASS_LIVE][ACTION_SKIPPED][REASON_UNCHANGED] = 1000;
        tally.cells[CLASS_LIVE][ACTION_CONFLICT][REASON_TENDERED] = 1000;
        tally.cells[CLASS_DRY_RUN][ACTION_ERROR][REASON_MALFORMED] = 1000;
        assert_int_equal(tally_success_e2(&tally, CLASS_LIVE), rows[i].want_e2);
    }
}

static void a_dry_run_is_counted_apart_whatever_its_source(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum tally_class class;
    } rows[] = {{"poll", CLASS_LIVE},
                {"trigger", CLASS_LIVE},
                {"webhook", CLASS_LIVE},
                {"backfill", CLASS_LIVE},
                {"replay", CLASS_REPLAYED}};
    enum tally_source source = TALLY_SOURCE_COUNT;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(tally_source_parse(rows[i].word, &source));
        assert_int_equal(tally_class_of(source, false), rows[i].class);
        assert_int_equal(tally_class_of(source, true), CLASS_DRY_RUN);
    }
    assert_int_equal(sizeof(rows) / sizeof(rows[0]), TALLY_SOURCE_COUNT);
    assert_false(tally_source_parse("Poll", &source));
    assert_false(tally_source_parse("", &source));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_in_one_outcome),
        cmocka_unit_test(outcomes_are_what_the_interface_means),
        cmocka_unit_test(success_is_rounded_half_up),
        cmocka_unit_test(a_dry_run_is_counted_apart_whatever_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
