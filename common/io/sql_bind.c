/* sql_bind: parameters, kept until sql_exec and then checked and bound with explicit
 * types and sizes: FreeTDS describes no parameter, cuts what is longer than the size it
 * was told, and loses the connection over text that is not UTF-8. */
#include "io/sql_internal.h"

#include "base/money.h"
#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    NVARCHAR_MAX = 4000, /* UTF-16 units; the driver cuts longer ones silently */
    INT64_DIGITS = 19,
    MONEY_DIGITS = 19,
    MONEY_DECIMALS = 4,
    TIMESTAMP_SIZE = 23, /* yyyy-mm-dd hh:mm:ss.fff */
    TIMESTAMP_DECIMALS = 3,
};

static struct sql_param *add_param(struct sql_stmt *stmt, enum sql_bound kind)
{
    if (stmt->param_count == stmt->param_cap) {
        size_t cap = stmt->param_cap ? stmt->param_cap * 2 : 16;
        struct sql_param *params = realloc(stmt->params, cap * sizeof(*params));
        if (!params)
            abort(); /* out of memory: as in arena.h */
        stmt->params = params;
        stmt->param_cap = cap;
    }
    struct sql_param *param = &stmt->params[stmt->param_count++];
    *param = (struct sql_param){.kind = kind, .length = SQL_NULL_DATA};
    return param;
}

static void add_text(struct sql_stmt *stmt, enum sql_bound kind, const char *text)
{
    struct sql_param *param = add_param(stmt, kind);
    param->text = text;
    if (text)
        param->length = (SQLLEN)strlen(text);
}

void sql_bind_text(struct sql_stmt *stmt, const char *text)
{
    add_text(stmt, SQL_BOUND_TEXT, text);
}

void sql_bind_long_text(struct sql_stmt *stmt, const char *text)
{
    add_text(stmt, SQL_BOUND_LONG_TEXT, text);
}

void sql_bind_time(struct sql_stmt *stmt, const char *local)
{
    add_text(stmt, SQL_BOUND_TIME, local);
}

void sql_bind_int(struct sql_stmt *stmt, int64_t value)
{
    struct sql_param *param = add_param(stmt, SQL_BOUND_INT);
    param->number = value;
    param->length = 0;
}

void sql_bind_money(struct sql_stmt *stmt, int64_t amount_e4)
{
    struct sql_param *param = add_param(stmt, SQL_BOUND_MONEY);
    param->number = amount_e4;
    money_format(amount_e4, param->small);
    param->length = (SQLLEN)strlen(param->small);
}

/* "2026-11-22 10:00:00", with up to nine decimals; false: not such a time. */
static bool parse_time(const char *text, SQL_TIMESTAMP_STRUCT *out)
{
    static const char form[] = "dddd-dd-dd dd:dd:dd";
    struct tm tm = {0};
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    const char *p = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
    struct tm given = tm;
    if (!p || tm.tm_sec > 59 || timegm(&tm) == (time_t)-1 || tm.tm_mday != given.tm_mday)
        return false;
    SQLUINTEGER scale = *p == '.' ? 100000000 : 0;
    SQLUINTEGER nanos = 0;
    for (p += *p == '.'; isdigit((unsigned char)*p) && scale; p++, scale /= 10)
        nanos += (SQLUINTEGER)(*p - '0') * scale;
    *out = (SQL_TIMESTAMP_STRUCT){(SQLSMALLINT)(given.tm_year + 1900),
                                  (SQLUSMALLINT)(given.tm_mon + 1),
                                  (SQLUSMALLINT)given.tm_mday,
                                  (SQLUSMALLINT)given.tm_hour,
                                  (SQLUSMALLINT)given.tm_min,
                                  (SQLUSMALLINT)given.tm_sec,
                                  nanos};
    return *p == '\0';
}

static enum rc refuse(const struct sql_stmt *stmt, size_t index, const char *what,
                      struct err *e)
{
    return err_set(e, RC_REJECT, "sql.bind", "parameter %zu %s [%.80s]", index + 1, what,
                   stmt->text);
}

