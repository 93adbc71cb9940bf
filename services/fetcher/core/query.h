/* query: the requests to the Admin API, as the JSON bodies that are posted.
 *
 * The GraphQL documents are the files in core/graphql, built into query_text; the tests
 * validate the same files against every supported API version. Pure.
 */
#ifndef TB_FETCHER_QUERY_H
#define TB_FETCHER_QUERY_H

#include "base/buf.h"
#include "base/json.h"

#include <stdint.h>

enum query {
    QUERY_ORDERS_PAGE,
    QUERY_ORDER,
    QUERY_ORDER_LINES,
    QUERY_START,
    QUERY_ORDERS_WINDOW,
    QUERY_VERSIONS,
    QUERY_BULK_ORDERS, /* within QUERY_BULK_RUN, never sent by itself */
    QUERY_BULK_RUN,
    QUERY_BULK_STATE,
    QUERY_BULK_CANCEL,
    QUERY_WEBHOOKS,
    QUERY_WEBHOOK_CREATE,
    QUERY_WEBHOOK_UPDATE,
    QUERY_WEBHOOK_DELETE,
    QUERY_COUNT,
};

enum {
    QUERY_FIRST_MAX = 250,    /* Shopify's limit of any connection */
    QUERY_SHIPPING_PAGE = 10, /* shipping lines read with a page of orders */
    QUERY_BODY_MAX = 64 * 1024,
    QUERY_SEARCH_MAX = 64,
};

extern const char *const query_text[QUERY_COUNT];

/* "orders_page", ...: for logs. */
const char *query_name(enum query query);

/* "updated_at:>='2026-11-22T10:00:00Z'": quoted, since unquoted times are misread
 * silently, in UTC, whole seconds (rounded down). */
const char *query_search(int64_t from_ms, char out[QUERY_SEARCH_MAX]);

struct query_page {
    int64_t from_ms;   /* lower bound of updatedAt, inclusive */
    int first;         /* orders, 1 to 250 */
    int lines;         /* lines of each, 1 to 250 */
    const char *after; /* cursor; "" = from the beginning */
};

/* Each appends a body to out, which has QUERY_BODY_MAX bytes at most. */
void query_orders_page(const struct query_page *page, struct buf *out);
/* One order with up to `lines` lines and 250 shipping lines. */
void query_order(int64_t id, int lines, struct buf *out);
void query_order_lines(int64_t id, int lines, const char *after, struct buf *out);
void query_start(struct buf *out);
/* Any document; variables is consumed. */
void query_write(enum query query, cJSON *variables, struct buf *out);

#endif
