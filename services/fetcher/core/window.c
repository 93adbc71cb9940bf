/* window: see window.h. */
#include "core/window.h"

#include <stdio.h>
#include <string.h>

static int64_t whole_second(int64_t ms)
{
    return ms - ms % 1000;
}

static int64_t later(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

/* Where the timer's next window begins when nothing is left over from an earlier one. */
static int64_t next_from_ms(const struct window_state *state,
                            const struct window_ask *ask)
{
    if (state->watermark_ms == 0)
        return whole_second(ask->now_ms - ask->overlap_ms);
    int64_t from_ms = state->watermark_ms - ask->overlap_ms;
    if (state->late_from_ms)
        from_ms = earlier(from_ms, state->late_from_ms);
    return later(state->first_from_ms, whole_second(from_ms));
}

static struct window own_window(const struct window_state *state,
                                const struct window_ask *ask)
{
    struct window window = {.kind = WINDOW_ASIDE, .overlap_ms = ask->overlap_ms};
    window.from_ms = whole_second(ask->now_ms - ask->lookback_ms);
    if (!ask->dry_run && state->watermark_ms && !state->cursor_from_ms &&
        window.from_ms <= next_from_ms(state, ask))
        window.kind = WINDOW_COVER;
    return window;
}

struct window window_plan(struct window_state *state, const struct window_ask *ask)
{
    if (ask->lookback_ms)
        return own_window(state, ask);
    struct window window = {.kind = ask->dry_run ? WINDOW_ASIDE : WINDOW_NEXT,
                            .overlap_ms = ask->overlap_ms};
    window.from_ms = next_from_ms(state, ask);
    if (state->cursor_from_ms) {
        window.from_ms = state->cursor_from_ms;
        window.late_ms = state->late_from_ms;
        snprintf(window.cursor, sizeof(window.cursor), "%s", state->cursor);
    }
    if (window.kind == WINDOW_NEXT && state->watermark_ms == 0) {
        state->first_from_ms = window.from_ms;
        state->watermark_ms = window.from_ms;
    }
    return window;
}

static void take_over(const struct window *window, struct window_state *state,
                      const struct window_page *page)
{
    /* Never past the present: a time out of the future would skip all up to it. */
    int64_t read_ms = earlier(window->read_ms, whole_second(page->asked_ms));
    state->watermark_ms = later(state->watermark_ms, read_ms);
    state->late_from_ms = window->late_ms;
}

void window_advance(struct window *window, struct window_state *state,
                    const struct window_page *page)
{
    int64_t settled_ms = page->asked_ms - window->overlap_ms;
    window->read_ms = later(window->read_ms, page->last_updated_ms);
    if (!window->late_ms && page->last_updated_ms > settled_ms)
        window->late_ms = settled_ms;
    snprintf(window->cursor, sizeof(window->cursor), "%s", page->cursor);
    if (window->kind == WINDOW_NEXT) {
        state->cursor_from_ms = page->has_next ? window->from_ms : 0;
        snprintf(state->cursor, sizeof(state->cursor), "%s",
                 page->has_next ? page->cursor : "");
        take_over(window, state, page);
    } else if (window->kind == WINDOW_COVER && !page->has_next) {
        take_over(window, state, page);
    }
}

bool window_give_up_cursor(struct window *window, struct window_state *state)
{
    bool had = window->cursor[0] != '\0';
    window->cursor[0] = '\0';
    if (window->kind == WINDOW_NEXT && state->cursor_from_ms)
        state->cursor[0] = '\0';
    return had;
}
