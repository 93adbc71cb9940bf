/* streams: see streams.h. */
#include "streams.h"

#include "base/str.h"
#include "core/keys.h"
#include "core/out.h"
#include "io/clock.h"
#include "io/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEARTBEAT_MS = 10000,
    STATE_MS = 1000,
    BURST_BYTES = 64 * 1024, /* sent at once; older events are left out */
};

struct one {
    struct streams *streams;
    struct http_stream *stream; /* NULL: free */
    bool cut;                   /* its end was not noticed yet */
};

struct streams {
    const struct reading_conf *reading;
    struct one at[STREAMS_MAX];
    size_t count;
    int64_t seen; /* number of the last event that was sent; -1: not known yet */
    int64_t beat_ms, state_ms; /* monotonic: when these are due */
    char *state;               /* as it was sent last */
    struct arena arena;
};

void streams_open(const struct reading_conf *reading, struct streams **out)
{
    struct streams *streams = calloc(1, sizeof(*streams));
    if (!streams)
        abort(); /* out of memory: as in arena.h */
    streams->reading = reading;
    streams->seen = -1;
    arena_init(&streams->arena);
    *out = streams;
}

void streams_close(struct streams *streams)
{
    if (!streams)
        return;
    arena_done(&streams->arena);
    free(streams->state);
    free(streams);
}

bool streams_full(const struct streams *streams)
{
    return streams->count == STREAMS_MAX;
}

/* ---- sending ---- */

static void cut(struct one *one)
{
    one->cut = true;
    http_stream_end(one->stream, true);
}

static void send_to(struct one *one, struct http_piece *piece)
{
    if (one->cut || http_stream_send(one->stream, piece))
        return;
    log_info("stream.cut", KV("text", "the client takes less than there is"));
    cut(one);
}

static void send_to_all(struct streams *streams, const struct buf *text)
{
    if (text->len == 0)
        return;
    struct http_piece *piece = http_piece_new(buf_str(text), text->len);
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (streams->at[i].stream)
            send_to(&streams->at[i], piece);
    http_piece_drop(piece);
}

/* ---- events ---- */

static enum rc last_number(struct streams *streams, int64_t *out, struct err *e)
{
    struct store_texts number;
    enum rc rc = store_read(streams->reading->store, &streams->arena, &number, e, "GET",
                            KEY_EVENT_SEQ, NULL);
    *out = 0;
    if (rc == RC_OK && number.count == 1 && !str_int64(number.at[0], 0, INT64_MAX, out))
        *out = 0;
    return rc;
}

/* Events above `after` up to the last one sent to all, oldest first, as text of the
 * stream; the newest of them when they are too many. */
static enum rc write_events(struct streams *streams, int64_t after, struct buf *out,
                            struct err *e)
{
    struct lists_values values;
    size_t count = 0;
    size_t bytes = 0;
    enum rc rc =
        reading_list(streams->reading->store, KEY_EVENTS, &streams->arena, &values, e);
    if (rc)
        return rc;
    const char **texts = arena_array(&streams->arena, values.count, sizeof(*texts));
    for (size_t i = 0; i < values.count && bytes <= BURST_BYTES; i++) {
        int64_t number = lists_event_number(values.at[i]);
        if (number <= after)
            break;
        if (number > streams->seen)
            continue;
        texts[count] = lists_event_text(values.at[i], &streams->arena);
        bytes += strlen(texts[count++]);
    }
    while (count)
        buf_text(out, texts[--count]);
    return RC_OK;
}

static void send_events(struct streams *streams)
{
    struct buf text;
    struct err e;
    int64_t number = 0;
    if (last_number(streams, &number, &e) || number == streams->seen)
        return;
    /* A number lower than before: Redis was emptied, and counts from the beginning. */
    int64_t before = streams->seen;
    buf_init(&text, OUT_MAX);
    streams->seen = number;
    if (before >= 0 && write_events(streams, number < before ? 0 : before, &text, &e))
        streams->seen = before; /* asked for again */
    send_to_all(streams, &text);
    buf_done(&text);
}

