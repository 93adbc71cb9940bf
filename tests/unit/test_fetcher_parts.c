/* test_fetcher_parts: the small pure parts: request bodies, the token grant, the start
 * check, timer, texts. */
#include "core/grant.h"
#include "core/query.h"
#include "core/start.h"
#include "core/text.h"
#include "core/timer.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define T0 INT64_C(1795341600000)

/* ---- query ---- */

static cJSON *body_of(const struct buf *body, const char *operation)
{
    struct err e = {0};
    cJSON *tree = NULL;
    assert_ok(json_parse(buf_str(body), body->len, &tree, &e), &e);
    assert_contains(cJSON_GetObjectItem(tree, "query")->valuestring, operation);
    return tree;
}

static const char *variable(const cJSON *body, const char *name)
{
    const cJSON *value =
        cJSON_GetObjectItem(cJSON_GetObjectItem(body, "variables"), name);
    return value ? value->valuestring : NULL;
}

static void test_search(void **unused)
{
    (void)unused;
    char text[QUERY_SEARCH_MAX];
    assert_string_equal(query_search(T0, text), "updated_at:>='2026-11-22T10:00:00Z'");
    assert_string_equal(query_search(T0 + 999, text),
                        "updated_at:>='2026-11-22T10:00:00Z'");
}

static void test_bodies(void **unused)
{
    (void)unused;
    struct buf body;
    buf_init(&body, QUERY_BODY_MAX);
    const struct query_page page = {
        .from_ms = T0, .first = 50, .lines = 100, .after = "c\"1"};
    query_orders_page(&page, &body);
    cJSON *tree = body_of(&body, "query OrdersPage(");
    assert_string_equal(variable(tree, "after"), "c\"1");
    assert_string_equal(variable(tree, "search"), "updated_at:>='2026-11-22T10:00:00Z'");
    const cJSON *query = cJSON_GetObjectItem(tree, "query");
    assert_lacks(query->valuestring, "#"); /* comments are not sent */
    assert_lacks(query->valuestring, "\n");
    assert_contains(query->valuestring, "sortKey: UPDATED_AT");
    assert_lacks(query->valuestring, "reverse");
    cJSON_Delete(tree);
    buf_clear(&body);
    const struct query_page first = {.from_ms = T0, .first = 1, .lines = 1, .after = ""};
    query_orders_page(&first, &body);
    tree = body_of(&body, "query OrdersPage(");
    assert_null(variable(tree, "after"));
    cJSON_Delete(tree);
    buf_clear(&body);
    query_order_lines(INT64_C(6210000000001), 250, "L1", &body);
    tree = body_of(&body, "query OrderLines(");
    assert_string_equal(variable(tree, "id"), "gid://shopify/Order/6210000000001");
    assert_string_equal(variable(tree, "after"), "L1");
    cJSON_Delete(tree);
    buf_clear(&body);
    query_order(7, 250, &body);
    tree = body_of(&body, "query OrderById(");
    assert_string_equal(variable(tree, "id"), "gid://shopify/Order/7");
    cJSON_Delete(tree);
    buf_done(&body);
}

/* ---- grant ---- */

static struct reply granted(long status, const char *body, struct grant *grant)
{
    struct reply reply = {0};
    const struct reply_http http = {
        .status = status, .body = body, .len = strlen(body), .retry_after_ms = -1};
    *grant = (struct grant){0};
    grant_read(&http, &reply, grant);
    return reply;
}

static void test_grant_form(void **unused)
{
    (void)unused;
    struct buf form;
    buf_init(&form, 1000);
    grant_form("id-1", "a b&c=d%+é", &form);
    assert_string_equal(buf_str(&form), "grant_type=client_credentials&client_id=id-1&"
                                        "client_secret=a%20b%26c%3Dd%25%2B%C3%A9");
    buf_done(&form);
}

static void test_grant_answers(void **unused)
{
    (void)unused;
    static const struct {
        long status;
        const char *body;
        enum reply_kind kind;
    } rows[] = {
        {200, "{\"access_token\":\"shpat_1\",\"scope\":\"x\",\"expires_in\":86399}",
         REPLY_OK},
        {200, "{\"access_token\":\"\",\"expires_in\":86399}", REPLY_RETRY},
        {200, "{\"access_token\":\"a\\r\\nX: y\",\"expires_in\":86399}", REPLY_RETRY},
        {200, "{\"access_token\":7,\"expires_in\":86399}", REPLY_RETRY},
        {200, "{\"access_token\":\"a\",\"expires_in\":0}", REPLY_RETRY},
        {200, "{\"access_token\":\"a\"}", REPLY_RETRY},
        {200, "<html>", REPLY_RETRY},
        {400, "{\"error\":\"invalid_client\"}", REPLY_PERSON},
        {401, "", REPLY_PERSON},
        {403, "", REPLY_PERSON},
        {404, "", REPLY_PERSON},
        {429, "", REPLY_THROTTLED},
        {503, "", REPLY_RETRY},
    };
    struct grant grant;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reply reply = granted(rows[i].status, rows[i].body, &grant);
        if (reply.kind != rows[i].kind)
            fail_msg("%ld %s: %s", rows[i].status, rows[i].body,
                     reply_kind_name(reply.kind));
        assert_lacks(reply.text, "shpat");
        assert_int_equal(grant.token[0] != '\0', reply.kind == REPLY_OK);
        if (rows[i].status == 400)
            assert_contains(reply.remedy, "SHOPIFY_CLIENT_SECRET");
    }
    granted(rows[0].status, rows[0].body, &grant);
    assert_string_equal(grant.token, "shpat_1");
    assert_int_equal(grant.lasts_ms, 86399000);
}

