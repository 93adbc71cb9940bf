/* sql_stmt: statements, prepared once and kept, executed and drained to their last
 * result: a batch's error may hide behind a good first one. */
#include "io/sql_internal.h"

#include <stdlib.h>
#include <string.h>

static enum rc fail(struct sql_stmt *stmt, struct err *e)
{
    enum rc rc = sql_diag_fail(stmt->sql, SQL_HANDLE_STMT, stmt->handle, stmt->text, e);
    SQLFreeStmt(stmt->handle, SQL_CLOSE);
    return rc;
}

static void close_result(struct sql_stmt *stmt)
{
    SQLFreeStmt(stmt->handle, SQL_CLOSE);
    stmt->has_row = false;
    stmt->columns = 0;
    if (stmt->sql->open == stmt)
        stmt->sql->open = NULL;
}

/* ---- preparing ---- */

void sql_stmt_free(struct sql_stmt *stmt)
{
    if (stmt->handle)
        SQLFreeHandle(SQL_HANDLE_STMT, stmt->handle);
    buf_done(&stmt->row);
    free(stmt->cells);
    free(stmt->params);
    free(stmt->text);
    free(stmt);
}

/* The one of this text, now first in the list; NULL: none. */
static struct sql_stmt *find(struct sql *sql, const char *text)
{
    size_t len = strlen(text);
    for (struct sql_stmt **at = &sql->stmts; *at; at = &(*at)->next) {
        struct sql_stmt *stmt = *at;
        if (stmt->text_len != len || memcmp(stmt->text, text, len) != 0)
            continue;
        *at = stmt->next;
        stmt->next = sql->stmts;
        sql->stmts = stmt;
        return stmt;
    }
    return NULL;
}

static void drop_oldest(struct sql *sql)
{
    struct sql_stmt **at = &sql->stmts;
    while ((*at)->next)
        at = &(*at)->next;
    struct sql_stmt *oldest = *at;
    if (sql->open == oldest)
        sql_done(oldest);
    *at = NULL;
    sql->stmt_count--;
    sql_stmt_free(oldest);
}

static struct sql_stmt *make(struct sql *sql, const char *text)
{
    struct sql_stmt *stmt = calloc(1, sizeof(*stmt));
    char *copy = strdup(text);
    if (!stmt || !copy)
        abort(); /* out of memory: as in arena.h */
    *stmt = (struct sql_stmt){.sql = sql, .text = copy, .text_len = strlen(text)};
    buf_init(&stmt->row, SQL_ROW_MAX);
    return stmt;
}

/* PostgreSQL's time limit is the session's; SQLite's is the busy time-out. */
void sql_stmt_limit_time(const struct sql *sql, SQLHSTMT handle)
{
    if (sql->dialect == SQL_SQLSERVER)
        SQLSetStmtAttr(handle, SQL_ATTR_QUERY_TIMEOUT, sql_number(sql->timeout_s),
                       SQL_IS_UINTEGER);
}

static enum rc prepare(struct sql_stmt *stmt, struct err *e)
{
    struct sql *sql = stmt->sql;
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, sql->dbc, &stmt->handle)))
        return sql_diag_fail(sql, SQL_HANDLE_DBC, sql->dbc, stmt->text, e);
    sql_stmt_limit_time(sql, stmt->handle);
    if (!SQL_SUCCEEDED(SQLPrepare(stmt->handle, (SQLCHAR *)stmt->text, SQL_NTS)) ||
        !SQL_SUCCEEDED(SQLNumParams(stmt->handle, &stmt->markers)))
        return fail(stmt, e);
    return RC_OK;
}

enum rc sql_prepare(struct sql *sql, const char *text, struct sql_stmt **out,
                    struct err *e)
{
    struct sql_stmt *stmt = find(sql, text);
    if (!stmt) {
        enum rc rc = sql_stmt_ready(sql, e);
        if (rc)
            return rc;
        stmt = make(sql, text);
        if ((rc = prepare(stmt, e))) {
            sql_stmt_free(stmt);
            return rc;
        }
        if (sql->stmt_count == SQL_STMTS_MAX)
            drop_oldest(sql);
        stmt->next = sql->stmts;
        sql->stmts = stmt;
        sql->stmt_count++;
    }
    stmt->param_count = 0;
    *out = stmt;
    return RC_OK;
}

/* Markers of a text; those of a prepared one are the driver's to count. */
static SQLSMALLINT count_markers(const char *text)
{
    SQLSMALLINT n = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '\'' || *p == '"') {
            const char *end = strchr(p + 1, *p);
            p = end ? end : p + strlen(p) - 1;
        } else if (*p == '?') {
            n++;
        }
    }
    return n;
}

enum rc sql_once(struct sql *sql, const char *text, struct sql_stmt **out, struct err *e)
{
    enum rc rc = sql_stmt_ready(sql, e);
    if (rc)
        return rc;
    if (sql->once)
        sql_stmt_free(sql->once);
    struct sql_stmt *stmt = sql->once = make(sql, text);
    stmt->is_once = true;
    stmt->markers = count_markers(text);
    if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, sql->dbc, &stmt->handle)))
        return sql_diag_fail(sql, SQL_HANDLE_DBC, sql->dbc, text, e);
    sql_stmt_limit_time(sql, stmt->handle);
    *out = stmt;
    return RC_OK;
}

