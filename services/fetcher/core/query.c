/* query: see query.h. */
#include "core/query.h"

#include "base/instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const char *query_name(enum query query)
{
    switch (query) {
    case QUERY_ORDERS_PAGE:
        return "orders_page";
    case QUERY_ORDER:
        return "order";
    case QUERY_ORDER_LINES:
        return "order_lines";
    case QUERY_START:
        return "start";
    case QUERY_ORDERS_WINDOW:
        return "orders_window";
    case QUERY_VERSIONS:
        return "order_versions";
    case QUERY_BULK_ORDERS:
        return "bulk_orders";
    case QUERY_BULK_RUN:
        return "bulk_run";
    case QUERY_BULK_STATE:
        return "bulk_state";
    case QUERY_BULK_CANCEL:
        return "bulk_cancel";
    case QUERY_WEBHOOKS:
        return "webhooks";
    case QUERY_WEBHOOK_CREATE:
        return "webhook_create";
    case QUERY_WEBHOOK_UPDATE:
        return "webhook_update";
    case QUERY_WEBHOOK_DELETE:
        return "webhook_delete";
    case QUERY_COUNT:
        break;
    }
    return "unknown";
}

const char *query_search(int64_t from_ms, char out[QUERY_SEARCH_MAX])
{
    char time[INSTANT_TEXT_MAX];
    snprintf(out, QUERY_SEARCH_MAX, "updated_at:>='%s'",
             instant_format(from_ms - from_ms % 1000, time));
    return out;
}

static cJSON *must(cJSON *value)
{
    if (!value)
        abort(); /* out of memory: as in arena.h */
    return value;
}

void query_write(enum query query, cJSON *variables, struct buf *out)
{
    cJSON *body = must(cJSON_CreateObject());
    must(cJSON_AddStringToObject(body, "query", query_text[query]));
    cJSON_AddItemToObject(body, "variables", variables);
    json_print(body, out);
    cJSON_Delete(body);
}

static void add_gid(cJSON *variables, int64_t id)
{
    char gid[64];
    snprintf(gid, sizeof(gid), "gid://shopify/Order/%" PRId64, id);
    must(cJSON_AddStringToObject(variables, "id", gid));
}

void query_orders_page(const struct query_page *page, struct buf *out)
{
    char search[QUERY_SEARCH_MAX];
    cJSON *variables = must(cJSON_CreateObject());
    must(cJSON_AddNumberToObject(variables, "first", page->first));
    must(cJSON_AddNumberToObject(variables, "lines", page->lines));
    must(cJSON_AddNumberToObject(variables, "shipping", QUERY_SHIPPING_PAGE));
    must(cJSON_AddStringToObject(variables, "search",
                                 query_search(page->from_ms, search)));
    if (page->after[0])
        must(cJSON_AddStringToObject(variables, "after", page->after));
    query_write(QUERY_ORDERS_PAGE, variables, out);
}

void query_order(int64_t id, int lines, struct buf *out)
{
    cJSON *variables = must(cJSON_CreateObject());
    add_gid(variables, id);
    must(cJSON_AddNumberToObject(variables, "lines", lines));
    must(cJSON_AddNumberToObject(variables, "shipping", QUERY_FIRST_MAX));
    query_write(QUERY_ORDER, variables, out);
}

void query_order_lines(int64_t id, int lines, const char *after, struct buf *out)
{
    cJSON *variables = must(cJSON_CreateObject());
    add_gid(variables, id);
    must(cJSON_AddNumberToObject(variables, "lines", lines));
    must(cJSON_AddStringToObject(variables, "after", after));
    query_write(QUERY_ORDER_LINES, variables, out);
}

void query_start(struct buf *out)
{
    query_write(QUERY_START, must(cJSON_CreateObject()), out);
}
