/* test_stats_progress: when a trigger is done, and what its answer says. */
#include "arena_rig.h"
#include "core/progress.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct progress_poll poll_of(const char *shop, const char *word, int64_t orders,
                                    int64_t created)
{
    struct progress_poll poll = {.record = {.shop = shop,
                                            .state = word,
                                            .orders = orders,
                                            .started_ms = 1000,
                                            .at_ms = 3000}};
    poll.tally.cells[CLASS_LIVE][ACTION_CREATED][REASON_NONE] = created;
    return poll;
}

static void it_is_done_when_all_is_accounted_for(void **state)
{
    (void)state;
    static const char *const shops[] = {"a", "b"};
    static const struct {
        const char *word;
        int64_t orders, created;
        size_t shop_count;
        enum progress_state want;
    } rows[] = {
        {"started", 0, 0, 1, PROGRESS_RUNNING},  {"progress", 5, 5, 1, PROGRESS_RUNNING},
        {"finished", 5, 4, 1, PROGRESS_RUNNING}, {"finished", 5, 5, 1, PROGRESS_DONE},
        {"finished", 0, 0, 1, PROGRESS_DONE},    {"finished", 0, 0, 0, PROGRESS_DONE},
        {"finished", 5, 5, 2, PROGRESS_RUNNING}, {"failed", 0, 0, 1, PROGRESS_DONE},
        {"failed", 3, 2, 1, PROGRESS_RUNNING},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct progress_poll poll =
            poll_of("a", rows[i].word, rows[i].orders, rows[i].created);
        struct progress progress = progress_of(&poll, 1, shops, rows[i].shop_count);
        assert_int_equal(progress.state, rows[i].want);
    }
    struct progress none = progress_of(NULL, 0, shops, 0);
    assert_int_equal(none.state, PROGRESS_WAITING);
    none = progress_of(NULL, 0, shops, 2);
    assert_int_equal(none.state, PROGRESS_WAITING);
}

static void a_poll_without_a_record_is_not_done(void **state)
{
    (void)state;
    struct progress_poll poll = {0}; /* results came before the record */
    struct progress progress = progress_of(&poll, 1, NULL, 0);
    assert_int_equal(progress.state, PROGRESS_RUNNING);
}

static void a_dry_run_waits_for_dry_run_results(void **state)
{
    (void)state;
    struct progress_poll poll = poll_of("a", "finished", 2, 2);
    poll.record.dry_run = true;
    assert_int_equal(progress_of(&poll, 1, NULL, 0).state, PROGRESS_RUNNING);
    poll.tally.cells[CLASS_DRY_RUN][ACTION_CREATED][REASON_NONE] = 2;
    assert_int_equal(progress_of(&poll, 1, NULL, 0).state, PROGRESS_DONE);
}

static const char *written(const struct progress *progress, int64_t done_ms)
{
    static char text[2000];
    cJSON *data = progress_write(progress, "t1", done_ms);
    assert_true(cJSON_PrintPreallocated(data, text, sizeof(text), false));
    cJSON_Delete(data);
    return text;
}

static void the_answer_is_that_of_the_interface(void **state)
{
    (void)state;
    struct progress_poll poll = poll_of("a", "finished", 28, 20);
    poll.tally.cells[CLASS_LIVE][ACTION_UPDATED][REASON_NONE] = 4;
    poll.tally.cells[CLASS_LIVE][ACTION_CANCELLED][REASON_NONE] = 1;
    poll.tally.cells[CLASS_LIVE][ACTION_SKIPPED][REASON_UNCHANGED] = 2;
    poll.tally.cells[CLASS_LIVE][ACTION_ERROR][REASON_UNKNOWN_SKU] = 1;
    struct progress progress = progress_of(&poll, 1, NULL, 0);
    const char *text = written(&progress, 2434);
    assert_string_equal(
        text, "{\"status\":\"success\",\"trigger_id\":\"t1\","
              "\"timestamp\":\"1970-01-01T00:00:02+00:00\",\"duration_seconds\":1.43,"
              "\"message\":\"Polling complete: 25/28 orders synced\","
              "\"statistics\":{\"total_polled\":28,\"already_synced\":2,"
              "\"newly_synced\":20,\"updated\":4,\"cancelled\":1,\"skipped\":0,"
              "\"conflicts\":0,\"sync_errors\":1,\"in_flight\":0,"
              "\"success_rate\":96.15}}");
}