/* ---- start ---- */

static enum rc check(const char *shop_name, const char *scopes, struct start *start,
                     struct err *e)
{
    char text[600];
    snprintf(text, sizeof(text),
             "{\"shop\":{\"myshopifyDomain\":\"%s\"},\"currentAppInstallation\":"
             "{\"accessScopes\":[%s]}}",
             shop_name, scopes);
    cJSON *tree = cJSON_Parse(text);
    assert_non_null(tree);
    struct json_at at = json_root(tree);
    enum rc rc = start_check(&at, "demo.myshopify.com", start, e);
    cJSON_Delete(tree);
    return rc;
}

#define SCOPE(name) "{\"handle\":\"" name "\"}"

static void test_start(void **unused)
{
    (void)unused;
    struct err e = {0};
    struct start start = {0};
    const int64_t days_61 = INT64_C(61) * 24 * 3600 * 1000;
    assert_ok(check("Demo.myshopify.com",
                    SCOPE("read_orders") "," SCOPE("write_products") "," SCOPE(
                        "read_customers"),
                    &start, &e),
              &e);
    assert_int_equal(start.count, 0);
    assert_true(start_is_too_old(&start, T0 - days_61, T0));
    assert_false(start_is_too_old(&start, T0 - days_61 / 61 * 59, T0));
    assert_ok(check("demo.myshopify.com",
                    SCOPE("write_orders") "," SCOPE("read_all_orders"), &start, &e),
              &e);
    assert_int_equal(start.count, 2);
    assert_contains(start.warnings[0], "read_customers");
    assert_contains(start.warnings[1], "read_products");
    assert_false(start_is_too_old(&start, T0 - days_61, T0));
    assert_rc(RC_REJECT, check("other.myshopify.com", SCOPE("read_orders"), &start, &e),
              &e);
    assert_contains(e.text, "the token belongs to other.myshopify.com");
    assert_rc(RC_REJECT, check("demo.myshopify.com", SCOPE("read_products"), &start, &e),
              &e);
    assert_contains(e.text, "lacks the scope read_orders");
}

/* ---- timer ---- */

#define MINUTE INT64_C(60000)
#define START  INT64_C(1000)

static void test_timer(void **unused)
{
    (void)unused;
    struct timer timer = {0};
    assert_true(timer_due(&timer, 10 * MINUTE, START)); /* the first one at once */
    timer_begin(&timer, START);
    timer_end(&timer, RC_OK, START + 5000, 1);
    assert_false(timer_due(&timer, 10 * MINUTE, START + 10 * MINUTE - 1));
    assert_true(timer_due(&timer, 10 * MINUTE, START + 10 * MINUTE));
    assert_true(timer_due(&timer, MINUTE, START + MINUTE)); /* the interval was changed */
}

static void test_timer_after_a_failure(void **unused)
{
    (void)unused;
    static const struct {
        enum rc rc;
        int failures;
        int64_t least_ms, most_ms;
    } rows[] = {{RC_RETRY, 1, 7500, 15000},
                {RC_RETRY, 2, 15000, 30000},
                {RC_RETRY, 9, 150000, 300000},
                {RC_REJECT, 1, 30000, 60000},
                {RC_REJECT, 9, 450000, 900000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct timer timer = {0};
        timer_begin(&timer, START);
        for (int n = 0; n < rows[i].failures; n++)
            timer_end(&timer, rows[i].rc, START, 7);
        assert_false(timer_due(&timer, 1440 * MINUTE, START + rows[i].least_ms - 1));
        assert_true(timer_due(&timer, 1440 * MINUTE, START + rows[i].most_ms));
        assert_true(timer_due(&timer, MINUTE, START + MINUTE)); /* never later */
        timer_begin(&timer, START + rows[i].most_ms);
        timer_end(&timer, RC_OK, START + rows[i].most_ms, 7);
        assert_int_equal(timer.failures, 0);
        assert_false(timer_due(&timer, 1440 * MINUTE, START + 2 * rows[i].most_ms));
    }
}

/* ---- text ---- */

static void test_text(void **unused)
{
    (void)unused;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"", ""},
        {"plain é€🍳", "plain é€🍳"},
        {"a\tb\x7f", "a?b?"},
        {"cut \xf0\x9f\x8d", "cut "},
        {"cut \xc3", "cut "},
        {"\xff mid \xc3 odd", "? mid ? odd"},
        {"\xed\xa0\x80x", "???x"}, /* a surrogate is no UTF-8 */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s", rows[i].in);
        text_clean(text);
        assert_string_equal(text, rows[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_grant_form),
        cmocka_unit_test(test_grant_answers),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_timer),
        cmocka_unit_test(test_timer_after_a_failure),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
