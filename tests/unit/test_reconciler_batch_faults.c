/* test_reconciler_batch_faults: orders that the database refuses, rows that go away,
 * commits that fail, messages that can't be read. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

static const char *const usual[] = {"RMS_TIMEOUT_S=3", NULL};

/* A trigger of some third party, which lets no order of this name in. */
static void refuse_name(const char *name)
{
    if (rig.db->dialect == SQL_SQLITE) {
        rig_must(&rig,
                 "CREATE TRIGGER no_such_name BEFORE INSERT ON \"Order\" WHEN "
                 "NEW.\"Comment\" LIKE '%%%s%%' BEGIN SELECT RAISE(ABORT, 'not this "
                 "name'); END",
                 name);
        return;
    }
    rig_must(
        &rig,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
        "NEW.\"Comment\" LIKE '%%%s%%' THEN RAISE EXCEPTION 'not this name'; END IF; "
        "RETURN NEW; END $$",
        name);
    rig_must(&rig, "CREATE TRIGGER no_such_name BEFORE INSERT ON \"Order\" FOR EACH ROW "
                   "EXECUTE FUNCTION refuse()");
}

static void only_the_bad_order_of_a_batch_is_refused(void **state)
{
    rig_open(&rig, state, usual);
    refuse_name("BAD");
    struct snapshot *bad = rig_order(&rig, 2);
    bad->name = "BAD";
    rig_send(&rig, rig_order(&rig, 1));
    rig_send(&rig, bad);
    rig_send(&rig, rig_order(&rig, 3));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_expect(&rig.works[1], "error", "rms_refused");
    rig_expect(&rig.works[2], "created", "");
    assert_contains(rig.works[1].detail, "not this name");
    assert_true(rig.works[1].dead && !rig.works[0].dead);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 2);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 4);
    rig_close(&rig);
}

/* A refusal by the database is a decision too: it moves the fence, is told once, and the
 * same message met again gives the same result. */
static void a_refusal_by_the_database_is_remembered(void **state)
{
    rig_open(&rig, state, usual);
    refuse_name("BAD");
    struct snapshot *order = rig_order(&rig, 1);
    struct snapshot older = *order;
    order->name = "BAD";
    rig_later(order);
    struct work *work = rig_do(&rig, order);
    rig_expect(work, "error", "rms_refused");
    assert_true(work->dead);
    rig_send_again(&rig, 0);
    rig_commit(&rig);
    rig_expect(&rig.works[1], "error", "rms_refused");
    assert_string_equal(rig.works[1].detail, rig.works[0].detail);
    older.name = "older";
    rig_expect(rig_do(&rig, &older), "skipped", "stale");
    order->fetched_ms++;
    work = rig_do(&rig, order);
    rig_expect(work, "skipped", "already_reported");
    assert_false(work->dead);
    rig_must(&rig, rig.db->dialect == SQL_SQLITE
                       ? "DROP TRIGGER no_such_name"
                       : "DROP TRIGGER no_such_name ON \"Order\"");
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "created", "");
    rig_close(&rig);
}

static void a_refusal_in_a_dry_run_is_not(void **state)
{
    rig_open(&rig, state, usual);
    refuse_name("BAD");
    struct snapshot *order = rig_order(&rig, 1);
    order->name = "BAD";
    const char *before = rig_dump(&rig);
    rig_send_with(&rig, order, HEADER_DRY_RUN, "true");
    rig_commit(&rig);
    rig_expect(&rig.works[0], "error", "rms_refused");
    assert_false(rig.works[0].dead);
    assert_string_equal(rig_dump(&rig), before);
    rig_close(&rig);
}

/* The database may refuse as late as at COMMIT; what follows must not suffer. */
static void refuse_at_commit(void)
{
    if (rig.db->dialect == SQL_SQLITE) {
        rig_must(&rig, "CREATE TABLE parent (id INTEGER PRIMARY KEY)");
        rig_must(&rig, "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE "
                       "INITIALLY DEFERRED)");
        rig_must(&rig, "CREATE TRIGGER late AFTER INSERT ON \"Order\" WHEN "
                       "NEW.\"Comment\" LIKE '%%BAD%%' BEGIN INSERT INTO child VALUES "
                       "(1); END");
        return;
    }
    rig_must(&rig, "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                   "IF NEW.\"Comment\" LIKE '%%BAD%%' THEN RAISE EXCEPTION 'too late'; "
                   "END IF; RETURN NULL; END $$");
    rig_must(&rig, "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON \"Order\" DEFERRABLE "
                   "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()");
}

