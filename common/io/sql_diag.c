/* sql_diag: what a driver's diagnostic records mean, by tables: which rc, whether the
 * connection is lost, what a person can do. SQLSTATEs of FreeTDS and sqliteodbc are not
 * to be trusted, so the server's own numbers decide wherever there are any. */
#include "io/log.h"
#include "io/sql_internal.h"

#include <stdio.h>
#include <string.h>

/* What a record must have for the rule to hold; NULL and 0 ask for nothing. The first
 * rule of a table that any record meets decides, so order is precedence: a deadlock
 * beside other numbers is a deadlock. */
struct rule {
    const char *state;    /* begins with */
    long from, to;        /* native number within */
    const char *fragment; /* the text contains */
    enum rc rc;
    bool lost;
    const char *remedy;
};

#define NATIVE(number, code, hint)                                       \
    {                                                                    \
        .from = (number), .to = (number), .rc = (code), .remedy = (hint) \
    }
#define NATIVE_LOST(number, hint)                                                        \
    {                                                                                    \
        .from = (number), .to = (number), .rc = RC_RETRY, .lost = true, .remedy = (hint) \
    }
#define STATE(prefix, code, hint)                         \
    {                                                     \
        .state = (prefix), .rc = (code), .remedy = (hint) \
    }
#define STATE_LOST(prefix, hint)                                          \
    {                                                                     \
        .state = (prefix), .rc = RC_RETRY, .lost = true, .remedy = (hint) \
    }
#define SAYS(words, hint)                                                       \
    {                                                                           \
        .state = "08001", .fragment = (words), .rc = RC_FATAL, .remedy = (hint) \
    }

#define NO_RIGHT      "give the login the right"
#define NO_SUCH       "is it the RMS database, and was `tillctl schema install` run?"
#define CHECK_LOGIN   "check the login and its password"
#define CHECK_NAME    "check the database's name"
#define CHECK_ADDRESS "check the server's address, and that it runs"
#define FREE_SPACE    "free space for the database"
#define WAIT          ""

static const struct rule sqlite_rules[] = {
    NATIVE(5, RC_RETRY, WAIT),          /* BUSY: longer than the time-out */
    NATIVE(6, RC_RETRY, WAIT),          /* LOCKED */
    NATIVE(9, RC_RETRY, WAIT),          /* INTERRUPT */
    NATIVE_LOST(10, "check the disk"),  /* IOERR */
    NATIVE(13, RC_RETRY, FREE_SPACE),   /* FULL */
    NATIVE(15, RC_RETRY, WAIT),         /* PROTOCOL: a race for the WAL */
    NATIVE(17, RC_RETRY, WAIT),         /* SCHEMA changed meanwhile */
    NATIVE(18, RC_REJECT, ""),          /* TOOBIG */
    NATIVE(19, RC_REJECT, ""),          /* CONSTRAINT */
    NATIVE(20, RC_REJECT, ""),          /* MISMATCH */
    NATIVE(3, RC_FATAL, NO_RIGHT),      /* PERM */
    NATIVE(8, RC_FATAL, NO_RIGHT),      /* READONLY */
    NATIVE(23, RC_FATAL, NO_RIGHT),     /* AUTH */
    NATIVE(11, RC_FATAL, "restore it"), /* CORRUPT */
    NATIVE(26, RC_FATAL, "restore it"), /* NOTADB */
    NATIVE(14, RC_FATAL, "check the path and the rights of the file and its folder"),
    {.from = 1, .to = 1, .fragment = "no such", .rc = RC_FATAL, .remedy = NO_SUCH},
    NATIVE(1, RC_FATAL, ""), /* ERROR: syntax and whatever has no number */
};

/* psqlodbc hands on the server's SQLSTATE. Its connect errors are all 08001 and differ
 * in the text only. */
static const struct rule postgres_rules[] = {
    SAYS("authentication failed", CHECK_LOGIN),
    SAYS("no password supplied", CHECK_LOGIN),
    SAYS("no pg_hba.conf entry", "let the login in from this host"),
    SAYS("does not exist", CHECK_NAME),
    SAYS("onnection string parse error", "check RMS_ODBC"),
    STATE_LOST("08", CHECK_ADDRESS),
    STATE("57P04", RC_FATAL, CHECK_NAME),
    STATE_LOST("57P", "the server shut down or ended the session"),
    {.state = "0A000", /* a column was altered: prepare anew */
     .fragment = "cached plan must not change result type",
     .rc = RC_RETRY,
     .lost = true,
     .remedy = ""},
    STATE("57014", RC_RETRY, WAIT), /* statement_timeout */
    STATE("55P03", RC_RETRY, WAIT), /* lock_timeout */
    STATE("55006", RC_RETRY, WAIT),
    STATE("40", RC_RETRY, WAIT), /* deadlock, serialization */
    STATE("53100", RC_RETRY, FREE_SPACE),
    STATE("53", RC_RETRY, WAIT), /* too many connections, memory */
    STATE("58", RC_RETRY, WAIT),
    STATE_LOST("25006", "the server is read-only, a standby?"),
    STATE_LOST("25P02", ""),
    STATE("22", RC_REJECT, ""),
    STATE("23", RC_REJECT, ""),
    STATE("P0001", RC_REJECT, "a trigger or function of the database refused it"),
    STATE("42501", RC_FATAL, NO_RIGHT),
    STATE("42P01", RC_FATAL, NO_SUCH),
    STATE("42703", RC_FATAL, NO_SUCH),
    STATE("28", RC_FATAL, CHECK_LOGIN),
    STATE("3D", RC_FATAL, CHECK_NAME),
};