/* ---- executing ---- */

static enum rc check_usable(const struct sql *sql, struct err *e)
{
    if (sql->lost)
        return err_set(e, RC_RETRY, "sql.exec",
                       "the connection to the database was lost: open it again");
    if (sql->failed)
        return err_set(e, RC_FATAL, "sql.exec",
                       "the transaction failed before: only a rollback is left");
    return RC_OK;
}

enum rc sql_stmt_ready(struct sql *sql, struct err *e)
{
    enum rc rc = check_usable(sql, e);
    if (rc || !sql->open)
        return rc;
    sql_done(sql->open); /* may fail: what is left of the batch runs now */
    return check_usable(sql, e);
}

enum rc sql_stmt_direct(struct sql *sql, const char *text, struct err *e)
{
    SQLRETURN result = SQLExecDirect(sql->control, (SQLCHAR *)text, SQL_NTS);
    while (SQL_SUCCEEDED(result) || result == SQL_NO_DATA) {
        result = SQLMoreResults(sql->control);
        if (result == SQL_NO_DATA) {
            SQLFreeStmt(sql->control, SQL_CLOSE);
            return RC_OK;
        }
    }
    enum rc rc = sql_diag_fail(sql, SQL_HANDLE_STMT, sql->control, text, e);
    SQLFreeStmt(sql->control, SQL_CLOSE);
    return rc;
}

/* Goes on to the first result with rows, or to the end; counts rows written. */
static enum rc seek_rows(struct sql_stmt *stmt, int64_t *written, struct err *e)
{
    SQLRETURN result = SQL_SUCCESS;
    *written = -1;
    while (result != SQL_NO_DATA) {
        SQLLEN rows = -1;
        if (!SQL_SUCCEEDED(SQLNumResultCols(stmt->handle, &stmt->columns)))
            return fail(stmt, e);
        if (stmt->columns > 0) {
            stmt->sql->open = stmt;
            return RC_OK;
        }
        if (SQL_SUCCEEDED(SQLRowCount(stmt->handle, &rows)) && rows >= 0)
            *written = (*written < 0 ? 0 : *written) + rows;
        result = SQLMoreResults(stmt->handle);
        if (!sql_worked(result))
            return fail(stmt, e);
    }
    close_result(stmt);
    return RC_OK;
}

static SQLRETURN execute(struct sql_stmt *stmt)
{
    if (stmt->is_once)
        return SQLExecDirect(stmt->handle, (SQLCHAR *)stmt->text, SQL_NTS);
    return SQLExecute(stmt->handle);
}

enum rc sql_exec(struct sql_stmt *stmt, int64_t *rows, struct err *e)
{
    int64_t written = -1;
    enum rc rc = sql_stmt_ready(stmt->sql, e);
    if (rc == RC_OK && (rc = sql_bind_all(stmt, e)))
        stmt->sql->failed = stmt->sql->in_transaction;
    stmt->param_count = 0;
    if (rc)
        return rc;
    if (!sql_worked(execute(stmt)))
        return fail(stmt, e);
    rc = seek_rows(stmt, &written, e);
    if (rc == RC_OK && rows)
        *rows = written;
    return rc;
}

/* ---- reading ---- */

/* What follows the result with rows; further rows are given up, errors are not. */
static enum rc drain(struct sql_stmt *stmt, struct err *e)
{
    SQLRETURN result = SQL_SUCCESS;
    while (SQL_SUCCEEDED(result))
        result = SQLMoreResults(stmt->handle);
    enum rc rc = result == SQL_NO_DATA ? RC_OK : fail(stmt, e);
    close_result(stmt);
    return rc;
}

enum rc sql_next(struct sql_stmt *stmt, bool *got, struct err *e)
{
    *got = false;
    stmt->has_row = false;
    if (stmt->sql->open != stmt)
        return RC_OK;
    SQLRETURN result = SQLFetch(stmt->handle);
    if (result == SQL_NO_DATA)
        return drain(stmt, e);
    enum rc rc = SQL_SUCCEEDED(result) ? sql_row_load(stmt, e) : fail(stmt, e);
    if (rc) {
        close_result(stmt);
        return rc;
    }
    stmt->has_row = *got = true;
    return RC_OK;
}

/* Reads to the end rather than cancelling: SQL Server answers a cancel by rolling the
 * transaction back when XACT_ABORT is on. */
void sql_done(struct sql_stmt *stmt)
{
    if (stmt->sql->open != stmt)
        return;
    SQLRETURN result = SQL_SUCCESS;
    while (SQL_SUCCEEDED(result))
        result = SQLFetch(stmt->handle);
    if (result != SQL_NO_DATA) {
        (void)fail(stmt, NULL); /* remembered in the connection */
        close_result(stmt);
        return;
    }
    enum rc rc = drain(stmt, NULL);
    (void)rc; /* likewise */
}
