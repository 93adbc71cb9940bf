/* test_fetcher_reply: what each answer of the Admin API means, and what is done about it.
 */
#include "core/reply.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct reply judge(long status, const char *body, int64_t retry_after_ms)
{
    struct reply reply;
    const struct reply_http http = {.status = status,
                                    .body = body,
                                    .len = strlen(body),
                                    .retry_after_ms = retry_after_ms};
    reply_read(&http, &reply);
    return reply;
}

#define COST(requested, available, rate)                                         \
    "\"extensions\":{\"cost\":{\"requestedQueryCost\":" #requested               \
    ",\"actualQueryCost\":null,\"throttleStatus\":{\"maximumAvailable\":2000.0," \
    "\"currentlyAvailable\":" #available ",\"restoreRate\":" #rate ".0}}}"
#define ERROR(message, code) \
    "{\"message\":\"" message "\",\"extensions\":{\"code\":\"" code "\"}}"

static const struct {
    long status;
    const char *body;
    enum reply_kind kind;
    const char *says, *remedy; /* parts */
} answers[] = {
    /* 200 */
    {200, "{\"data\":{\"orders\":{}}}", REPLY_OK, "", ""},
    {200, "{\"data\":{\"a\":null},\"errors\":[]}", REPLY_OK, "", ""},
    {200, "{\"data\":{\"a\":1},\"extensions\":{\"search\":[]}}", REPLY_OK, "", ""},
    {200, "{\"errors\":[" ERROR("Throttled", "THROTTLED") "]}", REPLY_THROTTLED,
     "Throttled", ""},
    {200, "{\"errors\":[{\"message\":\"Throttled\"}]}", REPLY_THROTTLED, "Throttled", ""},
    {200, "{\"errors\":[" ERROR("Query cost is 1200", "MAX_COST_EXCEEDED") "]}",
     REPLY_SHRINK, "Query cost is 1200", "ORDER_POLLING_BATCH_SIZE"},
    {200, "{\"data\":null,\"errors\":[" ERROR("Access denied", "ACCESS_DENIED") "]}",
     REPLY_PERSON, "Access denied", "scopes read_orders"},
    {200,
     "{\"data\":{\"orders\":{}},\"errors\":[" ERROR("not approved", "ACCESS_DENIED") "]}",
     REPLY_PERSON, "not approved", "protected customer data"},
    {200,
     "{\"data\":null,\"errors\":[" ERROR("Internal error. Request ID: x",
                                         "INTERNAL_SERVER_ERROR") "]}",
     REPLY_RETRY, "Request ID: x", ""},
    {200, "{\"errors\":[{\"message\":\"Internal error. Looks like ...\"}]}", REPLY_RETRY,
     "Internal error", ""},
    {200, "{\"errors\":[{\"message\":\"Timeout\"}]}", REPLY_RETRY, "Timeout", ""},
    {200, "{\"errors\":[" ERROR("Field 'x' doesn't exist", "undefinedField") "]}",
     REPLY_PERSON, "undefinedField", "SHOPIFY_API_VERSION"},
    {200, "{\"errors\":[{\"message\":\"something new\"}]}", REPLY_PERSON, "something new",
     "report it"},
    {200, "{\"errors\":[{}]}", REPLY_PERSON, "(no message)", "report it"},
    {200, "{\"errors\":\"[API] Invalid API key\"}", REPLY_PERSON, "Invalid API key",
     "report it"},
    {200, "{\"errors\":{\"base\":[\"x\"]}}", REPLY_PERSON, "no list", "report it"},
    {200, "{}", REPLY_RETRY, "neither data nor errors", ""},
    {200, "{\"data\":null}", REPLY_RETRY, "neither data nor errors", ""},
    {200, "[]", REPLY_RETRY, "neither data nor errors", ""},
    {200, "<html>Bad gateway</html>", REPLY_RETRY, "not JSON", ""},
    {200, "{\"data\":{\"orders\":{\"nodes\":[{\"id\":", REPLY_RETRY, "not JSON", ""},
    {200, "", REPLY_RETRY, "not JSON", ""},
    {200, "{\"data\":{\"a\":\"\xff\"}}", REPLY_RETRY, "not UTF-8", ""},
    {200,
     "{\"data\":{\"orders\":{}},\"extensions\":{\"search\":[{\"path\":[\"orders\"],"
     "\"warnings\":[{\"field\":\"00\",\"message\":\"Invalid search field\",\"code\":"
     "\"invalid_field\"}]}]}}",
     REPLY_PERSON, "the search was not understood: invalid_field", "report it"},
    /* of several errors the gravest counts */
    {200,
     "{\"errors\":[" ERROR("a", "THROTTLED") "," ERROR("b", "ACCESS_DENIED") "," ERROR(
         "c", "INTERNAL_SERVER_ERROR") "]}",
     REPLY_PERSON, "ACCESS_DENIED: b", "scopes"},
    {200, "{\"errors\":[" ERROR("a", "THROTTLED") "," ERROR("b", "THROTTLED") "]}",
     REPLY_THROTTLED, "THROTTLED: a", ""},
    /* other statuses */
    {301, "", REPLY_PERSON, "redirects", "SHOPIFY_SHOP"},
    {302, "", REPLY_PERSON, "redirects", "SHOPIFY_SHOP"},
    {308, "", REPLY_PERSON, "redirects", "SHOPIFY_SHOP"},
    {400, "{\"errors\":\"Bad Request\"}", REPLY_PERSON, "HTTP 400", "report it"},
    {401, "{\"errors\":\"[API] Invalid API key or access token\"}", REPLY_RENEW,
     "([API] Invalid API key", "SHOPIFY_ACCESS_TOKEN"},
    {402, "{\"errors\":\"Unavailable Shop\"}", REPLY_PERSON, "frozen", "bill"},
    {403, "", REPLY_PERSON, "forbidden", "read_orders"},
    {404, "{\"errors\":\"Not Found\"}", REPLY_PERSON, "(Not Found)", "SHOPIFY_SHOP"},
    {408, "", REPLY_RETRY, "HTTP 408", ""},
    {418, "", REPLY_PERSON, "HTTP 418: not expected", "report it"},
    {423, "", REPLY_PERSON, "locked", "support"},
    {429, "", REPLY_THROTTLED, "too many requests", ""},
    {430, "", REPLY_PERSON, "security", "support"},
    {500, "", REPLY_RETRY, "HTTP 500", ""},
    {502, "<html>", REPLY_RETRY, "HTTP 502", ""},
    {503, "", REPLY_RETRY, "HTTP 503", ""},
    {504, "", REPLY_RETRY, "HTTP 504", ""},
    {520, "", REPLY_RETRY, "HTTP 520", ""},
    {540, "", REPLY_RETRY, "HTTP 540", ""},
    {204, "", REPLY_PERSON, "HTTP 204: not expected", "report it"},
};

