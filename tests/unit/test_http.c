/* test_http: the listener, driven by a loop as in stats and on a thread of its own. */
#include "io/http.h"

#include "io/clock.h"
#include "io/log.h"
#include "raw_client.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_BODY = 100 };

#define END " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

static struct server {
    struct http *http;
    pthread_t thread;
    atomic_bool stop;
    atomic_int calls;
    struct http_pending *pending; /* the loop's thread only */
    int64_t answer_at_ms;
} server;

static char answer[RAW_ANSWER_MAX];

static void echo(const struct http_request *request, struct http_response *response)
{
    const char *header = http_header(request, "x-test");
    const char *query = http_query(request, "q");
    const char *bare = http_query(request, "bare");
    response->status = 200;
    response->content_type = "text/plain";
    buf_init(&response->body, 4096);
    buf_printf(&response->body, "method=%s path=%s body=%s len=%zu loopback=%d",
               request->method, request->path, request->body, request->body_len,
               request->from_loopback);
    buf_printf(&response->body, " header=%s query=%s bare=%s.", header ? header : "-",
               query ? query : "-", bare ? bare : "-");
}

static void handle(void *ctx, const struct http_request *request,
                   struct http_response *response)
{
    (void)ctx;
    atomic_fetch_add(&server.calls, 1);
    echo(request, response);
    if (strcmp(request->path, "/cached") == 0) {
        response->headers[0][0] = "Cache-Control";
        response->headers[0][1] = "max-age=60";
    } else if (strcmp(request->path, "/cut") == 0) {
        buf_done(&response->body);
        buf_init(&response->body, 4);
        buf_text(&response->body, "longer");
    } else if (strcmp(request->path, "/empty") == 0) {
        buf_done(&response->body);
        response->status = 204;
    } else if (strcmp(request->path, "/later") == 0) {
        server.pending = http_defer(request);
        server.answer_at_ms = clock_monotonic_ms() + 200;
    } else if (strcmp(request->path, "/never") == 0) {
        http_defer(request);
    }
}

static void answer_pending(void)
{
    if (!server.pending || clock_monotonic_ms() < server.answer_at_ms)
        return;
    struct http_response response = {.status = 202, .content_type = "text/plain"};
    buf_init(&response.body, 64);
    buf_text(&response.body, "now");
    http_answer(server.pending, &response);
    server.pending = NULL;
}

static void *drive(void *arg)
{
    (void)arg;
    while (!atomic_load(&server.stop)) {
        struct pollfd fd = {.fd = http_fd(server.http), .events = POLLIN};
        int64_t timeout_ms = http_timeout_ms(server.http);
        poll(&fd, 1, timeout_ms < 0 || timeout_ms > 20 ? 20 : (int)timeout_ms);
        http_run(server.http);
        answer_pending();
    }
    return NULL;
}

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    const struct http_conf conf = {.listen = "127.0.0.1:0",
                                   .max_body = MAX_BODY,
                                   .max_clients = 2,
                                   .idle_seconds = 5,
                                   .head_seconds = 1,
                                   .body_seconds = 1,
                                   .handle = handle};
    server = (struct server){0};
    assert_int_equal(http_open(&conf, &server.http, &e), RC_OK);
    assert_true(http_timeout_ms(server.http) == -1);
    assert_int_equal(pthread_create(&server.thread, NULL, drive, NULL), 0);
    return 0;
}

static void stop_loop(void)
{
    atomic_store(&server.stop, true);
    pthread_join(server.thread, NULL);
}

static int stop(void **state)
{
    (void)state;
    if (!atomic_load(&server.stop))
        stop_loop();
    http_close(server.http);
    return 0;
}

