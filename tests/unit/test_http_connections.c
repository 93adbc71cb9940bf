/* test_http_connections: who is kept waiting, who makes room, and answers given later. */
#include "http_rig.h"

static int start_strict(void **state)
{
    (void)state;
    return start_with(1);
}

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
    for (int i = 0; i < 6000 && atomic_load(&server.calls) < count; i++)
        poll(NULL, 0, 10);
    assert_int_equal(atomic_load(&server.calls), count);
}

/* Sends a byte now and then until the listener has had enough, and reads what it says. */
static const char *drip(int fd, const char *byte)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < 6000 && poll(&at, 1, 10) == 0; i++)
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

/* Others are served meanwhile. */
static void test_deferred(void **state)
{
    (void)state;
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "GET /later" END "\r\n");
    await_calls(1);
    assert_has(ask("GET /meanwhile" END "\r\n"), "path=/meanwhile");
    atomic_store(&server.may_answer, true);
    const char *got = raw_read(fd, NULL, answer);
    close(fd);
    assert_has(got, "HTTP/1.1 202 ");
    assert_has(got, "now");
    assert_int_equal(atomic_load(&server.calls), 2);
}

static void test_close_answers_what_is_left(void **state)
{
    (void)state;
    int fd = raw_connect(http_port(server.http));
    raw_send(fd, "GET /never" END "\r\n");
    await_calls(1);
    stop_loop();
    http_close(server.http);
    server.http = NULL;
    assert_has(raw_read(fd, NULL, answer), "HTTP/1.1 503 ");
    close(fd);
}

/* Nothing may be kept waiting by what comes while it closes. */
static void test_close_answers_what_comes_meanwhile(void **state)
{
    (void)state;
    int waiting = raw_connect(http_port(server.http));
    int late = raw_connect(http_port(server.http));
    raw_send(late, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_read(late, "bare=-.", answer); /* so it is let in */
    raw_send(waiting, "GET /never" END "\r\n");
    await_calls(2);
    stop_loop();
    raw_send(late, "GET /never" END "\r\n");
    http_close(server.http);
    server.http = NULL;
    assert_has(raw_read(waiting, NULL, answer), "HTTP/1.1 503 ");
    assert_has(raw_read(late, NULL, answer), "HTTP/1.1 503 ");
    assert_int_equal(atomic_load(&server.calls), 2);
    close(waiting);
    close(late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keep_alive, start, stop),
        cmocka_unit_test_setup_teardown(test_slow_head, start_strict, stop),
        cmocka_unit_test_setup_teardown(test_slow_body, start_strict, stop),
        cmocka_unit_test_setup_teardown(test_nul_in_target, start, stop),
        cmocka_unit_test_setup_teardown(test_client_limit, start, stop),
        cmocka_unit_test_setup_teardown(test_deferred, start, stop),
        cmocka_unit_test_setup_teardown(test_close_answers_what_is_left, start, stop),
        cmocka_unit_test_setup_teardown(test_close_answers_what_comes_meanwhile, start,
                                        stop),
    };
    log_open("test_http_connections", "warn", "text");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
