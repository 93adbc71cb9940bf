/* sql_link: the connection string, what is added to it, and what it must not give away.
 *
 * SQLite: a file that is there, since the driver would make an empty one of a name that
 * is mistyped; a busy time-out; WAL, so that a till's reader does not hold up the writer;
 * and SyncPragma=FULL, because with WAL and NORMAL a power cut may undo the last commits
 * whose Kafka offsets were committed already.
 * PostgreSQL: Protocol=7.4-0, since the default rolls back single statements behind our
 * back; server-side prepare; no cut of long text; no log of its own, which Debian's
 * packaging turns on and which would leave statements in /tmp.
 * SQL Server: TDS 7.4, UTF-8, and a time limit, since the driver has none by default. */
#include "io/sql_internal.h"

#include "base/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    STRING_MAX = 16 * 1024, /* of a completed connection string */
    SQLITE_BUSY_MIN_MS = 5000,
    FREETDS_SPARE_S = 5, /* the statement's own time-out strikes first */
};

/* One Name=value; both point into the string. raw: with its braces. */
struct pair {
    const char *name, *raw;
    size_t name_len, raw_len;
};

static size_t value_len(const char *p)
{
    if (*p != '{')
        return strcspn(p, ";");
    const char *end = p + 1;
    while (*end && !(end[0] == '}' && end[1] != '}'))
        end += end[0] == '}' ? 2 : 1; /* }} stands for one } */
    return (size_t)(end - p) + (*end ? 1 : 0);
}

static bool next_pair(const char **p, struct pair *out)
{
    *p += strspn(*p, "; \t");
    if (!**p)
        return false;
    out->name = *p;
    out->name_len = strcspn(*p, "=;");
    *p += out->name_len;
    if (**p == '=')
        *p += 1 + strspn(*p + 1, " \t");
    while (out->name_len && isspace((unsigned char)out->name[out->name_len - 1]))
        out->name_len--;
    out->raw = *p;
    out->raw_len = value_len(*p);
    *p += out->raw_len;
    *p += strcspn(*p, ";");
    while (out->raw_len && isspace((unsigned char)out->raw[out->raw_len - 1]))
        out->raw_len--;
    return true;
}

static bool is_named(const struct pair *pair, const char *name)
{
    return pair->name_len == strlen(name) &&
           strncasecmp(pair->name, name, pair->name_len) == 0;
}

static bool has(const char *connection, const char *name)
{
    struct pair pair;
    while (next_pair(&connection, &pair))
        if (is_named(&pair, name))
            return true;
    return false;
}

static void add_if_absent(struct buf *connection, const char *name, const char *value)
{
    if (has(buf_str(connection), name))
        return;
    const char *last = connection->len ? connection->data + connection->len - 1 : ";";
    buf_printf(connection, "%s%s=%s", *last == ';' ? "" : ";", name, value);
}

void sql_link_complete(enum sql_dialect dialect, int64_t timeout_s,
                       struct buf *connection)
{
    char number[24];
    int64_t busy_ms = timeout_s * 1000 / 3;
    switch (dialect) {
    case SQL_SQLITE:
        add_if_absent(connection, "NoCreat", "1");
        snprintf(number, sizeof(number), "%" PRId64,
                 busy_ms > SQLITE_BUSY_MIN_MS ? busy_ms : SQLITE_BUSY_MIN_MS);
        add_if_absent(connection, "Timeout", number);
        add_if_absent(connection, "JournalMode", "WAL");
        add_if_absent(connection, "SyncPragma", "FULL");
        break;
    case SQL_POSTGRES:
        add_if_absent(connection, "Protocol", "7.4-0");
        add_if_absent(connection, "UseServerSidePrepare", "1");
        add_if_absent(connection, "CommLog", "0");
        add_if_absent(connection, "Debug", "0");
        add_if_absent(connection, "MaxLongVarcharSize", "1073741823");
        add_if_absent(connection, "BoolsAsChar", "0");
        break;
    case SQL_SQLSERVER:
        snprintf(number, sizeof(number), "%" PRId64, timeout_s + FREETDS_SPARE_S);
        add_if_absent(connection, "TDS_Version", "7.4");
        add_if_absent(connection, "ClientCharset", "UTF-8");
        add_if_absent(connection, "Timeout", number);
        add_if_absent(connection, "APP", "tillbridge");
        break;
    }
}

static bool contains(const char *text, size_t len, const char *word)
{
    size_t word_len = strlen(word);
    for (size_t i = 0; i + word_len <= len; i++)
        if (strncasecmp(text + i, word, word_len) == 0)
            return true;
    return false;
}

static const struct {
    const char *word;
    enum sql_dialect dialect;
} driver_words[] = {
    {"sqlite", SQL_SQLITE},     {"postgres", SQL_POSTGRES},    {"psqlodbc", SQL_POSTGRES},
    {"freetds", SQL_SQLSERVER}, {"sql server", SQL_SQLSERVER}, {"tdsodbc", SQL_SQLSERVER},
};