static const char *ask(const char *request)
{
    return raw_ask(http_port(server.http), request, answer);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_hasnt(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in:\n%s", part, text);
}

/* ---- requests ---- */

static void test_get(void **state)
{
    (void)state;
    const char *got = ask("GET /a/b?q=1%202&bare" END "X-Test: yes\r\n\r\n");
    assert_has(got, "HTTP/1.1 200 OK\r\n");
    assert_has(got, "method=GET path=/a/b body= len=0 loopback=1 header=yes query=1 2 "
                    "bare=.");
    assert_has(got, "Content-Type: text/plain\r\n");
    assert_has(got, "Content-Length: ");
    assert_has(got, "X-Content-Type-Options: nosniff\r\n");
    assert_has(got, "Cache-Control: no-store\r\n");
    assert_has(ask("GET /" END "\r\n"), "header=- query=- bare=-.");
}

static void test_own_headers(void **state)
{
    (void)state;
    const char *got = ask("GET /cached" END "\r\n");
    assert_has(got, "Cache-Control: max-age=60\r\n");
    assert_hasnt(got, "no-store");
    assert_has(ask("GET /empty" END "\r\n"), "HTTP/1.1 204 ");
}

/* The handler sees GET, so the length is that of GET's answer. */
static void test_head(void **state)
{
    (void)state;
    char length[64] = "";
    const char *got = ask("GET /" END "\r\n");
    snprintf(length, sizeof(length), "%.24s", strstr(got, "Content-Length: "));
    length[strcspn(length, "\r")] = '\0';
    got = ask("HEAD /" END "\r\n");
    assert_has(got, "200 OK");
    assert_has(got, length);
    assert_hasnt(got, "method=");
    assert_int_equal(atomic_load(&server.calls), 2);
}

static void test_post(void **state)
{
    (void)state;
    assert_has(ask("POST /" END "Content-Length: 5\r\n\r\nhello"), "body=hello len=5 ");
    assert_has(ask("POST /" END "Transfer-Encoding: chunked\r\n\r\n"
                   "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
               "body=hello len=5 ");
}

static void test_body_limit(void **state)
{
    (void)state;
    char request[1024];
    const char zeros[MAX_BODY + 2] = {0};
    char body[MAX_BODY + 2];
    memset(body, 'b', sizeof(zeros) - 1);
    body[MAX_BODY + 1] = '\0';

    snprintf(request, sizeof(request), "POST /" END "Content-Length: %d\r\n\r\n%.*s",
             MAX_BODY, MAX_BODY, body);
    assert_has(ask(request), "len=100 ");
    snprintf(request, sizeof(request), "POST /" END "Content-Length: %d\r\n\r\n%s",
             MAX_BODY + 1, body);
    const char *got = ask(request);
    assert_has(got, "HTTP/1.1 413 ");
    assert_has(got, "application/problem+json");
    snprintf(request, sizeof(request),
             "POST /" END "Transfer-Encoding: chunked\r\n\r\n65\r\n%s\r\n0\r\n\r\n",
             body);
    assert_has(ask(request), "HTTP/1.1 413 ");
    assert_int_equal(atomic_load(&server.calls), 1); /* only the first got through */
}

/* A body without end is cut off, not read for ever. */
static void test_endless_body(void **state)
{
    (void)state;
    static char piece[4096];
    static char framed[4200];
    memset(piece, 'p', sizeof(piece) - 1);
    snprintf(framed, sizeof(framed), "fff\r\n%s\r\n", piece);
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "POST /" END "Transfer-Encoding: chunked\r\n\r\n");
    size_t sent = 0;
    while (sent < 64UL * 1024 * 1024 &&
           send(fd, framed, strlen(framed), MSG_NOSIGNAL) > 0)
        sent += strlen(framed);
    close(fd);
    assert_in_range(sent, 1024 * 1024, 32UL * 1024 * 1024);
    assert_int_equal(atomic_load(&server.calls), 0);
}

static void test_malformed(void **state)
{
    (void)state;
    static char request[40000];
    static char filler[30000];
    assert_string_equal(ask("nonsense\r\n\r\n"), ""); /* closed: it is not HTTP */
    assert_int_equal(atomic_load(&server.calls), 0);
    assert_has(ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), "HTTP/1.1 400 ");
    assert_has(ask("POST /" END "Content-Length: x\r\n\r\n"), "HTTP/1.1 400 ");
    memset(filler, 'f', sizeof(filler) - 1);
    snprintf(request, sizeof(request), "GET /" END "X-Test: %s\r\n\r\n", filler);
    assert_has(ask(request), "HTTP/1.1 431 ");
    assert_int_equal(atomic_load(&server.calls), 0);
    assert_has(ask("GET /" END "\r\n"), "200 OK"); /* and it lives */
}

