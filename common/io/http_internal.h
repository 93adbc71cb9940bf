/* http_internal: what the parts of http share. Nobody else includes it. */
#ifndef TB_HTTP_INTERNAL_H
#define TB_HTTP_INTERNAL_H

#include "io/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

/* http_listen: address is "host:port" or "[host]:port"; host empty: all addresses. *fd is
 * the caller's. */
enum rc http_listen(const char *address, int *fd, struct err *e) TB_MUST_CHECK;
uint16_t http_port_of(int fd);

enum http_phase {
    HTTP_WAITING,   /* for a head, or the rest of one */
    HTTP_READING,   /* a body */
    HTTP_ANSWERING, /* the answer is under way */
    HTTP_DEFERRED,  /* the handler has not answered yet */
    HTTP_STREAMING, /* an answer that goes on */
};

/* One connection. */
struct http_link {
    struct http *http;
    int fd;
    enum http_phase phase;
    int64_t since_ms; /* monotonic: when the phase began */
    bool bad_target;  /* the request's path or query holds a NUL */
    bool served;      /* had an answer before */
    bool leaving;     /* was shut down; libmicrohttpd will see it */
    struct http_link *next, **link;
};

struct http {
    struct MHD_Daemon *daemon;
    struct http_conf conf;
    uint16_t port;
    int listen_fd, epoll_fd;
    int wake_fd; /* an eventfd: readable when http_run has something to do */
    pthread_t thread;
    atomic_bool stop;             /* told to the thread */
    bool ending;                  /* nothing is to be kept waiting any more */
    struct http_pending *pending; /* deferred, not yet answered */
    struct http_link *links;
    unsigned link_count;     /* those that are not leaving */
    int64_t accept_again_ms; /* monotonic; 0: connections are accepted */
};

/* Makes http_fd readable. */
void http_wake(const struct http *http);

/* http_link: who is let in, and how long each may take. */
void http_link_accept(struct http *http);
void http_link_expire(struct http *http);
int64_t http_link_timeout_ms(const struct http *http); /* -1: none */
struct http_link *http_link_of(struct MHD_Connection *connection);
void http_link_enter(struct http_link *link, enum http_phase phase);
/* libmicrohttpd's: a connection began or ended. */
void http_link_notify(void *ctx, struct MHD_Connection *connection, void **state,
                      enum MHD_ConnectionNotificationCode code);

/* http_call: requests and answers; the first two are libmicrohttpd's. */
enum MHD_Result http_call_request(void *ctx, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *bytes, size_t *len,
                                  void **state);
void http_call_completed(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code);
/* The request will be answered by the stream. */
struct MHD_Connection *http_call_stream(const struct http_request *request,
                                        struct http_stream *stream, struct http **http);
enum MHD_Result http_stream_answer(struct http_stream *stream);
/* Answers 503 to all that are deferred, and to all that still come. */
void http_call_end(struct http *http);

#endif
