/* test_fetcher_bulk: the questions of a backfill, and its file's lines as orders: joined
 * from any order of lines they are the very orders of a page. */
#include "arena_rig.h"
#include "core/bulk.h"
#include "core/bulk_join.h"
#include "core/page.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1795341600000) /* 2026-11-22T10:00:00Z */

static const char shop[] = "demo.myshopify.com";

/* ---- joining ---- */

static struct bulk_text text_of(cJSON *line)
{
    char *printed = cJSON_PrintUnformatted(line);
    const char *copy = arena_strdup(&arena, printed);
    cJSON_free(printed);
    return (struct bulk_text){.at = copy, .len = strlen(copy)};
}

/* The list's nodes as lines of their own, the last one first. */
static size_t split(cJSON *order, const char *list, const char *type,
                    struct bulk_text *out)
{
    size_t count = 0;
    cJSON *connection = cJSON_DetachItemFromObjectCaseSensitive(order, list);
    cJSON *nodes = cJSON_GetObjectItem(connection, "nodes");
    const cJSON *id = cJSON_GetObjectItem(order, "id");
    for (int i = cJSON_GetArraySize(nodes) - 1; i >= 0; i--) {
        cJSON *node = cJSON_GetArrayItem(nodes, i);
        cJSON_AddStringToObject(node, "__typename", type);
        cJSON_AddStringToObject(node, "__parentId", id->valuestring);
        out[count++] = text_of(node);
    }
    cJSON_Delete(connection);
    return count;
}

static void assert_joins(cJSON *node, struct order *wanted)
{
    struct bulk_text texts[100];
    struct order order;
    struct err e = {0};
    struct buf a;
    struct buf b;
    size_t count = 1;
    count += split(node, "lineItems", "LineItem", texts + count);
    count += split(node, "shippingLines", "ShippingLine", texts + count);
    texts[0] = text_of(node);
    assert_true(count > 1);
    assert_ok(bulk_join(texts, count, shop, &arena, &order, &e), &e);
    assert_string_equal(order.lines_after, "");
    assert_false(order.shipping_more);
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    order.snapshot.fetched_ms = wanted->snapshot.fetched_ms = T0;
    snapshot_encode(&order.snapshot, &a);
    snapshot_encode(&wanted->snapshot, &b);
    assert_string_equal(buf_str(&a), buf_str(&b));
    buf_done(&a);
    buf_done(&b);
}

static void test_joined_as_in_a_page(void **state)
{
    (void)state;
    char *text = unit_data("fetcher/page.json");
    cJSON *tree = cJSON_Parse(text);
    struct page page;
    struct err e = {0};
    struct json_at root = json_root(tree);
    struct json_at data = json_member(&root, "data");
    struct json_at orders = json_member(&data, "orders");
    struct json_at nodes = json_member(&orders, "nodes");
    assert_ok(page_read(&data, shop, 0, &arena, &page, &e), &e);
    for (int i = 0; i < (int)page.count; i++)
        if (cJSON_GetArraySize(cJSON_GetObjectItem(
                cJSON_GetObjectItem(cJSON_GetArrayItem(nodes.value, i), "lineItems"),
                "nodes")) > 0)
            assert_joins(cJSON_GetArrayItem(nodes.value, i), &page.orders[i]);
    cJSON_Delete(tree);
    free(text);
}

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int64_t order; /* 0: refused */
        bool is_order;
    } rows[] = {
        {"{\"id\":\"gid://shopify/Order/12\"}", 12, true},
        {"{\"id\":\"gid://shopify/LineItem/5\",\"__parentId\":\"gid://shopify/Order/7\"}",
         7, false},
        {"{\"id\":null,\"__parentId\":\"gid://shopify/Order/9\"}", 9, false},
        {"{\"id\":\"12\"}", 0, false},
        {"{\"name\":\"#1\"}", 0, false},
        {"{\"id\":\"gid://shopify/Order/1", 0, false},
        {"<Error>expired</Error>", 0, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bulk_key key = {0};
        struct err e = {0};
        enum rc rc = bulk_key_read(rows[i].line, strlen(rows[i].line), &key, &e);
        assert_int_equal(rc, rows[i].order ? RC_OK : RC_REJECT);
        if (rc == RC_OK) {
            assert_int_equal(key.order, rows[i].order);
            assert_int_equal(key.is_order, rows[i].is_order);
        }
    }
}

static void test_a_stranger_among_the_lines(void **state)
{
    (void)state;
    static const char order[] = "{\"id\":\"gid://shopify/Order/1\"}";
    static const char child[] =
        "{\"id\":\"gid://shopify/Refund/1\",\"__typename\":\"Refund\"}";
    const struct bulk_text texts[] = {{order, sizeof(order) - 1},
                                      {child, sizeof(child) - 1}};
    struct order out;
    struct err e = {0};
    assert_rc(RC_REJECT, bulk_join(texts, 2, shop, &arena, &out, &e), &e);
    assert_contains(e.text, "__typename");
}

/* ---- asking ---- */