static const struct rule sqlserver_rules[] = {
    /* The transaction is gone or waits: whatever else is told beside it, do it again. */
    NATIVE(1205, RC_RETRY, WAIT), /* deadlock victim */
    NATIVE(SQL_NATIVE_LOCK_TIMEOUT, RC_RETRY, WAIT),
    NATIVE(3960, RC_RETRY, WAIT), /* snapshot conflicts */
    NATIVE(3961, RC_RETRY, WAIT),
    NATIVE(1204, RC_RETRY, WAIT), /* no locks, no memory */
    NATIVE(701, RC_RETRY, WAIT),
    NATIVE(802, RC_RETRY, WAIT),
    NATIVE(8645, RC_RETRY, WAIT),
    NATIVE(8651, RC_RETRY, WAIT),
    NATIVE(9002, RC_RETRY, "free space for the transaction log"),
    NATIVE(1105, RC_RETRY, FREE_SPACE),
    NATIVE(1101, RC_RETRY, FREE_SPACE),
    NATIVE(10928, RC_RETRY, WAIT), /* limits of a hosted server */
    NATIVE(10929, RC_RETRY, WAIT),
    NATIVE(40501, RC_RETRY, WAIT),
    NATIVE_LOST(40197, WAIT),
    NATIVE_LOST(40613, WAIT),
    NATIVE_LOST(596, "the session was ended on the server"),
    NATIVE_LOST(6005, "the server is shutting down"),
    NATIVE_LOST(6006, "the server is shutting down"),
    NATIVE_LOST(921, "the database is being recovered"),
    NATIVE_LOST(922, "the database is being recovered"),
    NATIVE_LOST(927, "the database is being restored"),
    NATIVE_LOST(924, "the database is in single-user mode"),
    NATIVE_LOST(17142, "the server is paused"),
    /* Logins, before what the driver adds about the connection. */
    NATIVE(18456, RC_FATAL, CHECK_LOGIN),
    NATIVE(18452, RC_FATAL, CHECK_LOGIN),
    NATIVE(18470, RC_FATAL, "the login is disabled"),
    NATIVE(18486, RC_FATAL, "the login is locked out"),
    NATIVE(18487, RC_FATAL, "the login's password has expired"),
    NATIVE(18488, RC_FATAL, "the login's password must be changed"),
    NATIVE(4060, RC_FATAL, CHECK_NAME),
    NATIVE(911, RC_FATAL, CHECK_NAME),
    NATIVE(916, RC_FATAL, NO_RIGHT),
    /* The driver's own numbers. */
    NATIVE_LOST(2402, ""),    /* text the server's character set lacks: stuck for good */
    NATIVE_LOST(20003, WAIT), /* time-out: the driver closed the socket */
    NATIVE_LOST(20004, CHECK_ADDRESS),
    NATIVE_LOST(20006, CHECK_ADDRESS),
    NATIVE_LOST(20009, CHECK_ADDRESS),
    NATIVE_LOST(20013, CHECK_ADDRESS),
    NATIVE_LOST(20017, CHECK_ADDRESS),
    NATIVE_LOST(20047, CHECK_ADDRESS),
    /* This row never will. */
    NATIVE(2627, RC_REJECT, ""), /* unique constraint */
    NATIVE(2601, RC_REJECT, ""), /* unique index */
    NATIVE(547, RC_REJECT, ""),  /* foreign key, check */
    NATIVE(515, RC_REJECT, ""),  /* NULL */
    NATIVE(8152, RC_REJECT, ""), /* too long */
    NATIVE(2628, RC_REJECT, ""),
    NATIVE(8115, RC_REJECT, ""), /* overflow */
    NATIVE(220, RC_REJECT, ""),
    NATIVE(232, RC_REJECT, ""),
    NATIVE(8134, RC_REJECT, ""), /* division by zero */
    NATIVE(241, RC_REJECT, ""),  /* conversion */
    NATIVE(242, RC_REJECT, ""),
    NATIVE(245, RC_REJECT, ""),
    NATIVE(248, RC_REJECT, ""),
    NATIVE(295, RC_REJECT, ""),
    NATIVE(296, RC_REJECT, ""),
    NATIVE(8114, RC_REJECT, ""),
    {.from = 50000, /* our own texts: what they were to write was gone */
     .to = 50000,
     .fragment = "tillbridge: ",
     .rc = RC_RETRY,
     .remedy = "looking again"},
    {.from = 50000,
     .to = 999999, /* RAISERROR and THROW of others */
     .rc = RC_REJECT,
     .remedy = "a trigger or procedure of the database refused it"},
    /* Settings, rights, schema. */
    NATIVE(229, RC_FATAL, NO_RIGHT),
    NATIVE(230, RC_FATAL, NO_RIGHT),
    NATIVE(262, RC_FATAL, NO_RIGHT),
    NATIVE(297, RC_FATAL, NO_RIGHT),
    NATIVE(300, RC_FATAL, NO_RIGHT),
    NATIVE(15247, RC_FATAL, NO_RIGHT),
    NATIVE(3906, RC_FATAL, "the database is read-only"),
    NATIVE(207, RC_FATAL, NO_SUCH),
    NATIVE(208, RC_FATAL, NO_SUCH),
    NATIVE(2812, RC_FATAL, NO_SUCH),
    NATIVE(334, RC_FATAL, "a trigger on the table: OUTPUT needs INTO"),
    NATIVE(8003, RC_FATAL, "more than 2100 parameters"),
    NATIVE(102, RC_FATAL, ""),
    NATIVE(105, RC_FATAL, ""),
    NATIVE(156, RC_FATAL, ""),
    /* Only when nothing else says why: the transaction is not what we think it is. */
    NATIVE_LOST(3902, ""),
    NATIVE_LOST(3903, ""),
    NATIVE_LOST(3930, ""),
    NATIVE_LOST(3998, ""),
    NATIVE_LOST(266, ""),
    /* A killed session shows as this first: HY000, no number, "Unknown error". */
    {.state = "HY000",
     .fragment = "Unknown error",
     .rc = RC_RETRY,
     .lost = true,
     .remedy = CHECK_ADDRESS},
};

