/* test_fetcher_page_lines: orders whose lines come in several answers, and single orders.
 */
#include "page_rig.h"

static cJSON *more_lines(const struct given *given, const char *updated, int count,
                         const char *after)
{
    cJSON *order = cJSON_CreateObject();
    cJSON *lines = cJSON_AddObjectToObject(order, "lineItems");
    cJSON *info = cJSON_AddObjectToObject(lines, "pageInfo");
    cJSON *nodes = cJSON_AddArrayToObject(lines, "nodes");
    cJSON_AddStringToObject(order, "updatedAt", updated);
    cJSON_AddBoolToObject(info, "hasNextPage", after != NULL);
    if (after)
        cJSON_AddStringToObject(info, "endCursor", after);
    for (int i = 0; i < count; i++)
        cJSON_AddItemToArray(nodes,
                             cJSON_Duplicate(find(given, "3.lineItems.nodes.0"), true));
    return order;
}

static void add_lines(struct given *given, const char *updated, int count,
                      const char *after, bool *moved)
{
    cJSON *node = more_lines(given, updated, count, after);
    struct json_at at = json_root(node);
    assert_ok(order_more(&at, &given->arena, &given->page.orders[3], moved, &given->e),
              &given->e);
    cJSON_Delete(node);
}

static void test_further_lines(void **state)
{
    struct given *given = *state;
    bool moved = true;
    assert_ok(read_page(given), &given->e);
    struct order *order = &given->page.orders[3];
    assert_false(order->several);
    add_lines(given, "2026-11-22T10:04:04Z", 3, "two", &moved);
    assert_false(moved);
    assert_int_equal(order->snapshot.lines.count, 7);
    assert_string_equal(order->lines_after, "two");
    assert_true(order->several);
    assert_string_equal(snapshot_lines(&order->snapshot)[0].sku, "L-0");
    assert_string_equal(snapshot_lines(&order->snapshot)[6].sku, "L-0");
    add_lines(given, "2026-11-22T10:04:05Z", 3, NULL, &moved);
    assert_true(moved);
    assert_int_equal(order->snapshot.lines.count, 7);
    add_lines(given, "2026-11-22T10:04:04Z", 2, NULL, &moved);
    assert_int_equal(order->snapshot.lines.count, 9);
    assert_string_equal(order->lines_after, "");
}

static void test_too_many_lines(void **state)
{
    struct given *given = *state;
    bool moved = false;
    assert_ok(read_page(given), &given->e);
    struct order *order = &given->page.orders[3];
    add_lines(given, "2026-11-22T10:04:04Z", SNAPSHOT_MAX_LINES - 4, "on", &moved);
    assert_null(order->refused);
    assert_int_equal(order->snapshot.lines.count, SNAPSHOT_MAX_LINES);
    add_lines(given, "2026-11-22T10:04:04Z", 1, "on", &moved);
    assert_string_equal(order->refused, "it has more than 5000 lines");
    assert_string_equal(order->lines_after, ""); /* no more of it is asked for */
}

static void test_adding_up(void **unused)
{
    (void)unused;
    static const struct {
        const char *what;
        int64_t quantity;           /* itemQuantity */
        int64_t goods, tips, cards; /* currentQuantity of such a line */
        bool adds_up;
    } rows[] = {
        {"equal", 3, 3, 0, 0, true},         {"a line is missing", 3, 2, 0, 0, false},
        {"one too many", 3, 4, 0, 0, false}, {"tip left out", 3, 3, 1, 0, true},
        {"card counted", 4, 3, 0, 1, true},  {"card left out", 3, 3, 0, 1, true},
        {"neither", 2, 3, 1, 1, false},      {"nothing left", 0, 0, 0, 0, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct snapshot_line lines[] = {
            {.variant_id = 1,
             .requires_shipping = true,
             .current_quantity = rows[i].goods},
            {.title = "Tip", .current_quantity = rows[i].tips},
            {.variant_id = 2, .gift_card = true, .current_quantity = rows[i].cards}};
        const struct order order = {.snapshot = {.item_quantity = rows[i].quantity,
                                                 .lines = {.at = lines, .count = 3}}};
        if (order_adds_up(&order) != rows[i].adds_up)
            fail_msg("%s", rows[i].what);
    }
}

static void test_order_by_id(void **state)
{
    struct given *given = *state;
    struct order order;
    bool found = true;
    cJSON *data = cJSON_CreateObject();
    cJSON_AddNullToObject(data, "order");
    struct json_at at = json_root(data);
    assert_ok(page_read_order(&at, shop, &given->arena, &found, &order, &given->e),
              &given->e);
    assert_false(found);
    cJSON_ReplaceItemInObject(data, "order", cJSON_Duplicate(find(given, "1"), true));
    assert_ok(page_read_order(&at, shop, &given->arena, &found, &order, &given->e),
              &given->e);
    assert_true(found);
    assert_int_equal(order.snapshot.id, INT64_C(6210000032769));
    cJSON_Delete(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_further_lines, start, stop),
        cmocka_unit_test_setup_teardown(test_too_many_lines, start, stop),
        cmocka_unit_test(test_adding_up),
        cmocka_unit_test_setup_teardown(test_order_by_id, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
