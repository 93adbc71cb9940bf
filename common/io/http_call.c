/* http_call: requests collected whole, handed to one handler, answered with a length; see
 * http.h. GNU libmicrohttpd reads and writes the protocol. */
#include "io/http_internal.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    /* Read and thrown away after max_body, so that the client gets to see the 413; who
     * sends more is cut off. */
    DISCARD_BYTES = 1024 * 1024,
};

static const char ending[] = "this process is ending";

/* One request, from its head to the end of its answer. */
struct http_pending {
    struct http *http;
    struct MHD_Connection *connection;
    struct buf body;
    size_t discarded;
    bool deferred, answered;
    struct http_response response; /* given by http_answer */
    struct http_stream *stream;    /* answers instead */
    struct http_pending *next, **link;
};

/* ---- answering ---- */

static bool has_header(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < sizeof(response->headers) / sizeof(response->headers[0]); i++)
        if (response->headers[i][0] && strcasecmp(response->headers[i][0], name) == 0)
            return true;
    return false;
}

static void add_headers(struct MHD_Response *native, const struct http_response *response)
{
    MHD_add_response_header(native, "X-Content-Type-Options", "nosniff");
    if (!has_header(response, "Cache-Control"))
        MHD_add_response_header(native, "Cache-Control", "no-store");
    if (response->content_type)
        MHD_add_response_header(native, "Content-Type", response->content_type);
    for (size_t i = 0; i < sizeof(response->headers) / sizeof(response->headers[0]); i++)
        if (response->headers[i][0])
            MHD_add_response_header(native, response->headers[i][0],
                                    response->headers[i][1]);
}

/* What this listener itself has to say (RFC 9457). title: plain words, no quotes. */
static struct http_response problem(int status, const char *title)
{
    struct http_response response = {.status = status,
                                     .content_type = "application/problem+json"};
    buf_init(&response.body, 256);
    buf_printf(&response.body, "{\"status\":%d,\"title\":\"%s\"}\n", status, title);
    return response;
}

/* A body that did not fit its buffer is not sent in part. */
static void mend(struct http_response *response)
{
    if (response->status >= 100 && response->status <= 999 && !response->body.full)
        return;
    buf_done(&response->body);
    *response = problem(500, "the answer could not be put together");
}

static enum MHD_Result answer(struct MHD_Connection *connection,
                              struct http_response *response)
{
    mend(response);
    struct MHD_Response *native = MHD_create_response_from_buffer(
        response->body.len, response->body.data,
        response->body.data ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (!native) {
        buf_done(&response->body);
        return MHD_NO;
    }
    response->body = (struct buf){0}; /* its bytes are libmicrohttpd's now */
    add_headers(native, response);
    http_link_enter(http_link_of(connection), HTTP_ANSWERING);
    enum MHD_Result result =
        MHD_queue_response(connection, (unsigned)response->status, native);
    MHD_destroy_response(native);
    return result;
}

static enum MHD_Result answer_status(struct MHD_Connection *connection, int status,
                                     const char *title)
{
    struct http_response response = problem(status, title);
    return answer(connection, &response);
}

static enum MHD_Result answer_too_large(struct MHD_Connection *connection)
{
    return answer_status(connection, MHD_HTTP_CONTENT_TOO_LARGE,
                         "the body of the request is too large");
}

static enum MHD_Result answer_ending(struct MHD_Connection *connection)
{
    return answer_status(connection, MHD_HTTP_SERVICE_UNAVAILABLE, ending);
}

/* ---- requests ---- */

static bool is_loopback(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr)
        return false;
    if (info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->client_addr, sizeof(in));
        return (ntohl(in.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
    }
    if (info->client_addr->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 in6;
    memcpy(&in6, info->client_addr, sizeof(in6));
    return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) &&
            in6.sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
}

static void unlink_pending(struct http_pending *call)
{
    if (!call->link)
        return;
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    call->link = NULL;
}

struct http_pending *http_defer(const struct http_request *request)
{
    struct http_pending *call = request->native;
    struct http *http = call->http;
    call->deferred = true;
    call->next = http->pending;
    call->link = &http->pending;
    if (call->next)
        call->next->link = &call->next;
    http->pending = call;
    http_link_enter(http_link_of(call->connection), HTTP_DEFERRED);
    MHD_suspend_connection(call->connection);
    return call;
}

void http_answer(struct http_pending *pending, struct http_response *response)
{
    unlink_pending(pending);
    pending->response = *response;
    response->body = (struct buf){0};
    pending->answered = true;
    http_wake(pending->http);
    MHD_resume_connection(pending->connection); /* http_call_request follows */
}

struct MHD_Connection *http_call_stream(const struct http_request *request,
                                        struct http_stream *stream, struct http **http)
{
    struct http_pending *call = request->native;
    call->stream = stream;
    *http = call->http;
    return call->connection;
}

static enum MHD_Result begin(struct http *http, struct MHD_Connection *connection,
                             void **state)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    struct http_pending *call = calloc(1, sizeof(*call));
    if (!call)
        return MHD_NO;
    call->http = http;
    call->connection = connection;
    buf_init(&call->body, http->conf.max_body);
    *state = call;
    struct http_link *link = http_link_of(connection);
    http_link_enter(link, HTTP_READING);
    if (link->bad_target)
        return answer_status(connection, MHD_HTTP_BAD_REQUEST,
                             "the path or the query holds a NUL (%00)");
    if (length && strtoull(length, NULL, 10) > http->conf.max_body)
        return answer_too_large(connection);
    return MHD_YES;
}

