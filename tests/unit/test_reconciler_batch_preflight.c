/* test_reconciler_batch_preflight: what does not fit is found, all of it at once, in real
 * databases that were made to differ. Rights: test_reconciler_batch_rights. */
#include "reconciler/rig.h"

#include "rms_preflight.h"

#include <stdio.h>
#include <string.h>

static struct rig rig;
static struct findings found;
static size_t width[COL_COUNT];

static const char *const usual[] = {"RMS_SHIPPING_ITEM=SHIPPING",
                                    "RMS_MISC_ITEM=WEB-MISC", NULL};

static void look(void)
{
    struct err e = {0};
    findings_init(&found);
    assert_ok(rms_preflight_look(rig.look, &rig.cfg, width, &found, &e), &e);
}

static void print_all(void)
{
    for (size_t i = 0; i < found.count; i++) {
        struct buf line;
        buf_init(&line, 10000);
        finding_line(&found.at[i], &line);
        print_error("%s\n", buf_str(&line));
        buf_done(&line);
    }
}

struct expected {
    const char *line; /* how the finding's line begins */
    const char *word; /* what it says further on */
};

static bool has_line(const struct expected *expected)
{
    bool has = false;
    for (size_t i = 0; i < found.count && !has; i++) {
        struct buf line;
        buf_init(&line, 10000);
        finding_line(&found.at[i], &line);
        has = strncmp(buf_str(&line), expected->line, strlen(expected->line)) == 0 &&
              strcasestr(buf_str(&line), expected->word);
        buf_done(&line);
    }
    return has;
}

/* Just these are found; ended by a NULL line. */
static void expect(const struct expected *expected)
{
    size_t count = 0;
    look();
    for (; expected[count].line; count++)
        if (!has_line(&expected[count])) {
            print_all();
            fail_msg("not found: %s ... %s", expected[count].line, expected[count].word);
        }
    if (count != found.count) {
        print_all();
        fail_msg("%zu findings instead of %zu", found.count, count);
    }
    findings_done(&found);
}

static void expect_one(const char *line, const char *word)
{
    expect((const struct expected[]){{line, word}, {NULL, NULL}});
}

static void expect_none(void)
{
    expect((const struct expected[]){{NULL, NULL}});
}

/* ---- tables and columns ---- */

static void a_fitting_database_has_no_findings(void **state)
{
    rig_open(&rig, state, usual);
    expect_none();
    assert_int_equal(width[COL_ENTRY_DESCRIPTION], 30);
    assert_int_equal(width[COL_ORDER_TRACKING], 255);
    rig_close(&rig);
}

