/* work_publish: the result event, and before it the dead letter where one is due. */
#include "work.h"

#include "base/instant.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    DETAIL_UNITS = 390,
    DETAIL_MAX = 3 * DETAIL_UNITS + 1, /* a UTF-16 unit is three bytes of UTF-8 at most */
};

/* Console tools split headers at commas, tabs and newlines. */
static void header_safe(const char *text, char out[DETAIL_MAX])
{
    size_t len = text ? str_utf16_cut(text, DETAIL_UNITS) : 0;
    snprintf(out, DETAIL_MAX, "%.*s", (int)len, text ? text : "");
    for (char *p = out; *p; p++)
        if (*p == ',')
            *p = ';';
        else if ((unsigned char)*p < 0x20)
            *p = ' ';
}

/* Key, value and headers of a letter stay within what the producer takes (9 MiB). */
enum {
    LETTER_MAX_BYTES = 8704 * 1024,
    LETTER_MAX_HEADER = 8 * 1024,
};

struct letter {
    struct bus_header headers[BUS_HEADERS_MAX];
    size_t count;
};

static void add_header(struct letter *letter, const char *name, const char *value)
{
    if (value && letter->count < BUS_HEADERS_MAX)
        letter->headers[letter->count++] = (struct bus_header){name, value};
}

/* The original headers, those of an earlier death left out. */
static void copy_headers(struct letter *letter, const struct bus_message *message)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (strncmp(message->headers[i].name, "dlq.", 4) != 0 &&
            strlen(message->headers[i].value) <= LETTER_MAX_HEADER)
            add_header(letter, message->headers[i].name, message->headers[i].value);
}

/* What no letter can hold stays where it is; the letter says where. */
static void leave_out_what_is_too_large(struct bus_record *record, struct letter *letter)
{
    static const char note[] = "too large for a dead letter: see dlq.topic dlq.partition "
                               "dlq.offset";
    bool key = record->key_len > WORK_KEY_MAX;
    bool value = record->value_len > LETTER_MAX_BYTES;
    if (key) {
        record->key = NULL;
        record->key_len = 0;
    }
    if (value) {
        record->value = "";
        record->value_len = 0;
    }
    if (key || value)
        add_header(letter, HEADER_DLQ_LEFT_OUT, note);
}

static enum rc publish_letter(const struct work *work, struct bus_producer *producer,
                              int64_t now_ms, const char *worker, struct err *e)
{
    const struct bus_message *m = &work->message;
    char partition[16];
    char offset[24];
    char timestamp[INSTANT_TEXT_MAX];
    char failed_at[INSTANT_TEXT_MAX];
    char detail[DETAIL_MAX];
    struct letter letter = {.count = 0};
    snprintf(partition, sizeof(partition), "%" PRId32, m->partition);
    snprintf(offset, sizeof(offset), "%" PRId64, m->offset);
    header_safe(work->detail, detail);
    add_header(&letter, HEADER_DLQ_TOPIC, m->topic);
    add_header(&letter, HEADER_DLQ_PARTITION, partition);
    add_header(&letter, HEADER_DLQ_OFFSET, offset);
    add_header(&letter, HEADER_DLQ_TIMESTAMP, instant_format(m->timestamp_ms, timestamp));
    add_header(&letter, HEADER_DLQ_REASON, reason_word(work->reason));
    add_header(&letter, HEADER_DLQ_DETAIL, detail);
    add_header(&letter, HEADER_DLQ_FAILED_AT, instant_format(now_ms, failed_at));
    add_header(&letter, HEADER_DLQ_WORKER, worker);
    struct bus_record record = {.topic = TOPIC_DLQ,
                                .partition = m->partition,
                                .key = m->key,
                                .key_len = m->key_len,
                                .value = m->value,
                                .value_len = m->value_len,
                                .headers = letter.headers};
    leave_out_what_is_too_large(&record, &letter);
    add_header(&letter, HEADER_DLQ_REDRIVES, work_short_header(m, HEADER_DLQ_REDRIVES));
    copy_headers(&letter, m);
    record.header_count = letter.count;
    return bus_produce(producer, &record, e);
}

static enum rc publish_result(const struct work *work, struct bus_producer *producer,
                              int64_t now_ms, const char *worker, struct err *e)
{
    struct result result = work->result;
    struct buf value;
    bool has_key = work->message.key_len <= WORK_KEY_MAX;
    result.decided_ms = now_ms;
    result.worker = worker;
    buf_init(&value, MESSAGE_MAX_BYTES);
    codec_encode(&result_codec, &result, &value);
    if (value.full) { /* only a dry run of a huge order: the numbers stay, the rows go */
        buf_clear(&value);
        result.diff = (struct codec_list){0};
        codec_encode(&result_codec, &result, &value);
    }
    /* The partition of the source: the results of one source partition stay in its order,
     * which the aggregator's exactly-once rests on. */
    const struct bus_record record = {.topic = TOPIC_RESULTS,
                                      .partition = work->message.partition,
                                      .key = has_key ? work->message.key : NULL,
                                      .key_len = has_key ? work->message.key_len : 0,
                                      .value = buf_str(&value),
                                      .value_len = value.len};
    enum rc rc = bus_produce(producer, &record, e);
    buf_done(&value);
    return rc;
}

enum rc work_publish(const struct work *work, struct bus_producer *producer,
                     int64_t now_ms, const char *worker, struct err *e)
{
    enum rc rc = RC_OK;
    if (work->dead)
        rc = publish_letter(work, producer, now_ms, worker, e);
    return rc ? rc : publish_result(work, producer, now_ms, worker, e);
}