static enum MHD_Result collect(struct http_pending *call, const char *bytes, size_t *len)
{
    buf_add(&call->body, bytes, *len);
    if (call->body.full)
        call->discarded += *len;
    *len = 0; /* all of it was taken */
    return call->discarded > DISCARD_BYTES ? MHD_NO : MHD_YES;
}

static enum MHD_Result finish(struct http_pending *call, const char *method,
                              const char *path)
{
    if (call->answered)
        return answer(call->connection, &call->response);
    if (call->body.full)
        return answer_too_large(call->connection);
    if (call->http->ending)
        return answer_ending(call->connection);
    struct http_response response = {0};
    const struct http_request request = {
        .method = strcmp(method, "HEAD") == 0 ? "GET" : method,
        .path = path,
        .body = buf_str(&call->body),
        .body_len = call->body.len,
        .from_loopback = is_loopback(call->connection),
        .native = call,
    };
    call->http->conf.handle(call->http->conf.ctx, &request, &response);
    if (!call->deferred && !call->stream)
        return answer(call->connection, &response);
    buf_done(&response.body);
    return call->stream ? http_stream_answer(call->stream) : MHD_YES;
}

/* libmicrohttpd calls this with the head, then with pieces of the body, then once more;
 * the many parameters are its own. NOLINTNEXTLINE(readability-function-size) */
enum MHD_Result http_call_request(void *ctx, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *bytes, size_t *len,
                                  void **state)
{
    (void)version;
    if (!*state)
        return begin(ctx, connection, state);
    if (*len)
        return collect(*state, bytes, len);
    return finish(*state, method, path);
}

/* The connection may carry a next request. */
void http_call_completed(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)ctx;
    (void)code;
    struct http_link *link = http_link_of(connection);
    http_link_enter(link, HTTP_WAITING);
    link->bad_target = false;
    link->served = true;
    struct http_pending *call = *state;
    if (!call)
        return;
    unlink_pending(call);
    buf_done(&call->body);
    buf_done(&call->response.body);
    free(call);
    *state = NULL;
}

const char *http_header(const struct http_request *request, const char *name)
{
    const struct http_pending *call = request->native;
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *request, const char *name)
{
    const struct http_pending *call = request->native;
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(call->connection, MHD_GET_ARGUMENT_KIND, name,
                                      strlen(name), &value, &len) != MHD_YES)
        return NULL;
    return value ? value : ""; /* "?name" without "=" */
}

struct visiting {
    http_visit *visit;
    void *ctx;
};

static enum MHD_Result on_query(void *ctx, enum MHD_ValueKind kind, const char *name,
                                const char *value)
{
    struct visiting *visiting = ctx;
    (void)kind;
    visiting->visit(visiting->ctx, name, value ? value : "");
    return MHD_YES;
}

void http_queries(const struct http_request *request, http_visit *visit, void *ctx)
{
    const struct http_pending *call = request->native;
    struct visiting visiting = {.visit = visit, .ctx = ctx};
    MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, on_query,
                              &visiting);
}

/* A request that comes just now would be deferred like the others, and libmicrohttpd ends
 * the process when its daemon is stopped while a connection is suspended. */
void http_call_end(struct http *http)
{
    http->ending = true;
    while (http->pending) {
        struct http_response response = problem(MHD_HTTP_SERVICE_UNAVAILABLE, ending);
        http_answer(http->pending, &response);
    }
}
