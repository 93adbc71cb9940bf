/* test_fetcher_window: which window a poll asks for and how the watermark moves, row by
 * row. test_fetcher_progress does the same over random histories. */
#include "core/poll.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define T0        INT64_C(1795341600000) /* 2026-11-22T10:00:00Z */

static struct window_state polled_until(int64_t watermark_ms)
{
    return (struct window_state){.first_from_ms = T0 - 600 * MINUTE_MS,
                                 .watermark_ms = watermark_ms};
}

static const struct window_ask timer = {.now_ms = T0, .overlap_ms = 15 * MINUTE_MS};

static struct window_page page_to(int64_t last_ms, const char *cursor, bool has_next)
{
    return (struct window_page){.last_updated_ms = last_ms,
                                .cursor = cursor,
                                .has_next = has_next,
                                .asked_ms = T0 + MINUTE_MS};
}

static void test_first_start(void **unused)
{
    (void)unused;
    struct window_state state = {0};
    const struct window_ask ask = {.now_ms = T0 + 789, .overlap_ms = 15 * MINUTE_MS};
    struct window window = window_plan(&state, &ask);
    assert_int_equal(window.kind, WINDOW_NEXT);
    assert_int_equal(window.from_ms, T0 - 15 * MINUTE_MS);
    assert_string_equal(window.cursor, "");
    assert_int_equal(state.watermark_ms, T0 - 15 * MINUTE_MS);
    assert_int_equal(state.first_from_ms, T0 - 15 * MINUTE_MS);
}

/* The overlap must not reach back to orders that the first start left out on purpose. */
static void test_nothing_before_the_first_window(void **unused)
{
    (void)unused;
    struct window_state state = {0};
    (void)window_plan(&state, &timer);
    const struct window_ask later = {.now_ms = T0 + 10 * MINUTE_MS,
                                     .overlap_ms = 15 * MINUTE_MS};
    assert_int_equal(window_plan(&state, &later).from_ms, T0 - 15 * MINUTE_MS);
    state.watermark_ms = T0 + 5 * MINUTE_MS;
    assert_int_equal(window_plan(&state, &later).from_ms, T0 - 10 * MINUTE_MS);
}

static void test_overlap_after_the_end(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 3 * MINUTE_MS);
    struct window window = window_plan(&state, &timer);
    assert_int_equal(window.from_ms, T0 - 18 * MINUTE_MS);
    struct window_page page = page_to(T0 - 1000, "c1", false);
    window_advance(&window, &state, &page);
    assert_int_equal(state.watermark_ms, T0 - 1000);
    assert_int_equal(state.cursor_from_ms, 0);
    assert_string_equal(state.cursor, "");
}

static void test_downtime_longer_than_the_overlap(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 500 * MINUTE_MS);
    assert_int_equal(window_plan(&state, &timer).from_ms, T0 - 515 * MINUTE_MS);
}

static void test_resumes_where_it_ended_early(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 3 * MINUTE_MS);
    struct window window = window_plan(&state, &timer);
    struct window_page page = page_to(T0 - 10 * MINUTE_MS, "c1", true);
    window_advance(&window, &state, &page);
    assert_int_equal(state.watermark_ms, T0 - 3 * MINUTE_MS); /* never back */
    assert_int_equal(state.cursor_from_ms, T0 - 18 * MINUTE_MS);
    const struct window_ask later = {.now_ms = T0 + 10 * MINUTE_MS,
                                     .overlap_ms = 60 * MINUTE_MS};
    window = window_plan(&state, &later);
    assert_int_equal(window.from_ms, T0 - 18 * MINUTE_MS); /* the cursor's own bound */
    assert_string_equal(window.cursor, "c1");
}

/* A window read in two polls, ten minutes apart: what its first part read near the
 * present is read again with the overlap of that time, not of the end. */
