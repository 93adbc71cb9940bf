/* test_fetcher_page: answers of the Admin API as orders: a page as Shopify gives it
 * against the snapshots that have to come of it, and each way in which it can be wrong.
 *
 * page.json is an answer of the stand-in, edited by hand where a shop seldom is;
 * page.snapshots.jsonl holds the messages, fetchedAt T0, one a line; GOLDEN_UPDATE=path
 * writes it anew.
 */
#include "page_rig.h"

static void test_every_field(void **state)
{
    struct given *given = *state;
    struct buf is;
    buf_init(&is, 1 << 20);
    assert_ok(read_page(given), &given->e);
    assert_int_equal(given->page.count, 4);
    for (size_t i = 0; i < 4; i++) {
        given->page.orders[i].snapshot.fetched_ms = T0;
        assert_null(given->page.orders[i].refused);
        snapshot_encode(&given->page.orders[i].snapshot, &is);
        buf_text(&is, "\n");
    }
    if (getenv("GOLDEN_UPDATE")) { /* the path to write to; review the difference */
        FILE *file = fopen(getenv("GOLDEN_UPDATE"), "we");
        assert_non_null(file);
        fputs(buf_str(&is), file);
        fclose(file);
    }
    char *wanted = unit_data("fetcher/page.snapshots.jsonl");
    assert_string_equal(buf_str(&is), wanted);
    free(wanted);
    buf_done(&is);
}

static void test_ends(void **state)
{
    struct given *given = *state;
    assert_ok(read_page(given), &given->e);
    const struct page *page = &given->page;
    assert_true(page->has_next);
    assert_string_equal(page->cursor, "eyJsYXN0X2lkIjo2MjEwMDAwMDk4MzA1LCJsYXN0X3ZhbHVl"
                                      "IjoxNzk1MzQxODQ0MDAwfQ==");
    assert_int_equal(page->last_updated_ms, T0 + 244000);
    assert_string_equal(page->orders[0].lines_after, "");
    assert_false(page->orders[0].shipping_more);
    assert_string_equal(page->orders[3].lines_after, "bGluZXM=");
    assert_true(page->orders[3].shipping_more);
}

static void test_last_and_empty_page(void **state)
{
    struct given *given = *state;
    cJSON *orders =
        cJSON_GetObjectItem(cJSON_GetObjectItem(given->tree, "data"), "orders");
    cJSON_ReplaceItemInObject(orders, "nodes", cJSON_CreateArray());
    cJSON_ReplaceItemInObject(orders, "pageInfo",
                              cJSON_Parse("{\"hasNextPage\":false,\"endCursor\":null}"));
    assert_ok(read_page(given), &given->e);
    assert_int_equal(given->page.count, 0);
    assert_int_equal(given->page.last_updated_ms, 0);
    assert_string_equal(given->page.cursor, "");
    assert_false(given->page.has_next);
}

