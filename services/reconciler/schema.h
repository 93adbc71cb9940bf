/* schema: tillbridge's own tables inside the RMS database, and their versions.
 *
 * Never a column in an RMS table: our state lives in tables named tillbridge_*, in the
 * same database, so that it is written in the order's transaction and restored with it.
 */
#ifndef TB_SCHEMA_H
#define TB_SCHEMA_H

#include "base/buf.h"
#include "base/err.h"
#include "io/sql.h"

enum {
    SCHEMA_VERSION = 1,
};

/* Appends the statements that make (or upgrade to) the current version, each ending in
 * ";\n", for people to read or to run with another login. */
void schema_ddl(enum sql_dialect dialect, struct buf *out);
/* Appends the statements that remove our tables. */
void schema_drop_ddl(enum sql_dialect dialect, struct buf *out);

/* The query that counts our tables, for a test that reads every text we send. */
const char *schema_tables_text(enum sql_dialect dialect);

/* Runs what is missing; *changed says whether anything was. RC_FATAL: no right to create
 * tables (the text says which), or the database holds a newer version. */
enum rc schema_install(struct sql *sql, bool *changed, struct err *e) TB_MUST_CHECK;
enum rc schema_uninstall(struct sql *sql, struct err *e) TB_MUST_CHECK;

/* RC_OK: our tables are there in the current version. RC_FATAL: they are not, and the
 * text says what to run. */
enum rc schema_check(struct sql *sql, struct err *e) TB_MUST_CHECK;

#endif
