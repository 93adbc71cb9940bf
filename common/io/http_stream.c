/* http_stream: answers that go on: what is sent waits in a bounded buffer until the
 * client has taken it; who takes too little is cut off. */
#include "io/http_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREAM_BYTES = 128 * 1024, /* that wait for a client, at most */
    KERNEL_BYTES = 64 * 1024,
    BLOCK_BYTES = 4096,
};

struct http_stream {
    struct http *http;
    struct MHD_Connection *connection;
    char *bytes; /* those not taken yet */
    size_t len, cap;
    bool waiting; /* for something to send: the connection is suspended */
    bool ended;
    void (*gone)(void *ctx);
    void *ctx;
};

static void resume(struct http_stream *stream)
{
    if (!stream->waiting)
        return;
    stream->waiting = false;
    MHD_resume_connection(stream->connection);
    http_wake(stream->http);
}

/* libmicrohttpd asks for the next piece. */
static ssize_t read_next(void *ctx, uint64_t at, char *out, size_t max)
{
    struct http_stream *stream = ctx;
    size_t len = stream->len < max ? stream->len : max;
    (void)at;
    if (len == 0 && stream->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (len == 0) {
        stream->waiting = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    memcpy(out, stream->bytes, len);
    stream->len -= len;
    memmove(stream->bytes, stream->bytes + len, stream->len);
    return (ssize_t)len;
}

static void forget(void *ctx)
{
    struct http_stream *stream = ctx;
    stream->gone(stream->ctx);
    free(stream->bytes);
    free(stream);
}

struct http_stream *http_stream_begin(const struct http_request *request,
                                      void (*gone)(void *ctx), void *ctx)
{
    struct http_stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        abort(); /* out of memory: as in arena.h */
    stream->connection = http_call_stream(request, stream, &stream->http);
    stream->gone = gone;
    stream->ctx = ctx;
    return stream;
}

/* The kernel, too, keeps little for a client that does not read. */
static void bound_kernel(const struct http_stream *stream)
{
    static const int bytes = KERNEL_BYTES;
    setsockopt(http_link_of(stream->connection)->fd, SOL_SOCKET, SO_SNDBUF, &bytes,
               sizeof(bytes));
}

enum MHD_Result http_stream_answer(struct http_stream *stream)
{
    struct MHD_Response *native = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_next, stream, forget);
    if (!native) {
        forget(stream);
        return MHD_NO;
    }
    MHD_add_response_header(native, "Content-Type", "text/event-stream");
    MHD_add_response_header(native, "Cache-Control", "no-store");
    MHD_add_response_header(native, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(native, "X-Accel-Buffering", "no"); /* nginx would hold it */
    http_link_enter(http_link_of(stream->connection), HTTP_STREAMING);
    bound_kernel(stream);
    enum MHD_Result result = MHD_queue_response(stream->connection, MHD_HTTP_OK, native);
    MHD_destroy_response(native);
    return result;
}

static void grow(struct http_stream *stream, size_t len)
{
    if (len <= stream->cap)
        return;
    char *bytes = realloc(stream->bytes, len);
    if (!bytes)
        abort(); /* out of memory: as in arena.h */
    stream->bytes = bytes;
    stream->cap = len;
}

bool http_stream_send(struct http_stream *stream, const char *bytes, size_t len)
{
    if (stream->ended || stream->len + len > STREAM_BYTES)
        return false;
    grow(stream, stream->len + len);
    memcpy(stream->bytes + stream->len, bytes, len);
    stream->len += len;
    resume(stream);
    return true;
}

bool http_stream_is_there(const struct http_stream *stream)
{
    char byte = 0;
    ssize_t got =
        recv(http_link_of(stream->connection)->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void http_stream_end(struct http_stream *stream, bool cut)
{
    stream->ended = true;
    if (cut)
        shutdown(http_link_of(stream->connection)->fd, SHUT_RDWR);
    resume(stream);
}