static void test_incomplete_body_is_500(void **state)
{
    (void)state;
    const char *got = ask("GET /cut" END "\r\n");
    assert_has(got, "HTTP/1.1 500 ");
    assert_hasnt(got, "long");
}

/* ---- connections ---- */

static void test_keep_alive(void **state)
{
    (void)state;
    int fd = raw_connect(http_port(server.http));
    for (int i = 0; i < 3; i++) {
        raw_send(fd, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_has(raw_read(fd, "bare=-.", answer), "path=/again");
    }
    close(fd);
}

static void await_calls(int count)
{
    for (int i = 0; i < 1000 && atomic_load(&server.calls) < count; i++)
        poll(NULL, 0, 10);
    assert_int_equal(atomic_load(&server.calls), count);
}

/* Sends a byte now and then until the listener has had enough, and reads what it says. */
static const char *drip(int fd, const char *byte)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < 1000 && poll(&at, 1, 10) == 0; i++)
        if (send(fd, byte, 1, MSG_NOSIGNAL) < 0)
            break;
    return raw_read(fd, NULL, answer);
}

/* A byte now and then keeps nobody in. */
static void test_slow_head(void **state)
{
    (void)state;
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "GET / HTTP/1.1\r\nHost: x\r\nX-Test: ");
    const char *got = drip(fd, "s");
    close(fd);
    assert_has(got, "HTTP/1.1 408 ");
    assert_has(got, "application/problem+json");
    assert_int_equal(atomic_load(&server.calls), 0);
}

static void test_slow_body(void **state)
{
    (void)state;
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    assert_has(raw_read(fd, NULL, answer), "HTTP/1.1 413 "); /* known from the head */
    close(fd);
    fd = raw_connect(http_port(server.http));
    raw_send(fd, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "fff\r\n");
    assert_has(drip(fd, "s"), "HTTP/1.1 408 ");
    close(fd);
    assert_int_equal(atomic_load(&server.calls), 0);
}

static void test_nul_in_target(void **state)
{
    (void)state;
    assert_has(ask("GET /%00" END "\r\n"), "HTTP/1.1 400 ");
    assert_has(ask("GET /a%00b" END "\r\n"), "NUL");
    assert_has(ask("GET /a?q=b%00c" END "\r\n"), "HTTP/1.1 400 ");
    assert_int_equal(atomic_load(&server.calls), 0);
    assert_has(ask("GET /b" END "\r\n"), "path=/b");
}

