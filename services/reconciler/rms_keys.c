/* rms_keys: a list of keys as one text parameter, in the form each dialect unpacks. */
#include "base/money.h"
#include "rms_internal.h"

#include <inttypes.h>

static const struct {
    const char *open, *close, *between, *before, *after;
} forms[] = {
    [SQL_SQLITE] = {"[", "]", ",", "\"", "\""},
    [SQL_POSTGRES] = {"{", "}", ",", "\"", "\""},
    [SQL_SQLSERVER] = {"", "", "", "<k>", "</k>"},
};

void rms_keys_init(struct rms_keys *keys, enum sql_dialect dialect)
{
    *keys = (struct rms_keys){.dialect = dialect};
    buf_init(&keys->buf, (size_t)RMS_KEYS_MAX_MIB * 1024 * 1024);
    buf_text(&keys->buf, forms[dialect].open);
}

static void separate(struct rms_keys *keys)
{
    if (keys->count++)
        buf_text(&keys->buf, forms[keys->dialect].between);
}

void rms_keys_int(struct rms_keys *keys, int64_t key)
{
    separate(keys);
    if (keys->dialect == SQL_SQLSERVER)
        buf_printf(&keys->buf, "<k>%" PRId64 "</k>", key);
    else
        buf_printf(&keys->buf, "%" PRId64, key);
}

void rms_keys_money(struct rms_keys *keys, int64_t amount_e4)
{
    char text[MONEY_TEXT_MAX];
    const char *quote = keys->dialect == SQL_SQLITE ? "\"" : ""; /* as text: exact */
    separate(keys);
    buf_printf(&keys->buf, "%s%s%s", quote, money_format(amount_e4, text), quote);
}

void rms_keys_null(struct rms_keys *keys)
{
    separate(keys);
    buf_text(&keys->buf, keys->dialect == SQL_SQLITE ? "null" : "NULL");
}

void rms_keys_row_begin(struct rms_keys *keys)
{
    separate(keys);
    buf_text(&keys->buf, "[");
    keys->count = 0;
}

void rms_keys_row_end(struct rms_keys *keys)
{
    buf_text(&keys->buf, "]");
    keys->count = 1; /* of rows: not the first any more */
}

static void add_xml(struct buf *buf, unsigned char c)
{
    if (c == '<' || c == '&' || c == '>')
        buf_printf(buf, "&#%d;", c);
    else if (c < 0x20) /* not allowed in XML at all; no RMS code has one */
        buf_text(buf, "?");
    else
        buf_add(buf, &c, 1);
}

static void add_quoted(struct buf *buf, enum sql_dialect dialect, unsigned char c)
{
    if (c == '"' || c == '\\')
        buf_printf(buf, "\\%c", c);
    else if (c < 0x20 && dialect == SQL_SQLITE)
        buf_printf(buf, "\\u%04x", c);
    else
        buf_add(buf, &c, 1);
}

void rms_keys_text(struct rms_keys *keys, const char *key)
{
    separate(keys);
    buf_text(&keys->buf, forms[keys->dialect].before);
    for (const char *p = key; *p; p++) {
        if (keys->dialect == SQL_SQLSERVER)
            add_xml(&keys->buf, (unsigned char)*p);
        else
            add_quoted(&keys->buf, keys->dialect, (unsigned char)*p);
    }
    buf_text(&keys->buf, forms[keys->dialect].after);
}

const char *rms_keys_end(struct rms_keys *keys)
{
    buf_text(&keys->buf, forms[keys->dialect].close);
    return buf_str(&keys->buf);
}

void rms_keys_done(struct rms_keys *keys)
{
    buf_done(&keys->buf);
}
