/* test_stats_fold: what a batch of results changes: positions, counters, duplicates. */
#include "stats_batch.h"

static void positions_and_counters_go_together(void **state)
{
    (void)state;
    put_result(10, "created", POLL ",\"pollId\":\"p1\"");
    put_result(11, "updated", POLL ",\"pollId\":\"p1\"");
    put_result(12, "updated", POLL ",\"pollId\":\"p2\"");
    put_result(13, "skipped", POLL ",\"reason\":\"unchanged\"");
    struct fold_out out = fold(&nothing);
    assert_int_equal(out.folded, 4);
    assert_int_equal(out.state.next, 4);
    assert_string_equal(is_set(&out, "n|rms.results/3"), "4");
    assert_string_equal(is_set(&out, "s|rms.results/3|shopify.orders/3"), "13 0");
    assert_int_equal(added(&out, "c|live|poll|created||a"), 1);
    assert_int_equal(added(&out, "c|live|poll|updated||a"), 2);
    assert_int_equal(added(&out, "c|live|poll|skipped|unchanged|a"), 1);
    assert_int_equal(added_to(&out, KEY_POLL "p1", "c|live|created|"), 1);
    assert_int_equal(added_to(&out, KEY_POLL "p1", "c|live|updated|"), 1);
    assert_int_equal(added_to(&out, KEY_POLL "p2", "c|live|updated|"), 1);
}

static void results_met_again_are_dropped(void **state)
{
    (void)state;
    put_result(10, "created", POLL);
    put_result(11, "updated", POLL);
    struct fold_out first = fold(&nothing);
    put_result(10, "created", POLL); /* a restarted reconciler reports again */
    put_result(11, "updated", POLL);
    put_result(12, "cancelled", POLL);
    put_result(12, "cancelled", POLL);
    struct fold_out second = fold(&first.state);
    assert_int_equal(second.duplicates, 3);
    assert_int_equal(all_results(&second), 1);
    assert_int_equal(added(&second, "c|live|poll|cancelled||a"), 1);
    assert_int_equal(added(&second, "c|duplicate|rms.results"), 3);
    assert_int_equal(second.state.next, 6);
    assert_int_equal(commands(&second, "HISTORY", KEY_ORDER "a/1"), 1);
}

static void sources_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        int partition, offset;
    } rows[] = {{"shopify.orders", 3, 10},      {"shopify.orders.retry", 3, 4},
                {"shopify.orders", 5, 4},       {"shopify.orders", 3, 10},
                {"shopify.orders.retry", 3, 4}, {"shopify.orders", 5, 5}};
    for (size_t i = 0; i < 6; i++)
        put("a/1", arena_printf(&arena,
                                "{\"v\":1,\"shop\":\"a\",\"order\":\"1\",\"action\":"
                                "\"created\",\"srcTopic\":\"%s\",\"srcPartition\":%d,"
                                "\"srcOffset\":%d,\"decidedAt\":\"2026-11-22T10:00:00Z\""
                                ",\"source\":\"poll\"}",
                                rows[i].topic, rows[i].partition, rows[i].offset));
    struct fold_out out = fold(&nothing);
    assert_int_equal(out.duplicates, 2);
    assert_int_equal(added(&out, "c|live|poll|created||a"), 4);
    assert_string_equal(is_set(&out, "s|rms.results/3|shopify.orders/5"), "5 0");
}

static void a_source_made_anew_is_told_from_a_duplicate(void **state)
{
    (void)state;
    put_result(500, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:00Z\"");
    put_result(500, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:00Z\"");
    struct fold_out first = fold(&nothing);
    assert_int_equal(first.duplicates, 1);
    assert_null(first.restarted);
    put_result(0, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:01Z\"");
    put_result(0, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:01Z\"");
    put_result(1, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:02Z\"");
    struct fold_out second = fold(&first.state);
    assert_string_equal(second.restarted, "shopify.orders/3");
    assert_int_equal(second.duplicates, 1);
    assert_int_equal(added(&second, "c|live|poll|created||a"), 2);
}