static void test_late_changes_behind_the_cursor(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 30 * MINUTE_MS);
    struct window window = window_plan(&state, &timer);
    struct window_page page = page_to(T0 - 20 * MINUTE_MS, "c1", true);
    window_advance(&window, &state, &page); /* far from the present: nothing is late */
    assert_int_equal(state.late_from_ms, 0);
    page = page_to(T0 - 2 * MINUTE_MS, "c2", true);
    window_advance(&window, &state, &page);
    assert_int_equal(state.late_from_ms, T0 - 14 * MINUTE_MS);
    struct window_ask later = {.now_ms = T0 + 20 * MINUTE_MS,
                               .overlap_ms = 15 * MINUTE_MS};
    window = window_plan(&state, &later);
    page = page_to(T0 + 19 * MINUTE_MS, "c3", false);
    page.asked_ms = T0 + 20 * MINUTE_MS;
    window_advance(&window, &state, &page);
    assert_int_equal(state.watermark_ms, T0 + 19 * MINUTE_MS);
    later.now_ms += 10 * MINUTE_MS;
    window = window_plan(&state, &later);
    assert_int_equal(window.from_ms, T0 - 14 * MINUTE_MS);
    page = page_to(T0 + 29 * MINUTE_MS, "c4", false);
    page.asked_ms = later.now_ms;
    window_advance(&window, &state, &page); /* read at once: as usual again */
    later.now_ms += 10 * MINUTE_MS;
    assert_int_equal(window_plan(&state, &later).from_ms, T0 + 14 * MINUTE_MS);
}

static void test_empty_page_moves_nothing(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 3 * MINUTE_MS);
    struct window window = window_plan(&state, &timer);
    struct window_page page = page_to(0, "", false);
    window_advance(&window, &state, &page);
    assert_int_equal(state.watermark_ms, T0 - 3 * MINUTE_MS);
}

static void test_a_time_from_the_future(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 3 * MINUTE_MS);
    struct window window = window_plan(&state, &timer);
    struct window_page page = page_to(T0 + 1000 * MINUTE_MS, "c1", false);
    window_advance(&window, &state, &page);
    assert_int_equal(state.watermark_ms, T0 + MINUTE_MS); /* now, when it was read */
}

static void test_refused_cursor(void **unused)
{
    (void)unused;
    struct window_state state = polled_until(T0 - 3 * MINUTE_MS);
    state.cursor_from_ms = T0 - 90 * MINUTE_MS;
    snprintf(state.cursor, sizeof(state.cursor), "c7");
    struct window window = window_plan(&state, &timer);
    assert_true(window_give_up_cursor(&window, &state));
    window = window_plan(&state, &timer);
    assert_string_equal(window.cursor, "");
    assert_int_equal(window.from_ms, T0 - 90 * MINUTE_MS);
    assert_false(window_give_up_cursor(&window, &state));
}

