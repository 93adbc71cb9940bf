/* test_tillctl_facts: what is gathered of one order from its messages and rows. */
#include "tillctl_order.h"

/* ---- what the shop said ---- */

static void test_the_newest_version_counts_not_the_last_message(void **state)
{
    (void)state;
    take_version("1:00", "1:01", LINES(LINE("7", "OLD", "1", "1")));
    take_version("3:00", "3:01", LINES(LINE("7", "NEW", "1", "1")));
    take_version("3:00", "3:00", LINES(LINE("7", "SAME SECOND", "1", "1")));
    take_version("2:00", "9:00", LINES(LINE("7", "REPLAYED", "1", "1")));
    assert_int_equal(facts.said.messages, 4);
    assert_string_equal(snapshot_lines(&facts.said.snapshot)[0].sku, "NEW");
    assert_int_equal(facts.said.newest.offset, 1);
    assert_int_equal(facts.said.last.offset, 3);
    take_version("3:00", "3:02", LINES(LINE("7", "FETCHED LATER", "1", "1")));
    assert_string_equal(snapshot_lines(&facts.said.snapshot)[0].sku, "FETCHED LATER");
    assert_string_equal(facts.name, "#1003");
}

/* The newest is kept whole while others are read over and over. */
static void test_only_the_newest_takes_memory(void **state)
{
    (void)state;
    take_version("1:00", "1:00", ONE_LINE);
    size_t used = arena.used;
    for (int i = 0; i < 500; i++)
        take_version(i % 2 ? "2:00" : "1:00", i % 2 ? "2:00" : "1:00", ONE_LINE);
    assert_int_equal(arena.used, used);
    assert_string_equal(snapshot_lines(&facts.said.snapshot)[0].title, "A mug");
}

static void test_what_can_not_be_read(void **state)
{
    (void)state;
    take_version("1:00", "1:00", ONE_LINE);
    take_bytes("{\"v\":1", NULL);
    take_bytes(NULL, NULL);
    assert_int_equal(facts.said.unreadable, 2);
    assert_true(facts.said.readable);
    assert_int_equal(facts.said.last.offset, 2);
    assert_string_equal(facts.said.unreadable_why, "the message has no value");
}

static void test_dry_runs_are_not_decided_on(void **state)
{
    (void)state;
    take_version("1:00", "1:00", ONE_LINE);
    take_bytes("{}", "true");
    assert_int_equal(facts.said.dry_runs, 1);
    assert_int_equal(facts.said.last.offset, 0);
    take_bytes("{}", "false");
    assert_int_equal(facts.said.last.offset, 2);
}

/* ---- decisions ---- */

static void test_the_same_decisions_are_one(void **state)
{
    (void)state;
    take_result(0, "created", "");
    for (int i = 1; i < 5; i++)
        take_result(i, "skipped", REASON("unchanged"));
    take_result(5, "skipped", REASON("unchanged") ",\"dryRun\":true");
    take_result(6, "skipped", REASON("stale"));
    take_result(7, "skipped", REASON("stale") ",\"detail\":\"why\"");
    facts_take_result(&facts, &(struct facts_message){.value = "{", .len = 1});
    facts_take_result(&facts, &(struct facts_message){.value = NULL});
    assert_int_equal(facts.decision_count, 5);
    assert_int_equal(facts.decisions[1].times, 4);
    assert_int_equal(facts.decisions[1].first_ms, NOW_MS - INT64_C(9) * 60000);
    assert_int_equal(facts.decisions[1].result.decided_ms, NOW_MS - INT64_C(6) * 60000);
    assert_int_equal(facts.decided_offset, 7);
    assert_string_equal(facts.name, "#1003");
}

static void test_many_decisions_are_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        take_result(i, i % 2 ? "updated" : "created", "");
    assert_int_equal(facts.decision_count, 100);
    assert_string_equal(facts.decisions[0].result.action, "created");
    assert_string_equal(facts.decisions[99].result.action, "updated");
}

/* ---- waiting ---- */

static void test_waits(void **state)
{
    (void)state;
    assert_false(facts_waits(&facts));
    take_version("1:00", "1:00", ONE_LINE);
    take_version("2:00", "2:00", ONE_LINE);
    assert_true(facts_waits(&facts));
    take_result(0, "created", "");
    assert_true(facts_waits(&facts));
    take_result(1, "updated", "");
    assert_false(facts_waits(&facts));
    take_result(0, "created", ""); /* told again after a restart */
    assert_false(facts_waits(&facts));
}

static void test_the_guard_knows_before_the_result_is_there(void **state)
{
    (void)state;
    take_version("1:00", "1:00", ONE_LINE);
    struct guard *guard = guard_at(0);
    facts_take_rms(&facts, &rows);
    assert_false(facts_waits(&facts));
    guard->src_partition = 2;
    facts_take_rms(&facts, &rows);
    assert_true(facts_waits(&facts));
    guard->src_partition = 3;
    guard->src_topic = TOPIC_RETRY;
    facts_take_rms(&facts, &rows);
    assert_true(facts_waits(&facts));
    facts.unreached[FACTS_RESULTS] = "away";
    assert_false(facts_waits(&facts)); /* nobody knows */
}

static void test_known_and_incomplete(void **state)
{
    (void)state;
    assert_false(facts_known(&facts) || facts_incomplete(&facts));
    rows.order_count = 1;
    facts_take_rms(&facts, &rows);
    assert_true(facts_known(&facts));
    facts.unreached[FACTS_RMS] = "away";
    assert_true(facts_incomplete(&facts));
}

static void test_applied(void **state)
{
    (void)state;
    take_version("1:00", "1:00", ONE_LINE);
    struct guard *guard = guard_at(0);
    facts_take_rms(&facts, &rows);
    assert_string_equal(facts.rms.applied, "none");
    snapshot_digest(&facts.said.snapshot, guard->applied);
    facts_take_rms(&facts, &rows);
    assert_string_equal(facts.rms.applied, "this");
    guard->applied[0] ^= 1;
    facts_take_rms(&facts, &rows);
    assert_string_equal(facts.rms.applied, "another");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_newest_version_counts_not_the_last_message),
        TEST(test_only_the_newest_takes_memory),
        TEST(test_what_can_not_be_read),
        TEST(test_dry_runs_are_not_decided_on),
        TEST(test_the_same_decisions_are_one),
        TEST(test_many_decisions_are_kept),
        TEST(test_waits),
        TEST(test_the_guard_knows_before_the_result_is_there),
        TEST(test_known_and_incomplete),
        TEST(test_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