static void replays_and_dry_runs_are_counted_apart(void **state)
{
    (void)state;
    put_result(1, "created", REPLAY);
    put_result(2, "created", POLL ",\"dryRun\":true,\"pollId\":\"p\"");
    put_result(3, "created", REPLAY ",\"dryRun\":true");
    struct fold_out out = fold(&nothing);
    assert_int_equal(added(&out, "c|replayed|replay|created||a"), 1);
    assert_int_equal(added(&out, "c|dry_run|poll|created||a"), 1);
    assert_int_equal(added(&out, "c|dry_run|replay|created||a"), 1);
    assert_int_equal(added_to(&out, KEY_POLL "p", "c|dry_run|created|"), 1);
    assert_int_equal(added(&out, "c|live|poll|created||a"), 0);
}

static void what_can_not_be_read_is_counted_and_passed(void **state)
{
    (void)state;
    static const struct {
        const char *value, *text;
    } rows[] = {
        {"{", "not JSON"},         {"[]", "expected an object"},
        {"\xff\xfe", "not UTF-8"}, {"{}", "expected a value"},
        {NULL, "without a value"}, {"", "not JSON"},
    };
    put_result(1, "created", POLL);
    for (size_t i = 0; i < 6; i++)
        put("k", rows[i].value);
    put_result(2, "exploded", POLL);
    put_result(3, "created", ",\"source\":\"rumour\"");
    put_result(4, "created", POLL);
    struct fold_out out = fold(&nothing);
    assert_int_equal(out.malformed, 8);
    assert_int_equal(added(&out, "c|malformed|rms.results"), 8);
    assert_int_equal(added(&out, "c|live|poll|created||a"), 2);
    assert_int_equal(out.state.next, 10);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(out.faults[i].offset, (int64_t)i + 1);
        assert_contains(out.faults[i].err.text, rows[i].text);
    }
    assert_contains(out.faults[6].err.text, "exploded");
    assert_contains(out.faults[7].err.text, "rumour");
}

static void a_reason_of_a_newer_release_still_counts(void **state)
{
    (void)state;
    put_result(1, "skipped", POLL ",\"reason\":\"moon_phase\"");
    struct fold_out out = fold(&nothing);
    assert_int_equal(out.malformed, 0);
    assert_int_equal(added(&out, "c|live|poll|skipped||a"), 1);
}

/* Folds six records, each result twice, cut after `cut` of them. */
static void folded_in_two(size_t cut)
{
    next_offset = 0;
    for (int64_t i = 0; i < (int64_t)cut; i++)
        put_result(i / 2, "created", POLL);
    struct fold_out first = fold(&nothing);
    for (int64_t i = (int64_t)cut; i < 6; i++)
        put_result(i / 2, "created", POLL);
    struct fold_out second = fold(&first.state);
    assert_int_equal(all_results(&first) + all_results(&second), 3);
    assert_int_equal(second.state.next, 6);
}

static void folding_in_pieces_is_folding_at_once(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= 6; cut++)
        folded_in_two(cut);
}

static void records_below_the_position_are_passed(void **state)
{
    (void)state;
    struct fold_state at = {.next = 3};
    for (int64_t i = 0; i < 5; i++)
        put_result(i, "created", POLL);
    struct fold_out out = fold(&at);
    assert_int_equal(out.folded, 2);
    assert_int_equal(added(&out, "c|live|poll|created||a"), 2);
    put_result(9, "created", POLL);
    records[0].offset = 2;
    out = fold(&at);
    assert_int_equal(out.state.next, 3); /* nothing to apply */
    assert_int_equal(out.ops.count_count, 0);
}

