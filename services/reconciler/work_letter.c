/* work_letter: messages that a message leaves behind: its dead letter, or itself again in
 * the retry topic. Key and value go byte for byte; headers of ours come before its own.
 */
#include "work_letter.h"

#include "base/instant.h"
#include "base/json.h"
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

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Those of an earlier try, and of an earlier death, are written anew; what else a message
 * brings goes with it. */
static bool is_ours(const char *name, bool dead)
{
    return begins_with(name, "retry.") || strcmp(name, HEADER_ATTEMPT) == 0 ||
           (dead && begins_with(name, "dlq."));
}

static void copy_headers(struct letter *letter, const struct bus_message *message,
                         bool dead)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (!is_ours(message->headers[i].name, dead) &&
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

/* The headers that tell where the message stood first. */
struct origin_headers {
    const char *topic, *partition, *offset, *timestamp;
};

struct origin_text {
    char partition[16], offset[24], timestamp[INSTANT_TEXT_MAX];
};

static void add_origin(struct letter *letter, const struct work *work,
                       const struct origin_headers *names, struct origin_text *text)
{
    const struct work_origin *origin = &work->origin;
    snprintf(text->partition, sizeof(text->partition), "%" PRId32, origin->partition);
    snprintf(text->offset, sizeof(text->offset), "%" PRId64, origin->offset);
    instant_format(origin->timestamp_ms, text->timestamp);
    add_header(letter, names->topic, origin->topic);
    add_header(letter, names->partition, text->partition);
    add_header(letter, names->offset, text->offset);
    add_header(letter, names->timestamp, text->timestamp);
}

static struct bus_record record_of(const struct work *work, const char *topic,
                                   const struct letter *letter)
{
    const struct bus_message *m = &work->message;
    return (struct bus_record){.topic = topic,
                               .partition = work->origin.partition,
                               .key = m->key,
                               .key_len = m->key_len,
                               .value = m->value,
                               .value_len = m->value_len,
                               .headers = letter->headers};
}

enum rc work_letter_dead(const struct work *work, struct bus_producer *producer,
                         int64_t now_ms, const char *worker, struct err *e)
{
    static const struct origin_headers names = {HEADER_DLQ_TOPIC, HEADER_DLQ_PARTITION,
                                                HEADER_DLQ_OFFSET, HEADER_DLQ_TIMESTAMP};
    const struct bus_message *m = &work->message;
    struct origin_text text;
    char failed_at[INSTANT_TEXT_MAX];
    char detail[DETAIL_MAX];
    struct letter letter = {.count = 0};
    header_safe(work->detail, detail);
    add_origin(&letter, work, &names, &text);
    add_header(&letter, HEADER_DLQ_REASON, reason_word(work->reason));
    add_header(&letter, HEADER_DLQ_DETAIL, detail);
    add_header(&letter, HEADER_DLQ_FAILED_AT, instant_format(now_ms, failed_at));
    add_header(&letter, HEADER_DLQ_WORKER, worker);
    struct bus_record record = record_of(work, TOPIC_DLQ, &letter);
    leave_out_what_is_too_large(&record, &letter);
    add_header(&letter, HEADER_DLQ_REDRIVES, work_short_header(m, HEADER_DLQ_REDRIVES));
    copy_headers(&letter, m, true);
    record.header_count = letter.count;
    return bus_produce(producer, &record, e);
}

/* ---- the retry topic ---- */

static const struct origin_headers retry_names = {
    HEADER_RETRY_TOPIC, HEADER_RETRY_PARTITION, HEADER_RETRY_OFFSET,
    HEADER_RETRY_TIMESTAMP};

/* The partition is the number of the origin's: then a worker that has one has the other,
 * and the results of both go out in one order. */
enum rc work_letter_retry(const struct work *work, struct bus_producer *producer,
                          struct err *e)
{
    struct origin_text text;
    char attempt[24];
    char not_before[INSTANT_TEXT_MAX];
    char detail[DETAIL_MAX];
    struct letter letter = {.count = 0};
    snprintf(attempt, sizeof(attempt), "%" PRId64, work->attempt + 1);
    header_safe(work->detail, detail);
    add_header(&letter, HEADER_ATTEMPT, attempt);
    add_header(&letter, HEADER_RETRY_NOT_BEFORE,
               instant_format(work->aside_until_ms, not_before));
    add_header(&letter, HEADER_RETRY_REASON, reason_word(work->reason));
    add_header(&letter, HEADER_RETRY_DETAIL, detail);
    add_origin(&letter, work, &retry_names, &text);
    copy_headers(&letter, &work->message, false);
    struct bus_record record = record_of(work, TOPIC_RETRY, &letter);
    record.header_count = letter.count;
    return bus_produce(producer, &record, e);
}

/* Of what a hand may have written: one more is still a number, and no setting asks for
 * as many. */
enum {
    ATTEMPTS_MAX = 1000 * 1000,
};

static bool header_int(const struct bus_message *message, const char *name, int64_t min,
                       int64_t max, int64_t *out)
{
    const char *value = bus_header(message, name);
    return value && str_int64(value, min, max, out);
}

int64_t work_retry_origin(const struct bus_message *message, struct work_origin *out)
{
    struct work_origin origin = {.topic = work_short_header(message, retry_names.topic)};
    const char *timestamp = bus_header(message, retry_names.timestamp);
    int64_t attempt = 0;
    int64_t partition = 0;
    if (strcmp(message->topic, TOPIC_RETRY) != 0 || str_empty(origin.topic) ||
        !header_int(message, HEADER_ATTEMPT, 1, ATTEMPTS_MAX, &attempt) ||
        !header_int(message, retry_names.partition, 0, INT32_MAX, &partition) ||
        !header_int(message, retry_names.offset, 0, JSON_INT_MAX, &origin.offset) ||
        partition != message->partition) /* else its result had no place to go */
        return 0;
    origin.partition = message->partition;
    if (!timestamp || !instant_parse(timestamp, &origin.timestamp_ms))
        origin.timestamp_ms = 0;
    *out = origin;
    return attempt;
}

int64_t work_not_before_ms(const struct bus_message *message)
{
    struct work_origin origin;
    int64_t not_before_ms = 0;
    const char *text = bus_header(message, HEADER_RETRY_NOT_BEFORE);
    if (!text || !work_retry_origin(message, &origin) ||
        !instant_parse(text, &not_before_ms))
        return 0;
    return not_before_ms;
}