static void a_commit_that_fails_is_rolled_back(void **state)
{
    rig_open(&rig, state, usual);
    refuse_at_commit();
    struct snapshot *bad = rig_order(&rig, 1);
    bad->name = "BAD";
    rig_send(&rig, bad);
    rig_send(&rig, rig_order(&rig, 2));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "error", "rms_refused");
    rig_expect(&rig.works[1], "created", "");
    rig_expect(rig_do(&rig, rig_order(&rig, 3)), "created", "");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 2);
    rig_close(&rig);
}

/* The stock of an item that was deleted from RMS can't be released, and need not be. */
static void the_item_of_a_line_was_deleted(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_do(&rig, order);
    rig_must(&rig, "DELETE FROM \"Item\" WHERE \"ItemLookupCode\" = 'MUG-STONE-350'");
    order->cancelled_ms = order->updated_ms;
    rig_later(order);
    rig_expect(rig_do(&rig, order), "cancelled", "");
    rig_close(&rig);
}

/* Items that hold no stock are left alone, whatever is to be released. */
static void non_inventory_items_are_left_alone(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_do(&rig, order);
    rig_must(&rig,
             "UPDATE \"Item\" SET \"ItemType\" = 7, \"QuantityCommitted\" = 0 WHERE "
             "\"ItemLookupCode\" = 'MUG-STONE-350'");
    order->cancelled_ms = order->updated_ms;
    rig_later(order);
    rig_expect(rig_do(&rig, order), "cancelled", "");
    assert_int_equal(rig_number(&rig,
                                "SELECT CAST(sum(\"QuantityCommitted\") AS INTEGER) "
                                "FROM \"Item\""),
                     0);
    rig_close(&rig);
}

/* A shop's name that our own table has no room for: this order is refused, not tried for
 * ever. (SQLite does not look at the width.) */
static void a_guard_that_does_not_fit_is_refused(void **state)
{
    rig_open(&rig, state, usual);
    rig_must(&rig, "ALTER TABLE tillbridge_guard ALTER COLUMN shop TYPE varchar(30)");
    char *shop = arena_alloc(&rig.arena, 201);
    memset(shop, 'a', 200);
    struct snapshot *order = rig_order(&rig, 1);
    order->shop = shop;
    rig_send(&rig, order);
    rig_send(&rig, rig_order(&rig, 2));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "error", "rms_refused");
    rig_expect(&rig.works[1], "created", "");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 1);
    rig_close(&rig);
}

/* Someone changed our table: that order can't go on, the others do. */
static void a_damaged_line_map_refuses_the_order(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_do(&rig, order);
    rig_must(&rig, "UPDATE tillbridge_guard SET line_map = '11:zwei'");
    rig_later(order);
    order->note = "news";
    rig.count = 0;
    rig_send(&rig, order);
    rig_send(&rig, rig_order(&rig, 2));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "error", "rms_refused");
    assert_contains(rig.works[0].detail, "line_map");
    assert_true(rig.works[0].dead);
    rig_expect(&rig.works[1], "created", "");
    rig_close(&rig);
}

/* ---- connection and preflight ---- */

static void our_tables_are_missing(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, usual);
    rig_must(&rig, "DROP TABLE tillbridge_meta");
    assert_rc(RC_FATAL, rms_connect(rig.rms, &e), &e);
    assert_contains(e.text, "tillctl schema install");
    rig_close(&rig);
}

static void an_rms_column_is_missing(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, usual);
    rig_must(&rig,
             "ALTER TABLE \"OrderEntry\" RENAME COLUMN \"VoucherID\" TO \"Voucher\"");
    assert_rc(RC_FATAL, rms_connect(rig.rms, &e), &e);
    assert_contains(e.text, "VoucherID");
    rig_close(&rig);
}

