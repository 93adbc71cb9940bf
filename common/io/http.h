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
    const char *method, *path; /* path without the query */
    const char *body;
    size_t body_len;
    bool from_loopback;
    void *native; /* for http_header, http_query */
};

struct http_response {
    int status;
    const char *content_type;  /* static text */
    struct buf body;           /* freed by the listener */
    const char *headers[8][2]; /* further ones, static text; unused: NULL */
};

struct http_conf {
    const char *listen; /* host:port; port 0 takes a free one */
    bool own_thread;
    size_t max_body;       /* larger: 413 before the handler is called */
    unsigned max_clients;  /* further ones are refused */
    unsigned idle_seconds; /* a silent connection is closed */
    void (*handle)(void *ctx, const struct http_request *request,
                   struct http_response *response);
    void *ctx;
};

/* RC_FATAL: the address can't be listened on; the text says why. */
enum rc http_open(const struct http_conf *conf, struct http **out,
                  struct err *e) TB_MUST_CHECK;
void http_close(struct http *http);
uint16_t http_port(const struct http *http);

/* A request header or query parameter; NULL when absent. Valid during the handler. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_query(const struct http_request *request, const char *name);

int http_fd(const struct http *http);
int64_t http_timeout_ms(const struct http *http); /* -1: none */
void http_run(struct http *http);

#endif
