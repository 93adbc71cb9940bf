/* test_http: requests, their limits, addresses; on a loop and on a thread of its own. */
#include "http_rig.h"

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

/* ---- addresses ---- */

static enum rc open_at(const char *listen, struct http **out, struct err *e)
{
    const struct http_conf conf = {.listen = listen,
                                   .own_thread = true,
                                   .max_body = MAX_BODY,
                                   .max_clients = 10,
                                   .idle_seconds = 60,
                                   .head_seconds = 60,
                                   .body_seconds = 60,
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
    assert_has(e.text, "Address already in use: another program");
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
        cmocka_unit_test(test_own_thread),
        cmocka_unit_test_setup_teardown(test_addresses, start, stop),
    };
    log_open("test_http", "warn", "text");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
