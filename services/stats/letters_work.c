/* letters_work: see letters_work.h. A letter goes back byte for byte, to where its order
 * lies; headers of ours stay behind, but for the count of redrives. */
#include "letters_work.h"

#include "base/str.h"
#include "core/out.h"
#include "wire/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ACKNOWLEDGE_MS = 20000, /* longer than a broker takes to fail over */
    SHOW_BYTES = 1024 * 1024,
};

struct sending {
    struct letters_work *work;
    struct bus_producer *producer;
    enum rc rc;
    struct err *e;
};

/* ---- reading ---- */

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static enum rc visit_letters(struct letters_work *work, bus_visit *visit, void *ctx)
{
    struct bus_partition *places = arena_array(work->arena, work->count, sizeof(*places));
    for (size_t i = 0; i < work->count; i++)
        if (!letter_id_parse(work->letters[i].id, &places[i].partition,
                             &places[i].offset))
            places[i] = (struct bus_partition){.partition = -1, .offset = -1};
    const struct bus_places wanted = {.at = places, .count = work->count};
    return bus_read_at(work->conf, TOPIC_DLQ, &wanted, visit, ctx, &work->e);
}

static size_t index_of(const struct letters_work *work, const struct bus_message *message)
{
    char id[64];
    snprintf(id, sizeof(id), "%" PRId32 "-%" PRId64, message->partition, message->offset);
    for (size_t i = 0; i < work->count; i++)
        if (strcmp(work->letters[i].id, id) == 0)
            return i;
    return work->count;
}

/* ---- showing one ---- */

static bool is_text(const char *bytes, size_t len)
{
    return bytes && str_utf8_valid(bytes, len) && !memchr(bytes, '\0', len);
}

static void add_hex(cJSON *to, const char *name, const char *bytes, size_t len,
                    struct arena *arena)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[(unsigned char)bytes[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
    }
    text[2 * len] = '\0';
    out_text(to, name, text);
}

/* Bytes that are no text are shown in hexadecimal, under <name>_hex. */
static void add_bytes(cJSON *to, const char *name, const char *bytes, size_t len,
                      struct arena *arena)
{
    if (!bytes || len > SHOW_BYTES)
        out_text(to, name, NULL);
    else if (is_text(bytes, len))
        out_text(to, name, arena_strndup(arena, bytes, len));
    else
        add_hex(to, arena_printf(arena, "%s_hex", name), bytes, len, arena);
}

static void add_headers(const struct bus_message *message, cJSON *to)
{
    cJSON *headers = out_array_in(to, "headers");
    for (size_t i = 0; i < message->header_count; i++) {
        const struct bus_header *header = &message->headers[i];
        cJSON *item = out_object();
        bool fine = str_utf8_valid(header->value, strlen(header->value));
        out_text(item, "name", header->name);
        out_text(item, "value", fine ? header->value : "(not UTF-8)");
        out_append(headers, item);
    }
}

static bool show(void *ctx, const struct bus_message *message)
{
    struct letters_work *work = ctx;
    struct buf text;
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    cJSON *data = out_object_in(answer, "data");
    out_text(data, "id", work->letters[0].id);
    out_text(data, "state", letter_state_word(work->letters[0].state));
    out_time(data, "at", message->timestamp_ms);
    add_bytes(data, "key", message->key, message->key_len, work->arena);
    add_bytes(data, "value", message->value, message->value_len, work->arena);
    out_bool(data, "too_long_to_show", message->value_len > SHOW_BYTES);
    add_headers(message, data);
    buf_init(&text, OUT_MAX);
    out_write(answer, &text);
    work->shown = arena_strdup(work->arena, buf_str(&text));
    buf_done(&text);
    work->met[0] = true;
    return false;
}

/* ---- sending again ---- */

static size_t headers_of(const struct letters_work *work, size_t index,
                         const struct bus_message *message, struct bus_header *headers)
{
    size_t count = 0;
    for (size_t i = 0; i < message->header_count; i++)
        if (!begins_with(message->headers[i].name, "dlq.") &&
            !begins_with(message->headers[i].name, "retry.") &&
            strcmp(message->headers[i].name, HEADER_ATTEMPT) != 0)
            headers[count++] = message->headers[i];
    headers[count++] = (struct bus_header){
        HEADER_DLQ_REDRIVES,
        arena_printf(work->arena, "%" PRId64, work->letters[index].redrives + 1)};
    return count;
}

/* No timestamp of its own: the reconciler then knows that it was sent again. */
static bool send_again(void *ctx, const struct bus_message *message)
{
    struct sending *sending = ctx;
    struct letters_work *work = sending->work;
    struct bus_header headers[BUS_HEADERS_MAX + 1];
    size_t i = index_of(work, message);
    if (i == work->count || work->met[i])
        return true;
    struct bus_record record = bus_record_again(message, TOPIC_ORDERS);
    record.headers = headers;
    record.header_count = headers_of(work, i, message, headers);
    sending->rc = bus_produce(sending->producer, &record, sending->e);
    work->met[i] = sending->rc == RC_OK;
    return work->met[i];
}

static enum rc flush(struct letters_work *work, struct bus_producer *producer)
{
    size_t failed = 0;
    return bus_flush(producer, ACKNOWLEDGE_MS, &failed, &work->e);
}

static enum rc send_all(struct letters_work *work, struct bus_producer *producer)
{
    struct err failure = {0};
    struct sending sending = {.work = work, .producer = producer, .e = &failure};
    enum rc rc = visit_letters(work, send_again, &sending);
    if (rc == RC_OK && sending.rc) {
        work->e = failure;
        rc = sending.rc;
    }
    return rc ? rc : flush(work, producer);
}

/* ---- marking ---- */

static enum rc mark(struct letters_work *work, size_t i, struct bus_producer *producer)
{
    const struct letter_mark mark = {
        .version = MESSAGE_VERSION, .state = work->state, .at_ms = work->now_ms};
    const char *key =
        arena_printf(work->arena, "%s%s", CONTROL_KEY_LETTER, work->letters[i].id);
    struct buf value;
    buf_init(&value, MESSAGE_MAX_BYTES);
    codec_encode(&letter_mark_codec, &mark, &value);
    enum rc rc = bus_produce_text(producer, TOPIC_CONTROL, key, &value, &work->e);
    buf_done(&value);
    return rc;
}

static enum rc mark_all(struct letters_work *work, struct bus_producer *producer)
{
    for (size_t i = 0; i < work->count; i++) {
        enum rc rc = work->met[i] ? mark(work, i, producer) : RC_OK;
        if (rc)
            return rc;
    }
    return flush(work, producer);
}

/* ---- */

static enum rc act(struct letters_work *work)
{
    struct bus_producer *producer = NULL;
    enum rc rc = bus_producer_open(work->conf, &producer, &work->e);
    for (size_t i = 0; i < work->count; i++)
        work->met[i] = work->kind == LETTERS_MARK;
    if (rc == RC_OK && work->kind == LETTERS_SEND)
        rc = send_all(work, producer);
    if (rc == RC_OK)
        rc = mark_all(work, producer);
    bus_producer_close(producer);
    return rc;
}

void letters_work_run(struct letters_work *work)
{
    work->rc = work->kind == LETTERS_READ ? visit_letters(work, show, work) : act(work);
}
