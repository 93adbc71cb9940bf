/* Prints every T-SQL text that the program can send, one JSON string a line, for
 * check.py. Rows are written by the texts of a batch, whose plans have each column alone
 * and all of the table. */
#include "drift_rms.h"
#include "io/sql_internal.h"
#include "rights.h"
#include "rms_ms.h"
#include "rms_preflight.h"
#include "schema.h"
#include "stock.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/* params: how many the text is sent with; -1: it is not told. */
static void print_with(const char *name, const char *text, int params)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", name);
    cJSON_AddStringToObject(row, "text", text);
    if (params >= 0)
        cJSON_AddNumberToObject(row, "params", params);
    char *line = cJSON_PrintUnformatted(row);
    puts(line);
    cJSON_free(line);
    cJSON_Delete(row);
}

static void print(const char *name, const char *text)
{
    print_with(name, text, -1);
}

/* ---- a batch's rows: plans of every kind of operation, and what is made of them ---- */

enum {
    PLANS = 24,
    OPS_MAX = 200,
    LONG_PLAN = 150, /* rows of one that no text holds */
};

static struct arena arena;
static struct snapshot_customer customer = {.id = 5};
static struct snapshot orders_of[PLANS];
static const struct snapshot *orders[PLANS];
static struct rms_state states[PLANS];
static struct plan plans[PLANS];

/* only: one column, or COL_COUNT for all of the table. */
static void add_op(struct plan *plan, enum row_op_kind kind, enum rms_table table,
                   enum column only)
{
    struct row_op *op = &plan->ops[plan->count++];
    *op = (struct row_op){.kind = kind, .table = table, .id = 1};
    op->map = plan->next.line_count;
    op->values = arena_array(&arena, COL_COUNT, sizeof(*op->values));
    for (enum column c = 0; c < COL_COUNT && kind != OP_DELETE; c++) {
        bool points = c == COL_ENTRY_ORDER || c == COL_ORDER_CUSTOMER;
        if (column_table(c) == table && (only == COL_COUNT || only == c))
            op->values[op->count++] =
                (struct column_value){.column = c, .number = points ? PLAN_NEW_ID : 1};
    }
    if (kind == OP_INSERT && table == TABLE_ENTRY)
        plan->next.line_count++;
}

static void fill_new(struct plan *plan, size_t entries)
{
    add_op(plan, OP_INSERT, TABLE_CUSTOMER, COL_COUNT);
    add_op(plan, OP_INSERT, TABLE_ORDER, COL_COUNT);
    for (size_t i = 0; i < entries; i++)
        add_op(plan, OP_INSERT, TABLE_ENTRY, COL_COUNT);
    add_op(plan, OP_ADD, TABLE_ITEM, COL_COUNT);
    plan->link_customer = true;
}

static void fill_changes(struct plan *plan)
{
    for (enum rms_table t = 0; t < TABLE_COUNT; t++) {
        add_op(plan, OP_UPDATE, t, COL_COUNT);
        add_op(plan, OP_DELETE, t, COL_COUNT);
    }
    for (enum column c = 0; c < COL_COUNT; c++)
        add_op(plan, OP_UPDATE, column_table(c), c);
    add_op(plan, OP_INSERT, TABLE_ENTRY, COL_COUNT);
}

static void make_plan(size_t i)
{
    static struct line_map lines[LONG_PLAN];
    orders_of[i] = (struct snapshot){.id = 1, .shop = "shop", .customer = &customer};
    orders[i] = &orders_of[i];
    states[i].guard.exists = i % 3 == 1;
    states[i].customer.link = i % 3 == 1;
    plans[i].ops = arena_array(&arena, OPS_MAX, sizeof(*plans[i].ops));
    plans[i].next.lines = lines;
    if (i % 3 == 0)
        fill_new(&plans[i], i == 12 ? LONG_PLAN - 1 : 2);
    else if (i % 3 == 1)
        fill_changes(&plans[i]);
    if (i % 6 == 1) /* an order whose map is not touched */
        plans[i].count--;
}

/* ids of as many rows as the text inserts. */
static const char *some_ids(const struct rms_ms_text *text)
{
    const char *ids = "";
    for (size_t i = 0; i < text->new_count; i++)
        ids = arena_printf(&arena, "%s,%zu", ids, i + 1);
    return ids;
}

static void print_batch(void)
{
    static struct rms_ms_text text;
    struct rms_ms_place place = {0};
    struct err e;
    arena_init(&arena);
    for (size_t i = 0; i < PLANS; i++)
        make_plan(i);
    struct rms_batch batch = {NULL, orders, states, plans, PLANS, &arena};
    while (place.plan < PLANS) {
        rms_ms_make(&batch, &place, &text);
        print_with("batch", buf_str(&text.text), (int)text.param_count);
        if (rms_ms_enter(&batch, &text, some_ids(&text), &place, &e))
            puts(e.text);
        rms_ms_text_done(&text);
    }
    arena_done(&arena);
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
    print_batch();
    print_built();
    print_grants();
    return 0;
}