static void the_shipping_item_is_missing(void **state)
{
    static const char *const settings[] = {"RMS_SHIPPING_ITEM=FREIGHT", NULL};
    struct err e = {0};
    rig_open(&rig, state, settings);
    assert_rc(RC_FATAL, rms_connect(rig.rms, &e), &e);
    assert_contains(e.text, "RMS_SHIPPING_ITEM");
    assert_contains(e.text, "FREIGHT");
    rig_close(&rig);
}

/* The database is busy while the worker starts: it must look again, not go on without
 * having looked. Here there is something to find. */
static void a_preflight_that_could_not_end_is_made_again(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, usual);
    rig.cfg.rms_shipping_item = "NO-SUCH-ITEM";
    rig_must(&rig, "PRAGMA journal_mode = DELETE");
    rig_must(&rig, "BEGIN EXCLUSIVE");
    rms_free(rig.rms);
    rig.rms = rms_new(&rig.cfg);
    assert_rc(RC_RETRY, rms_connect(rig.rms, &e), &e);
    rig_must(&rig, "ROLLBACK");
    assert_rc(RC_FATAL, rms_connect(rig.rms, &e), &e);
    assert_contains(e.text, "NO-SUCH-ITEM");
    rig_close(&rig);
}

static void a_batch_waits_while_another_writes(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, usual);
    rig_do(&rig, rig_order(&rig, 1));
    if (rig.db->dialect == SQL_SQLITE)
        rig_must(&rig, "BEGIN IMMEDIATE");
    else
        rig_must(&rig, "BEGIN; SELECT pg_advisory_xact_lock(2)");
    rig.count = 0;
    rig_send(&rig, rig_order(&rig, 2));
    assert_rc(RC_RETRY, rig_try(&rig, &e), &e);
    rig_must(&rig, "ROLLBACK");
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_close(&rig);
}

/* ---- messages ---- */

/* Bytes that are no order, and what the refusal says of them. */
static const struct {
    const char *key, *value, *says;
} unreadable[] = {
    {"demo.myshopify.com/1", NULL, "tombstone"},
    {"demo.myshopify.com/1", "", ""},
    {"demo.myshopify.com/1", "no JSON", ""},
    {"demo.myshopify.com/1", "{}", "v"},
    {"demo.myshopify.com/1", "[1,2]", "object"},
    {"demo.myshopify.com/1", "{\"v\":2}", ""},
    {NULL, "\xff\xfe", ""},
    {"no key of ours", "{\"v\":1}", ""},
};

static void unreadable_messages_are_refused(void **state)
{
    enum { COUNT = sizeof(unreadable) / sizeof(unreadable[0]) };
    rig_open(&rig, state, usual);
    for (size_t i = 0; i < COUNT; i++)
        rig_send_bytes(&rig, unreadable[i].key, unreadable[i].value);
    rig_send(&rig, rig_order(&rig, 1));
    rig_commit(&rig);
    for (size_t i = 0; i < COUNT; i++) {
        rig_expect(&rig.works[i], "error", "malformed");
        assert_true(rig.works[i].dead);
        assert_true(strlen(rig.works[i].detail) > 5);
        assert_contains(rig.works[i].detail, unreadable[i].says);
    }
    assert_string_equal(rig.works[0].result.shop, "demo.myshopify.com");
    assert_int_equal(rig.works[0].result.order, 1);
    rig_expect(&rig.works[COUNT], "created", "");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM tillbridge_guard"), 1);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(only_the_bad_order_of_a_batch_is_refused),
        DB_BOTH(a_refusal_by_the_database_is_remembered),
        DB_BOTH(a_refusal_in_a_dry_run_is_not),
        DB_BOTH(a_commit_that_fails_is_rolled_back),
        DB_BOTH(the_item_of_a_line_was_deleted),
        DB_BOTH(non_inventory_items_are_left_alone),
        DB_POSTGRES(a_guard_that_does_not_fit_is_refused),
        DB_BOTH(a_damaged_line_map_refuses_the_order),
        DB_BOTH(our_tables_are_missing),
        DB_BOTH(an_rms_column_is_missing),
        DB_BOTH(the_shipping_item_is_missing),
        DB_SQLITE(a_preflight_that_could_not_end_is_made_again),
        DB_BOTH(a_batch_waits_while_another_writes),
        DB_BOTH(unreadable_messages_are_refused),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
