/* test_fetcher_deep: when a deep pass is due, what it reads, and that it moves nothing
 * else; its state passes from slice to slice as the encoded poll record, as in Kafka. */
#include "core/poll.h"
#include "unit.h"

#include <string.h>

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define T0   (INT64_C(20000) * DAY) /* midnight, UTC */

static const struct deep_rule nightly = {
    .every_ms = DAY, .offset_ms = 8 * HOUR, .window_ms = 3 * DAY};

static void is_due_by_the_hour(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t every_h, at_h, begun_h, now_h;
        bool due;
    } rows[] = {
        {"just before the hour", 24, 8, 0, 7, false},
        {"at the hour", 24, 8, 0, 8, true},
        {"it was made today", 24, 8, 8, 31, false},
        {"the next day", 24, 8, 8, 32, true},
        {"after days of outage: once", 24, 8, 8, 200, true},
        {"every six hours", 6, 2, 3, 7, false},
        {"every six hours, due", 6, 2, 3, 8, true},
        {"none at all", 0, 8, 0, 1000, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct deep_rule rule = {.every_ms = rows[i].every_h * HOUR,
                                       .offset_ms = rows[i].at_h * HOUR,
                                       .window_ms = DAY};
        struct deep_state deep = {.at_ms = T0 + rows[i].begun_h * HOUR};
        if (deep_due(&deep, &rule, T0 + rows[i].now_h * HOUR) != rows[i].due)
            fail_msg("%s", rows[i].what);
    }
}

static void counts_from_the_first_look(void **state)
{
    (void)state;
    struct deep_state deep = {0};
    assert_false(deep_due(&deep, &nightly, T0 + 9 * HOUR));
    assert_false(deep_due(&deep, &nightly, T0 + 31 * HOUR));
    assert_true(deep_due(&deep, &nightly, T0 + 32 * HOUR));
}

/* Triggers one after the other leave no turn in which a pass could be looked for. */
static void polls_count_too(void **unused)
{
    (void)unused;
    struct poll poll;
    const struct runtime_config config = {.batch_size = 50, .max_pages = 10};
    struct poll_state state = {0};
    struct poll_when when = {.now_ms = T0, .shop_ms = T0};
    poll_begin(&poll, &state, &config, NULL, &when);
    assert_int_equal(state.deep.at_ms, 0); /* the shop's clock is not known yet */
    state.window.watermark_ms = T0;
    poll_begin(&poll, &state, &config, NULL, &when);
    when.shop_ms = T0 + 9 * HOUR;
    poll_begin(&poll, &state, &config, NULL, &when);
    assert_true(deep_due(&state.deep, &nightly, T0 + 9 * HOUR));
}

static void reaches_back_to_the_first_window_at_most(void **state)
{
    (void)state;
    struct deep_state deep = {0};
    struct window window = deep_plan(&deep, &nightly, T0 - DAY, T0 + 1234);
    assert_int_equal(window.kind, WINDOW_ASIDE);
    assert_int_equal(window.from_ms, T0 - DAY);
    deep = (struct deep_state){0};
    window = deep_plan(&deep, &nightly, T0 - 10 * DAY, T0 + 1234);
    assert_int_equal(window.from_ms, T0 - 3 * DAY + 1000);
    assert_int_equal(deep.to_ms, T0 + 1234);
}

/* As a fetcher that takes over reads it. */
static void through_the_record(struct poll_state *state, const struct poll *poll)
{
    struct err e = {0};
    const struct poll_record record = poll_record_of(poll, state, "demo.myshopify.com",
                                                     POLL_FINISHED, poll->started_ms);
    struct poll_state read = {0};
    assert_int_equal(poll_state_from(&record, &read, &e), RC_OK);
    *state = read;
}

static bool slice(struct poll_state *state, int64_t now_ms,
                  const struct window_page *pages, size_t count)
{
    struct poll poll;
    const struct poll_when when = {.now_ms = now_ms, .shop_ms = now_ms};
    poll_begin_deep(&poll, state, &nightly, 50, &when);
    bool more = true;
    for (size_t i = 0; i < count; i++) {
        assert_true(more);
        more = poll_page(&poll, state, &pages[i], 1);
    }
    through_the_record(state, &poll);
    return poll.complete;
}

static void goes_on_from_slice_to_slice_and_moves_nothing(void **unused)
{
    (void)unused;
    struct poll_state state = {.window = {.first_from_ms = T0 - 9 * DAY,
                                          .watermark_ms = T0 - HOUR,
                                          .cursor_from_ms = T0 - 2 * HOUR,
                                          .cursor = "polls"}};
    const struct window_page page = {.last_updated_ms = T0 - 2 * DAY,
                                     .cursor = "deep",
                                     .has_next = true,
                                     .asked_ms = T0};
    const struct window_page pages[DEEP_SLICE_PAGES] = {page, page, page, page};
    assert_false(slice(&state, T0, pages, DEEP_SLICE_PAGES));
    assert_string_equal(state.deep.cursor, "deep");
    assert_true(deep_due(&state.deep, &nightly, T0 + 1));
    const struct window_page last = {
        .last_updated_ms = T0 + 5, .cursor = "end", .has_next = true, .asked_ms = T0};
    assert_true(slice(&state, T0 + 60000, &last, 1)); /* later ones are the polls' */
    assert_int_equal(state.deep.from_ms, 0);
    assert_int_equal(state.deep.at_ms, T0); /* when the pass began, not when it ended */
    assert_false(deep_due(&state.deep, &nightly, T0 + 7 * HOUR));
    assert_int_equal(state.window.watermark_ms, T0 - HOUR);
    assert_int_equal(state.window.cursor_from_ms, T0 - 2 * HOUR);
    assert_string_equal(state.window.cursor, "polls");
    assert_int_equal(state.published_total, DEEP_SLICE_PAGES + 1);
}

static void an_empty_window_is_done_at_once(void **unused)
{
    (void)unused;
    struct poll_state state = {.window = {.watermark_ms = T0}};
    const struct window_page none = {.cursor = "", .asked_ms = T0};
    assert_true(slice(&state, T0, &none, 1));
    assert_int_equal(state.deep.from_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_due_by_the_hour),
        cmocka_unit_test(counts_from_the_first_look),
        cmocka_unit_test(polls_count_too),
        cmocka_unit_test(reaches_back_to_the_first_window_at_most),
        cmocka_unit_test(goes_on_from_slice_to_slice_and_moves_nothing),
        cmocka_unit_test(an_empty_window_is_done_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