/* A trigger with a window of its own: when may it move W? */
static void test_triggers(void **unused)
{
    (void)unused;
    static const struct {
        const char *what;
        int64_t watermark_minutes; /* before T0; 0: never polled */
        int64_t lookback_minutes;
        enum window_kind kind;
        bool pending, dry_run, reads_to_end, moves;
    } rows[] = {
        {"covers the timer's window", 3, 30, WINDOW_COVER, false, false, true, true},
        {"but ends early", 3, 30, WINDOW_COVER, false, false, false, false},
        {"exactly as far back", 3, 18, WINDOW_COVER, false, false, true, true},
        {"less of an overlap", 3, 17, WINDOW_ASIDE, false, false, true, false},
        {"begins after W", 60, 5, WINDOW_ASIDE, false, false, true, false},
        {"a window is unfinished", 3, 30, WINDOW_ASIDE, true, false, true, false},
        {"dry run", 3, 30, WINDOW_ASIDE, false, true, true, false},
        {"never polled", 0, 30, WINDOW_ASIDE, false, false, true, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t before_ms =
            rows[i].watermark_minutes ? T0 - rows[i].watermark_minutes * MINUTE_MS : 0;
        struct window_state state = polled_until(before_ms);
        state.first_from_ms = before_ms ? state.first_from_ms : 0;
        state.cursor_from_ms = rows[i].pending ? T0 - 70 * MINUTE_MS : 0;
        struct window_ask ask = timer;
        ask.lookback_ms = rows[i].lookback_minutes * MINUTE_MS;
        ask.dry_run = rows[i].dry_run;
        struct window window = window_plan(&state, &ask);
        if (window.kind != rows[i].kind)
            fail_msg("%s: kind %d", rows[i].what, (int)window.kind);
        assert_int_equal(window.from_ms, T0 - ask.lookback_ms);
        struct window_page page = page_to(T0 - 5000, "c1", !rows[i].reads_to_end);
        window_advance(&window, &state, &page);
        if ((state.watermark_ms != before_ms) != rows[i].moves)
            fail_msg("%s: moved %d", rows[i].what, state.watermark_ms != before_ms);
        assert_int_equal(state.cursor_from_ms, rows[i].pending ? T0 - 70 * MINUTE_MS : 0);
        assert_string_equal(state.cursor, "");
    }
}

static void test_dry_run_as_the_timer(void **unused)
{
    (void)unused;
    struct window_state state = {0};
    struct window_ask ask = timer;
    ask.dry_run = true;
    struct window window = window_plan(&state, &ask);
    assert_int_equal(window.kind, WINDOW_ASIDE);
    assert_int_equal(window.from_ms, T0 - 15 * MINUTE_MS);
    assert_int_equal(state.watermark_ms, 0);
    assert_int_equal(state.first_from_ms, 0);
    state = polled_until(T0 - 3 * MINUTE_MS);
    state.cursor_from_ms = T0 - 90 * MINUTE_MS;
    snprintf(state.cursor, sizeof(state.cursor), "c7");
    window = window_plan(&state, &ask);
    assert_string_equal(window.cursor, "c7");
    struct window_page page = page_to(T0 - 1000, "c8", true);
    window_advance(&window, &state, &page);
    assert_string_equal(state.cursor, "c7");
    assert_string_equal(window.cursor, "c8");
    assert_int_equal(state.watermark_ms, T0 - 3 * MINUTE_MS);
}

/* ---- poll ---- */

static const struct runtime_config config = {.interval_minutes = 10,
                                             .lookback_minutes = 15,
                                             .batch_size = 50,
                                             .max_pages = 2,
                                             .enabled = true};
static const struct poll_when when = {.now_ms = T0 + 125, .shop_ms = T0, .seed = 0xABC};

static void test_stamps_are_strictly_monotonic(void **unused)
{
    (void)unused;
    struct poll_state state = {0};
    assert_int_equal(poll_stamp(&state, T0), T0);
    assert_int_equal(poll_stamp(&state, T0), T0 + 1);
    assert_int_equal(poll_stamp(&state, T0 - 5000), T0 + 2); /* the clock stepped back */
    assert_int_equal(poll_stamp(&state, T0 + 50), T0 + 50);
}

static void test_page_limit(void **unused)
{
    (void)unused;
    struct poll poll;
    struct poll_state state = {0};
    struct window_page page = page_to(T0 - 1000, "c1", true);
    poll_begin(&poll, &state, &config, NULL, &when);
    assert_string_equal(poll.id, "20261122T100000125-000abc");
    assert_int_equal(poll.batch_size, 50);
    assert_true(poll_page(&poll, &state, &page, 50));
    assert_false(poll_page(&poll, &state, &page, 50));
    assert_false(poll.complete);
    assert_int_equal(poll.orders, 100);
    assert_int_equal(state.published_total, 100);
    page.has_next = false;
    poll_begin(&poll, &state, &config, NULL, &when);
    assert_string_equal(poll.window.cursor, "c1");
    assert_false(poll_page(&poll, &state, &page, 7));
    assert_true(poll.complete);
    assert_int_equal(state.published_total, 107);
}

static void test_trigger_over_config(void **unused)
{
    (void)unused;
    struct poll poll;
    struct poll_state state = {0};
    const struct trigger trigger = {
        .id = "t1", .batch_size = 5, .lookback_minutes = 30, .dry_run = true};
    poll_begin(&poll, &state, &config, &trigger, &when);
    assert_int_equal(poll.batch_size, 5);
    assert_int_equal(poll.max_pages, 2);
    assert_int_equal(poll.window.from_ms, T0 - 30 * MINUTE_MS);
    struct window_page page = page_to(T0 - 1000, "c1", false);
    poll_page(&poll, &state, &page, 3);
    assert_int_equal(state.published_total, 0);
    assert_int_equal(state.dry_run_total, 3);
}

/* What a record holds is all that the next fetcher knows: nothing may get lost in it. */
static void test_record_and_back(void **unused)
{
    (void)unused;
    struct err e = {0};
    struct arena arena;
    struct buf bytes;
    struct poll poll;
    struct poll_record record;
    struct poll_state state = {
        .window = polled_until(T0),
        .fetched_ms = T0 + 17,
        .published_total = 12,
        .dry_run_total = 3,
        .published_by = {[POLL_TRIGGER] = 1, [POLL_WEBHOOK] = 2, [POLL_BACKFILL] = 4}};
    struct poll_state back;
    state.window.cursor_from_ms = T0 - 5000;
    state.window.late_from_ms = T0 - 9000;
    snprintf(state.window.cursor, sizeof(state.window.cursor), "eyJsYXN0X2lkIjo1fQ==");
    poll_begin(&poll, &state, &config, NULL, &when);
    arena_init(&arena);
    buf_init(&bytes, 10000);
    record = poll_record_of(&poll, &state, "a.myshopify.com", POLL_PROGRESS, T0);
    codec_encode(&poll_codec, &record, &bytes);
    assert_ok(poll_decode(bytes.data, bytes.len, &arena, &record, &e), &e);
    assert_ok(poll_state_from(&record, &back, &e), &e);
    assert_memory_equal(&back, &state, sizeof(state));
    assert_string_equal(record.kind, "timer");
    buf_done(&bytes);
    arena_done(&arena);
}

static void test_record_with_a_huge_cursor(void **unused)
{
    (void)unused;
    struct err e = {0};
    struct poll_state back;
    char cursor[WINDOW_CURSOR_MAX + 1];
    memset(cursor, 'x', sizeof(cursor) - 1);
    cursor[sizeof(cursor) - 1] = '\0';
    struct poll_record record = {.poll_id = "p", .cursor = cursor};
    assert_rc(RC_REJECT, poll_state_from(&record, &back, &e), &e);
    cursor[sizeof(cursor) - 2] = '\0';
    assert_ok(poll_state_from(&record, &back, &e), &e);
    assert_string_equal(back.window.cursor, cursor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_start),
        cmocka_unit_test(test_nothing_before_the_first_window),
        cmocka_unit_test(test_overlap_after_the_end),
        cmocka_unit_test(test_downtime_longer_than_the_overlap),
        cmocka_unit_test(test_resumes_where_it_ended_early),
        cmocka_unit_test(test_late_changes_behind_the_cursor),
        cmocka_unit_test(test_empty_page_moves_nothing),
        cmocka_unit_test(test_a_time_from_the_future),
        cmocka_unit_test(test_refused_cursor),
        cmocka_unit_test(test_triggers),
        cmocka_unit_test(test_dry_run_as_the_timer),
        cmocka_unit_test(test_stamps_are_strictly_monotonic),
        cmocka_unit_test(test_page_limit),
        cmocka_unit_test(test_trigger_over_config),
        cmocka_unit_test(test_record_and_back),
        cmocka_unit_test(test_record_with_a_huge_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
