/* sql: one ODBC connection, statements with bound parameters, errors by what to do next.
 *
 * The dialect is told from the driver. ODBC's own autocommit stays on everywhere;
 * transactions are driven by text (BEGIN IMMEDIATE, BEGIN, BEGIN TRANSACTION), because
 * drivers lose transactions silently otherwise. After any error within a transaction only
 * sql_rollback is allowed; everything else, sql_commit too, then fails. One result is
 * open at a time: whatever is executed next reads an older one to its end first.
 *
 * Amounts are passed and read as decimal text, never through a double of ours. SQLite
 * keeps them as REAL in columns of NUMERIC or DECIMAL affinity, and promises that the
 * first 15 significant digits of a text survive that; an amount within +-MONEY_MAX_E4 has
 * at most 15, so both directions are exact. Sums made by SQLite itself are not: add up
 * in C.
 *
 * Errors: RC_RETRY  deadlock, lock or statement time-out, connection lost, disk full
 *         RC_REJECT a constraint, a text too long, a number out of range, text that is
 *                   not UTF-8: this row never will
 *         RC_FATAL  rights, login, no such table or column, syntax, a call out of order
 *
 * A lost connection is marked (sql_lost); the caller closes and opens again.
 */
#ifndef TB_SQL_H
#define TB_SQL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SQL_NATIVE_LOCK_TIMEOUT = 1222, /* SQL Server's number */
};

enum sql_dialect { SQL_SQLITE, SQL_POSTGRES, SQL_SQLSERVER };

struct sql;      /* a connection */
struct sql_stmt; /* a prepared statement of it */

/* connection string as ODBC takes it; what is secret in it never reaches an error's text.
 * What a known driver needs is added when absent (sql_link.c says what and why).
 * timeout_s: for the login and each statement; a third of it for waiting on locks. */
enum rc sql_open(const char *connection, int64_t timeout_s, struct sql **out,
                 struct err *e) TB_MUST_CHECK;
void sql_close(struct sql *sql); /* NULL accepted; frees its statements too */

enum sql_dialect sql_dialect(const struct sql *sql);
const char *sql_dialect_name(enum sql_dialect dialect);
bool sql_lost(const struct sql *sql);

enum rc sql_begin(struct sql *sql, struct err *e) TB_MUST_CHECK;
/* RC_RETRY with sql_outcome_unknown(): the answer was lost; read back before repeating.
 * After any error sql_rollback is still to be called. */
enum rc sql_commit(struct sql *sql, struct err *e) TB_MUST_CHECK;
/* Never fails for the caller: when it can't be confirmed, the connection is marked lost.
 */
void sql_rollback(struct sql *sql);
bool sql_outcome_unknown(const struct sql *sql);

/* True for an RC_RETRY that came because somebody else held a row for longer than the
 * session waits for locks. Not for SQLite, where who writes holds the whole database. */
bool sql_lock_timed_out(const struct err *e);

/* Runs a text without parameters and results (DDL, SET). Several statements may be in it;
 * SQLite's driver takes that only when the first is DDL, and refuses it otherwise. */
enum rc sql_run(struct sql *sql, const char *text, struct err *e) TB_MUST_CHECK;

/* The statement for this text, prepared once per connection and kept: borrowed, until 256
 * other texts were asked for. The text is copied. */
enum rc sql_prepare(struct sql *sql, const char *text, struct sql_stmt **out,
                    struct err *e) TB_MUST_CHECK;

/* A statement for a text that is not met again: not prepared and not kept, run at once
 * with its parameters. Several statements may be in it; a ? within '...' or "..." is no
 * marker. Borrowed, until the next sql_once. The text is copied. */
enum rc sql_once(struct sql *sql, const char *text, struct sql_stmt **out,
                 struct err *e) TB_MUST_CHECK;

/* Parameters, in order, for the next sql_exec, which checks them: their number, UTF-8,
 * the form of times. Text must stay valid until sql_exec returns; NULL binds SQL NULL. */
void sql_bind_text(struct sql_stmt *stmt, const char *text);
void sql_bind_long_text(struct sql_stmt *stmt, const char *text); /* ntext, arrays */
void sql_bind_int(struct sql_stmt *stmt, int64_t value);
void sql_bind_money(struct sql_stmt *stmt, int64_t amount_e4);
void sql_bind_time(struct sql_stmt *stmt,
                   const char *local); /* YYYY-MM-DD hh:mm:ss.fff */

/* Executes with what was bound. Row results are read by sql_next. *rows (may be NULL):
 * rows written, -1 when not told (SQL Server, where NOCOUNT is on). A batch may have one
 * result with rows; what precedes it is drained here, what follows it at the end of
 * sql_next, and the first error in any of them is returned. */
enum rc sql_exec(struct sql_stmt *stmt, int64_t *rows, struct err *e) TB_MUST_CHECK;

/* Next row of the current result. *got false: no more; the cursor is closed. */
enum rc sql_next(struct sql_stmt *stmt, bool *got, struct err *e) TB_MUST_CHECK;
/* Gives up the rest of a result. */
void sql_done(struct sql_stmt *stmt);

/* Columns of the current row, from 0, in any order and as often as wanted. SQL NULL reads
 * as NULL or 0; sql_is_null tells it from them. Text is copied into the arena, whole,
 * checked as UTF-8. A float column that holds a whole number is an int. RC_REJECT names
 * the column and what is in it. */
bool sql_is_null(const struct sql_stmt *stmt, int column);
enum rc sql_text(struct sql_stmt *stmt, int column, struct arena *arena, const char **out,
                 struct err *e) TB_MUST_CHECK;
enum rc sql_int(struct sql_stmt *stmt, int column, int64_t *out,
                struct err *e) TB_MUST_CHECK;
enum rc sql_money(struct sql_stmt *stmt, int column, int64_t *out_e4,
                  struct err *e) TB_MUST_CHECK;

#endif
