/* sql_internal: what the files of sql share; nobody else includes it, save their tests.
 */
#ifndef TB_SQL_INTERNAL_H
#define TB_SQL_INTERNAL_H

#include "base/buf.h"
#include "io/sql.h"

#include <sql.h>
#include <sqlext.h>

enum {
    SQL_STMTS_MAX = 256,   /* prepared statements kept */
    SQL_RECORDS_MAX = 16,  /* diagnostic records looked at */
    SQL_ROW_MAX = 1 << 26, /* bytes of one row: far above any text RMS can hold */
};

struct sql {
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT control; /* for sql_run and the transaction's texts */
    enum sql_dialect dialect;
    int64_t timeout_s;
    bool is_told; /* the dialect is known, or was guessed from the string */
    bool connected, lost;
    bool in_transaction;
    bool failed; /* in the transaction: only a rollback is left */
    bool outcome_unknown;
    struct sql_stmt *stmts; /* last used first */
    size_t stmt_count;
    struct sql_stmt *open; /* whose result is being read */
    struct sql_stmt *once; /* the last of sql_once */
};

enum sql_bound {
    SQL_BOUND_TEXT,
    SQL_BOUND_LONG_TEXT,
    SQL_BOUND_INT,
    SQL_BOUND_MONEY,
    SQL_BOUND_TIME,
};

struct sql_param {
    enum sql_bound kind;
    const char *text; /* borrowed until sql_exec returns */
    SQLBIGINT number; /* the int, or the amount in ten-thousandths */
    char small[32];   /* the amount as text */
    SQL_TIMESTAMP_STRUCT time;
    SQLLEN length;
};

struct sql_cell {
    size_t start, len; /* in the row's bytes */
    bool is_null;
};

struct sql_stmt {
    struct sql *sql;
    struct sql_stmt *next;
    SQLHSTMT handle;
    char *text;
    size_t text_len;
    bool is_once;        /* executed without having been prepared */
    SQLSMALLINT markers; /* parameters the text takes */
    struct sql_param *params;
    size_t param_count, param_cap;
    SQLSMALLINT columns; /* of the open result */
    bool has_row;
    struct sql_cell *cells;
    SQLSMALLINT cell_cap;
    struct buf row; /* the current row's cells, each followed by a NUL */
};

/* ---- sql_diag.c: what an error means ---- */

struct sql_record {
    char sqlstate[6];
    long native;
    char text[400];
};

struct sql_verdict {
    enum rc rc;
    bool lost;                       /* the connection is of no more use */
    const struct sql_record *record; /* the one that decided; NULL without records */
    const char *remedy;              /* "" when the record says enough */
};

struct sql_verdict sql_diag_judge(enum sql_dialect dialect,
                                  const struct sql_record *records, size_t count);
/* Walks all records of the handle, marks the connection, fills e. text: the statement's,
 * or NULL. Returns the rc, never RC_OK. */
/* Cuts off what databases repeat of a row's values. */
void sql_diag_hide_values(char *text, size_t size);
enum rc sql_diag_fail(struct sql *sql, SQLSMALLINT type, SQLHANDLE handle,
                      const char *text, struct err *e);

/* ---- sql_link.c: connecting ---- */

enum rc sql_link_connect(struct sql *sql, const char *connection,
                         struct err *e) TB_MUST_CHECK;
/* Appends `;Name=value` for what the dialect's driver needs and the string lacks. */
void sql_link_complete(enum sql_dialect dialect, int64_t timeout_s,
                       struct buf *connection);
/* False: the string does not tell it. */
bool sql_link_guess(const char *connection, enum sql_dialect *out);
/* Replaces what is secret in `connection` by *** wherever it stands in text. */
void sql_link_redact(const char *connection, char *text);

/* ---- sql_stmt.c ---- */

/* RC_OK when a statement may be run now; reads an open result to its end. */
enum rc sql_stmt_ready(struct sql *sql, struct err *e) TB_MUST_CHECK;
void sql_stmt_free(struct sql_stmt *stmt);
void sql_stmt_limit_time(const struct sql *sql, SQLHSTMT handle);
/* Executes text on `control` and drains all results. */
enum rc sql_stmt_direct(struct sql *sql, const char *text, struct err *e) TB_MUST_CHECK;
/* ODBC takes numbers as pointers. */
static inline SQLPOINTER sql_number(int64_t value)
{
    union {
        int64_t number;
        SQLPOINTER pointer;
    } as = {.number = value};
    return as.pointer;
}

static inline bool sql_worked(SQLRETURN result)
{
    return SQL_SUCCEEDED(result) || result == SQL_NO_DATA;
}

/* ---- sql_bind.c ---- */

/* Checks what was bound and hands it to the driver. */
enum rc sql_bind_all(struct sql_stmt *stmt, struct err *e) TB_MUST_CHECK;

/* ---- sql_row.c ---- */

/* Reads the row that the cursor is on into stmt->cells. */
enum rc sql_row_load(struct sql_stmt *stmt, struct err *e) TB_MUST_CHECK;

/* The texts that sql itself sends, for the connection and for a test that prints them. */
enum sql_fixed {
    SQL_FIXED_NAME,
    SQL_FIXED_BEGIN,
    SQL_FIXED_COMMIT,
    SQL_FIXED_ROLLBACK,
    SQL_FIXED_COUNT
};
const char *sql_fixed_text(enum sql_dialect dialect, enum sql_fixed what);
void sql_session_text(enum sql_dialect dialect, int64_t timeout_s, struct buf *out);

#endif