static void other_answers_say_what_is_the_matter(void **state)
{
    (void)state;
    struct progress_poll poll = poll_of("a", "finished", 3, 1);
    struct progress progress = progress_of(&poll, 1, NULL, 0);
    const char *text = written(&progress, 3000);
    assert_contains(text, "\"status\":\"running\"");
    assert_contains(text, "1 of 3 orders accounted for");
    assert_contains(text, "\"in_flight\":2");

    poll = poll_of("a", "finished", 0, 0);
    poll.record.dry_run = true;
    progress = progress_of(&poll, 1, NULL, 0);
    text = written(&progress, 3000);
    assert_contains(text, "\"status\":\"dry_run\"");
    assert_contains(text, "Dry run complete: 0/0 orders would be synced");
    assert_contains(text, "\"success_rate\":100.0");

    poll = poll_of("a", "failed", 0, 0);
    poll.record.error = "the token was refused";
    progress = progress_of(&poll, 1, NULL, 0);
    text = written(&progress, 3000);
    assert_contains(text, "\"status\":\"error\"");
    assert_contains(text, "\"error\":\"the token was refused\"");

    progress = progress_of(NULL, 0, NULL, 0);
    text = written(&progress, 3000);
    assert_contains(text, "\"status\":\"running\"");
    assert_contains(text, "\"duration_seconds\":0.0");
    assert_contains(text, "Waiting for a fetcher");
}

/* A failed poll whose orders are not all accounted for yet is not finished with. */
static void a_failed_poll_tells_its_error_only_when_done(void **state)
{
    (void)state;
    struct progress_poll poll = poll_of("a", "failed", 3, 1);
    poll.record.error = "HTTP 500";
    struct progress progress = progress_of(&poll, 1, NULL, 0);
    assert_int_equal(progress.state, PROGRESS_RUNNING);
    assert_contains(written(&progress, 3000), "\"status\":\"running\"");
}

static void several_shops_are_summed_up(void **state)
{
    (void)state;
    static const char *const shops[] = {"a", "b"};
    struct progress_poll polls[] = {poll_of("a", "finished", 2, 2),
                                    poll_of("b", "finished", 3, 3)};
    polls[1].record.started_ms = 500;
    struct progress progress = progress_of(polls, 2, shops, 2);
    assert_int_equal(progress.state, PROGRESS_DONE);
    assert_int_equal(progress.orders, 5);
    assert_int_equal(progress.started_ms, 500);
    assert_contains(written(&progress, 3000), "5/5 orders synced");
    polls[1].record.state = "failed";
    polls[1].record.error = "away";
    progress = progress_of(polls, 2, shops, 2);
    assert_contains(written(&progress, 3000), "Polling failed: away");
}

static void a_polls_hash_is_read(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "c|live|created|",
        "3",
        "c|live|skipped|unchanged",
        "2",
        "c|dry_run|updated|",
        "1",
        "c|live|exploded|",
        "9",
        "c|",
        "9",
        "record",
        "{\"v\":1,\"shop\":\"a\",\"pollId\":\"p\",\"state\":\"finished\",\"kind\":"
        "\"timer\","
        "\"at\":\"2026-11-22T10:00:01Z\",\"startedAt\":\"2026-11-22T10:00:00Z\","
        "\"pages\":1,"
        "\"orders\":5,\"publishedTotal\":5,\"dryRunTotal\":0}"};
    struct progress_poll poll;
    progress_read_poll(fields, sizeof(fields) / sizeof(fields[0]), &arena, &poll);
    assert_int_equal(tally_total(&poll.tally, CLASS_LIVE), 5);
    assert_int_equal(tally_total(&poll.tally, CLASS_DRY_RUN), 1);
    assert_int_equal(poll.record.orders, 5);
    assert_int_equal(progress_of(&poll, 1, NULL, 0).state, PROGRESS_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_done_when_all_is_accounted_for),
        cmocka_unit_test(a_poll_without_a_record_is_not_done),
        cmocka_unit_test(a_dry_run_waits_for_dry_run_results),
        cmocka_unit_test(the_answer_is_that_of_the_interface),
        cmocka_unit_test(other_answers_say_what_is_the_matter),
        cmocka_unit_test(a_failed_poll_tells_its_error_only_when_done),
        cmocka_unit_test(several_shops_are_summed_up),
        cmocka_unit_test(a_polls_hash_is_read),
    };
    return cmocka_run_group_tests(tests, arena_start, arena_stop);
}
