/* sql: a connection's life and its transactions; see sql.h. */
#include "io/sql.h"

#include "io/sql_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What each dialect says. */
static const char *const texts[][SQL_FIXED_COUNT] = {
    [SQL_SQLITE] = {"sqlite", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"},
    [SQL_POSTGRES] = {"postgres", "BEGIN", "COMMIT", "ROLLBACK"},
    [SQL_SQLSERVER] = {"sqlserver", "BEGIN TRANSACTION", "COMMIT TRANSACTION",
                       "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"},
};

const char *sql_fixed_text(enum sql_dialect dialect, enum sql_fixed what)
{
    return texts[dialect][what];
}

enum sql_dialect sql_dialect(const struct sql *sql)
{
    return sql->dialect;
}

const char *sql_dialect_name(enum sql_dialect dialect)
{
    return texts[dialect][SQL_FIXED_NAME];
}

bool sql_lost(const struct sql *sql)
{
    return sql->lost;
}

bool sql_outcome_unknown(const struct sql *sql)
{
    return sql->outcome_unknown;
}

/* Set once, in a batch of its own: within a parametrised batch SQL Server would undo it.
 * The ANSI settings are those that indexed views and filtered indexes ask for. */
void sql_session_text(enum sql_dialect dialect, int64_t timeout_s, struct buf *out)
{
    int64_t lock_ms = timeout_s * 1000 / 3;
    switch (dialect) {
    case SQL_SQLITE: /* all by the connection string */
        break;
    case SQL_POSTGRES:
        buf_printf(out,
                   "SET statement_timeout = %" PRId64 "; SET lock_timeout = %" PRId64
                   "; SET standard_conforming_strings = on; SET datestyle = 'ISO, YMD'",
                   timeout_s * 1000, lock_ms);
        break;
    case SQL_SQLSERVER:
        buf_printf(out,
                   "SET XACT_ABORT ON; SET NOCOUNT ON; SET LOCK_TIMEOUT %" PRId64
                   "; SET TEXTSIZE 2147483647; SET DATEFORMAT ymd; SET ANSI_NULLS ON;"
                   " SET ANSI_PADDING ON; SET ANSI_WARNINGS ON; SET ARITHABORT ON;"
                   " SET QUOTED_IDENTIFIER ON; SET CONCAT_NULL_YIELDS_NULL ON;"
                   " SET NUMERIC_ROUNDABORT OFF",
                   lock_ms);
        break;
    }
}

static enum rc set_session(struct sql *sql, struct err *e)
{
    struct buf text;
    enum rc rc = RC_OK;
    buf_init(&text, 1024);
    sql_session_text(sql->dialect, sql->timeout_s, &text);
    if (text.len)
        rc = sql_stmt_direct(sql, buf_str(&text), e);
    buf_done(&text);
    return rc;
}

static enum rc open_handles(struct sql *sql, struct err *e)
{
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &sql->env)))
        return err_set(e, RC_FATAL, "sql.open", "unixODBC gives no environment");
    SQLSetEnvAttr(sql->env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, sql->env, &sql->dbc)))
        return err_set(e, RC_FATAL, "sql.open", "unixODBC gives no connection handle");
    SQLSetConnectAttr(sql->dbc, SQL_ATTR_LOGIN_TIMEOUT, sql_number(sql->timeout_s),
                      SQL_IS_UINTEGER);
    return RC_OK;
}

static enum rc open_all(struct sql *sql, const char *connection, struct err *e)
{
    enum rc rc = open_handles(sql, e);
    if (rc == RC_OK)
        rc = sql_link_connect(sql, connection, e);
    if (rc)
        return rc;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, sql->dbc, &sql->control)))
        return sql_diag_fail(sql, SQL_HANDLE_DBC, sql->dbc, NULL, e);
    sql_stmt_limit_time(sql, sql->control);
    return set_session(sql, e);
}

enum rc sql_open(const char *connection, int64_t timeout_s, struct sql **out,
                 struct err *e)
{
    struct sql *sql = calloc(1, sizeof(*sql));
    if (!sql)
        return err_set(e, RC_FATAL, "sql.open", "out of memory");
    sql->timeout_s = timeout_s;
    enum rc rc = open_all(sql, connection, e);
    if (rc)
        sql_close(sql);
    else
        *out = sql;
    return rc;
}

void sql_close(struct sql *sql)
{
    if (!sql)
        return;
    for (struct sql_stmt *stmt = sql->stmts; stmt;) {
        struct sql_stmt *next = stmt->next;
        sql_stmt_free(stmt);
        stmt = next;
    }
    if (sql->once)
        sql_stmt_free(sql->once);
    if (sql->control)
        SQLFreeHandle(SQL_HANDLE_STMT, sql->control);
    if (sql->connected)
        SQLDisconnect(sql->dbc); /* an open transaction is rolled back by the server */
    if (sql->dbc)
        SQLFreeHandle(SQL_HANDLE_DBC, sql->dbc);
    if (sql->env)
        SQLFreeHandle(SQL_HANDLE_ENV, sql->env);
    free(sql);
}

enum rc sql_run(struct sql *sql, const char *text, struct err *e)
{
    enum rc rc = sql_stmt_ready(sql, e);
    return rc ? rc : sql_stmt_direct(sql, text, e);
}

enum rc sql_begin(struct sql *sql, struct err *e)
{
    if (sql->in_transaction)
        return err_set(e, RC_FATAL, "sql.begin", "a transaction is open already");
    sql->outcome_unknown = false;
    enum rc rc = sql_run(sql, texts[sql->dialect][SQL_FIXED_BEGIN], e);
    sql->in_transaction = rc == RC_OK;
    return rc;
}

/* The transaction stays open for the caller's sql_rollback when this fails. On SQL Server
 * the driver's word about a failed commit is worth nothing, so it counts as unknown. */
enum rc sql_commit(struct sql *sql, struct err *e)
{
    if (!sql->in_transaction)
        return err_set(e, RC_FATAL, "sql.commit", "no transaction is open");
    enum rc rc = sql_stmt_ready(sql, e);
    if (rc)
        return rc;
    rc = sql_stmt_direct(sql, texts[sql->dialect][SQL_FIXED_COMMIT], e);
    if (rc == RC_OK) {
        sql->in_transaction = false;
        return RC_OK;
    }
    sql->outcome_unknown = sql->lost || sql->dialect == SQL_SQLSERVER;
    if (!sql->outcome_unknown)
        return rc;
    if (e)
        e->rc = RC_RETRY;
    return RC_RETRY;
}

/* SQL Server: the driver answers well whatever became of the transaction, so ask. */
static bool is_rolled_back(struct sql *sql)
{
    struct sql_stmt *stmt = NULL;
    int64_t open = -1;
    bool got = false;
    if (sql->dialect != SQL_SQLSERVER)
        return true;
    if (sql_prepare(sql, "SELECT @@TRANCOUNT", &stmt, NULL) ||
        sql_exec(stmt, NULL, NULL) || sql_next(stmt, &got, NULL) || !got ||
        sql_int(stmt, 0, &open, NULL))
        return false;
    sql_done(stmt);
    return open == 0;
}

void sql_rollback(struct sql *sql)
{
    if (!sql->in_transaction)
        return;
    if (sql->open)
        sql_done(sql->open);
    sql->in_transaction = false;
    sql->failed = false;
    if (sql->lost)
        return;
    if (sql_stmt_direct(sql, texts[sql->dialect][SQL_FIXED_ROLLBACK], NULL) ||
        !is_rolled_back(sql))
        sql->lost = true;
}