static void expired_results_are_noticed(void **state)
{
    (void)state;
    struct fold_state at = {.next = 5, .mark = "m"};
    next_offset = 8;
    put_result(1, "created", POLL);
    struct fold_out out = fold(&at);
    assert_int_equal(out.expired, 3);
    assert_int_equal(added(&out, "c|gap|rms.results"), 3);
    assert_string_equal(is_set(&out, "cut"), "1");
    const struct fold_in in = {
        .topic = TOPIC_RESULTS, .partition = "rms.results/3", .low = 100};
    fold_batch(&in, &at, &arena, &out); /* nothing is left of the topic */
    assert_int_equal(out.expired, 95);
    assert_int_equal(out.state.next, 100);
    assert_null(out.state.mark);
    next_offset = 8; /* a compacted topic has gaps */
    put("k", "{");
    out = fold_on(TOPIC_CONTROL, &at);
    assert_int_equal(out.expired, 0);
    assert_null(is_set(&out, "cut"));
}

static void the_mark_tells_another_topic(void **state)
{
    (void)state;
    put_result(1, "created", POLL);
    struct fold_record last = records[0];
    struct fold_out out = fold(&nothing);
    assert_true(fold_same_history(&out.state, &last));
    last.value_len--;
    assert_false(fold_same_history(&out.state, &last));
    last.value = NULL;
    last.value_len = 0;
    assert_false(fold_same_history(&out.state, &last));
    assert_true(fold_same_history(&nothing, &last));
}

static void the_state_comes_back_from_its_fields(void **state)
{
    (void)state;
    put_result(17, "created", POLL ",\"publishedAt\":\"2026-11-22T10:00:00Z\"");
    struct fold_out out = fold(&nothing);
    struct fold_state back;
    fold_state_read(out.ops.sets.at, out.ops.sets.count, "rms.results/3", &arena, &back);
    assert_int_equal(back.next, 1);
    assert_string_equal(back.mark, out.state.mark);
    assert_int_equal(back.source_count, 1);
    assert_string_equal(back.sources[0].id, "shopify.orders/3");
    assert_int_equal(back.sources[0].offset, 17);
    assert_true(back.sources[0].published_ms == out.state.sources[0].published_ms);
    /* rms.results/3 is not the beginning of rms.results/33. */
    fold_state_read(out.ops.sets.at, out.ops.sets.count, "rms.results/33", &arena, &back);
    assert_int_equal(back.next, 0);
    fold_state_read(out.ops.sets.at, out.ops.sets.count, "rms.results/", &arena, &back);
    assert_int_equal(back.next, 0);
    assert_int_equal(back.source_count, 0);
}

static void arguments_are_what_the_script_reads(void **state)
{
    (void)state;
    struct ops ops;
    ops_init(&ops, &arena);
    ops_set(&ops, "f", "v");
    ops_add(&ops, KEY_STATS, "n", 2);
    ops_add(&ops, "other", "m", 5);
    ops_add(&ops, KEY_STATS, "n", 3);
    ops_command(&ops, "DEL", "x", NULL);
    (void)ops_arguments(&ops); /* asking changes nothing */
    ops_add(&ops, KEY_HISTORY "day:2026-11-22", "o", 1);
    struct ops_text words = ops_arguments(&ops);
    static const char days[] = KEY_HISTORY "day";
    static const char *const want[] = {
        "1",     "f", "v", "1",      "n", "5",      "2",  "DEL",        "x", "5", "COUNT",
        "other", "m", "5", "604800", "6", "BUCKET", days, "2026-11-22", "o", "1", "400"};
    assert_int_equal(words.count, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < words.count; i++)
        assert_string_equal(words.at[i], want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(positions_and_counters_go_together),
        TEST(results_met_again_are_dropped),
        TEST(sources_are_told_apart),
        TEST(a_source_made_anew_is_told_from_a_duplicate),
        TEST(replays_and_dry_runs_are_counted_apart),
        TEST(what_can_not_be_read_is_counted_and_passed),
        TEST(a_reason_of_a_newer_release_still_counts),
        TEST(folding_in_pieces_is_folding_at_once),
        TEST(records_below_the_position_are_passed),
        TEST(expired_results_are_noticed),
        TEST(the_mark_tells_another_topic),
        TEST(the_state_comes_back_from_its_fields),
        TEST(arguments_are_what_the_script_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
