/* sql: one ODBC connection, statements with bound parameters, errors by what to do next.
 *
 * The dialect is told from the driver. ODBC's own autocommit stays on everywhere;
 * transactions are driven by text (BEGIN IMMEDIATE, BEGIN, BEGIN TRANSACTION), because
 * drivers lose transactions silently otherwise. After any error within a transaction only
 * sql_rollback is allowed; sql_commit after an error fails. Amounts are passed and read
 * as decimal text (ten-thousandths exactly), times as "YYYY-MM-DD hh:mm:ss[.fff]" text or
 * struct, never through a double.
 *
 * Errors: RC_RETRY  deadlock, lock or statement time-out, connection lost
 *         RC_REJECT a constraint, a text too long, a number out of range: this row never
 *                   will
 *         RC_FATAL  rights, login, no such table or column, syntax
 * A lost connection is marked (sql_lost); the caller closes and opens again.
 */
#ifndef TB_SQL_H
#define TB_SQL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sql_dialect { SQL_SQLITE, SQL_POSTGRES, SQL_SQLSERVER };

struct sql;      /* a connection */
struct sql_stmt; /* a prepared statement of it */

/* connection string as ODBC takes it; secrets in it never reach an error's text. For
 * known drivers what they need is added when absent (busy time-out, Protocol=7.4-0, ...).
 */
enum rc sql_open(const char *connection, int64_t timeout_s, struct sql **out,
                 struct err *e) TB_MUST_CHECK;
void sql_close(struct sql *sql); /* NULL accepted; frees its statements too */

enum sql_dialect sql_dialect(const struct sql *sql);
const char *sql_dialect_name(enum sql_dialect dialect);
bool sql_lost(const struct sql *sql);

enum rc sql_begin(struct sql *sql, struct err *e) TB_MUST_CHECK;
/* RC_RETRY with sql_outcome_unknown(): the answer was lost; read back before repeating.
 */
enum rc sql_commit(struct sql *sql, struct err *e) TB_MUST_CHECK;
/* Never fails for the caller: when it can't be confirmed, the connection is marked lost.
 */
void sql_rollback(struct sql *sql);
bool sql_outcome_unknown(const struct sql *sql);

/* Runs a text without parameters and results (DDL, SET); several statements may be in it
 * where the driver allows. */
enum rc sql_run(struct sql *sql, const char *text, struct err *e) TB_MUST_CHECK;

/* The statement for this text, prepared once per connection and kept. Borrowed from the
 * connection. text must outlive the connection (a literal) or be equal each time. */
enum rc sql_prepare(struct sql *sql, const char *text, struct sql_stmt **out,
                    struct err *e) TB_MUST_CHECK;

/* Parameters, in order, for the next sql_exec. Text is UTF-8 and must stay valid until
 * sql_exec returns. NULL text binds SQL NULL. */
void sql_bind_text(struct sql_stmt *stmt, const char *text);
void sql_bind_long_text(struct sql_stmt *stmt, const char *text); /* ntext, arrays */
void sql_bind_int(struct sql_stmt *stmt, int64_t value);
void sql_bind_money(struct sql_stmt *stmt, int64_t amount_e4);
void sql_bind_time(struct sql_stmt *stmt,
                   const char *local); /* YYYY-MM-DD hh:mm:ss.fff */
void sql_bind_null(struct sql_stmt *stmt);

/* Executes with what was bound. Row results are read by sql_next. *rows (may be NULL):
 * rows written, -1 when not told. All results of a batch are drained; the first error in
 * any of them is returned. */
enum rc sql_exec(struct sql_stmt *stmt, int64_t *rows, struct err *e) TB_MUST_CHECK;

/* Next row of the current result. *got false: no more; the cursor is closed. */
enum rc sql_next(struct sql_stmt *stmt, bool *got, struct err *e) TB_MUST_CHECK;
/* Gives up the rest of a result. */
void sql_done(struct sql_stmt *stmt);

/* Columns of the current row, from 0. SQL NULL: *is_null true and 0 / NULL. is_null may
 * be NULL. Text is copied into the arena, whole, checked as UTF-8. */
enum rc sql_text(struct sql_stmt *stmt, int column, struct arena *arena, const char **out,
                 struct err *e) TB_MUST_CHECK;
enum rc sql_int(struct sql_stmt *stmt, int column, int64_t *out,
                struct err *e) TB_MUST_CHECK;
enum rc sql_money(struct sql_stmt *stmt, int column, int64_t *out_e4,
                  struct err *e) TB_MUST_CHECK;

/* The id that the last INSERT on this connection gave (SQLite last_insert_rowid,
 * PostgreSQL lastval, SQL Server SCOPE_IDENTITY within the batch). */
enum rc sql_last_id(struct sql *sql, int64_t *out, struct err *e) TB_MUST_CHECK;

#endif
