/* http_link: connections are let in here and not by libmicrohttpd, which at its limit
 * stops accepting: a few hundred clients that never finish their heads would keep all
 * others out. Here the one that has waited longest makes room for the next. */
#include "io/clock.h"
#include "io/http_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    ACCEPT_BATCH = 64, /* between two of them those that are in get their turn */
    PAUSE_MS = 500,    /* when the process is out of descriptors */
    EXPIRE_EVERY_MS = 1000,
    MS = 1000,
};

struct http_link *http_link_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    assert(info && info->socket_context);
    return info->socket_context;
}

void http_link_enter(struct http_link *link, enum http_phase phase)
{
    link->phase = phase;
    link->since_ms = clock_monotonic_ms();
}

/* ---- beginning and end ---- */

static void begin(struct http *http, struct MHD_Connection *connection, void **state)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct http_link *link = calloc(1, sizeof(*link));
    if (!link)
        abort(); /* out of memory: as in arena.h */
    link->http = http;
    link->fd = info->connect_fd;
    http_link_enter(link, HTTP_WAITING);
    link->next = http->links;
    link->link = &http->links;
    if (link->next)
        link->next->link = &link->next;
    http->links = link;
    http->link_count++;
    *state = link;
}

static void leave(struct http_link *link)
{
    if (link->leaving)
        return;
    link->leaving = true;
    link->http->link_count--;
}

static void end(struct http_link *link)
{
    leave(link);
    *link->link = link->next;
    if (link->next)
        link->next->link = link->link;
    free(link);
}

void http_link_notify(void *ctx, struct MHD_Connection *connection, void **state,
                      enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        begin(ctx, connection, state);
    else if (*state)
        end(*state);
}

/* ---- turning away ---- */

/* Straight to the socket: libmicrohttpd has nothing under way there. What does not fit
 * the socket's buffer is lost, and so is the whole when the client still sends. */
static void say(int fd, int status, const char *title)
{
    char body[160];
    char text[480];
    int len =
        snprintf(body, sizeof(body), "{\"status\":%d,\"title\":\"%s\"}\n", status, title);
    len = snprintf(text, sizeof(text),
                   "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"
                   "Content-Length: %d\r\nRetry-After: 2\r\nConnection: close\r\n\r\n%s",
                   status, title, len, body);
    ssize_t sent = send(fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
}

/* libmicrohttpd sees the end of the stream and lets the connection go. */
static void shut(struct http_link *link)
{
    leave(link);
    shutdown(link->fd, SHUT_RDWR);
}

static bool make_room(struct http *http)
{
    struct http_link *oldest = NULL;
    for (struct http_link *at = http->links; at; at = at->next)
        if (at->phase == HTTP_WAITING && !at->leaving &&
            (!oldest || at->since_ms <= oldest->since_ms)) /* new ones come first */
            oldest = at;
    if (!oldest)
        return false;
    shut(oldest);
    return true;
}

static void refuse(int fd)
{
    char rest[4096];
    ssize_t got = recv(fd, rest, sizeof(rest), MSG_DONTWAIT); /* else close is a reset */
    (void)got;
    say(fd, MHD_HTTP_SERVICE_UNAVAILABLE, "Service Unavailable");
    shutdown(fd, SHUT_WR);
    close(fd);
}

/* ---- letting in ---- */

static void listen_again(struct http *http, bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.fd = http->listen_fd};
    if (epoll_ctl(http->epoll_fd, EPOLL_CTL_MOD, http->listen_fd, &event) == 0)
        http->accept_again_ms = on ? 0 : clock_monotonic_ms() + PAUSE_MS;
}

/* False: nobody waits to be let in, or nobody can be. */
static bool accept_one(struct http *http)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    int fd = accept4(http->listen_fd, (struct sockaddr *)&address, &len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
        return true;
    if (fd < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            listen_again(http, false); /* otherwise the loop would spin */
        return false;
    }
    if (http->link_count >= http->conf.max_clients && !make_room(http))
        refuse(fd);
    else if (MHD_add_connection(http->daemon, fd, (struct sockaddr *)&address, len) !=
             MHD_YES)
        return false; /* it has closed fd */
    return true;
}

void http_link_accept(struct http *http)
{
    if (http->accept_again_ms) {
        if (clock_monotonic_ms() < http->accept_again_ms)
            return;
        listen_again(http, true);
    }
    for (int i = 0; i < ACCEPT_BATCH && accept_one(http); i++)
        ;
}

/* ---- time ---- */

static int64_t limit_ms(unsigned seconds)
{
    return seconds ? (int64_t)seconds * MS : INT64_MAX;
}

static int64_t allowed_ms(const struct http_link *link)
{
    const struct http_conf *conf = &link->http->conf;
    switch (link->phase) {
    case HTTP_WAITING:
        return limit_ms(conf->head_seconds);
    case HTTP_READING:
    case HTTP_ANSWERING:
        return limit_ms(conf->body_seconds);
    case HTTP_DEFERRED:
    case HTTP_STREAMING:
        break;
    }
    return INT64_MAX;
}

void http_link_expire(struct http *http)
{
    int64_t now_ms = clock_monotonic_ms();
    for (struct http_link *at = http->links; at; at = at->next) {
        if (at->leaving || now_ms - at->since_ms < allowed_ms(at))
            continue;
        if (at->phase == HTTP_READING || (at->phase == HTTP_WAITING && !at->served))
            say(at->fd, MHD_HTTP_REQUEST_TIMEOUT, "Request Timeout");
        shut(at);
    }
}

int64_t http_link_timeout_ms(const struct http *http)
{
    if (http->accept_again_ms)
        return PAUSE_MS;
    return http->links ? EXPIRE_EVERY_MS : -1;
}