static bool dialect_in(const char *text, size_t len, enum sql_dialect *out)
{
    for (size_t i = 0; i < sizeof(driver_words) / sizeof(driver_words[0]); i++) {
        if (contains(text, len, driver_words[i].word)) {
            *out = driver_words[i].dialect;
            return true;
        }
    }
    return false;
}

bool sql_link_guess(const char *connection, enum sql_dialect *out)
{
    struct pair pair;
    while (next_pair(&connection, &pair))
        if (is_named(&pair, "Driver"))
            return dialect_in(pair.raw, pair.raw_len, out);
    return false;
}

static bool is_secret(const struct pair *pair)
{
    return contains(pair->name, pair->name_len, "pwd") ||
           contains(pair->name, pair->name_len, "pass") ||
           contains(pair->name, pair->name_len, "secret") ||
           contains(pair->name, pair->name_len, "token");
}

/* Overwrites every occurrence of secret in text by stars, at the same length: the text
 * may be near the end of its buffer. */
static void star_out(char *text, const char *secret, size_t len)
{
    if (!len)
        return;
    for (char *p = memmem(text, strlen(text), secret, len); p;
         p = memmem(p, strlen(p), secret, len)) {
        memset(p, '*', len);
        p += len;
    }
}

void sql_link_redact(const char *connection, char *text)
{
    struct pair pair;
    while (next_pair(&connection, &pair)) {
        if (!is_secret(&pair))
            continue;
        char plain[512]; /* the value without braces, }} as } */
        size_t len = 0;
        bool braced = pair.raw_len > 0 && pair.raw[0] == '{';
        size_t end = pair.raw_len;
        if (braced && end > 1 && pair.raw[end - 1] == '}')
            end--;
        for (size_t i = braced; i < end && len < sizeof(plain); i++) {
            plain[len++] = pair.raw[i];
            if (braced && pair.raw[i] == '}')
                i++;
        }
        star_out(text, pair.raw, pair.raw_len);
        star_out(text, plain, len);
    }
}

static enum rc connect_once(struct sql *sql, const char *connection, struct err *e)
{
    SQLRETURN result = SQLDriverConnect(sql->dbc, NULL, (SQLCHAR *)connection, SQL_NTS,
                                        NULL, 0, NULL, SQL_DRIVER_NOPROMPT);
    if (SQL_SUCCEEDED(result)) {
        sql->connected = true;
        return RC_OK;
    }
    struct err failure;
    enum rc rc = sql_diag_fail(sql, SQL_HANDLE_DBC, sql->dbc, NULL, &failure);
    sql_link_redact(connection, failure.text);
    if (e)
        *e = failure;
    return rc;
}

static enum rc ask_dialect(struct sql *sql, struct err *e)
{
    char name[128] = "";
    SQLSMALLINT len = 0;
    const SQLUSMALLINT asked[] = {SQL_DBMS_NAME, SQL_DRIVER_NAME};
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        SQLGetInfo(sql->dbc, asked[i], name, (SQLSMALLINT)sizeof(name), &len);
        sql->is_told = dialect_in(name, strlen(name), &sql->dialect);
        if (sql->is_told)
            return RC_OK;
    }
    return err_set(e, RC_FATAL, "sql.open",
                   "the driver %s is for none of SQLite, PostgreSQL and SQL Server",
                   name);
}

/* A DSN or a driver of a name that tells nothing: connect to learn the dialect, then
 * again with what it needs. The first time, too, no file may be made. */
static enum rc connect_unknown(struct sql *sql, struct buf *connection, struct err *e)
{
    struct buf first;
    buf_init(&first, STRING_MAX);
    buf_text(&first, buf_str(connection));
    add_if_absent(&first, "NoCreat", "1");
    enum rc rc = connect_once(sql, buf_str(&first), e);
    explicit_bzero(first.data, first.len);
    buf_done(&first);
    if (rc == RC_OK)
        rc = ask_dialect(sql, e);
    if (rc)
        return rc;
    SQLDisconnect(sql->dbc);
    sql->connected = false;
    sql_link_complete(sql->dialect, sql->timeout_s, connection);
    return connect_once(sql, buf_str(connection), e);
}

enum rc sql_link_connect(struct sql *sql, const char *connection, struct err *e)
{
    struct buf completed;
    buf_init(&completed, STRING_MAX);
    buf_text(&completed, connection);
    enum rc rc = RC_OK;
    sql->is_told = sql_link_guess(connection, &sql->dialect);
    if (sql->is_told) {
        sql_link_complete(sql->dialect, sql->timeout_s, &completed);
        rc = connect_once(sql, buf_str(&completed), e);
        if (rc == RC_OK)
            rc = ask_dialect(sql, e);
    } else {
        rc = connect_unknown(sql, &completed, e);
    }
    if (completed.data) /* it may hold a password */
        explicit_bzero(completed.data, completed.len);
    buf_done(&completed);
    return rc;
}
