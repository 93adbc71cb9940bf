/* test_reconciler_batch_sets: a batch's rows written by set (PostgreSQL): how many
 * statements that takes, what arrays do to odd texts, columns of other types. */
#include "reconciler/rig.h"

#include "rms_internal.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

/* Counts the statements that write to a table, whatever rows they hold. */
static void count_statements(const char *table, const char *events)
{
    rig_must(&rig,
             "CREATE TABLE IF NOT EXISTS statements (tab text, rows int DEFAULT 0)");
    rig_must(&rig, "CREATE OR REPLACE FUNCTION counted() RETURNS trigger LANGUAGE "
                   "plpgsql AS $$ BEGIN INSERT INTO statements VALUES (TG_TABLE_NAME); "
                   "RETURN NULL; END $$");
    rig_must(&rig,
             "CREATE TRIGGER counted AFTER %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION "
             "counted()",
             events, table);
}

static int64_t statements(const char *table)
{
    return rig_number(&rig, "SELECT count(*) FROM statements WHERE tab = '%s'", table);
}

/* Orders first..last, each of two lines; committed as one group. */
static void commit_orders(int64_t first, int64_t last)
{
    rig.count = 0;
    for (int64_t id = first; id <= last; id++)
        rig_send(&rig, rig_order(&rig, id));
    rig_commit(&rig);
    for (size_t i = 0; i < rig.count; i++)
        rig_expect(&rig.works[i], "created", "");
}

static void a_batch_takes_a_statement_a_table(void **state)
{
    static const char *const tables[] = {"Order", "OrderEntry", "Item"};
    rig_open(&rig, state, NULL);
    count_statements("\"Order\"", "INSERT OR UPDATE");
    count_statements("\"OrderEntry\"", "INSERT OR UPDATE OR DELETE");
    count_statements("\"Item\"", "UPDATE");
    count_statements("tillbridge_guard", "INSERT");
    commit_orders(1, 40);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(statements(tables[i]), 1);
    assert_int_equal(statements("tillbridge_guard"), 1);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 80);
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 80);
    assert_int_equal(rig_committed(&rig, "PLATE-DIN-27"), 40);
    rig_close(&rig);
}

/* Lines belong to their own order, and the guard's map to its own lines, in their order.
 */
static void rows_of_a_batch_find_each_other(void **state)
{
    rig_open(&rig, state, NULL);
    commit_orders(1, 20);
    assert_int_equal(
        rig_number(&rig, "SELECT count(*) FROM tillbridge_guard g JOIN \"Order\" o ON "
                         "o.\"ID\" = g.rms_order AND o.\"ReferenceNumber\" = 'SHOPIFY-' "
                         "|| g.order_id"),
        20);
    assert_int_equal(
        rig_number(&rig,
                   "SELECT count(*) FROM tillbridge_guard g, LATERAL (SELECT "
                   "string_agg(split_part(m, ':', 2), ',') AS ids FROM "
                   "unnest(string_to_array(trim(g.line_map), ' ')) m) map WHERE map.ids "
                   "= (SELECT string_agg(e.\"ID\"::text, ',' ORDER BY e.\"ID\") FROM "
                   "\"OrderEntry\" e WHERE e.\"OrderID\" = g.rms_order)"),
        20);
    for (size_t i = 0; i < rig.count; i++)
        assert_int_equal(rig.works[i].result.rms_order,
                         rig_number(&rig,
                                    "SELECT rms_order FROM tillbridge_guard WHERE "
                                    "order_id = %lld",
                                    (long long)rig.works[i].snapshot.id));
    rig_close(&rig);
}

/* Changes of several shapes in one batch: each goes to its own row. */
static void changes_go_to_their_rows(void **state)
{
    struct snapshot *orders[6];
    rig_open(&rig, state, NULL);
    rig.count = 0;
    for (int i = 0; i < 6; i++) {
        orders[i] = rig_order(&rig, i + 1);
        rig_send(&rig, orders[i]);
    }
    rig_commit(&rig);
    for (int i = 0; i < 6; i++) {
        struct snapshot_line *line = rig_line(orders[i], 0);
        if (i % 3 == 0)
            line->quantity = line->current_quantity = i + 3;
        else if (i % 3 == 1)
            line->unit_price_e4 += INT64_C(10000) * (i + 1);
        else
            line->quantity = line->current_quantity = 0;
        rig_total(orders[i]);
        rig_later(orders[i]);
        rig_send(&rig, orders[i]);
    }
    rig_commit(&rig);
    static const char *const quantities[] = {"3,1", "2,1", "1", "6,1", "2,1", "1"};
    for (int i = 0; i < 6; i++) {
        int64_t id = rig.works[i].result.rms_order;
        assert_string_equal(rig_entries(&rig, id, RIG_QUANTITIES), quantities[i]);
    }
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 3 + 2 + 6 + 2);
    rig_close(&rig);
}

