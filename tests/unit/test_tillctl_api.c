/* test_tillctl_api: addresses of the API, and what its answers mean. */
#include "core/api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *address(const char *base, enum api_route route, const char *arg)
{
    static char copy[500];
    struct buf text;
    buf_init(&text, 4096);
    api_address(base, route, arg, &text);
    snprintf(copy, sizeof(copy), "%s", buf_str(&text));
    buf_done(&text);
    return copy;
}

static void test_addresses(void **state)
{
    (void)state;
    assert_string_equal(address("http://127.0.0.1:8080", API_STATUS, NULL),
                        "http://127.0.0.1:8080/api/v1/orders/polling/status");
    assert_string_equal(address("https://till.example/base//", API_TRIGGER, NULL),
                        "https://till.example/base/api/v1/orders/polling/trigger");
    assert_string_equal(address("http://localhost", API_TRIGGER_STATE, "a-1.b_~/../x?é"),
                        "http://localhost/api/v1/orders/polling/trigger/"
                        "a-1.b_~%2F..%2Fx%3F%C3%A9");
    assert_string_equal(api_method(API_CONFIG), "PUT");
    assert_string_equal(api_method(API_TRIGGER), "POST");
    assert_int_equal(API_TRIGGER_lookback_minutes_MAX, 1440);
    assert_int_equal(API_CONFIG_batch_size_MAX, 250);
}

static struct api_answer answer;
static struct err e;

static enum rc answers(long status, const char *body)
{
    api_done(&answer);
    e = (struct err){0};
    return api_read(status, body, strlen(body), &answer, &e);
}

static void test_success(void **state)
{
    (void)state;
    assert_int_equal(answers(200, "{\"status\":\"success\",\"data\":{\"n\":1}}"), RC_OK);
    assert_int_equal(answer.status, 200);
    assert_int_equal(cJSON_GetObjectItem(answer.data, "n")->valueint, 1);
    assert_int_equal(answers(202, "{\"data\":{}}"), RC_OK);
    api_done(&answer);
    api_done(&answer);
}

static const struct {
    long status;
    const char *body;
    enum rc rc;
    const char *said;
} failures[] = {
    {400, "{\"title\":\"Bad Request\",\"detail\":\"batch_size: too large\"}", RC_REJECT,
     "the API answered HTTP 400: batch_size: too large"},
    {401, "{\"detail\":\"this needs a token\"}", RC_REJECT,
     "the API answered HTTP 401: this needs a token (set API_TOKEN as the stats service "
     "has "
     "it)"},
    {404, "", RC_REJECT, "the API answered HTTP 404"},
    {404, "{\"detail\":17}", RC_REJECT, "the API answered HTTP 404"},
    {429, "", RC_RETRY, "the API answered HTTP 429"},
    {500, "<html>", RC_RETRY, "the API answered HTTP 500"},
    {503, "{\"detail\":\"Redis is away\"}", RC_RETRY,
     "the API answered HTTP 503: Redis is away"},
    {200, "<html>a router</html>", RC_REJECT,
     "what answered at API_URL (HTTP 200) is not tillbridge's API: does the address "
     "belong "
     "to the stats service?"},
    {200, "{\"data\":[]}", RC_REJECT,
     "what answered at API_URL (HTTP 200) is not tillbridge's API: does the address "
     "belong "
     "to the stats service?"},
    {302, "", RC_REJECT, "the API answered HTTP 302"},
};

static void test_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        assert_int_equal(answers(failures[i].status, failures[i].body), failures[i].rc);
        assert_string_equal(e.text, failures[i].said);
        assert_null(answer.root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