/* ---- state ---- */

static void write_state(struct streams *streams, const char *trouble, struct buf *out)
{
    struct view view;
    struct err e;
    cJSON *data = out_object();
    enum rc rc =
        reading_view(streams->reading, clock_now_ms(), &streams->arena, &view, &e);
    out_text(data, "status", rc ? NULL : status_word(view.status.state));
    out_text(data, "trouble", rc ? e.text : *trouble ? trouble : NULL);
    if (rc == RC_OK) {
        out_bool(data, "enabled", view.config->enabled);
        out_number(data, "open_issues", view.open_count);
        out_time(data, "last_poll_time", view.status.last_poll_ms);
    }
    buf_text(out, "event: status\ndata: ");
    out_write(data, out);
    buf_text(out, "\n\n");
}

static void send_state(struct streams *streams, const char *trouble)
{
    struct buf text;
    buf_init(&text, OUT_MAX);
    write_state(streams, trouble, &text);
    if (!streams->state || strcmp(streams->state, buf_str(&text)) != 0) {
        free(streams->state);
        streams->state = strdup(buf_str(&text));
        send_to_all(streams, &text);
    }
    buf_done(&text);
}

/* ---- coming and going ---- */

static void on_gone(void *ctx)
{
    struct one *one = ctx;
    one->stream = NULL;
    one->streams->count--;
}

/* What was missed, and how things are. */
static void welcome(struct streams *streams, struct one *one, const char *last)
{
    struct buf text;
    struct err e;
    int64_t after = 0;
    buf_init(&text, OUT_MAX);
    buf_text(&text, "retry: 3000\n\n");
    if (last && str_int64(last, 0, INT64_MAX, &after) &&
        write_events(streams, after, &text, &e))
        log_err(LOG_DEBUG, "stream.not_resumed", &e, LOG_FIELDS());
    if (streams->state)
        buf_text(&text, streams->state);
    struct http_piece *piece = http_piece_new(buf_str(&text), text.len);
    send_to(one, piece);
    http_piece_drop(piece);
    buf_done(&text);
}

void streams_add(struct streams *streams, const struct http_request *request,
                 const char *last)
{
    struct one *one = streams->at;
    while (one->stream)
        one++;
    arena_reset(&streams->arena);
    send_events(streams); /* to the others: this one gets them by its welcome */
    one->streams = streams;
    one->cut = false;
    one->stream = http_stream_begin(request, on_gone, one);
    streams->count++;
    welcome(streams, one, last);
}

void streams_end(struct streams *streams)
{
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (streams->at[i].stream)
            http_stream_end(streams->at[i].stream, false);
}

static void beat(struct streams *streams)
{
    struct buf text;
    buf_init(&text, 16);
    buf_text(&text, ":\n\n");
    send_to_all(streams, &text);
    buf_done(&text);
}

static void drop_gone(struct streams *streams)
{
    for (size_t i = 0; i < STREAMS_MAX; i++)
        if (streams->at[i].stream && !streams->at[i].cut &&
            !http_stream_is_there(streams->at[i].stream))
            cut(&streams->at[i]);
}

static bool is_due(int64_t *at_ms, int64_t every_ms)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < *at_ms)
        return false;
    *at_ms = now_ms + every_ms;
    return true;
}

void streams_tick(struct streams *streams, const char *trouble)
{
    if (streams->count == 0) {
        streams->seen = -1;
        return;
    }
    arena_reset(&streams->arena);
    send_events(streams);
    if (is_due(&streams->state_ms, STATE_MS)) {
        drop_gone(streams);
        send_state(streams, trouble);
    }
    if (is_due(&streams->beat_ms, HEARTBEAT_MS))
        beat(streams);
}
