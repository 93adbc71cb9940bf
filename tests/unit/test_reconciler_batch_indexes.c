/* test_reconciler_batch_indexes: how the databases go about our statements. Tables grow
 * while nobody analyses them, and a plan made on an empty table is kept: every look-up
 * must go by an index on empty tables and on grown ones, the guard's by the order id. */
#include "reconciler/rig.h"

#include "rms_set.h"

#include <string.h>

enum {
    GUARDS = 100000,
    ROWS = 20000, /* of each of the other tables */
};

static struct rig rig;

/* ---- tables that grew ---- */

/* rows: the expression that a row number n is made into values with. */
static void grow(const char *into, const char *values, int rows)
{
    bool lite = rig.db->dialect == SQL_SQLITE;
    rig_must(&rig, "INSERT INTO %s SELECT %s FROM %s", into, values,
             arena_printf(&rig.arena,
                          lite ? "(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n "
                                 "+ 1 FROM c WHERE n < %d) SELECT n FROM c) c"
                               : "generate_series(1, %d) AS c(n)",
                          rows));
}

/* PostgreSQL's own cleaner would look at them after a minute. */
static void leave_alone(void)
{
    static const char *const tables[] = {
        "\"Order\"",    "\"OrderEntry\"",  "\"Item\"",         "\"Alias\"",
        "\"Customer\"", "\"Transaction\"", "tillbridge_guard", "tillbridge_customer"};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (rig.db->dialect == SQL_POSTGRES)
            rig_must(&rig, "ALTER TABLE %s SET (autovacuum_enabled = off)", tables[i]);
}

static void grow_all(void)
{
    grow("tillbridge_guard",
         "n, 'demo.myshopify.com', n, 0, 0, '', '', 'created', '', '', 0, '', "
         "'shopify.orders', 0, n, '', ''",
         GUARDS);
    grow("tillbridge_customer", "n, 'demo.myshopify.com', n", ROWS);
    grow("\"Order\" (\"ReferenceNumber\", \"Type\", \"ChannelType\")",
         "'SHOPIFY-' || n, 2, 2", ROWS);
    grow("\"OrderEntry\" (\"OrderID\")", "n", ROWS);
    grow("\"Item\" (\"ItemLookupCode\")", "'GROWN-' || n", ROWS);
    grow("\"Alias\" (\"ItemID\", \"Alias\")", "n, 'ALIAS-' || n", ROWS);
    grow("\"Customer\" (\"AccountNumber\", \"EmailAddress\")",
         "'W' || n, n || '@example.com'", ROWS);
    grow("\"Transaction\" (\"RecallID\")", "n", ROWS);
}

/* ---- plans ---- */

/* The database's words about a text, a line each; keys for the first parameter. */
static const char *plan_of(const char *text, const char *keys, size_t parameters)
{
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    struct buf out;
    bool lite = rig.db->dialect == SQL_SQLITE;
    const char *line = NULL;
    bool got = true;
    assert_ok(sql_prepare(
                  rig.rms->sql,
                  arena_printf(&rig.arena, "%s %s",
                               lite ? "EXPLAIN QUERY PLAN" : "EXPLAIN (COSTS OFF)", text),
                  &stmt, &e),
              &e);
    for (size_t i = 0; i < parameters; i++)
        sql_bind_long_text(stmt, i ? "{}" : keys);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    buf_init(&out, 100000);
    while (sql_next(stmt, &got, &e) == RC_OK && got) {
        assert_ok(sql_text(stmt, lite ? 3 : 0, &rig.arena, &line, &e), &e);
        buf_printf(&out, "%s\n", line);
    }
    line = arena_strdup(&rig.arena, buf_str(&out));
    buf_done(&out);
    return line;
}

