/* test_web: the HTTP client against our own listener, and the addresses it goes to. */
#include "io/web.h"

#include "io/http.h"
#include "io/log.h"
#include "io/stop.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 1000, PATIENCE_MS = 60000 };

static struct web *web;
static struct http *listener;
static atomic_bool released; /* the answer to /slow */

/* ---- our own listener ---- */

static void handle(void *ctx, const struct http_request *request,
                   struct http_response *response)
{
    (void)ctx;
    const char *header = http_header(request, "X-Test");
    response->status = strcmp(request->path, "/away") == 0 ? 503 : 200;
    response->content_type = "application/json";
    buf_init(&response->body, 4096);
    if (strcmp(request->path, "/limit") == 0 || strcmp(request->path, "/over") == 0) {
        size_t len = request->path[1] == 'l' ? LIMIT : LIMIT + 1;
        for (size_t i = 0; i < len; i++)
            buf_text(&response->body, "x");
        return;
    }
    for (int i = 0; i < PATIENCE_MS && strcmp(request->path, "/slow") == 0; i += 10) {
        if (atomic_load(&released))
            break;
        poll(NULL, 0, 10);
    }
    buf_printf(&response->body, "%s %s %s expect=%d body=%.99s", request->method,
               request->path, header ? header : "-",
               http_header(request, "Expect") != NULL, request->body);
}

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    const struct http_conf conf = {.listen = "127.0.0.1:0",
                                   .own_thread = true,
                                   .max_body = 2000000,
                                   .max_clients = 20,
                                   .idle_seconds = 10,
                                   .handle = handle};
    assert_int_equal(http_open(&conf, &listener, &e), RC_OK);
    assert_int_equal(web_open(&web, &e), RC_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    web_close(web);
    http_close(listener);
    return 0;
}

static enum rc get(const char *url, struct web_response *response, struct err *e)
{
    const struct web_request request = {
        .method = "GET", .url = url, .timeout_ms = PATIENCE_MS, .max_bytes = LIMIT};
    *response = (struct web_response){0};
    return web_send(web, &request, response, e);
}

static const char *url_of(const char *path)
{
    static char url[128];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)http_port(listener),
             path);
    return url;
}

static void test_get_and_status(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response;
    assert_int_equal(get(url_of("/a?b=c"), &response, &e), RC_OK);
    assert_int_equal(response.status, 200);
    assert_string_equal(buf_str(&response.body), "GET /a - expect=0 body=");
    assert_string_equal(response.content_type, "application/json");
    assert_string_equal(response.request_id, "");
    assert_int_equal(response.retry_after_ms, -1);
    web_response_done(&response);
    assert_int_equal(get(url_of("/away"), &response, &e), RC_OK);
    assert_int_equal(response.status, 503);
    web_response_done(&response);
}

static void test_post(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response = {0};
    static char big[1100000];
    const char *const headers[] = {"X-Test: yes", NULL};
    struct web_request request = {.method = "POST",
                                  .url = url_of("/p"),
                                  .headers = headers,
                                  .body = "hello",
                                  .body_len = 5,
                                  .timeout_ms = PATIENCE_MS,
                                  .max_bytes = 8000};
    assert_int_equal(web_send(web, &request, &response, &e), RC_OK);
    assert_string_equal(buf_str(&response.body), "POST /p yes expect=0 body=hello");
    web_response_done(&response);
    memset(big, 'b', sizeof(big) - 1); /* from 1 MiB on libcurl asks first */
    request.body = big;
    request.body_len = sizeof(big) - 1;
    assert_int_equal(web_send(web, &request, &response, &e), RC_OK);
    assert_memory_equal(buf_str(&response.body), "POST /p yes expect=0 body=bbbb", 30);
    web_response_done(&response);
    request.body = NULL;
    request.body_len = 0;
    request.method = "DELETE";
    assert_int_equal(web_send(web, &request, &response, &e), RC_OK);
    assert_memory_equal(buf_str(&response.body), "DELETE /p ", 10);
    web_response_done(&response);
}

static void test_body_limit(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response;
    assert_int_equal(get(url_of("/limit"), &response, &e), RC_OK);
    assert_int_equal(response.body.len, LIMIT);
    web_response_done(&response);
    assert_int_equal(get(url_of("/over"), &response, &e), RC_REJECT);
    assert_non_null(strstr(e.text, "over 1000 bytes"));
    assert_null(response.body.data);
}

static void test_time_out(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response = {0};
    atomic_store(&released, false);
    const struct web_request request = {.method = "GET",
                                        .url = url_of("/slow?token=secret"),
                                        .timeout_ms = 300,
                                        .max_bytes = LIMIT};
    assert_int_equal(web_send(web, &request, &response, &e), RC_RETRY);
    assert_non_null(strstr(e.text, "timed out"));
    assert_null(strstr(e.text, "secret"));
    atomic_store(&released, true); /* the listener's only thread is busy until then */
    assert_int_equal(get(url_of("/after"), &response, &e), RC_OK);
    web_response_done(&response);
}

static bool count_down(void *ctx)
{
    int *left = ctx;
    return (*left)-- > 0;
}

static void test_going_on_is_asked(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response = {0};
    int left = 2;
    atomic_store(&released, false);
    const struct web_request request = {.method = "GET",
                                        .url = url_of("/slow"),
                                        .timeout_ms = PATIENCE_MS,
                                        .max_bytes = LIMIT,
                                        .go_on = count_down,
                                        .ctx = &left};
    assert_int_equal(web_send(web, &request, &response, &e), RC_RETRY);
    assert_int_equal(left, -1);
    assert_non_null(strstr(e.text, "given up"));
    atomic_store(&released, true);
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "nonsense",
        "",
        "http://user@example.com/",
        "http://127.0.0.1@10.0.0.1/",
    };
    struct err e = {0};
    struct web_response response;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(get(refused[i], &response, &e), RC_FATAL);
        assert_false(web_is_loopback(refused[i]));
    }
    assert_true(web_is_loopback("http://127.0.0.1:80/x"));
    assert_true(web_is_loopback("https://127.9.9.9"));
    assert_true(web_is_loopback("http://[::1]:8080"));
    assert_true(web_is_loopback("http://LOCALHOST/"));
    assert_false(web_is_loopback("https://localhost.example.com/"));
    assert_false(web_is_loopback("http://128.0.0.1/"));
}

/* ---- stopping: the last test, as a stop is not taken back ---- */

static void test_stop_ends_a_request(void **state)
{
    (void)state;
    struct err e = {0};
    struct web_response response;
    atomic_store(&released, false);
    stop_install();
    raise(SIGTERM);
    assert_int_equal(get(url_of("/slow"), &response, &e), RC_RETRY);
    assert_non_null(strstr(e.text, "stop"));
    atomic_store(&released, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_and_status),      cmocka_unit_test(test_post),
        cmocka_unit_test(test_body_limit),          cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_going_on_is_asked),   cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_stop_ends_a_request),
    };
    log_open("test_web", "warn", "text");
    return cmocka_run_group_tests(tests, start, stop);
}
