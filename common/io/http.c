/* http: opening, driving and closing a listener; see http.h. Connections are in
 * http_link.c, requests in http_call.c. */
#include "io/http_internal.h"
#include "io/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 16 * 1024, /* memory of a connection: request line and headers */
};

static void on_log(void *ctx, const char *fmt, va_list args) TB_PRINTF(2, 0);
static void on_log(void *ctx, const char *fmt, va_list args)
{
    (void)ctx;
    char text[256];
    vsnprintf(text, sizeof(text), fmt, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug("http.said", KV("text", text));
}

/* As libmicrohttpd would, but a path is not cut short at a NUL unseen. */
static size_t on_unescape(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    size_t len = MHD_http_unescape(text);
    if (strlen(text) != len)
        http_link_of(connection)->bad_target = true;
    return len;
}

/* The external logger has to be the first option. Connections that were shut down count
 * until libmicrohttpd has seen it, so its own limit lies higher than ours. */
static struct MHD_Daemon *start(struct http *http)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, http_call_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_CONNECTION_LIMIT, 2 * http->conf.max_clients + 1,
        MHD_OPTION_CONNECTION_TIMEOUT, http->conf.idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, http_link_notify, http, MHD_OPTION_NOTIFY_COMPLETED,
        http_call_completed, NULL, MHD_OPTION_END);
}

static int daemon_fd(const struct http *http)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

static bool watch(const struct http *http, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(http->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* ---- a thread of its own ---- */

static void *run(void *arg)
{
    struct http *http = arg;
    struct epoll_event events[4];
    while (!atomic_load(&http->stop)) {
        epoll_wait(http->epoll_fd, events, 4, (int)http_timeout_ms(http));
        http_run(http);
    }
    return NULL;
}

static bool start_thread(struct http *http)
{
    return pthread_create(&http->thread, NULL, run, http) == 0;
}

static void stop_thread(struct http *http)
{
    atomic_store(&http->stop, true);
    http_wake(http);
    pthread_join(http->thread, NULL);
}

/* ---- opening and closing ---- */

static bool start_all(struct http *http)
{
    http->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    http->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    http->daemon = start(http);
    return http->epoll_fd >= 0 && http->daemon && watch(http, http->listen_fd) &&
           http->wake_fd >= 0 && watch(http, http->wake_fd) &&
           watch(http, daemon_fd(http)) && (!http->conf.own_thread || start_thread(http));
}

static void free_all(struct http *http)
{
    if (http->daemon)
        MHD_stop_daemon(http->daemon);
    const int fds[] = {http->wake_fd, http->epoll_fd, http->listen_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(http);
}

enum rc http_open(const struct http_conf *conf, struct http **out, struct err *e)
{
    int fd = -1;
    enum rc rc = http_listen(conf->listen, &fd, e);
    if (rc != RC_OK)
        return rc;
    struct http *http = calloc(1, sizeof(*http));
    if (!http)
        abort(); /* out of memory: as in arena.h */
    http->conf = *conf;
    http->port = http_port_of(fd);
    http->listen_fd = fd;
    http->epoll_fd = http->wake_fd = -1;
    if (!start_all(http)) {
        free_all(http);
        return err_set(e, RC_FATAL, "http.open", "%s: the listener did not start",
                       conf->listen);
    }
    *out = http;
    return RC_OK;
}

void http_close(struct http *http)
{
    if (!http)
        return;
    if (http->conf.own_thread)
        stop_thread(http);
    http_call_end(http);
    MHD_run(http->daemon); /* sends these answers */
    free_all(http);
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

int http_fd(const struct http *http)
{
    return http->epoll_fd;
}

int64_t http_timeout_ms(const struct http *http)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
    int64_t ours_ms = http_link_timeout_ms(http);
    if (MHD_get_timeout(http->daemon, &timeout_ms) != MHD_YES)
        return ours_ms;
    return ours_ms >= 0 && ours_ms < (int64_t)timeout_ms ? ours_ms : (int64_t)timeout_ms;
}

void http_wake(const struct http *http)
{
    static const uint64_t one = 1;
    ssize_t told = write(http->wake_fd, &one, sizeof(one));
    (void)told; /* one that is full is readable already */
}

void http_run(struct http *http)
{
    uint64_t woken = 0;
    ssize_t got = read(http->wake_fd, &woken, sizeof(woken));
    (void)got; /* nothing: it was something else */
    http_link_accept(http);
    MHD_run(http->daemon);
    http_link_expire(http);
}
