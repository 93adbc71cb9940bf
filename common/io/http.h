/* http: a small listener through GNU libmicrohttpd.
 *
 * With `own_thread` the handler is called on the listener's thread (the health listeners
 * of fetcher and reconciler: it may only read what is made for that). Without it the
 * caller drives it: http_fd becomes readable, or http_timeout_ms passes, then http_run.
 */
#ifndef TB_HTTP_H
#define TB_HTTP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

struct http_request {
    const char *method, *path; /* path without the query; HEAD comes as GET */
    const char *body;
    size_t body_len;
    bool from_loopback;
    void *native; /* for http_header, http_query, http_defer */
};

struct http_response {
    int status;
    const char *content_type; /* static text */
    struct buf body;          /* freed by the listener */
    /* Further ones, static text; unused: NULL. Without one of its own each answer gets
     * Cache-Control: no-store; X-Content-Type-Options: nosniff it gets in any case. */
    const char *headers[8][2];
};

struct http_conf {
    const char *listen; /* host:port; port 0 takes a free one */
    bool own_thread;
    size_t max_body; /* larger: 413 before the handler is called */
    /* At this many connections the one that has waited longest for a request's head makes
     * room; when none of them waits, the new one gets 503 at once. */
    unsigned max_clients;
    unsigned idle_seconds; /* a silent connection is closed */
    unsigned head_seconds; /* so long may a head take, from the connection's first byte or
                            * the end of the answer before it; 0: no limit */
    unsigned body_seconds; /* so long may a body take, and the sending of an answer; 0: no
                            * limit */
    void (*handle)(void *ctx, const struct http_request *request,
                   struct http_response *response);
    void *ctx;
};

/* RC_FATAL: the address can't be listened on; the text says why. Request heads over 16 kB
 * and malformed ones are refused by libmicrohttpd (431, 400), what is not HTTP is cut
 * off. A path or query with %00 in it is refused with 400, who is too slow with 408. */
enum rc http_open(const struct http_conf *conf, struct http **out,
                  struct err *e) TB_MUST_CHECK;
void http_close(struct http *http); /* NULL accepted */
uint16_t http_port(const struct http *http);

/* A request header or query parameter; NULL when absent. Valid during the handler. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_query(const struct http_request *request, const char *name);

/* Calls visit for each query parameter, decoded, in their order; "" where it has no
 * value.
 */
typedef void http_visit(void *ctx, const char *name, const char *value);
void http_queries(const struct http_request *request, http_visit *visit, void *ctx);

/* Called by a handler that can't answer yet (not with own_thread): what it writes into
 * its response is ignored, the request stays open until http_answer. The token is void
 * after http_answer (which makes http_fd readable: the answer is sent by http_run), and
 * after http_close, which answers 503 to what is left. */
struct http_pending *http_defer(const struct http_request *request);
void http_answer(struct http_pending *pending, struct http_response *response);

/* An answer that goes on, as text/event-stream: called by a handler (not with own_thread)
 * instead of answering. gone is called once, when the client has left, was cut off, or
 * all was sent after the end; the stream is void then. It may be called by any function
 * here that drives the listener. */
struct http_stream *http_stream_begin(const struct http_request *request,
                                      void (*gone)(void *ctx), void *ctx);
/* What is sent to many streams is held once: the caller makes a piece, sends it to each,
 * and drops it; it is freed when the last client has taken it. */
struct http_piece *http_piece_new(const char *bytes, size_t len);
void http_piece_drop(struct http_piece *piece);
/* False: 128 kB or 128 pieces wait for this client already, or it was ended; the piece
 * was not taken. */
bool http_stream_send(struct http_stream *stream, struct http_piece *piece);
/* False: the client has closed its end; the stream is still to be ended. */
bool http_stream_is_there(const struct http_stream *stream);
/* cut: without sending what still waits. */
void http_stream_end(struct http_stream *stream, bool cut);

int http_fd(const struct http *http);
int64_t http_timeout_ms(const struct http *http); /* -1: none */
void http_run(struct http *http);

#endif