/* Someone changed our map so that two lines share an entry: both are written, in turn. */
static void a_row_met_twice_is_written_twice(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 1);
    rig_do(&rig, order);
    rig_must(&rig, "UPDATE tillbridge_guard SET line_map = regexp_replace(line_map, "
                   "'^([0-9]+):([0-9]+)(.*) ([0-9]+):[0-9]+', '\\1:\\2\\3 \\4:\\2')");
    rig_line(order, 0)->unit_price_e4 += 10000;
    rig_line(order, 1)->unit_price_e4 += 10000;
    rig_total(order);
    rig_later(order);
    rig_expect(rig_do(&rig, order), "updated", "");
    rig_close(&rig);
}

/* What has a meaning within an array, or looks like no value at all. */
static void odd_texts_stay_as_they_are(void **state)
{
    static const char *const odd[] = {
        "NULL",          "{a,b}", "say \"hi\"", "back\\slash", "a,b",
        "tab and\nline", "\\N",   "''",         " spaced ",    "日本 \U0001F600"};
    rig_open(&rig, state, NULL);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct snapshot *order = rig_order(&rig, (int64_t)i + 1);
        order->note = odd[i];
        rig_send(&rig, order);
    }
    rig_commit(&rig);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        assert_contains(
            rig_order_text(&rig, rig.works[i].result.rms_order, "\"ShippingNotes\""),
            odd[i]);
    rig_close(&rig);
}

/* A copy of RMS need not spell its types as deploy/rms does. */
static void the_columns_own_types_are_taken(void **state)
{
    rig_open(&rig, state, NULL);
    rig_must(&rig, "ALTER TABLE \"Order\" ALTER \"Closed\" TYPE bigint, ALTER "
                   "\"ShipToID\" TYPE numeric(9, 0)");
    rig_must(&rig, "ALTER TABLE \"Order\" ALTER \"Total\" TYPE double precision, ALTER "
                   "\"Tax\" TYPE real, ALTER \"ID\" SET GENERATED ALWAYS");
    rig_must(&rig, "ALTER TABLE \"OrderEntry\" ALTER \"Description\" TYPE character(30), "
                   "ALTER \"QuantityOnOrder\" TYPE numeric(12, 3)");
    struct snapshot *order = rig_order(&rig, 1);
    struct work *work = rig_do(&rig, order);
    rig_expect(work, "created", "");
    assert_string_equal(rig_entries(&rig, work->result.rms_order, "e.\"Description\""),
                        rig_entries(&rig, work->result.rms_order, "i.\"Description\""));
    order->cancelled_ms = order->updated_ms;
    rig_later(order);
    rig_expect(rig_do(&rig, order), "cancelled", "");
    assert_string_equal(rig_order_text(&rig, work->result.rms_order, "\"Closed\""), "1");
    rig_close(&rig);
}

/* Someone alters a column while a worker is at it: its statements are prepared anew. */
static void an_altered_column_is_met_by_a_new_connection(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    rig_expect(rig_do(&rig, rig_order(&rig, 1)), "created", "");
    rig_must(&rig, "ALTER TABLE \"Order\" ALTER \"Comment\" TYPE varchar(300), ALTER "
                   "\"Deposit\" TYPE double precision");
    rig.count = 0;
    rig_send(&rig, rig_order(&rig, 2));
    assert_int_equal(rig_try(&rig, &e), RC_RETRY);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_close(&rig);
}

