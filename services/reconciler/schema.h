/* schema: tillbridge's own tables inside the RMS database, and their versions.
 *
 * Never a column in an RMS table: our state lives in tables named tillbridge_*, in the
 * same database, so that it is written in the order's transaction and restored with it.
 * Each version is a step from the one before it; an installation goes through all steps,
 * an upgrade through those that are missing.
 */
#ifndef TB_SCHEMA_H
#define TB_SCHEMA_H

#include "base/buf.h"
#include "base/err.h"
#include "io/sql.h"

enum {
    SCHEMA_VERSION = 2,
};

/* Appends the statements that lead from a version (0: no tables) to the current one, each
 * ending in ";\n", for people to read or to run with another login. */
void schema_ddl(enum sql_dialect dialect, int64_t from, struct buf *out);
/* Appends the statements that remove our tables. */
void schema_drop_ddl(enum sql_dialect dialect, struct buf *out);

/* The columns that a table of ours has in the current version, NULL-terminated; NULL: not
 * a table of ours. */
const char *const *schema_columns(const char *table);

/* The query that counts our tables, for a test that reads every text we send. */
const char *schema_tables_text(enum sql_dialect dialect);

/* 0: our tables are not there. RC_FATAL: they are, and don't tell their version. */
enum rc schema_version(struct sql *sql, int64_t *version, struct err *e) TB_MUST_CHECK;

/* Runs what is missing, in one transaction; *changed says whether anything was. RC_FATAL:
 * no right to create tables (the text says which), or the database holds a newer version.
 */
enum rc schema_install(struct sql *sql, bool *changed, struct err *e) TB_MUST_CHECK;
enum rc schema_uninstall(struct sql *sql, struct err *e) TB_MUST_CHECK;

#endif