/* What ODBC itself says, for all. */
static const struct rule odbc_rules[] = {
    STATE("IM002", RC_FATAL, "name an installed driver: `odbcinst -q -d` lists them"),
    STATE("IM", RC_FATAL, ""),
    STATE_LOST("08", CHECK_ADDRESS),
    STATE("HYT", RC_RETRY, WAIT),
    STATE("40", RC_RETRY, WAIT),
    STATE_LOST("24000", ""), /* a cursor we do not know of: the driver lost count */
    STATE_LOST("25000", ""),
    STATE("22", RC_REJECT, ""),
    STATE("23", RC_REJECT, ""),
    STATE("28", RC_FATAL, CHECK_LOGIN),
    STATE("42S02", RC_FATAL, NO_SUCH),
    STATE("42S22", RC_FATAL, NO_SUCH),
    STATE("42", RC_FATAL, ""),
    {.state = "01000",
     .fragment = "Can't open lib",
     .rc = RC_FATAL,
     .remedy = "install the driver, or name an installed one: `odbcinst -q -d`"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool meets(const struct rule *rule, const struct sql_record *record)
{
    if (rule->state && strncmp(record->sqlstate, rule->state, strlen(rule->state)) != 0)
        return false;
    if (rule->from && (record->native < rule->from || record->native > rule->to))
        return false;
    return !rule->fragment || strstr(record->text, rule->fragment);
}

static bool judge_by(const struct rule *rules, size_t rule_count,
                     const struct sql_record *records, size_t count,
                     struct sql_verdict *out)
{
    for (const struct rule *rule = rules; rule < rules + rule_count; rule++) {
        for (size_t i = 0; i < count; i++) {
            if (!meets(rule, &records[i]))
                continue;
            *out = (struct sql_verdict){rule->rc, rule->lost, &records[i], rule->remedy};
            return true;
        }
    }
    return false;
}

struct sql_verdict sql_diag_judge(enum sql_dialect dialect,
                                  const struct sql_record *records, size_t count)
{
    static const struct {
        const struct rule *rules;
        size_t count;
    } tables[] = {
        [SQL_SQLITE] = {sqlite_rules, COUNT(sqlite_rules)},
        [SQL_POSTGRES] = {postgres_rules, COUNT(postgres_rules)},
        [SQL_SQLSERVER] = {sqlserver_rules, COUNT(sqlserver_rules)},
    };
    struct sql_verdict verdict;
    if (count == 0) /* FreeTDS on a dead connection: an error, and nothing about it */
        return (struct sql_verdict){RC_RETRY, true, NULL, CHECK_ADDRESS};
    if (judge_by(tables[dialect].rules, tables[dialect].count, records, count, &verdict))
        return verdict;
    if (judge_by(odbc_rules, COUNT(odbc_rules), records, count, &verdict))
        return verdict;
    return (struct sql_verdict){RC_FATAL, false, &records[0], ""};
}

/* A DSN tells no dialect before it is connected. The numbers and texts of the two servers
 * do not meet each other's; SQLite's small numbers would, but its driver says who it is.
 */
static struct sql_verdict judge_unknown(const struct sql_record *records, size_t count)
{
    struct sql_verdict verdict;
    if (count && strstr(records[0].text, "[SQLite]"))
        return sql_diag_judge(SQL_SQLITE, records, count);
    if (judge_by(sqlserver_rules, COUNT(sqlserver_rules), records, count, &verdict))
        return verdict;
    return sql_diag_judge(SQL_POSTGRES, records, count);
}

static size_t read_records(SQLSMALLINT type, SQLHANDLE handle, struct sql_record *records)
{
    size_t count = 0;
    while (count < SQL_RECORDS_MAX) {
        struct sql_record *record = &records[count];
        SQLINTEGER native = 0;
        SQLSMALLINT len = 0;
        SQLRETURN result = SQLGetDiagRec(
            type, handle, (SQLSMALLINT)(count + 1), (SQLCHAR *)record->sqlstate, &native,
            (SQLCHAR *)record->text, (SQLSMALLINT)sizeof(record->text), &len);
        if (!SQL_SUCCEEDED(result))
            break;
        record->native = native;
        count++;
    }
    return count;
}

/* Line ends and runs of blanks become one blank: an error is one line. */
static void on_one_line(char *text)
{
    char *to = text;
    for (const char *p = text; *p; p++) {
        bool blank = *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t';
        if (!blank)
            *to++ = *p;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

void sql_diag_hide_values(char *text, size_t size)
{
    static const char *const before[] = {
        ")=(",                       /* PostgreSQL: Key (EmailAddress)=( */
        "Failing row contains (",    /* PostgreSQL */
        "Truncated value: '",        /* SQL Server from 2019 on */
        "duplicate key value is (",  /* SQL Server */
        "varchar value '",           /* SQL Server: conversion failed when */
        "invalid input syntax for ", /* PostgreSQL: type integer: "..." */
    };
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        char *at = strstr(text, before[i]);
        if (!at)
            continue;
        at += strlen(before[i]);
        snprintf(at, size - (size_t)(at - text), "... left out: LOG_PERSONAL");
    }
}

static bool is_dead(const struct sql *sql)
{
    SQLUINTEGER dead = SQL_CD_FALSE;
    SQLRETURN result = SQLGetConnectAttr(sql->dbc, SQL_ATTR_CONNECTION_DEAD, &dead,
                                         SQL_IS_UINTEGER, NULL);
    return SQL_SUCCEEDED(result) && dead == SQL_CD_TRUE;
}

static void write_error(const struct sql_verdict *verdict, const char *text,
                        struct err *e)
{
    char statement[100] = "";
    if (text)
        snprintf(statement, sizeof(statement), "%s", text);
    on_one_line(statement);
    const struct sql_record *record = verdict->record;
    bool advises = verdict->remedy[0] != '\0';
    err_set(e, verdict->rc, text ? "sql.exec" : "sql.open", "%s%s%s%s%s%s",
            record ? record->text : "the driver gives no reason", advises ? ": " : "",
            verdict->remedy, text ? " [" : "", statement, text ? "]" : "");
    if (e && record) {
        e->native = record->native;
        memcpy(e->sqlstate, record->sqlstate, sizeof(e->sqlstate));
    }
}

enum rc sql_diag_fail(struct sql *sql, SQLSMALLINT type, SQLHANDLE handle,
                      const char *text, struct err *e)
{
    struct sql_record records[SQL_RECORDS_MAX];
    size_t count = read_records(type, handle, records);
    for (size_t i = 0; i < count; i++) {
        on_one_line(records[i].text);
        if (!log_shows_personal())
            sql_diag_hide_values(records[i].text, sizeof(records[i].text));
    }
    struct sql_verdict verdict = sql->is_told
                                     ? sql_diag_judge(sql->dialect, records, count)
                                     : judge_unknown(records, count);
    if (sql->connected && is_dead(sql)) {
        verdict.rc = RC_RETRY;
        verdict.lost = true;
    }
    sql->lost = sql->lost || (verdict.lost && sql->connected);
    sql->failed = sql->failed || sql->in_transaction;
    write_error(&verdict, text, e);
    return verdict.rc;
}

bool sql_lock_timed_out(const struct err *e)
{
    return e->rc == RC_RETRY &&
           (e->native == SQL_NATIVE_LOCK_TIMEOUT || strcmp(e->sqlstate, "55P03") == 0);
}