/* Who waits the longest for a head makes room; nobody else does. */
static void test_client_limit(void **state)
{
    (void)state;
    uint16_t port = http_port(server.http);
    int first = raw_connect(port);
    raw_send(first, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(first, "bare=-.", answer);
    int second = raw_connect(port);
    raw_send(second, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    await_calls(2);
    int third = raw_connect(port);
    raw_send(third, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    await_calls(3);
    assert_string_equal(raw_read(first, NULL, answer), "");
    int fourth = raw_connect(port); /* two are in hand */
    assert_has(raw_read(fourth, NULL, answer), "HTTP/1.1 503 ");
    assert_has(answer, "Retry-After: ");
    close(first);
    close(fourth);
    close(second);
    close(third);
}

static void test_deferred(void **state)
{
    (void)state;
    int64_t began_ms = clock_monotonic_ms();
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "GET /later" END "\r\n");
    assert_has(ask("GET /meanwhile" END "\r\n"), "path=/meanwhile");
    assert_true(clock_monotonic_ms() - began_ms < 200);
    const char *got = raw_read(fd, NULL, answer);
    close(fd);
    assert_has(got, "HTTP/1.1 202 ");
    assert_has(got, "now");
    assert_in_range(clock_monotonic_ms() - began_ms, 200, 3000);
    assert_int_equal(atomic_load(&server.calls), 2);
}

static void test_close_answers_what_is_left(void **state)
{
    (void)state;
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "GET /never" END "\r\n");
    for (int i = 0; i < 100 && !atomic_load(&server.calls); i++)
        poll(NULL, 0, 20);
    poll(NULL, 0, 50);
    stop_loop();
    http_close(server.http);
    server.http = NULL;
    assert_has(raw_read(fd, NULL, answer), "HTTP/1.1 503 ");
    close(fd);
}

/* ---- addresses ---- */

static enum rc open_at(const char *listen, struct http **out, struct err *e)
{
    const struct http_conf conf = {.listen = listen,
                                   .own_thread = true,
                                   .max_body = MAX_BODY,
                                   .max_clients = 10,
                                   .idle_seconds = 5,
                                   .head_seconds = 1,
                                   .body_seconds = 1,
                                   .handle = handle};
    return http_open(&conf, out, e);
}

static void test_own_thread(void **state)
{
    (void)state;
    struct err e = {0};
    struct http *http = NULL;
    assert_int_equal(open_at("localhost:0", &http, &e), RC_OK);
    assert_true(http_port(http) != 0);
    assert_has(raw_ask(http_port(http), "GET /own" END "\r\n", answer), "path=/own");
    http_close(http);
}

static void test_addresses(void **state)
{
    (void)state;
    char taken[32];
    struct err e = {0};
    struct http *http = NULL;
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", (unsigned)http_port(server.http));
    assert_int_equal(open_at(taken, &http, &e), RC_FATAL);
    assert_has(e.text, taken);
    assert_has(e.text, "Address already in use");
    assert_int_equal(open_at("8080", &http, &e), RC_FATAL);
    assert_has(e.text, "host:port");
    assert_int_equal(open_at("127.0.0.1:http-of-mine", &http, &e), RC_FATAL);
    assert_int_equal(open_at("192.0.2.1:0", &http, &e), RC_FATAL);
    assert_has(e.text, "Cannot assign requested address");
    assert_null(http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_get, start, stop),
        cmocka_unit_test_setup_teardown(test_own_headers, start, stop),
        cmocka_unit_test_setup_teardown(test_head, start, stop),
        cmocka_unit_test_setup_teardown(test_post, start, stop),
        cmocka_unit_test_setup_teardown(test_body_limit, start, stop),
        cmocka_unit_test_setup_teardown(test_endless_body, start, stop),
        cmocka_unit_test_setup_teardown(test_malformed, start, stop),
        cmocka_unit_test_setup_teardown(test_incomplete_body_is_500, start, stop),
        cmocka_unit_test_setup_teardown(test_keep_alive, start, stop),
        cmocka_unit_test_setup_teardown(test_slow_head, start, stop),
        cmocka_unit_test_setup_teardown(test_slow_body, start, stop),
        cmocka_unit_test_setup_teardown(test_nul_in_target, start, stop),
        cmocka_unit_test_setup_teardown(test_client_limit, start, stop),
        cmocka_unit_test_setup_teardown(test_deferred, start, stop),
        cmocka_unit_test_setup_teardown(test_close_answers_what_is_left, start, stop),
        cmocka_unit_test(test_own_thread),
        cmocka_unit_test_setup_teardown(test_addresses, start, stop),
    };
    log_open("test_http", "warn", "text");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
