/* page: the data of an answer as orders, and where the next page begins. Pure.
 *
 * A page is taken whole or not at all: one member that is missing or of the wrong type
 * refuses it, since the query and the answer then do not belong together.
 */
#ifndef TB_FETCHER_PAGE_H
#define TB_FETCHER_PAGE_H

#include "core/order.h"
#include "core/window.h"

struct page {
    struct order *orders; /* in the order of the answer; from the arena */
    size_t count;
    bool has_next;
    char cursor[WINDOW_CURSOR_MAX]; /* the end of this page; "" when it is empty */
    int64_t last_updated_ms;        /* the highest updatedAt; 0 when it is empty */
};

/* data: the answer's "data". from_ms: the bound that was asked for; an order below it
 * tells that the search was misread. RC_REJECT: the error names the path. */
enum rc page_read(const struct json_at *data, const char *shop, int64_t from_ms,
                  struct arena *arena, struct page *out, struct err *e) TB_MUST_CHECK;

/* The "order" of an answer to order(id); *found false when there is none (deleted). */
enum rc page_read_order(const struct json_at *data, const char *shop, struct arena *arena,
                        bool *found, struct order *out, struct err *e) TB_MUST_CHECK;

#endif
