/* Prints every T-SQL text that the program can send, one JSON string a line, for
 * check.py. Row operations are printed with each column alone and with all of the table.
 */
#include "drift_rms.h"
#include "io/sql_internal.h"
#include "rights.h"
#include "rms_internal.h"
#include "rms_preflight.h"
#include "schema.h"
#include "stock.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static void print(const char *name, const char *text)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", name);
    cJSON_AddStringToObject(row, "text", text);
    char *line = cJSON_PrintUnformatted(row);
    puts(line);
    cJSON_free(line);
    cJSON_Delete(row);
}

static void print_op(enum row_op_kind kind, enum rms_table table, enum column only)
{
    struct column_value values[COL_COUNT];
    struct row_op op = {.kind = kind, .table = table, .id = 1, .values = values};
    struct buf text;
    for (enum column c = 0; c < COL_COUNT; c++)
        if (column_table(c) == table && (only == COL_COUNT || only == c))
            values[op.count++] = (struct column_value){.column = c};
    buf_init(&text, (size_t)64 * 1024);
    rms_op_text(&op, SQL_SQLSERVER, &text);
    print("row operation", buf_str(&text));
    buf_done(&text);
}

static void print_ops(void)
{
    for (enum rms_table t = 0; t < TABLE_COUNT; t++) {
        print_op(OP_INSERT, t, COL_COUNT);
        print_op(OP_UPDATE, t, COL_COUNT);
        print_op(OP_DELETE, t, COL_COUNT);
    }
    print_op(OP_ADD, TABLE_ITEM, COL_COUNT);
    for (enum column c = 0; c < COL_COUNT; c++)
        print_op(OP_UPDATE, column_table(c), c);
}

static void print_queries(void)
{
    const struct rms_texts *t = rms_texts(SQL_SQLSERVER);
    print("lock", t->lock);
    print("guards", t->guards);
    print("orders_by_id", t->orders_by_id);
    print("orders_by_ref", t->orders_by_ref);
    print("entries", t->entries);
    print("tendered", t->tendered);
    print("items_by_code", t->items_by_code);
    print("items_by_alias", t->items_by_alias);
    print("customer_map", t->customer_map);
    print("customers", t->customers);
    print("accounts", t->accounts);
    print("customer_rows", t->customer_rows);
    print("customer insert", rms_customer_insert);
    print("guard insert", rms_guard_insert);
    print("guard update", rms_guard_update);
    print("tables", schema_tables_text(SQL_SQLSERVER));
    print("stock", stock_text(SQL_SQLSERVER));
    print("stock items", stock_items_text);
    print("drift", drift_rms_text);
    for (enum preflight_text p = 0; p < PREFLIGHT_TEXT_COUNT; p++)
        if (preflight_text(SQL_SQLSERVER, p))
            print("preflight", preflight_text(SQL_SQLSERVER, p));
}

/* A statement of the schema at a time, as schema_install sends them. */
static void print_ddl(const char *ddl)
{
    for (const char *p = ddl; *p;) {
        const char *end = strstr(p, ";\n");
        char one[8192];
        snprintf(one, sizeof(one), "%.*s", (int)(end - p), p);
        print("schema", one);
        p = end + 2;
    }
}

static void print_built(void)
{
    struct buf text;
    buf_init(&text, (size_t)64 * 1024);
    sql_session_text(SQL_SQLSERVER, 30, &text);
    print("session", buf_str(&text));
    buf_clear(&text);
    for (int64_t from = 0; from < SCHEMA_VERSION; from++)
        schema_ddl(SQL_SQLSERVER, from, &text);
    schema_drop_ddl(SQL_SQLSERVER, &text);
    print_ddl(buf_str(&text));
    buf_done(&text);
}

/* What people run, not the program; every setting on. */
static void print_grants(void)
{
    static const struct cfg all = {.rms_commit_stock = true,
                                   .rms_create_customers = true,
                                   .rms_update_customers = "all",
                                   .rms_sales_rep_id = 1};
    struct buf text;
    buf_init(&text, (size_t)64 * 1024);
    rights_grant_all(SQL_SQLSERVER, &all, "[tillbridge]", &text);
    print_ddl(buf_str(&text));
    buf_done(&text);
}

int main(void)
{
    for (enum sql_fixed f = SQL_FIXED_BEGIN; f < SQL_FIXED_COUNT; f++)
        print("transaction", sql_fixed_text(SQL_SQLSERVER, f));
    print_queries();
    print_ops();
    print_built();
    print_grants();
    return 0;
}
