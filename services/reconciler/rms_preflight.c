/* rms_preflight: what must be there before the first order is written: tables, columns
 * and our own schema; and the real widths of the text columns. */
#include "rms_internal.h"
#include "schema.h"

#include "io/log.h"

#include <stdlib.h>
#include <string.h>

/* Every column that is written or read; SELECT of none of the rows proves they exist. */
void rms_columns_text(enum rms_table table, struct buf *buf)
{
    /* With the table's name: SQLite takes a lone "Name" for a text when there is no such
     * column. */
    buf_text(buf, "SELECT t.\"ID\"");
    for (enum column c = 0; c < COL_COUNT; c++)
        if (column_table(c) == table)
            buf_printf(buf, ", t.\"%s\"", column_name(c));
    buf_printf(buf, " FROM \"%s\" t WHERE 1 = 0", table_name(table));
}

static enum rc check_written(struct rms *rms, enum rms_table table, struct err *e)
{
    struct buf text;
    buf_init(&text, 8192);
    rms_columns_text(table, &text);
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(rms->sql, buf_str(&text), &stmt, e);
    if (rc == RC_OK)
        rc = sql_exec(stmt, NULL, e);
    if (rc == RC_OK)
        sql_done(stmt);
    buf_done(&text);
    return rc;
}

/* The queries of rms_load with no keys: they name every table and column that is read. */
static enum rc no_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    (void)ctx;
    (void)stmt;
    (void)e;
    return RC_OK;
}

static enum rc check_read(struct rms *rms, struct err *e)
{
    const struct rms_texts *t = rms_texts(sql_dialect(rms->sql));
    const char *const texts[] = {
        t->guards,        t->orders_by_id,   t->orders_by_ref, t->entries,   t->tendered,
        t->items_by_code, t->items_by_alias, t->customer_map,  t->customers, t->accounts};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && rc == RC_OK; i++) {
        struct rms_keys keys;
        rms_keys_init(&keys, sql_dialect(rms->sql));
        rc = rms_query(rms, texts[i], &keys, no_row, NULL, e);
        rms_keys_done(&keys);
    }
    return rc;
}

/* Of the table that an unqualified name finds. */
static const char *const width_texts[] = {
    [SQL_SQLITE] = "SELECT type FROM pragma_table_info(?) WHERE name = ?",
    [SQL_POSTGRES] =
        "SELECT c.character_maximum_length FROM information_schema.columns c "
        "WHERE c.table_schema = current_schema() AND c.table_name = ? AND "
        "c.column_name = ?",
    /* max_length counts bytes, -1 for nvarchar(max); nchar and nvarchar take two each. */
    [SQL_SQLSERVER] = "SELECT c.max_length / CASE WHEN t.name IN (N'nvarchar', N'nchar') "
                      "THEN 2 ELSE 1 END FROM sys.columns c JOIN sys.types t ON "
                      "t.user_type_id = c.user_type_id WHERE c.object_id = "
                      "OBJECT_ID(QUOTENAME(?)) AND c.name = ?",
};

const char *rms_width_text(enum sql_dialect dialect)
{
    return width_texts[dialect];
}

/* "nvarchar(30)" or "30" -> 30. */
static size_t width_of(const char *type, size_t otherwise)
{
    const char *digits = type ? strpbrk(type, "0123456789") : NULL;
    long width = digits ? strtol(digits, NULL, 10) : 0;
    return width > 0 ? (size_t)width : otherwise;
}

static enum rc read_width(struct rms *rms, enum column column, struct arena *arena,
                          struct err *e)
{
    struct sql_stmt *stmt = NULL;
    const char *type = NULL;
    bool got = false;
    enum rc rc = sql_prepare(rms->sql, width_texts[sql_dialect(rms->sql)], &stmt, e);
    if (rc)
        return rc;
    sql_bind_text(stmt, table_name(column_table(column)));
    sql_bind_text(stmt, column_name(column));
    rc = sql_exec(stmt, NULL, e);
    if (rc == RC_OK)
        rc = sql_next(stmt, &got, e);
    if (rc == RC_OK && got)
        rc = sql_text(stmt, 0, arena, &type, e);
    if (rc == RC_OK)
        rms->settings.width[column] = width_of(type, column_width(column));
    sql_done(stmt);
    return rc;
}

static enum rc read_widths(struct rms *rms, struct err *e)
{
    struct arena arena;
    enum rc rc = RC_OK;
    arena_init(&arena);
    for (enum column c = 0; c < COL_COUNT && rc == RC_OK; c++)
        if (column_kind(c) == COLUMN_TEXT)
            rc = read_width(rms, c, &arena, e);
    arena_done(&arena);
    return rc;
}

/* The items that the settings name; rms_load_items says which is missing. */
static enum rc check_items(struct rms *rms, struct err *e)
{
    struct arena arena;
    arena_init(&arena);
    enum rc rc = rms_load_items(rms, NULL, 0, &arena, NULL, e);
    arena_done(&arena);
    return rc;
}

enum rc rms_preflight(struct rms *rms, struct err *e)
{
    enum rc rc = schema_check(rms->sql, e);
    for (enum rms_table t = 0; t < TABLE_COUNT && rc == RC_OK; t++)
        rc = check_written(rms, t, e);
    if (rc == RC_OK)
        rc = check_read(rms, e);
    if (rc == RC_OK)
        rc = read_widths(rms, e);
    if (rc == RC_OK)
        rc = check_items(rms, e);
    if (rc == RC_OK)
        rc = plan_check_services(rms->settings.shipping_services, e);
    if (rc == RC_OK)
        log_info("rms.ready", KV("dialect", sql_dialect_name(sql_dialect(rms->sql))),
                 KV("comment_width", rms->settings.width[COL_ORDER_COMMENT]),
                 KV("description_width", rms->settings.width[COL_ENTRY_DESCRIPTION]));
    return rc;
}