/* A column of another type or none; the rest of the table stays. */
static void replace(const char *table, const char *column, const char *type)
{
    rig_must(&rig, "DROP INDEX IF EXISTS \"IX_%s_%s\"", table, column);
    rig_must(&rig, "ALTER TABLE \"%s\" DROP COLUMN \"%s\"", table, column);
    if (type)
        rig_must(&rig, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s", table, column, type);
}

static void every_column_that_differs_is_found(void **state)
{
    rig_open(&rig, state, usual);
    if (rig.db->dialect == SQL_POSTGRES) /* SQLite takes any name for a type */
        rig_must(&rig, "CREATE DOMAIN mystery AS text");
    replace("Order", "Comment", "integer NOT NULL DEFAULT 0");
    replace("Order", "Deposit", NULL);
    replace("Order", "ReferenceNumber", "varchar(20) NOT NULL DEFAULT ''");
    replace("Order", "LastUpdated", "integer NOT NULL DEFAULT 0");
    replace("Order", "Total", "real NOT NULL DEFAULT 0");
    replace("Order", "ShippingNotes", "varchar(100) NOT NULL DEFAULT ''");
    replace("OrderEntry", "Description", "varchar(10) NOT NULL DEFAULT ''");
    replace("Item", "ItemType", "uuid");
    replace("Customer", "EmailAddress", "mystery");
    rig_must(&rig, "DROP TABLE \"Alias\"");
    rig_must(&rig, "ALTER TABLE tillbridge_guard RENAME COLUMN notes TO noted");
    static const struct expected expected[] = {
        {"missing: type Order.Comment: ", "integer, and it must hold text"},
        {"missing: column Order.Deposit: ", "no such column"},
        {"missing: width Order.ReferenceNumber: ", "20 characters where RMS 2.0 has 50"},
        {"missing: type Order.LastUpdated: ", "must hold a date"},
        {"differs: type Order.Total: ", "real, which is not exact"},
        {"differs: width Order.ShippingNotes: ", "room for 100 characters"},
        {"differs: width OrderEntry.Description: ", "10 characters where RMS 2.0 has 30"},
        {"missing: type Item.ItemType: ", "uuid, and it must hold a number"},
        {"differs: type Customer.EmailAddress: ", "mystery"},
        {"missing: table Alias: ", "not there"},
        {"missing: column tillbridge_guard.notes: ", "tillctl schema install"},
        {NULL, NULL}};
    expect(expected);
    assert_int_equal(width[COL_ENTRY_DESCRIPTION], 10);
    rig_close(&rig);
}

/* What nobody fills in. */
static void a_required_column_of_others_is_found(void **state)
{
    rig_open(&rig, state, usual);
    rig_must(&rig, "ALTER TABLE \"Order\" ADD COLUMN \"Branch\" integer NOT NULL");
    rig_must(&rig, "ALTER TABLE \"Item\" ADD COLUMN \"Shelf\" integer"); /* no new rows */
    expect_one("missing: column Order.Branch: ", "give it a default");
    rig_must(&rig, "ALTER TABLE \"Order\" ALTER COLUMN \"Branch\" SET DEFAULT 1");
    expect_none();
    rig_close(&rig);
}

static void every_table_is_missed(void **state)
{
    static const char *const names[] = {"Order",
                                        "OrderEntry",
                                        "Item",
                                        "Alias",
                                        "Transaction",
                                        "Customer",
                                        "tillbridge_guard",
                                        "tillbridge_customer"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[100];
        rig_open(&rig, state, usual);
        rig_must(&rig, "DROP TABLE \"%s\"", names[i]);
        snprintf(line, sizeof(line), "missing: table %s: ", names[i]);
        expect_one(line, "");
        rig_close(&rig);
    }
}

static void tables_to_compare_with_may_be_absent(void **state)
{
    rig_open(&rig, state, usual);
    rig_must(&rig, "DROP TABLE \"Configuration\"");
    rig_must(&rig, "DROP TABLE \"Store\"");
    static const struct expected expected[] = {
        {"differs: table Configuration: ", "nothing is compared"},
        {"differs: table Store: ", "nothing is compared"},
        {NULL, NULL}};
    expect(expected);
    rig_close(&rig);
}

/* ---- triggers ---- */

static void add_trigger(const char *name, const char *table)
{
    if (rig.db->dialect == SQL_SQLITE)
        rig_must(&rig, "CREATE TRIGGER %s AFTER UPDATE ON \"%s\" BEGIN SELECT 1; END",
                 name, table);
    else
        rig_must(&rig,
                 "CREATE TRIGGER %s BEFORE UPDATE ON \"%s\" FOR EACH ROW EXECUTE "
                 "FUNCTION suppress_redundant_updates_trigger()",
                 name, table);
}

static void triggers_of_others_are_named(void **state)
{
    rig_open(&rig, state, usual);
    add_trigger("loyalty_audit", "Item");
    add_trigger("stock_feed", "Item");
    add_trigger("count_orders", "Order");
    add_trigger("unseen", "Alias"); /* which is only read */
    static const struct expected expected[] = {
        {"differs: trigger Item: ", "loyalty_audit, stock_feed"},
        {"differs: trigger Order: ", "count_orders"},
        {NULL, NULL}};
    expect(expected);
    rig_close(&rig);
}

/* ---- settings ---- */

static void open_with(void **state, const char *setting)
{
    const char *settings[] = {setting, NULL};
    rig_open(&rig, state, settings);
    rig_must(&rig, "CREATE TABLE \"SalesRep\" (\"ID\" integer NOT NULL)");
    rig_must(&rig, "INSERT INTO \"SalesRep\" VALUES (5)");
}

static void what_settings_name_must_be_there(void **state)
{
    static const struct {
        const char *setting, *line, *word;
    } cases[] = {
        {"RMS_SHIPPING_ITEM=NOPE", "missing: setting RMS_SHIPPING_ITEM: ",
         "no active item with the lookup code \"NOPE\""},
        {"RMS_SHIPPING_ITEM=TWIN-1", "missing: setting RMS_SHIPPING_ITEM: ", "2 items"},
        {"RMS_MISC_ITEM=RETIRED-1", "missing: setting RMS_MISC_ITEM: ", "inactive"},
        {"RMS_MISC_ITEM=MUG-STONE-350",
         "differs: setting RMS_MISC_ITEM: ", "holds stock"},
        {"RMS_MISC_ITEM=GLASS-TUMBLER-4",
         "differs: setting RMS_MISC_ITEM: ", "holds stock"}, /* by its alias */
        {"RMS_GUEST_CUSTOMER_ID=999",
         "missing: setting RMS_GUEST_CUSTOMER_ID: ", "no customer with the ID 999"},
        {"RMS_SALES_REP_ID=6",
         "missing: setting RMS_SALES_REP_ID: ", "no sales representative with the ID 6"},
        {"RMS_STORE_ID=9",
         "missing: setting RMS_STORE_ID: ", "no store 9 in RMS; its own is 1"},
        {"RMS_SHOPS=a.myshopify.com=store:9",
         "missing: setting RMS_SHOPS a.myshopify.com: ", "no store 9"},
        {"RMS_SHOPS=a.myshopify.com=guest:998",
         "missing: setting RMS_SHOPS a.myshopify.com: ", "998"},
        {"RMS_SHOPS=a.myshopify.com=rep:7",
         "missing: setting RMS_SHOPS a.myshopify.com: ", "ID 7"},
        {"RMS_SHOPS=a.myshopify.com=shipping:NOPE",
         "missing: setting RMS_SHOPS a.myshopify.com: ", "NOPE"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_with(state, cases[i].setting);
        expect_one(cases[i].line, cases[i].word);
        rig_close(&rig);
    }
}

static void what_is_there_is_not_mentioned(void **state)
{
    static const char *const settings[] = {
        "RMS_GUEST_CUSTOMER_ID=1", "RMS_SALES_REP_ID=5",
        "RMS_SHOPS=a.myshopify.com=store:1,rep:5,shipping:SHIPPING,guest:2", NULL};
    open_with(state, NULL);
    rig_close(&rig);
    rig_open(&rig, state, settings);
    rig_must(&rig, "CREATE TABLE \"SalesRep\" (\"ID\" integer NOT NULL)");
    rig_must(&rig, "INSERT INTO \"SalesRep\" VALUES (5)");
    expect_none();
    rig_must(&rig, "DROP TABLE \"SalesRep\"");
    expect_one("differs: table SalesRep: ", "nothing is compared");
    rig_close(&rig);
}

/* Configuration tells whose database it is; Store may list others, or nothing. */
static void the_store_is_compared_with_both_tables(void **state)
{
    open_with(state, "RMS_STORE_ID=9");
    rig_must(&rig, "UPDATE \"Store\" SET \"ID\" = 9");
    expect_one("differs: setting RMS_STORE_ID: ", "whose own is 1");
    rig_must(&rig, "DELETE FROM \"Configuration\"");
    expect_none();
    rig_must(&rig, "DELETE FROM \"Store\"");
    expect_one("differs: setting RMS_STORE_ID: ", "neither");
    rig_close(&rig);
}

/* ---- our own rows ---- */

static void an_order_of_rms_kept_twice_is_found(void **state)
{
    rig_open(&rig, state, usual);
    rig_do(&rig, rig_order(&rig, 7001));
    const struct work *work = rig_do(&rig, rig_order(&rig, 7002));
    expect_none();
    rig_must(&rig, "UPDATE tillbridge_guard SET rms_order = %lld",
             (long long)work->result.rms_order);
    char word[60];
    snprintf(word, sizeof(word),
             "1 orders of RMS are each kept for two orders of the "
             "shop");
    expect_one("differs: order tillbridge_guard: ", word);
    rig_close(&rig);
}

/* ---- SQLite's file ---- */

static void a_locked_database_is_tried_again(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, usual);
    struct sql *other = NULL;
    assert_ok(sql_open(rig.connection, 10, &other, &e), &e);
    assert_ok(sql_begin(other, &e), &e);
    findings_init(&found);
    assert_rc(RC_RETRY, rms_preflight_look(rig.look, &rig.cfg, width, &found, &e), &e);
    findings_done(&found);
    sql_rollback(other);
    sql_close(other);
    expect_none();
    rig_close(&rig);
}

static void a_file_that_can_only_be_read_is_found(void **state)
{
    struct err e = {0};
    char connection[1200];
    rig_open(&rig, state, usual);
    const char *file = strstr(rig.connection, "Database=") + strlen("Database=");
    snprintf(connection, sizeof(connection), "Driver=SQLite3;Database=file:%.*s?mode=ro",
             (int)strcspn(file, ";"), file);
    sql_close(rig.look);
    assert_ok(sql_open(connection, 10, &rig.look, &e), &e);
    expect_one("missing: right database: ", "readonly");
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(a_fitting_database_has_no_findings),
        DB_BOTH(every_column_that_differs_is_found),
        DB_POSTGRES(a_required_column_of_others_is_found),
        DB_BOTH(every_table_is_missed),
        DB_BOTH(tables_to_compare_with_may_be_absent),
        DB_BOTH(triggers_of_others_are_named),
        DB_BOTH(what_settings_name_must_be_there),
        DB_BOTH(what_is_there_is_not_mentioned),
        DB_BOTH(the_store_is_compared_with_both_tables),
        DB_BOTH(an_order_of_rms_kept_twice_is_found),
        DB_SQLITE(a_locked_database_is_tried_again),
        DB_SQLITE(a_file_that_can_only_be_read_is_found),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
