/* log: a line is put together in memory and written by one write(2), so that lines of
 * several threads and processes do not mix; see log.h. */
#include "io/log.h"

#include "base/buf.h"
#include "base/instant.h"
#include "base/str.h"
#include "io/clock.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 1024 * 1024,
    TEXT_MAX_BYTES = 4096, /* of one field: the rest of it is cut off */
};

static const char *const level_words[] = {"debug", "info", "warn", "error"};

static struct {
    const char *service;
    enum log_level least;
    bool as_text, personal;
} settings = {.service = "", .least = LOG_INFO};

struct log_field log_field_text(const char *key, const char *value)
{
    return (struct log_field){.key = key, .kind = LOG_KIND_TEXT, .as.text = value};
}

struct log_field log_field_int(const char *key, int64_t value)
{
    return (struct log_field){.key = key, .kind = LOG_KIND_INT, .as.number = value};
}

struct log_field log_field_size(const char *key, size_t value)
{
    return (struct log_field){.key = key, .kind = LOG_KIND_SIZE, .as.size = value};
}

struct log_field log_field_bool(const char *key, bool value)
{
    return (struct log_field){.key = key, .kind = LOG_KIND_BOOL, .as.flag = value};
}

void log_open(const char *service, const char *level, const char *format)
{
    settings.service = service;
    settings.as_text = strcmp(format, "text") == 0;
    for (size_t i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++)
        if (strcmp(level_words[i], level) == 0)
            settings.least = (enum log_level)i;
}

void log_allow_personal(bool allow)
{
    settings.personal = allow;
}

bool log_shows_personal(void)
{
    return settings.personal;
}

bool log_enabled(enum log_level level)
{
    return level >= settings.least;
}

/* One character as it stands in a JSON string. Control characters are escaped, which
 * keeps a terminal and the one-line rule safe too. */
static void add_char(struct buf *line, const char *p, size_t len)
{
    unsigned char c = (unsigned char)*p;
    if (len == 1 && (c == '"' || c == '\\'))
        buf_printf(line, "\\%c", c);
    else if (len == 1 && c == '\n')
        buf_text(line, "\\n");
    else if (len == 1 && (c < 0x20 || c == 0x7f))
        buf_printf(line, "\\u%04x", c);
    else
        buf_add(line, p, len);
}

static void add_escaped(struct buf *line, const char *text)
{
    size_t len = strnlen(text, TEXT_MAX_BYTES + 1);
    size_t end = len > TEXT_MAX_BYTES ? TEXT_MAX_BYTES : len;
    for (size_t i = 0; i < end;) {
        size_t step = str_utf8_step(text + i, len - i);
        if (step)
            add_char(line, text + i, step);
        else
            buf_text(line, "\xef\xbf\xbd"); /* U+FFFD for what is not UTF-8 */
        i += step ? step : 1;
    }
    if (len > end)
        buf_text(line, "\xe2\x80\xa6"); /* an ellipsis: it was cut */
}

static void add_quoted(struct buf *line, const char *text)
{
    buf_text(line, "\"");
    add_escaped(line, text);
    buf_text(line, "\"");
}

static void add_value(struct buf *line, const struct log_field *field)
{
    switch (field->kind) {
    case LOG_KIND_TEXT:
        if (field->as.text)
            add_quoted(line, field->as.text);
        else
            buf_text(line, "null");
        break;
    case LOG_KIND_INT:
        buf_printf(line, "%" PRId64, field->as.number);
        break;
    case LOG_KIND_SIZE:
        buf_printf(line, "%zu", field->as.size);
        break;
    case LOG_KIND_BOOL:
        buf_text(line, field->as.flag ? "true" : "false");
        break;
    }
}

static bool is_plain_word(const struct log_field *field)
{
    return field->kind == LOG_KIND_TEXT && field->as.text && field->as.text[0] &&
           !field->as.text[strcspn(field->as.text, " \"\\=\n\t")];
}

static void add_field_as_text(struct buf *line, const struct log_field *field)
{
    buf_printf(line, " %s=", field->key);
    if (is_plain_word(field))
        add_escaped(line, field->as.text);
    else
        add_value(line, field);
}

static void add_field_as_json(struct buf *line, const struct log_field *field)
{
    buf_text(line, ",");
    add_quoted(line, field->key);
    buf_text(line, ":");
    add_value(line, field);
}

static void add_fields(struct buf *line, const struct log_field *fields)
{
    for (; fields && fields->key; fields++) {
        if (settings.as_text)
            add_field_as_text(line, fields);
        else
            add_field_as_json(line, fields);
    }
}

static void begin_line(struct buf *line, enum log_level level, const char *event)
{
    char time[INSTANT_TEXT_MAX];
    instant_format(clock_now_ms(), time);
    buf_init(line, LINE_MAX_BYTES);
    if (settings.as_text) {
        buf_printf(line, "%s %-5s %s: ", time, level_words[level], settings.service);
        add_escaped(line, event);
        return;
    }
    buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"service\":", time,
               level_words[level]);
    add_quoted(line, settings.service);
    buf_text(line, ",\"event\":");
    add_quoted(line, event);
}

static void end_line(struct buf *line)
{
    buf_text(line, settings.as_text ? "\n" : "}\n");
    for (size_t sent = 0; sent < line->len;) {
        ssize_t n = write(STDERR_FILENO, line->data + sent, line->len - sent);
        if (n <= 0)
            break; /* nowhere left to say so */
        sent += (size_t)n;
    }
    buf_done(line);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    if (!log_enabled(level))
        return;
    struct buf line;
    begin_line(&line, level, event);
    add_fields(&line, fields);
    end_line(&line);
}

void log_err(enum log_level level, const char *event, const struct err *e,
             const struct log_field *fields)
{
    if (!log_enabled(level))
        return;
    const struct log_field of_err[] = {KV("rc", err_rc_name(e->rc)),
                                       KV("op", e->op),
                                       KV("text", e->text),
                                       {.key = NULL}};
    const struct log_field native[] = {KV("native", e->native), {.key = NULL}};
    const struct log_field sqlstate[] = {KV("sqlstate", e->sqlstate), {.key = NULL}};
    struct buf line;
    begin_line(&line, level, event);
    add_fields(&line, of_err);
    if (e->native)
        add_fields(&line, native);
    if (e->sqlstate[0])
        add_fields(&line, sqlstate);
    add_fields(&line, fields);
    end_line(&line);
}