/* One member that is not what it should be refuses the page, and is named. */
static void test_wrong_shapes(void **unused)
{
    (void)unused;
    static const struct {
        const char *path, *json, *says; /* json NULL: the member is absent */
    } rows[] = {
        {"0.legacyResourceId", "null", "data.orders.nodes[0].legacyResourceId"},
        {"0.legacyResourceId", "\"12x\"", "legacyResourceId: expected a whole number"},
        {"0.legacyResourceId", "\"0\"", "legacyResourceId"},
        {"1.name", "7", "nodes[1].name: expected text, found a number"},
        {"1.updatedAt", "\"yesterday\"", "updatedAt: expected a time"},
        {"1.updatedAt", "null", "updatedAt: expected a time"},
        {"1.cancelledAt", "\"\"", "cancelledAt: expected a time"},
        {"1.test", "null", "test: expected true or false"},
        {"0.currentTotalPriceSet.shopMoney.amount", "12.5", "currentTotalPriceSet"},
        {"0.currentTotalPriceSet.shopMoney.amount", "\"12,5\"", "an amount"},
        {"0.currentTotalPriceSet.shopMoney.amount", "\"1e3\"", "an amount"},
        {"0.currentTotalPriceSet.shopMoney.amount", "\".5\"", "an amount"},
        {"0.currentTotalPriceSet.shopMoney.amount", "\"5.\"", "an amount"},
        {"0.currentTotalPriceSet.shopMoney.currencyCode", "\"EUR\"", "currencyCode"},
        {"0.currentTotalTaxSet", "null", "currentTotalTaxSet.shopMoney.amount"},
        {"0.totalCashRoundingAdjustment", "null", "paymentSet.shopMoney.amount"},
        {"0.currentSubtotalLineItemsQuantity", "1.5", "a whole number"},
        {"0.tags", "\"a, b\"", "tags: expected an array"},
        {"0.tags", "[1]", "tags[0]: expected text"},
        {"0.customer", "{}", "customer.legacyResourceId"},
        {"0.shippingLines", "null", "shippingLines.pageInfo.hasNextPage"},
        {"0.lineItems.nodes", "{}", "lineItems.nodes: expected an array"},
        {"0.lineItems.pageInfo", "{\"hasNextPage\":true,\"endCursor\":null}",
         "endCursor"},
        {"0.lineItems.pageInfo", "{\"hasNextPage\":true,\"endCursor\":\"\"}", "a cursor"},
        {"0.currentTaxLines", "[{\"title\":\"x\",\"rate\":\"0.1\"}]", "a rate such as"},
        {"3.legacyResourceId", NULL, "nodes[3].legacyResourceId"},
        {"3.currencyCode", NULL, "currencyCode"},
        {"3.lineItems", NULL, "lineItems.pageInfo"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *state = NULL;
        start(&state);
        struct given *given = state;
        if (rows[i].json)
            put(given, rows[i].path, rows[i].json);
        else
            take_out(given, "3", rows[i].path + 2);
        if (read_page(given) != RC_REJECT)
            fail_msg("%s = %s was taken", rows[i].path, rows[i].json);
        assert_contains(given->e.text, rows[i].says);
        stop(&state);
    }
}

/* In arrays of lines the same holds. */
static void test_wrong_lines(void **unused)
{
    (void)unused;
    static const struct {
        const char *name, *json, *says;
    } rows[] = {
        {"id", "\"12\"", "an id such as gid://shopify/LineItem/1"},
        {"id", "\"gid://shopify/LineItem/\"", "an id such as"},
        {"id", "\"gid://shopify/LineItem/1x\"", "an id such as"},
        {"id", "\"gid://other/LineItem/1\"", "an id such as"},
        {"title", "null", "title: expected text"},
        {"quantity", "\"two\"", "quantity: expected a whole number"},
        {"taxable", "1", "taxable: expected true or false"},
        {"discountAllocations", "null", "discountAllocations: expected an array"},
        {"discountAllocations", "[{}]", "allocatedAmountSet.shopMoney.amount"},
        {"taxLines", "[{}]", "taxLines[0].title"},
        {"variant", "{}", "variant.legacyResourceId"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *state = NULL;
        start(&state);
        struct given *given = state;
        cJSON_ReplaceItemInObject(find(given, "0.lineItems.nodes.1"), rows[i].name,
                                  cJSON_Parse(rows[i].json));
        if (read_page(given) != RC_REJECT)
            fail_msg("%s = %s was taken", rows[i].name, rows[i].json);
        assert_contains(given->e.text, "data.orders.nodes[0].lineItems.nodes[1]");
        assert_contains(given->e.text, rows[i].says);
        stop(&state);
    }
}

static void test_id_with_a_query(void **state)
{
    struct given *given = *state;
    put(given, "0.lineItems", "{\"pageInfo\":{\"hasNextPage\":false},\"nodes\":[]}");
    cJSON *line = cJSON_Duplicate(find(given, "2.lineItems.nodes.0"), true);
    cJSON_ReplaceItemInObject(line, "id",
                              cJSON_CreateString("gid://shopify/LineItem/77?x=1/2"));
    cJSON_AddItemToArray(find(given, "0.lineItems.nodes"), line);
    assert_ok(read_page(given), &given->e);
    assert_int_equal(snapshot_lines(&given->page.orders[0].snapshot)[0].id, 77);
}

static void test_a_next_page_needs_a_cursor(void **state)
{
    struct given *given = *state;
    static const char *const ends[] = {"{\"hasNextPage\":true,\"endCursor\":null}",
                                       "{\"hasNextPage\":true,\"endCursor\":\"\"}"};
    cJSON *orders =
        cJSON_GetObjectItem(cJSON_GetObjectItem(given->tree, "data"), "orders");
    for (size_t i = 0; i < 2; i++) {
        cJSON_ReplaceItemInObject(orders, "pageInfo", cJSON_Parse(ends[i]));
        assert_rc(RC_REJECT, read_page(given), &given->e);
        assert_contains(given->e.text, "endCursor: expected a cursor");
    }
}

static void test_out_of_bounds_is_refused_alone(void **state)
{
    struct given *given = *state;
    put(given, "1.currentTotalPriceSet.shopMoney.amount", "\"90071992547.0994\"");
    assert_ok(read_page(given), &given->e);
    assert_non_null(given->page.orders[1].refused);
    assert_contains(given->page.orders[1].refused, "90071992547.0993");
    assert_null(given->page.orders[0].refused);
    assert_null(given->page.orders[2].refused);
}

static void test_discounts_are_summed_exactly(void **state)
{
    struct given *given = *state;
    put(given, "0.lineItems", "{\"pageInfo\":{\"hasNextPage\":false},\"nodes\":[]}");
    cJSON *line = cJSON_Duplicate(find(given, "2.lineItems.nodes.0"), true);
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < 3; i++) /* 0.1 + 0.1 + 0.1 is not 0.3 in doubles */
        cJSON_AddItemToArray(
            list,
            cJSON_Parse("{\"allocatedAmountSet\":{\"shopMoney\":{\"amount\":\"0.1\"}}}"));
    cJSON_ReplaceItemInObject(line, "discountAllocations", list);
    cJSON_AddItemToArray(find(given, "0.lineItems.nodes"), line);
    assert_ok(read_page(given), &given->e);
    assert_int_equal(snapshot_lines(&given->page.orders[0].snapshot)[0].discount_e4,
                     3000);
}

static void test_rates(void **unused)
{
    (void)unused;
    static const struct {
        const char *json, *text;
    } rows[] = {{"0.13", "0.13"}, {"0.0825", "0.0825"},
                {"0", "0"},       {"1", "1"},
                {"10", "10"},     {"0.1", "0.1"},
                {"-0.5", "-0.5"}, {"0.123456789", "0.123456789"},
                {"20.0", "20"},   {"0.30000000000000004", "0.3"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *state = NULL;
        start(&state);
        struct given *given = state;
        cJSON_ReplaceItemInObject(find(given, "0.currentTaxLines.0"), "rate",
                                  cJSON_Parse(rows[i].json));
        assert_ok(read_page(given), &given->e);
        const struct snapshot_tax *tax = given->page.orders[0].snapshot.taxes.at;
        assert_string_equal(tax[0].rate, rows[i].text);
        stop(&state);
    }
}

/* An order from before the bound tells that the search was misread. */
static void test_older_than_asked_for(void **state)
{
    struct given *given = *state;
    put(given, "2.updatedAt", "\"2026-11-22T10:00:00Z\"");
    assert_ok(read_page(given), &given->e);
    put(given, "2.updatedAt", "\"2026-11-22T09:59:59Z\"");
    assert_rc(RC_REJECT, read_page(given), &given->e);
    assert_contains(given->e.text, "the search was not understood");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_field, start, stop),
        cmocka_unit_test_setup_teardown(test_ends, start, stop),
        cmocka_unit_test_setup_teardown(test_last_and_empty_page, start, stop),
        cmocka_unit_test(test_wrong_shapes),
        cmocka_unit_test(test_wrong_lines),
        cmocka_unit_test_setup_teardown(test_id_with_a_query, start, stop),
        cmocka_unit_test_setup_teardown(test_a_next_page_needs_a_cursor, start, stop),
        cmocka_unit_test_setup_teardown(test_out_of_bounds_is_refused_alone, start, stop),
        cmocka_unit_test_setup_teardown(test_discounts_are_summed_exactly, start, stop),
        cmocka_unit_test(test_rates),
        cmocka_unit_test_setup_teardown(test_older_than_asked_for, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