static enum rc check_param(struct sql_stmt *stmt, size_t index, struct err *e)
{
    struct sql_param *param = &stmt->params[index];
    if (param->text && !str_utf8_valid(param->text, (size_t)param->length))
        return refuse(stmt, index, "is not UTF-8 text", e);
    if (param->kind == SQL_BOUND_TIME && param->text &&
        !parse_time(param->text, &param->time))
        return refuse(stmt, index, "is not a time such as 2026-11-22 10:00:00.125", e);
    if (param->kind == SQL_BOUND_MONEY &&
        (param->number > MONEY_MAX_E4 || param->number < -MONEY_MAX_E4))
        return refuse(stmt, index, "is an amount out of range", e);
    return RC_OK;
}

/* How a parameter goes to the driver. */
struct form {
    SQLSMALLINT c_type, sql_type;
    SQLULEN size;
    SQLSMALLINT decimals;
    SQLPOINTER value;
};

static struct form text_form(enum sql_dialect dialect, const struct sql_param *param)
{
    bool is_long = param->kind == SQL_BOUND_LONG_TEXT;
    SQLPOINTER value = (SQLPOINTER)param->text; /* ODBC takes no const */
    if (dialect != SQL_SQLSERVER)
        return (struct form){SQL_C_CHAR, is_long ? SQL_LONGVARCHAR : SQL_VARCHAR,
                             param->length > 0 ? (SQLULEN)param->length : 1, 0, value};
    SQLULEN units = param->text ? str_utf16_len(param->text) : 0;
    if (is_long || units > NVARCHAR_MAX)
        return (struct form){SQL_C_CHAR, SQL_WLONGVARCHAR, units ? units : 1, 0, value};
    /* Always the same size, so that one prepared plan serves all lengths. */
    return (struct form){SQL_C_CHAR, SQL_WVARCHAR, NVARCHAR_MAX, 0, value};
}

static struct form form_of(enum sql_dialect dialect, struct sql_param *param)
{
    switch (param->kind) {
    case SQL_BOUND_TEXT:
    case SQL_BOUND_LONG_TEXT:
        return text_form(dialect, param);
    case SQL_BOUND_INT:
        return (struct form){SQL_C_SBIGINT, SQL_BIGINT, INT64_DIGITS, 0, &param->number};
    case SQL_BOUND_MONEY:
        return (struct form){SQL_C_CHAR, SQL_DECIMAL, MONEY_DIGITS, MONEY_DECIMALS,
                             param->small};
    case SQL_BOUND_TIME:
        if (dialect == SQL_SQLITE) /* it has no times: the text is what is stored */
            return text_form(dialect, param);
        return (struct form){SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, TIMESTAMP_SIZE,
                             TIMESTAMP_DECIMALS, &param->time};
    }
    return text_form(dialect, param);
}

static enum rc bind_one(struct sql_stmt *stmt, size_t index, struct err *e)
{
    struct sql_param *param = &stmt->params[index];
    struct form form = form_of(stmt->sql->dialect, param);
    SQLRETURN result =
        SQLBindParameter(stmt->handle, (SQLUSMALLINT)(index + 1), SQL_PARAM_INPUT,
                         form.c_type, form.sql_type, form.size, form.decimals, form.value,
                         param->length > 0 ? param->length : 1, &param->length);
    if (SQL_SUCCEEDED(result))
        return RC_OK;
    return sql_diag_fail(stmt->sql, SQL_HANDLE_STMT, stmt->handle, stmt->text, e);
}

enum rc sql_bind_all(struct sql_stmt *stmt, struct err *e)
{
    if (stmt->param_count != (size_t)stmt->markers)
        return err_set(e, RC_FATAL, "sql.bind", "%zu parameters for %d markers [%.80s]",
                       stmt->param_count, stmt->markers, stmt->text);
    for (size_t i = 0; i < stmt->param_count; i++) {
        enum rc rc = check_param(stmt, i, e);
        if (rc == RC_OK)
            rc = bind_one(stmt, i, e);
        if (rc)
            return rc;
    }
    return RC_OK;
}
