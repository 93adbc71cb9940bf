/* http_rig: a listener driven by a loop, as in stats, for each test one. */
#ifndef TB_TEST_HTTP_RIG_H
#define TB_TEST_HTTP_RIG_H

#include "io/http.h"

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
    atomic_bool may_answer;       /* what is pending */
} server;

static char answer[RAW_ANSWER_MAX];

static inline void echo(const struct http_request *request,
                        struct http_response *response)
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

static inline void handle(void *ctx, const struct http_request *request,
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
    } else if (strcmp(request->path, "/never") == 0) {
        http_defer(request);
    }
}

static inline void answer_pending(void)
{
    if (!server.pending || !atomic_load(&server.may_answer))
        return;
    struct http_response response = {.status = 202, .content_type = "text/plain"};
    buf_init(&response.body, 64);
    buf_text(&response.body, "now");
    http_answer(server.pending, &response);
    server.pending = NULL;
}

static inline void *drive(void *arg)
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

/* Nobody is too slow for it, but where a test is about that. */
static inline int start_with(unsigned seconds)
{
    struct err e = {0};
    const struct http_conf conf = {.listen = "127.0.0.1:0",
                                   .max_body = MAX_BODY,
                                   .max_clients = 2,
                                   .idle_seconds = 60,
                                   .head_seconds = seconds,
                                   .body_seconds = seconds,
                                   .handle = handle};
    server = (struct server){0};
    assert_int_equal(http_open(&conf, &server.http, &e), RC_OK);
    assert_true(http_timeout_ms(server.http) == -1);
    assert_int_equal(pthread_create(&server.thread, NULL, drive, NULL), 0);
    return 0;
}

static inline int start(void **state)
{
    (void)state;
    return start_with(60);
}

static inline void stop_loop(void)
{
    atomic_store(&server.stop, true);
    pthread_join(server.thread, NULL);
}

static inline int stop(void **state)
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

static inline void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline void assert_hasnt(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in:\n%s", part, text);
}

#endif