static void test_answers(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct reply reply = judge(answers[i].status, answers[i].body, -1);
        if (reply.kind != answers[i].kind)
            fail_msg("%ld %s: %s", answers[i].status, answers[i].body,
                     reply_kind_name(reply.kind));
        assert_contains(reply.text, answers[i].says);
        assert_contains(reply.remedy, answers[i].remedy);
        assert_true((reply.kind == REPLY_OK) == (reply.tree != NULL));
        assert_true((reply.kind == REPLY_OK) == (reply.text[0] == '\0'));
        if (reply.kind == REPLY_RETRY || reply.kind == REPLY_THROTTLED)
            assert_string_equal(reply.remedy, "");
        reply_done(&reply);
        reply_done(&reply); /* twice does no harm */
    }
}

static void test_waits(void **unused)
{
    (void)unused;
    static const struct {
        long status;
        const char *body;
        int64_t retry_after_ms, wait_ms;
    } rows[] = {
        {200,
         "{\"errors\":[" ERROR("Throttled", "THROTTLED") "]," COST(394, 194, 100) "}", -1,
         2000},
        {200,
         "{\"errors\":[" ERROR("Throttled", "THROTTLED") "]," COST(394, 394, 100) "}", -1,
         100},
        {200, "{\"errors\":[" ERROR("Throttled", "THROTTLED") "]," COST(394, 0, 0) "}",
         -1, 39400},
        {200, "{\"errors\":[" ERROR("Throttled", "THROTTLED") "]}", -1, 2000},
        {200, "{\"errors\":[" ERROR("Throttled", "THROTTLED") "]}", 7000, 7000},
        {429, "", 4000, 4000},
        {429, "", -1, -1},
        {503, "", 2500, 2500},
        {503, "", -1, -1},
        {200, "{\"data\":{}}", 5000, -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reply reply = judge(rows[i].status, rows[i].body, rows[i].retry_after_ms);
        assert_int_equal(reply.wait_ms, rows[i].wait_ms);
        reply_done(&reply);
    }
}

static void test_cost_of_a_refused_query(void **unused)
{
    (void)unused;
    struct reply reply =
        judge(200,
              "{\"errors\":[{\"message\":\"too dear\",\"extensions\":{\"code\":"
              "\"MAX_COST_EXCEEDED\",\"cost\":1200,\"maxCost\":1000}}]}",
              -1);
    assert_int_equal(reply.kind, REPLY_SHRINK);
    assert_int_equal(reply.cost.requested, 1200);
    assert_int_equal(reply.cost.available, -1);
}

static void test_blame_of_the_request(void **unused)
{
    (void)unused;
    assert_true(
        judge(200, "{\"errors\":[" ERROR("x", "BAD_REQUEST") "]}", -1).bad_request);
    assert_false(
        judge(200, "{\"errors\":[" ERROR("x", "ACCESS_DENIED") "]}", -1).bad_request);
    assert_false(judge(403, "", -1).bad_request);
}

/* What is logged and recorded has to stay one line of UTF-8, whatever Shopify sends. */
static void test_texts_stay_clean(void **unused)
{
    (void)unused;
    struct reply reply = judge(200, "{\"errors\":[{\"message\":\"a\\nb\\u0007\"}]}", -1);
    assert_contains(reply.text, "a?b?");
    struct buf long_body;
    buf_init(&long_body, 10000);
    buf_text(&long_body, "{\"errors\":[{\"message\":\"");
    for (int i = 0; i < 120; i++)
        buf_text(&long_body, "ñññ€🍳");
    buf_text(&long_body, "\"}]}");
    reply = judge(200, buf_str(&long_body), -1);
    buf_done(&long_body);
    assert_in_range(strlen(reply.text), sizeof(reply.text) - 5, sizeof(reply.text) - 1);
    struct err e = {0};
    cJSON *tree = NULL;
    char quoted[400];
    snprintf(quoted, sizeof(quoted), "\"%s\"", reply.text);
    assert_ok(json_parse(quoted, strlen(quoted), &tree, &e), &e); /* UTF-8 */
    cJSON_Delete(tree);
}

static void test_lost(void **unused)
{
    (void)unused;
    struct reply reply;
    reply_lost("connection reset", &reply);
    assert_int_equal(reply.kind, REPLY_RETRY);
    assert_contains(reply.text, "connection reset");
    assert_int_equal(reply.wait_ms, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_cost_of_a_refused_query),
        cmocka_unit_test(test_blame_of_the_request),
        cmocka_unit_test(test_texts_stay_clean),
        cmocka_unit_test(test_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