static void test_search_and_document(void **state)
{
    (void)state;
    char search[BULK_SEARCH_MAX];
    struct buf document;
    struct backfill backfill = {.from_ms = T0 + 999, .to_ms = T0 + 61000};
    buf_init(&document, (size_t)64 * 1024);
    assert_string_equal(bulk_search(&backfill, search),
                        "updated_at:>='2026-11-22T10:00:00Z' AND "
                        "updated_at:<'2026-11-22T10:01:01Z'");
    backfill.by = BACKFILL_BY_CREATED;
    assert_contains(bulk_search(&backfill, search), "created_at:>='");
    bulk_document(search, &document);
    assert_contains(buf_str(&document), search);
    assert_lacks(buf_str(&document), "@SEARCH@");
    assert_lacks(buf_str(&document), "nodes"); /* Shopify refuses them there */
    assert_lacks(buf_str(&document), "$");
    buf_done(&document);
}

/* ---- answers ---- */

static enum rc read_json(const char *json, const char *document, bool is_run,
                         struct bulk_operation *out, struct err *e)
{
    cJSON *tree = cJSON_Parse(json);
    assert_non_null(tree);
    struct json_at data = json_root(tree);
    enum rc rc =
        is_run ? bulk_read_run(&data, out, e) : bulk_read_state(&data, document, out, e);
    cJSON_Delete(tree);
    return rc;
}

static void test_run_and_refused(void **state)
{
    (void)state;
    static struct bulk_operation op;
    struct err e = {0};
    assert_ok(read_json("{\"bulkOperationRunQuery\":{\"bulkOperation\":{\"id\":"
                        "\"gid://shopify/BulkOperation/3\",\"status\":\"CREATED\","
                        "\"createdAt\":\"2026-11-22T10:00:00Z\"},\"userErrors\":[]}}",
                        "", true, &op, &e),
              &e);
    assert_int_equal(op.verdict, BULK_RUNNING);
    assert_string_equal(op.id, "gid://shopify/BulkOperation/3");
    assert_int_equal(op.created_ms, T0);
    assert_ok(read_json("{\"bulkOperationRunQuery\":{\"bulkOperation\":null,"
                        "\"userErrors\":[{\"field\":null,\"message\":\"in progress: "
                        "gid://shopify/BulkOperation/77, gid://shopify/BulkOperation/78."
                        "\"}]}}",
                        "", true, &op, &e),
              &e);
    assert_int_equal(op.verdict, BULK_FAILED);
    assert_string_equal(op.id, "gid://shopify/BulkOperation/77");
    assert_contains(op.why, "in progress");
}

static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        enum bulk_verdict verdict;
    } rows[] = {{"CREATED", BULK_RUNNING}, {"RUNNING", BULK_RUNNING},
                {"COMPLETED", BULK_DONE},  {"CANCELING", BULK_FAILED},
                {"CANCELED", BULK_FAILED}, {"FAILED", BULK_FAILED},
                {"EXPIRED", BULK_FAILED},  {"SOMETHING_NEW", BULK_RUNNING}};
    static struct bulk_operation op;
    struct err e = {0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *json = arena_printf(
            &arena,
            "{\"node\":{\"id\":\"gid://shopify/BulkOperation/3\",\"status\":\"%s\","
            "\"errorCode\":null,\"createdAt\":\"2026-11-22T10:00:00Z\","
            "\"rootObjectCount\":\"42\",\"url\":null,\"query\":\"{ a }\"}}",
            rows[i].status);
        assert_ok(read_json(json, "{ a }", false, &op, &e), &e);
        assert_int_equal(op.verdict, rows[i].verdict);
        assert_int_equal(op.orders, 42);
        assert_string_equal(op.url, "");
        assert_true(op.same_document);
    }
    assert_ok(read_json("{\"node\":null}", "{ a }", false, &op, &e), &e);
    assert_int_equal(op.verdict, BULK_FAILED);
}

static void test_versions(void **state)
{
    (void)state;
    int64_t updated_ms[2] = {1, 1};
    struct err e = {0};
    cJSON *tree = cJSON_Parse("{\"nodes\":[{\"id\":\"gid://shopify/Order/1\","
                              "\"updatedAt\":\"2026-11-22T10:00:00Z\"},null]}");
    struct json_at data = json_root(tree);
    assert_ok(bulk_read_versions(&data, 2, updated_ms, &e), &e);
    assert_int_equal(updated_ms[0], T0);
    assert_int_equal(updated_ms[1], 0);
    assert_rc(RC_REJECT, bulk_read_versions(&data, 3, updated_ms, &e), &e);
    cJSON_Delete(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_joined_as_in_a_page, arena_start,
                                        arena_stop),
        cmocka_unit_test(test_keys),
        cmocka_unit_test_setup_teardown(test_a_stranger_among_the_lines, arena_start,
                                        arena_stop),
        cmocka_unit_test(test_search_and_document),
        cmocka_unit_test(test_run_and_refused),
        cmocka_unit_test_setup_teardown(test_states, arena_start, arena_stop),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
