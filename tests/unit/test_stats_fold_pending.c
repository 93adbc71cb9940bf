/* test_stats_fold_pending: a message put aside has two results, of which the last one
 * counts, once, however late it comes and whatever is repeated. */
#include "stats_batch.h"

#define PENDING POLL ",\"reason\":\"locked\",\"pending\":true"
#define SOURCE  "s|rms.results/3|shopify.orders/3"

static void a_late_result_counts_once(void **state)
{
    (void)state;
    put_result(10, "error", PENDING);
    put_result(11, "created", POLL);
    put_result(10, "updated", POLL ",\"attempts\":2");
    struct fold_out out = fold(&nothing);
    assert_int_equal(all_results(&out), 2);
    assert_int_equal(added(&out, "c|live|poll|updated||a"), 1);
    assert_int_equal(added(&out, "c|live|poll|error|locked|a"), 0);
    assert_int_equal(out.duplicates, 0);
    assert_string_equal(is_set(&out, SOURCE), "11 0");
}

static void what_is_awaited_is_kept_between_batches(void **state)
{
    (void)state;
    put_result(10, "error", PENDING);
    put_result(11, "error", PENDING);
    put_result(12, "created", POLL);
    struct fold_out first = fold(&nothing);
    assert_string_equal(is_set(&first, SOURCE), "12 0 10 11");
    const char *const fields[] = {"n|rms.results/3", "3", SOURCE, "12 0 10 11"};
    struct fold_state read;
    fold_state_read(fields, 4, "rms.results/3", &arena, &read);
    put_result(11, "created", POLL);
    struct fold_out second = fold(&read);
    assert_int_equal(all_results(&second), 1);
    assert_string_equal(is_set(&second, SOURCE), "12 0 10");
}

static void whatever_is_repeated_counts_once(void **state)
{
    (void)state;
    put_result(10, "error", PENDING);
    put_result(10, "error", PENDING); /* killed before its offset was stored */
    put_result(11, "created", POLL);
    put_result(10, "created", POLL);
    put_result(10, "created", POLL); /* two copies in the retry topic */
    put_result(10, "error", PENDING);
    struct fold_out out = fold(&nothing);
    assert_int_equal(all_results(&out), 2);
    assert_int_equal(out.duplicates, 3);
    assert_string_equal(is_set(&out, SOURCE), "11 0");
}

static void a_copy_of_what_was_decided_at_once_is_dropped(void **state)
{
    (void)state;
    put_result(10, "created", POLL); /* the kill came between the copy and its result */
    put_result(10, "error", PENDING);
    put_result(10, "skipped", POLL ",\"reason\":\"unchanged\"");
    struct fold_out out = fold(&nothing);
    assert_int_equal(all_results(&out), 1);
    assert_int_equal(out.duplicates, 2);
}

/* The topic was made anew: what was awaited of the old one never comes. */
static void a_source_made_anew_awaits_nothing(void **state)
{
    (void)state;
    put_result(10, "error", PENDING ",\"publishedAt\":\"2026-11-22T10:00:00Z\"");
    put_result(0, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:01Z\"");
    struct fold_out out = fold(&nothing);
    assert_non_null(out.restarted);
    assert_string_equal(is_set(&out, SOURCE), "0 1795341601000");
}

/* A person sees that it waits, until it is settled. */
static void it_is_open_while_it_waits(void **state)
{
    (void)state;
    put_result(10, "error", PENDING);
    struct fold_out first = fold(&nothing);
    assert_int_equal(commands(&first, "OPEN", KEY_OPEN), 1);
    put_result(10, "updated", POLL);
    struct fold_out second = fold(&first.state);
    assert_int_equal(commands(&second, "CLOSE", KEY_OPEN), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_late_result_counts_once),
        TEST(what_is_awaited_is_kept_between_batches),
        TEST(whatever_is_repeated_counts_once),
        TEST(a_copy_of_what_was_decided_at_once_is_dropped),
        TEST(a_source_made_anew_awaits_nothing),
        TEST(it_is_open_while_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
