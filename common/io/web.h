/* web: one HTTP request at a time through libcurl, with deadline and size limit.
 *
 * TLS is always verified; http is allowed to loopback addresses only; redirects are not
 * followed. The connection is kept for the next request.
 */
#ifndef TB_WEB_H
#define TB_WEB_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct web;

struct web_request {
    const char *method; /* "POST", "GET" */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
    const char *body;           /* may be NULL */
    size_t body_len;
    int64_t timeout_ms;
    size_t max_bytes; /* a longer body ends the request with RC_REJECT */
    /* For bodies without limit: takes the body of a 200 piece by piece, in place of the
     * response; false ends the request with RC_REJECT. timeout_ms is then how long it
     * may bring nothing. May be NULL. */
    bool (*sink)(void *ctx, const char *bytes, size_t len);
    /* Called now and then while the request is under way; false ends it with RC_RETRY.
     * May be NULL. */
    bool (*go_on)(void *ctx);
    void *ctx;
};

struct web_response {
    long status;
    struct buf body;      /* freed by web_response_done */
    char request_id[128]; /* X-Request-Id, "" when absent */
    char api_version[32]; /* X-Shopify-API-Version */
    char content_type[128];
    /* Retry-After, decimal seconds or a date, a day at most; -1 when absent */
    int64_t retry_after_ms;
    int64_t server_ms; /* Date: the server's clock, UTC, whole seconds; 0 = absent */
};

/* Certificates are checked against the system's authorities. */
enum rc web_open(struct web **out, struct err *e) TB_MUST_CHECK;
void web_close(struct web *web); /* NULL accepted */

/* RC_OK for any HTTP status: the caller judges it. RC_RETRY: no connection, time-out,
 * reset, truncated, a stop was requested (stop.h). RC_REJECT: larger than max_bytes.
 * RC_FATAL: certificate not trusted, http to a host that is not loopback, not a URL.
 * response must be zeroed or done. */
enum rc web_send(struct web *web, const struct web_request *request,
                 struct web_response *response, struct err *e) TB_MUST_CHECK;
void web_response_done(struct web_response *response);

/* True for http(s)://127.x, [::1] and localhost. */
bool web_is_loopback(const char *url);

#endif
