/* test_health: what the listener of a worker tells. The port is read from the log, as
 * operators do, since health.h does not give it. */
#include "io/health.h"

#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "raw_client.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct health *health;
static uint16_t port;
static char answer[RAW_ANSWER_MAX];

/* Opens with standard error sent to a pipe and finds the address in the line. */
static int start(void **state)
{
    (void)state;
    int ends[2];
    char line[1024] = "";
    struct err e = {0};
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    int saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    log_open("test_health", "info", "json");
    enum rc rc = health_open("127.0.0.1:0", &health, &e);
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t n = read(ends[0], line, sizeof(line) - 1);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(rc, RC_OK);
    assert_true(n > 0);
    assert_non_null(strstr(line, "\"event\":\"health.listening\""));
    const char *at = strstr(line, "\"address\":\"127.0.0.1:");
    assert_non_null(at);
    port = (uint16_t)strtol(at + strlen("\"address\":\"127.0.0.1:"), NULL, 10);
    assert_true(port != 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    health_close(health);
    return 0;
}

static const char *ask(const char *method, const char *path)
{
    char request[256];
    snprintf(request, sizeof(request),
             "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method, path);
    return raw_ask(port, request, answer);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void test_alive(void **state)
{
    (void)state;
    assert_has(ask("GET", "/healthz"), "HTTP/1.1 200 ");
    health_tick(health, clock_monotonic_ms() - 29000);
    assert_has(ask("GET", "/healthz"), "HTTP/1.1 200 ");
    health_tick(health, clock_monotonic_ms() - 31000);
    assert_has(ask("GET", "/healthz"), "HTTP/1.1 503 ");
    assert_has(answer, "has not turned for 31 s");
    health_tick(health, clock_monotonic_ms());
    assert_has(ask("HEAD", "/healthz"), "HTTP/1.1 200 ");
}

static void test_ready(void **state)
{
    (void)state;
    assert_has(ask("GET", "/readyz"), "HTTP/1.1 503 ");
    assert_has(answer, "starting");
    health_ready(health, true, "");
    assert_has(ask("GET", "/readyz"), "HTTP/1.1 200 ");
    assert_has(answer, "ready");
    health_ready(health, false, "RMS is away\nsecond line");
    assert_has(ask("GET", "/readyz"), "HTTP/1.1 503 ");
    assert_has(answer, "\r\n\r\nRMS is away\n");
    assert_null(strstr(answer, "second"));
}

static void test_metrics(void **state)
{
    (void)state;
    metrics_open(METRIC_OF_FETCHER, "test");
    health_tick(health, clock_monotonic_ms() - 5000);
    assert_has(ask("GET", "/metrics"), "text/plain; version=0.0.4");
    assert_has(answer, "# TYPE tillbridge_ready gauge\ntillbridge_ready 0\n");
    const char *silent = strstr(answer, "\ntillbridge_loop_silent_seconds ");
    assert_non_null(silent);
    assert_true(strtoll(silent + 32, NULL, 10) >= 5);
    health_ready(health, true, "");
    assert_has(ask("GET", "/metrics"), "\ntillbridge_ready 1\n");
}

static void test_other_paths_and_methods(void **state)
{
    (void)state;
    assert_has(ask("GET", "/"), "HTTP/1.1 404 ");
    assert_has(ask("POST", "/readyz"), "HTTP/1.1 405 ");
    assert_has(answer, "Allow: GET, HEAD\r\n");
}

/* Heads that never end keep nobody out. */
static void test_crowd(void **state)
{
    (void)state;
    int fds[60];
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        fds[i] = raw_connect(port);
        raw_send(fds[i], "GET /healthz HTTP/1.1\r\nHos");
    }
    assert_has(ask("GET", "/healthz"), "HTTP/1.1 200 ");
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        close(fds[i]);
    assert_has(ask("GET", "/healthz"), "HTTP/1.1 200 ");
}

static void test_without_listener(void **state)
{
    (void)state;
    struct err e = {0};
    struct health *quiet = NULL;
    assert_int_equal(health_open("", &quiet, &e), RC_OK);
    health_tick(quiet, clock_monotonic_ms());
    health_ready(quiet, true, "");
    health_close(quiet);
}

static void test_address_taken(void **state)
{
    (void)state;
    char taken[32];
    struct err e = {0};
    struct health *second = NULL;
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", (unsigned)port);
    assert_int_equal(health_open(taken, &second, &e), RC_FATAL);
    assert_null(second);
    assert_has(e.text, taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alive, start, stop),
        cmocka_unit_test_setup_teardown(test_ready, start, stop),
        cmocka_unit_test_setup_teardown(test_metrics, start, stop),
        cmocka_unit_test_setup_teardown(test_other_paths_and_methods, start, stop),
        cmocka_unit_test_setup_teardown(test_crowd, start, stop),
        cmocka_unit_test(test_without_listener),
        cmocka_unit_test_setup_teardown(test_address_taken, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