/* Cut nowhere: the width is the assignment's to refuse. */
static void a_text_too_long_is_refused_not_cut(void **state)
{
    rig_open(&rig, state, NULL);
    struct err e = {0};
    rig_must(&rig, "ALTER TABLE \"Order\" ALTER \"Comment\" TYPE varchar(10)");
    assert_ok(rms_connect(rig.rms, &e), &e);
    rig.rms->settings.width[COL_ORDER_COMMENT] = 255; /* as it was a moment before */
    rig_send(&rig, rig_order(&rig, 1));
    rig_send(&rig, rig_order(&rig, 2));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "error", "rms_refused");
    rig_expect(&rig.works[1], "error", "rms_refused");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 0);
    rig_close(&rig);
}

/* A trigger that lets no row in, silently. */
static void a_row_kept_out_refuses_its_order(void **state)
{
    rig_open(&rig, state, NULL);
    rig_must(&rig, "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                   "IF NEW.\"ReferenceNumber\" = 'SHOPIFY-2' THEN RETURN NULL; END IF; "
                   "RETURN NEW; END $$");
    rig_must(&rig, "CREATE TRIGGER kept BEFORE INSERT ON \"Order\" FOR EACH ROW EXECUTE "
                   "FUNCTION kept()");
    for (int64_t id = 1; id <= 3; id++)
        rig_send(&rig, rig_order(&rig, id));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_expect(&rig.works[1], "error", "rms_refused");
    rig_expect(&rig.works[2], "created", "");
    assert_contains(rig.works[1].detail, "kept the others out");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 4);
    rig_close(&rig);
}

/* Rows that go between being read and being written: the group is looked at again. */
static void a_row_that_is_gone_is_looked_at_again(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 1);
    rig_do(&rig, order);
    rig_must(&rig, "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                   "DELETE FROM \"OrderEntry\"; RETURN NEW; END $$");
    rig_must(&rig, "CREATE TRIGGER gone BEFORE UPDATE ON \"Order\" FOR EACH ROW EXECUTE "
                   "FUNCTION gone()");
    rig_line(order, 0)->quantity = rig_line(order, 0)->current_quantity = 5;
    rig_total(order);
    rig_later(order);
    rig.count = 0;
    rig_send(&rig, order);
    assert_int_equal(rig_try(&rig, &e), RC_RETRY);
    assert_contains(e.text, "of 1 rows of OrderEntry only 0 are still there");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 2);
    rig_close(&rig);
}

/* A guard that another worker made meanwhile: nothing is written twice. */
static void a_guard_that_appeared_is_looked_at_again(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    rig_must(&rig,
             "CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
             "INSERT INTO tillbridge_guard VALUES (1, 'demo.myshopify.com', 7, 0, 0, '', "
             "'', 'created', '', '', 0, '', '', 0, 0, '', ''); RETURN NEW; END $$");
    rig_must(&rig, "CREATE TRIGGER other BEFORE INSERT ON \"Order\" FOR EACH ROW EXECUTE "
                   "FUNCTION other()");
    rig_send(&rig, rig_order(&rig, 1));
    assert_int_equal(rig_try(&rig, &e), RC_RETRY);
    assert_contains(e.text, "guard appeared meanwhile");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 0);
    rig_close(&rig);
}

static void a_table_without_a_sequence_is_named(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    assert_ok(rms_connect(rig.rms, &e), &e); /* which would tell, too */
    rig_must(&rig, "ALTER TABLE \"OrderEntry\" ALTER \"ID\" DROP IDENTITY");
    rig_send(&rig, rig_order(&rig, 1));
    assert_int_equal(rig_try(&rig, &e), RC_FATAL);
    assert_contains(e.text, "column ID of \"OrderEntry\" has no sequence");
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_POSTGRES(a_batch_takes_a_statement_a_table),
        DB_POSTGRES(rows_of_a_batch_find_each_other),
        DB_POSTGRES(changes_go_to_their_rows),
        DB_POSTGRES(a_row_met_twice_is_written_twice),
        DB_POSTGRES(odd_texts_stay_as_they_are),
        DB_POSTGRES(the_columns_own_types_are_taken),
        DB_POSTGRES(an_altered_column_is_met_by_a_new_connection),
        DB_POSTGRES(a_text_too_long_is_refused_not_cut),
        DB_POSTGRES(a_row_kept_out_refuses_its_order),
        DB_POSTGRES(a_row_that_is_gone_is_looked_at_again),
        DB_POSTGRES(a_guard_that_appeared_is_looked_at_again),
        DB_POSTGRES(a_table_without_a_sequence_is_named),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
