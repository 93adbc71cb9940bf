/* window: which orders a poll asks for, and how far it got. Pure.
 *
 * W, the watermark, says up to which updatedAt every order is in the topic. It moves only
 * when the broker acknowledged a page, and only forwards. The next poll asks for
 * updatedAt >= W - overlap, because Shopify's search shows some changes late.
 *
 *   poll that reached the end      next poll: from W - overlap
 *   poll that ended early          next poll: goes on from its cursor, no overlap, so
 * that (page limit, crash, failure)   more orders than a poll takes are passed in the end
 *   trigger with a lookback        its own window; moves W only when it reached the end
 *                                  and began no later than a timer poll would have
 *   dry run                        moves nothing
 *
 * A window read in several polls takes a while; what was near the present when its first
 * part was read may have had late changes behind the cursor. lateFrom remembers that time
 * less the overlap, and the window after the end begins no later than there.
 *
 * An order listed late (its updatedAt already newer than its place in the list) may lift
 * W above what was read in the middle of a poll. That is harmless because W bounds a new
 * window only after the end was reached; a window given up before is begun again from its
 * own lower bound.
 */
#ifndef TB_FETCHER_WINDOW_H
#define TB_FETCHER_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum {
    WINDOW_CURSOR_MAX = 1024, /* with its NUL */
};

/* What outlives a poll; kept in tillbridge.polls. Times are UTC milliseconds, 0 = none.
 */
struct window_state {
    int64_t first_from_ms; /* lower bound of the very first window: nothing before it */
    int64_t watermark_ms;
    int64_t cursor_from_ms; /* not 0: a window begun there is not read to its end */
    char cursor[WINDOW_CURSOR_MAX]; /* how far it was read; "" = from its lower bound */
    int64_t late_from_ms;           /* the next window begins no later than this */
};

struct window_ask {
    int64_t now_ms;
    int64_t overlap_ms;  /* the configured lookback */
    int64_t lookback_ms; /* a trigger's own; 0 = as a timer poll */
    bool dry_run;
};

enum window_kind {
    WINDOW_NEXT,  /* the timer's: moves W and keeps the cursor */
    WINDOW_COVER, /* a trigger's that covers the timer's: moves W at its end */
    WINDOW_ASIDE, /* moves nothing */
};

struct window {
    enum window_kind kind;
    int64_t from_ms; /* lower bound of updatedAt, inclusive, whole seconds */
    char cursor[WINDOW_CURSOR_MAX]; /* where reading goes on; "" = from the bound */
    int64_t overlap_ms;
    int64_t read_ms; /* highest updatedAt acknowledged in this poll */
    int64_t late_ms; /* becomes late_from_ms; 0 = nothing near the present was read yet */
};

/* The window to read now. Begins *state when there was none (except for a dry run or a
 * trigger's own window). */
struct window window_plan(struct window_state *state, const struct window_ask *ask);

struct window_page {
    int64_t last_updated_ms; /* highest updatedAt of the page; 0 when it was empty */
    const char *cursor;      /* its end; "" when it was empty */
    bool has_next;
    int64_t asked_ms; /* Shopify's time just before the page was asked for */
};

/* To be called once every order of the page is acknowledged. */
void window_advance(struct window *window, struct window_state *state,
                    const struct window_page *page);

/* Shopify refused the cursor: the window is begun again from its lower bound. True when
 * there was a cursor to give up. */
bool window_give_up_cursor(struct window *window, struct window_state *state);

#endif
