/* deep: the deep pass, which reads a longer window again: Shopify's search shows some
 * changes later than any overlap of the polls. It is read in slices of a few pages, so
 * that polls go on between them, and moves no watermark. Pure; times are Shopify's, UTC
 * milliseconds, 0 = none.
 */
#ifndef TB_FETCHER_DEEP_H
#define TB_FETCHER_DEEP_H

#include "core/window.h"

enum {
    DEEP_SLICE_PAGES = 4,
};

struct deep_rule {
    int64_t every_ms;  /* 0: no deep passes */
    int64_t offset_ms; /* into the day, UTC: passes are due at offset + n * every */
    int64_t window_ms;
};

/* What outlives a slice; kept in tillbridge.polls. */
struct deep_state {
    int64_t at_ms; /* when the last pass was begun, or when passes began to be counted */
    int64_t from_ms; /* lower bound of the pass in hand; 0: none is */
    int64_t to_ms;   /* it ends at orders changed since: polls see to those */
    char cursor[WINDOW_CURSOR_MAX]; /* how far it was read; "" = from its lower bound */
};

/* Passes are counted from now_ms, when nothing was counted yet. A fetcher with one poll
 * after the other must not put this off until it is idle. */
void deep_count(struct deep_state *state, int64_t now_ms);

/* A slice is to be read: a pass is in hand, or one is due. Begins counting, too. */
bool deep_due(struct deep_state *state, const struct deep_rule *rule, int64_t now_ms);

/* The window of the next slice; begins a pass when none is in hand. Nothing before
 * first_from_ms is read. */
struct window deep_plan(struct deep_state *state, const struct deep_rule *rule,
                        int64_t first_from_ms, int64_t now_ms);

/* A page is acknowledged. False: it was the pass's last. */
bool deep_advance(struct deep_state *state, const struct window_page *page);

#endif
