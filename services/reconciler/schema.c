/* schema: DDL of tillbridge's tables by dialect, and the version's row; see schema.h. */
#include "schema.h"

#include <inttypes.h>
#include <string.h>

/* Kinds of columns, as each dialect spells them. */
enum type { T_ID, T_BIGINT, T_INT, T_WORD, T_SHOP, T_TEXT, T_COUNT };

static const char *const types[][T_COUNT] = {
    [SQL_SQLITE] = {"BIGINT", "BIGINT", "INTEGER", "VARCHAR(64)", "VARCHAR(255)", "TEXT"},
    [SQL_POSTGRES] = {"bigint", "bigint", "integer", "varchar(64)", "varchar(255)",
                      "text"},
    [SQL_SQLSERVER] = {"bigint", "bigint", "int", "nvarchar(64)", "nvarchar(255)",
                       "nvarchar(max)"},
};

static const struct {
    const char *name;
    enum type type;
} guard_columns[] = {
#define GUARD(name, type) {#name, type},
#include "guard.def"
#undef GUARD
};

static void add_guard(enum sql_dialect dialect, struct buf *out)
{
    buf_text(out, "CREATE TABLE tillbridge_guard (");
    for (size_t i = 0; i < sizeof(guard_columns) / sizeof(guard_columns[0]); i++)
        buf_printf(out, "%s %s NOT NULL, ", guard_columns[i].name,
                   types[dialect][guard_columns[i].type]);
    /* The order id comes first: an index led by the shop would be read whole. */
    buf_text(out, "PRIMARY KEY (order_id, shop));\n");
}

/* Shopify's customer ids -> Customer.ID, entered when somebody was matched or made. */
static void add_customer(enum sql_dialect dialect, struct buf *out)
{
    const char *const *t = types[dialect];
    buf_printf(
        out,
        "CREATE TABLE tillbridge_customer (customer_id %s NOT NULL, shop %s NOT NULL, "
        "rms_customer %s NOT NULL, PRIMARY KEY (customer_id, shop));\n",
        t[T_ID], t[T_SHOP], t[T_INT]);
}

void schema_ddl(enum sql_dialect dialect, struct buf *out)
{
    const char *const *t = types[dialect];
    buf_printf(out,
               "CREATE TABLE tillbridge_meta (name %s NOT NULL PRIMARY KEY, value %s NOT "
               "NULL);\n",
               t[T_WORD], t[T_SHOP]);
    add_guard(dialect, out);
    add_customer(dialect, out);
    buf_printf(out,
               "INSERT INTO tillbridge_meta (name, value) VALUES ('schema_version', "
               "'%d');\n",
               SCHEMA_VERSION);
}

void schema_drop_ddl(enum sql_dialect dialect, struct buf *out)
{
    (void)dialect; /* the same words in all three */
    buf_text(out, "DROP TABLE tillbridge_customer;\nDROP TABLE tillbridge_guard;\n"
                  "DROP TABLE tillbridge_meta;\n");
}

/* Runs the statements of a text one by one; each ends in ";\n". */
static enum rc run_all(struct sql *sql, const char *ddl, struct err *e)
{
    enum rc rc = RC_OK;
    for (const char *p = ddl; *p && rc == RC_OK;) {
        const char *end = strstr(p, ";\n");
        struct buf one;
        buf_init(&one, (size_t)64 * 1024);
        buf_add(&one, p, (size_t)(end - p));
        rc = sql_run(sql, buf_str(&one), e);
        buf_done(&one);
        p = end + 2;
    }
    return rc;
}

static enum rc run_in_transaction(struct sql *sql, const char *ddl, struct err *e)
{
    enum rc rc = sql_begin(sql, e);
    if (rc)
        return rc;
    rc = run_all(sql, ddl, e);
    if (rc == RC_OK)
        return sql_commit(sql, e);
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

static enum rc read_number(struct sql *sql, const char *text, int64_t *out, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = false;
    enum rc rc = sql_prepare(sql, text, &stmt, e);
    if (rc || (rc = sql_exec(stmt, NULL, e)) || (rc = sql_next(stmt, &got, e)))
        return rc;
    if (got)
        rc = sql_int(stmt, 0, out, e);
    sql_done(stmt);
    return rc;
}

/* 0: our tables are not there. */
static enum rc installed_version(struct sql *sql, int64_t *version, struct err *e)
{
    int64_t tables = 0;
    enum rc rc = read_number(sql, tables_there[sql_dialect(sql)], &tables, e);
    *version = 0;
    return rc || tables == 0 ? rc : read_number(sql, read_version, version, e);
}

static enum rc newer(int64_t version, struct err *e)
{
    return err_set(e, RC_FATAL, "schema.check",
                   "tillbridge's tables are of version %" PRId64
                   ", this program knows %d: run the newer release",
                   version, SCHEMA_VERSION);
}

enum rc schema_install(struct sql *sql, bool *changed, struct err *e)
{
    int64_t version = 0;
    enum rc rc = installed_version(sql, &version, e);
    if (rc)
        return rc;
    *changed = false;
    if (version == SCHEMA_VERSION)
        return RC_OK;
    if (version > SCHEMA_VERSION)
        return newer(version, e);
    struct buf ddl;
    buf_init(&ddl, (size_t)64 * 1024);
    schema_ddl(sql_dialect(sql), &ddl);
    rc = run_in_transaction(sql, buf_str(&ddl), e);
    buf_done(&ddl);
    *changed = rc == RC_OK;
    return rc;
}

enum rc schema_uninstall(struct sql *sql, struct err *e)
{
    int64_t version = 0;
    enum rc rc = installed_version(sql, &version, e);
    if (rc || version == 0)
        return rc;
    struct buf ddl;
    buf_init(&ddl, (size_t)64 * 1024);
    schema_drop_ddl(sql_dialect(sql), &ddl);
    rc = run_in_transaction(sql, buf_str(&ddl), e);
    buf_done(&ddl);
    return rc;
}

enum rc schema_check(struct sql *sql, struct err *e)
{
    int64_t version = 0;
    enum rc rc = installed_version(sql, &version, e);
    if (rc)
        return rc;
    if (version > SCHEMA_VERSION)
        return newer(version, e);
    if (version < SCHEMA_VERSION)
        return err_set(
            e, RC_FATAL, "schema.check",
            "tillbridge's tables are %s in this database: run \"tillctl schema "
            "install\" with a login that may create tables",
            version ? "of an older version" : "not");
    return RC_OK;
}
