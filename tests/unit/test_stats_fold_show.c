/* test_stats_fold_show: what a batch shows: histories, events, what is open; polls and
 * control records. */
#include "stats_batch.h"

static void what_needs_a_person_opens_and_closes(void **state)
{
    (void)state;
    static const struct {
        const char *action, *more;
        int opened, closed;
    } rows[] = {
        {"error", POLL ",\"reason\":\"unknown_sku\"", 1, 0},
        {"conflict", POLL ",\"reason\":\"tendered\"", 1, 0},
        {"created", POLL, 0, 1},
        {"updated", REPLAY, 0, 1},
        {"cancelled", POLL, 0, 1},
        {"skipped", POLL ",\"reason\":\"unchanged\"", 0, 1},
        {"skipped", POLL ",\"reason\":\"financial_status\"", 0, 1},
        {"skipped", POLL ",\"reason\":\"stale\"", 0, 0},
        {"skipped", POLL ",\"reason\":\"already_reported\"", 0, 0},
        {"error", POLL ",\"reason\":\"unknown_sku\",\"dryRun\":true", 0, 0},
        {"created", POLL ",\"dryRun\":true", 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        next_offset = 0;
        put_result(1, rows[i].action, rows[i].more);
        struct fold_out out = fold(&nothing);
        assert_int_equal(commands(&out, "OPEN", KEY_OPEN), rows[i].opened);
        assert_int_equal(commands(&out, "CLOSE", KEY_OPEN), rows[i].closed);
    }
}

static void an_unreadable_message_is_open_by_its_place(void **state)
{
    (void)state;
    put(NULL,
        "{\"v\":1,\"action\":\"error\",\"reason\":\"malformed\",\"source\":\"replay\""
        ",\"srcTopic\":\"shopify.orders\",\"srcPartition\":3,\"srcOffset\":8,"
        "\"decidedAt\":\"2026-11-22T10:00:00Z\"}");
    struct fold_out out = fold(&nothing);
    assert_int_equal(added(&out, "c|replayed|replay|error|malformed|"), 1);
    assert_int_equal(commands(&out, "OPEN", KEY_OPEN), 1);
    assert_int_equal(commands(&out, "HISTORY", KEY_ORDER "a/1"), 0);
    bool found = false;
    for (size_t i = 0; i < out.ops.commands.count; i++)
        found |= strcmp(out.ops.commands.at[i], "message/shopify.orders/3/8") == 0;
    assert_true(found);
}

static void a_long_result_is_kept_without_its_differences(void **state)
{
    (void)state;
    struct buf diff;
    buf_init(&diff, 64UL * 1024);
    buf_text(&diff, POLL ",\"dryRun\":true,\"detail\":\"d\",\"diff\":[");
    for (int i = 0; i < 400; i++)
        buf_printf(&diff,
                   "%s{\"table\":\"Order\",\"op\":\"update\",\"column\":"
                   "\"Column%d\",\"before\":\"1\",\"after\":\"2\"}",
                   i ? "," : "", i);
    buf_text(&diff, "]");
    assert_false(diff.full);
    put_result(1, "updated", buf_str(&diff));
    buf_done(&diff);
    put_result(2, "updated",
               POLL ",\"diff\":[{\"table\":\"Order\",\"op\":\"update\","
                    "\"column\":\"Tax\",\"after\":\"2\"}]");
    struct fold_out out = fold(&nothing);
    const struct ops_text *words = &out.ops.commands;
    int kept = 0;
    for (size_t i = 0; i < words->count;) {
        size_t count = (size_t)strtol(words->at[i], NULL, 10);
        if (strcmp(words->at[i + 1], "HISTORY") == 0) {
            struct result result;
            struct err e;
            const char *value = words->at[i + 4];
            assert_true(strlen(value) <= KEEP_VALUE_BYTES);
            assert_ok(result_decode(value, strlen(value), &arena, &result, &e), &e);
            kept += (int)result.diff.count;
        }
        i += count + 1;
    }
    assert_int_equal(kept, 1);
}

static void quiet_results_are_no_events(void **state)
{
    (void)state;
    put_result(1, "skipped", POLL ",\"reason\":\"unchanged\"");
    put_result(2, "skipped", POLL ",\"reason\":\"already_reported\"");
    put_result(3, "skipped", POLL ",\"reason\":\"test_order\"");
    put_result(4, "created", POLL);
    struct fold_out out = fold(&nothing);
    assert_int_equal(commands(&out, "EVENT", KEY_EVENTS), 2);
    assert_int_equal(commands(&out, "HISTORY", KEY_ORDER "a/1"), 4);
}

/* ---- polls and control ---- */

static void put_poll(const char *word, int published, const char *more)
{
    put("a", arena_printf(&arena,
                          "{\"v\":1,\"shop\":\"a\",\"pollId\":\"p\",\"state\":\"%s\","
                          "\"at\":\"2026-11-22T10:00:00Z\",\"startedAt\":"
                          "\"2026-11-22T09:59:00Z\",\"pages\":1,\"orders\":0,"
                          "\"publishedTotal\":%d,\"dryRunTotal\":7%s}",
                          word, published, more));
}

/* One that nobody could list, or send to a stream, would hide all the others. */
static void what_is_kept_of_a_record_is_bounded(void **state)
{
    (void)state;
    enum { LEN = 300 * 1024 };
    char *text = arena_alloc(&arena, LEN + 1);
    memset(text, 'e', LEN);
    text[LEN] = '\0';
    put_poll("failed", 10,
             arena_printf(&arena, ",\"kind\":\"timer\",\"error\":\"%s\"", text));
    put_poll("failed", 10,
             arena_printf(&arena, ",\"kind\":\"timer\",\"cursor\":\"%s\"", text));
    struct fold_out polls = fold_on(TOPIC_POLLS, &nothing);
    put_result(1, "error", arena_printf(&arena, POLL ",\"worker\":\"%s\"", text));
    put_result(2, "error", arena_printf(&arena, POLL ",\"columns\":[\"%s\"]", text));
    struct fold_out results = fold(&nothing);
    assert_int_equal(polls.folded + results.folded, 4);
    const struct ops_text *both[] = {&polls.ops.commands, &results.ops.commands};
    for (size_t b = 0; b < 2; b++)
        for (size_t i = 0; i < both[b]->count; i++)
            assert_true(strlen(both[b]->at[i]) <= KEEP_VALUE_BYTES);
}

static void polls_set_what_was_published(void **state)
{
    (void)state;
    put_poll("started", 10, ",\"kind\":\"timer\"");
    put_poll("progress", 12, ",\"kind\":\"timer\"");
    put("a", NULL);
    put_poll("finished", 15, ",\"kind\":\"trigger\",\"triggerId\":\"t\"");
    put_poll("exploded", 99, ",\"kind\":\"timer\"");
    struct fold_out out = fold_on(TOPIC_POLLS, &nothing);
    assert_int_equal(out.malformed, 1);
    size_t last = 0;
    for (size_t i = 0; i + 1 < out.ops.sets.count; i += 2)
        if (strcmp(out.ops.sets.at[i], "p|a") == 0)
            last = i;
    assert_string_equal(out.ops.sets.at[last + 1], "15");
    assert_string_equal(is_set(&out, "q|a"), "7");
    assert_int_equal(commands(&out, "HSET", KEY_POLLS_LATEST), 3);
    assert_int_equal(commands(&out, "HSET", KEY_POLLS_TIMER), 2);
    assert_int_equal(commands(&out, "HSET", KEY_POLLS_ENDED), 1);
    assert_int_equal(commands(&out, "LPUSH", KEY_POLLS), 1);
    assert_int_equal(commands(&out, "HSET", KEY_TRIGGER "t"), 1);
    assert_int_equal(commands(&out, "EVENT", KEY_EVENTS), 1);
}

static void the_last_valid_configuration_is_in_force(void **state)
{
    (void)state;
    static const char good[] =
        "{\"v\":1,\"at\":\"2026-11-22T10:00:00Z\",\"intervalMinutes\":5,"
        "\"lookbackMinutes\":15,\"batchSize\":50,\"maxPages\":10,\"enabled\":true}";
    static const char bad[] =
        "{\"v\":1,\"at\":\"2026-11-22T10:00:00Z\",\"intervalMinutes\":0,"
        "\"lookbackMinutes\":15,\"batchSize\":50,\"maxPages\":10,\"enabled\":true}";
    put("config", good);
    put("config", bad);
    put("configuration", "{");
    put(NULL, "{");
    put("trigger/", "{");
    put("trigger/t1", "{\"v\":1,\"id\":\"t1\",\"requestedAt\":\"2026-11-22T10:00:00Z\"}");
    struct fold_out out = fold_on(TOPIC_CONTROL, &nothing);
    assert_int_equal(out.malformed, 1);
    assert_string_equal(is_set(&out, "config"), good);
    assert_int_equal(commands(&out, "HSET", KEY_TRIGGER "t1"), 1);
    put("config", NULL);
    out = fold_on(TOPIC_CONTROL, &out.state);
    assert_string_equal(is_set(&out, "config"), "");
}

static void a_dismissal_is_folded_or_is_malformed(void **state)
{
    (void)state;
    put("dismissal/a/1", "{\"v\":1,\"decidedAt\":\"2026-11-22T10:00:00.5Z\","
                         "\"at\":\"2026-11-22T11:00:00Z\"}");
    put("dismissal/a/2", "{\"v\":1,\"at\":\"2026-11-22T11:00:00Z\"}");
    put("dismissal/a/3", "{\"v\":2,\"decidedAt\":\"2026-11-22T10:00:00Z\","
                         "\"at\":\"2026-11-22T11:00:00Z\"}");
    put("dismissal/", "{");
    put("dismissal/message/shopify.orders/3/8", NULL);
    struct fold_out out = fold_on(TOPIC_CONTROL, &nothing);
    assert_int_equal(out.malformed, 2);
    assert_int_equal(commands(&out, "DISMISS", KEY_OPEN), 1);
    assert_int_equal(commands(&out, "ZREM", KEY_OPEN_SEEN), 1);
    const struct ops_text *words = &out.ops.commands;
    bool found = false;
    for (size_t i = 0; i + 1 < words->count; i++)
        found |= strcmp(words->at[i], "a/1") == 0 &&
                 strcmp(words->at[i + 1], "1795341600500") == 0;
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_needs_a_person_opens_and_closes),
        TEST(an_unreadable_message_is_open_by_its_place),
        TEST(a_long_result_is_kept_without_its_differences),
        TEST(quiet_results_are_no_events),
        TEST(what_is_kept_of_a_record_is_bounded),
        TEST(polls_set_what_was_published),
        TEST(the_last_valid_configuration_is_in_force),
        TEST(a_dismissal_is_folded_or_is_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
