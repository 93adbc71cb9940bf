/* schema_steps: the DDL of tillbridge's tables, a step for each version, by dialect.
 *
 * A step that was released is never changed: databases have gone through it. A later
 * change is a step of its own, and SCHEMA_VERSION goes up. */
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

/* ---- version 1: the tables ---- */

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

static void make_tables(enum sql_dialect dialect, struct buf *out)
{
    const char *const *t = types[dialect];
    buf_printf(out,
               "CREATE TABLE tillbridge_meta (name %s NOT NULL PRIMARY KEY, value %s NOT "
               "NULL);\n",
               t[T_WORD], t[T_SHOP]);
    add_guard(dialect, out);
    add_customer(dialect, out);
    buf_text(out, "INSERT INTO tillbridge_meta (name, value) VALUES ('schema_version', "
                  "'1');\n");
}

/* ---- version 2: whose is this order of RMS ---- */

/* One order of RMS belongs to one order of a shop. Whether that holds is asked at every
 * start (rms_preflight_settings.c), of a table with a row for each order ever seen. */
static void index_rms_orders(enum sql_dialect dialect, struct buf *out)
{
    (void)dialect; /* the same words in all three */
    buf_text(out, "CREATE INDEX tillbridge_guard_rms_order ON tillbridge_guard "
                  "(rms_order);\n");
}

/* ---- all of them ---- */

typedef void step_fn(enum sql_dialect dialect, struct buf *out);

/* steps[n] makes version n + 1 of version n. */
static step_fn *const steps[SCHEMA_VERSION] = {make_tables, index_rms_orders};

void schema_ddl(enum sql_dialect dialect, int64_t from, struct buf *out)
{
    for (int64_t version = from; version < SCHEMA_VERSION; version++) {
        steps[version](dialect, out);
        if (version > 0)
            buf_printf(out,
                       "UPDATE tillbridge_meta SET value = '%" PRId64
                       "' WHERE name = 'schema_version';\n",
                       version + 1);
    }
}

void schema_drop_ddl(enum sql_dialect dialect, struct buf *out)
{
    (void)dialect; /* the same words in all three */
    buf_text(out, "DROP TABLE tillbridge_customer;\nDROP TABLE tillbridge_guard;\n"
                  "DROP TABLE tillbridge_meta;\n");
}

const char *const *schema_columns(const char *table)
{
    static const char *const guard[] = {
#define GUARD(name, type) #name,
#include "guard.def"
#undef GUARD
        NULL};
    static const char *const customer[] = {"customer_id", "shop", "rms_customer", NULL};
    static const char *const meta[] = {"name", "value", NULL};
    if (strcmp(table, "tillbridge_guard") == 0)
        return guard;
    if (strcmp(table, "tillbridge_customer") == 0)
        return customer;
    return strcmp(table, "tillbridge_meta") == 0 ? meta : NULL;
}
