/* http_stream: answers that go on. What is sent to many is held once; what waits for a
 * client is bounded, and who takes too little is cut off. */
#include "io/http_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREAM_BYTES = 128 * 1024, /* that wait for a client, at most */
    STREAM_PIECES = 128,       /* of these */
    KERNEL_BYTES = 64 * 1024,
    BLOCK_BYTES = 4096,
};

struct http_piece {
    size_t refs, len;
    char bytes[];
};

struct http_stream {
    struct http *http;
    struct MHD_Connection *connection;
    struct http_piece *pieces[STREAM_PIECES]; /* a ring of those not taken yet */
    size_t first, count;
    size_t taken; /* of the first */
    size_t len;   /* of all that wait */
    bool waiting; /* for something to send: the connection is suspended */
    bool ended;
    void (*gone)(void *ctx);
    void *ctx;
};

/* ---- pieces ---- */

struct http_piece *http_piece_new(const char *bytes, size_t len)
{
    struct http_piece *piece = malloc(sizeof(*piece) + len);
    if (!piece)
        abort(); /* out of memory: as in arena.h */
    piece->refs = 1;
    piece->len = len;
    memcpy(piece->bytes, bytes, len);
    return piece;
}

void http_piece_drop(struct http_piece *piece)
{
    if (--piece->refs == 0)
        free(piece);
}

static void drop_first(struct http_stream *stream)
{
    http_piece_drop(stream->pieces[stream->first]);
    stream->first = (stream->first + 1) % STREAM_PIECES;
    stream->count--;
    stream->taken = 0;
}

/* As much as there is, across pieces. */
static size_t take(struct http_stream *stream, char *out, size_t max)
{
    size_t len = 0;
    while (stream->count && len < max) {
        const struct http_piece *piece = stream->pieces[stream->first];
        size_t left = piece->len - stream->taken;
        size_t part = left < max - len ? left : max - len;
        memcpy(out + len, piece->bytes + stream->taken, part);
        len += part;
        stream->taken += part;
        if (part == left)
            drop_first(stream);
    }
    stream->len -= len;
    return len;
}

/* ---- the connection ---- */

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
    (void)at;
    if (stream->len)
        return (ssize_t)take(stream, out, max);
    if (stream->ended || stream->http->ending)
        return MHD_CONTENT_READER_END_OF_STREAM;
    stream->waiting = true;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static void forget(void *ctx)
{
    struct http_stream *stream = ctx;
    stream->gone(stream->ctx);
    while (stream->count)
        drop_first(stream);
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

bool http_stream_send(struct http_stream *stream, struct http_piece *piece)
{
    if (stream->ended || stream->len + piece->len > STREAM_BYTES ||
        stream->count == STREAM_PIECES)
        return false;
    if (piece->len == 0)
        return true;
    piece->refs++;
    stream->pieces[(stream->first + stream->count++) % STREAM_PIECES] = piece;
    stream->len += piece->len;
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