/* No table is read whole; SQLite's list of keys (k) or rows (j) is one, too. */
static void assert_by_index(const char *name, const char *plan)
{
    const char *scan = rig.db->dialect == SQL_SQLITE ? "SCAN " : "Seq Scan";
    for (const char *p = plan; (p = strstr(p, scan)); p += strlen(scan)) {
        const char *table = p + strlen(scan);
        if (rig.db->dialect == SQL_SQLITE &&
            (strncmp(table, "k ", 2) == 0 || strncmp(table, "j ", 2) == 0 ||
             strncmp(table, "json_each ", 10) == 0))
            continue;
        fail_msg("%s reads a whole table:\n%s", name, plan);
    }
    if (!strcasestr(plan, "index") && !strcasestr(plan, "primary key"))
        fail_msg("%s goes by no index:\n%s", name, plan);
}

static void check_look_ups(void)
{
    const struct rms_texts *t = rms_texts(rig.db->dialect);
    bool lite = rig.db->dialect == SQL_SQLITE;
    const char *ints = lite ? "[1,2,3]" : "{1,2,3}";
    const char *words = lite ? "[\"a\",\"b\"]" : "{a,b}";
    const char *const looks[][3] = {
        {"guards", t->guards, ints},
        {"orders_by_id", t->orders_by_id, ints},
        {"orders_by_ref", t->orders_by_ref, words},
        {"entries", t->entries, ints},
        {"tendered", t->tendered, ints},
        {"items_by_code", t->items_by_code, words},
        {"items_by_alias", t->items_by_alias, words},
        {"customer_map", t->customer_map, ints},
        {"customers", t->customers, words},
        {"accounts", t->accounts, words},
    };
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
        assert_by_index(looks[i][0], plan_of(looks[i][1], looks[i][2], 1));
    assert_contains(plan_of(t->guards, ints, 1),
                    lite ? "(order_id=?)" : "Index Cond: (order_id = k.v)");
}

static void look_ups_go_by_an_index(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    assert_ok(rms_connect(rig.rms, &e), &e);
    leave_alone();
    check_look_ups();
    grow_all();
    check_look_ups();
    rig_close(&rig);
}

/* ---- writes ---- */

static const char *write_plan(enum row_op_kind kind, enum rms_table table,
                              const enum column *columns, size_t count)
{
    struct column_value values[4];
    struct row_op op = {.kind = kind, .table = table, .values = values, .count = count};
    struct buf text;
    for (size_t i = 0; i < count; i++)
        values[i] = (struct column_value){.column = columns[i]};
    buf_init(&text, 10000);
    rms_set_texts(rig.db->dialect)->op(&op, rig.rms->types, &text);
    const char *plan = rig.db->dialect == SQL_SQLITE
                           ? plan_of(buf_str(&text), "[[1,2,3]]", 1)
                           : plan_of(buf_str(&text), "{1,2,3}", 1 + count);
    buf_done(&text);
    return plan;
}

static void check_writes(void)
{
    static const enum column order[] = {COL_ORDER_TOTAL, COL_ORDER_NOTES};
    static const enum column entry[] = {COL_ENTRY_PRICE};
    static const enum column item[] = {COL_ITEM_COMMITTED, COL_ITEM_LAST_UPDATED};
    struct buf text;
    assert_by_index("update of Order", write_plan(OP_UPDATE, TABLE_ORDER, order, 2));
    assert_by_index("update of OrderEntry", write_plan(OP_UPDATE, TABLE_ENTRY, entry, 1));
    assert_by_index("delete of OrderEntry", write_plan(OP_DELETE, TABLE_ENTRY, NULL, 0));
    const char *stock = write_plan(OP_ADD, TABLE_ITEM, item, 2);
    assert_by_index("stock", stock);
    if (rig.db->dialect == SQL_SQLITE)
        return;
    assert_contains(stock, "LockRows"); /* in the order of the ids, before the update */
    buf_init(&text, 10000);
    rms_pg_sets.guard(true, &text);
    assert_contains(plan_of(buf_str(&text), "{1,2,3}", RMS_GUARD_COLUMNS),
                    "Conflict Arbiter Indexes: tillbridge_guard_pkey");
    buf_done(&text);
}

static void writes_go_by_an_index(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    assert_ok(rms_connect(rig.rms, &e), &e);
    leave_alone();
    check_writes();
    grow_all();
    check_writes();
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(look_ups_go_by_an_index),
        DB_BOTH(writes_go_by_an_index),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
