/* schema: which version of tillbridge's tables a database has, and how it gets the
 * current one; see schema.h. */
#include "schema.h"

#include <inttypes.h>
#include <string.h>

enum {
    DDL_MAX_BYTES = 64 * 1024,
};

/* Runs the statements of a text one by one; each ends in ";\n". */
static enum rc run_all(struct sql *sql, const char *ddl, struct err *e)
{
    enum rc rc = RC_OK;
    for (const char *p = ddl; *p && rc == RC_OK;) {
        const char *end = strstr(p, ";\n");
        struct buf one;
        buf_init(&one, DDL_MAX_BYTES);
        buf_add(&one, p, (size_t)(end - p));
        rc = sql_run(sql, buf_str(&one), e);
        buf_done(&one);
        p = end + 2;
    }
    return rc;
}

static enum rc run_in_transaction(struct sql *sql, const struct buf *ddl, struct err *e)
{
    enum rc rc = sql_begin(sql, e);
    if (rc)
        return rc;
    rc = run_all(sql, buf_str(ddl), e);
    if (rc == RC_OK)
        rc = sql_commit(sql, e);
    if (rc)
        sql_rollback(sql);
    return rc;
}

/* Only where an unqualified name would find the table: another schema of the same
 * database may hold a tillbridge of its own. */
static const char *const tables_there[] = {
    [SQL_SQLITE] = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'tillbridge_meta'",
    [SQL_POSTGRES] = "SELECT COUNT(to_regclass('tillbridge_meta'))",
    [SQL_SQLSERVER] = "SELECT COUNT(OBJECT_ID(N'tillbridge_meta', N'U'))",
};

const char *schema_tables_text(enum sql_dialect dialect)
{
    return tables_there[dialect];
}

static const char read_version[] =
    "SELECT value FROM tillbridge_meta WHERE name = 'schema_version'";

static enum rc read_number(struct sql *sql, const char *text, int64_t *out, bool *got,
                           struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(sql, text, &stmt, e);
    if (rc || (rc = sql_exec(stmt, NULL, e)) || (rc = sql_next(stmt, got, e)))
        return rc;
    if (*got)
        rc = sql_int(stmt, 0, out, e);
    sql_done(stmt);
    return rc;
}

enum rc schema_version(struct sql *sql, int64_t *version, struct err *e)
{
    int64_t tables = 0;
    int64_t found = 0;
    bool got = false;
    enum rc rc = read_number(sql, tables_there[sql_dialect(sql)], &tables, &got, e);
    if (rc == RC_OK && tables != 0)
        rc = read_number(sql, read_version, &found, &got, e);
    if (rc == RC_REJECT || (rc == RC_OK && tables != 0 && (!got || found < 1)))
        return err_set(e, RC_FATAL, "schema.version",
                       "tillbridge_meta does not tell the version of tillbridge's "
                       "tables: restore them from a backup");
    if (rc == RC_OK)
        *version = found;
    return rc;
}

enum rc schema_install(struct sql *sql, bool *changed, struct err *e)
{
    int64_t version = 0;
    enum rc rc = schema_version(sql, &version, e);
    if (rc)
        return rc;
    *changed = false;
    if (version == SCHEMA_VERSION)
        return RC_OK;
    if (version > SCHEMA_VERSION)
        return err_set(e, RC_FATAL, "schema.install",
                       "tillbridge's tables are of version %" PRId64
                       ", this program knows %d: run the newer release",
                       version, SCHEMA_VERSION);
    struct buf ddl;
    buf_init(&ddl, DDL_MAX_BYTES);
    schema_ddl(sql_dialect(sql), version, &ddl);
    rc = run_in_transaction(sql, &ddl, e);
    buf_done(&ddl);
    *changed = rc == RC_OK;
    return rc;
}

enum rc schema_uninstall(struct sql *sql, struct err *e)
{
    int64_t version = 0;
    enum rc rc = schema_version(sql, &version, e);
    if (rc || version == 0)
        return rc;
    struct buf ddl;
    buf_init(&ddl, DDL_MAX_BYTES);
    schema_drop_ddl(sql_dialect(sql), &ddl);
    rc = run_in_transaction(sql, &ddl, e);
    buf_done(&ddl);
    return rc;
}
