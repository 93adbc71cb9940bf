/* page: see page.h. */
#include "core/page.h"

#include "base/instant.h"

#include <stdio.h>
#include <string.h>

static enum rc read_end(const struct json_at *orders, struct page *page, struct err *e)
{
    const char *cursor = NULL;
    struct json_at info = json_member(orders, "pageInfo");
    struct json_at has_next = json_member(&info, "hasNextPage");
    struct json_at end = json_member(&info, "endCursor");
    enum rc rc = json_bool(&has_next, &page->has_next, e);
    if (rc || (rc = json_text_opt(&end, &cursor, e)))
        return rc;
    size_t len = cursor ? strlen(cursor) : 0;
    if (len >= WINDOW_CURSOR_MAX || (page->has_next && len == 0))
        return json_fail(&end, "a cursor of 1 to 1023 bytes", e);
    snprintf(page->cursor, sizeof(page->cursor), "%s", cursor ? cursor : "");
    return RC_OK;
}

static enum rc check_bound(const struct order *order, int64_t from_ms, struct err *e)
{
    char updated[INSTANT_TEXT_MAX];
    char from[INSTANT_TEXT_MAX];
    if (order->snapshot.updated_ms >= from_ms - from_ms % 1000)
        return RC_OK;
    return err_set(e, RC_REJECT, "page.read",
                   "order %s was updated at %s, before %s that was asked for: the search "
                   "was not understood",
                   order->snapshot.name,
                   instant_format(order->snapshot.updated_ms, updated),
                   instant_format(from_ms, from));
}

enum rc page_read(const struct json_at *data, const char *shop, int64_t from_ms,
                  struct arena *arena, struct page *out, struct err *e)
{
    int count = 0;
    struct page page = {0};
    struct json_at connection = json_member(data, "orders");
    struct json_at nodes = json_member(&connection, "nodes");
    enum rc rc = read_end(&connection, &page, e);
    if (rc || (rc = json_array(&nodes, &count, e)))
        return rc;
    page.orders = arena_array(arena, (size_t)count, sizeof(*page.orders));
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, nodes.value) {
        const struct json_at node = {
            .value = child, .parent = &nodes, .index = (int)page.count};
        struct order *order = &page.orders[page.count++];
        if ((rc = order_read(&node, shop, arena, order, e)) ||
            (rc = check_bound(order, from_ms, e)))
            return rc;
        if (order->snapshot.updated_ms > page.last_updated_ms)
            page.last_updated_ms = order->snapshot.updated_ms;
    }
    *out = page;
    return RC_OK;
}

enum rc page_read_order(const struct json_at *data, const char *shop, struct arena *arena,
                        bool *found, struct order *out, struct err *e)
{
    struct json_at node = json_member(data, "order");
    *found = !json_null(&node);
    return *found ? order_read(&node, shop, arena, out, e) : RC_OK;
}
