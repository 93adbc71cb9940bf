/* test_reconciler_batch_defects: what integrations of this kind were seen to do wrong, as
 * far as it takes a database to see it. See test_reconciler_defects. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

/* The header was committed, then each entry by itself: a failure left half an order, and
 * the retry another. */
static void defect_rms_06_create_is_not_atomic(void **state)
{
    rig_open(&rig, state, NULL);
    if (rig.db->dialect == SQL_SQLITE) {
        rig_must(&rig, "CREATE TRIGGER one_line BEFORE INSERT ON \"OrderEntry\" WHEN "
                       "NEW.\"ItemID\" = (SELECT \"ID\" FROM \"Item\" WHERE "
                       "\"ItemLookupCode\" = 'PLATE-DIN-27') BEGIN SELECT RAISE(ABORT, "
                       "'no plates'); END");
    } else {
        rig_must(&rig, "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
                       "BEGIN IF NEW.\"ItemID\" = (SELECT \"ID\" FROM \"Item\" WHERE "
                       "\"ItemLookupCode\" = 'PLATE-DIN-27') THEN RAISE EXCEPTION 'no "
                       "plates'; END IF; RETURN NEW; END $$");
        rig_must(&rig, "CREATE TRIGGER one_line BEFORE INSERT ON \"OrderEntry\" FOR EACH "
                       "ROW EXECUTE FUNCTION refuse()");
    }
    rig_expect(rig_do(&rig, rig_order(&rig, 7001)), "error", "rms_refused");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 0);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 0);
    assert_int_equal(rig_number(&rig,
                                "SELECT CAST(sum(\"QuantityCommitted\") AS INTEGER) "
                                "FROM \"Item\""),
                     0);
    rig_close(&rig);
}

/* Entries that could not be read were taken for none, and all were made again. */
static void defect_rms_07_unreadable_entries_taken_for_none(void **state)
{
    struct err e = {0};
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_do(&rig, order);
    rig_must(&rig, "ALTER TABLE \"OrderEntry\" RENAME TO \"Elsewhere\"");
    rig_later(order);
    order->note = "news";
    rig.count = 0;
    rig_send(&rig, order);
    assert_rc(RC_FATAL, rig_try(&rig, &e), &e);
    assert_contains(e.text, "OrderEntry");
    rig_must(&rig, "ALTER TABLE \"Elsewhere\" RENAME TO \"OrderEntry\"");
    rig_restart(&rig);
    rig_expect(rig_do(&rig, order), "updated", "");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 2);
    rig_close(&rig);
}

/* UTC was written where RMS has the store's own time: also on the days when the clocks
 * change. 2026-03-08 06:59:59.500 UTC is 01:59:59.500 in New York, a second later it is
 * 03:00. */
static void defect_rms_13_utc_where_rms_has_local_time(void **state)
{
    static const char *const settings[] = {"RMS_TIMEZONE=America/New_York", NULL};
    rig_open(&rig, state, settings);
    struct snapshot *before = rig_order(&rig, 7001);
    struct snapshot *after = rig_order(&rig, 7002);
    before->created_ms = INT64_C(1772953199500);
    after->created_ms = INT64_C(1772953200500);
    rig_do(&rig, before);
    rig_do(&rig, after);
    const char *first =
        rig_text(&rig, "SELECT CAST(\"Time\" AS VARCHAR(30)) FROM \"Order\" WHERE "
                       "\"ReferenceNumber\" = 'SHOPIFY-7001'");
    const char *second =
        rig_text(&rig, "SELECT CAST(\"Time\" AS VARCHAR(30)) FROM \"Order\" WHERE "
                       "\"ReferenceNumber\" = 'SHOPIFY-7002'");
    assert_memory_equal(first, "2026-03-08 01:59:59.5", 21);
    assert_memory_equal(second, "2026-03-08 03:00:00.5", 21);
    rig_close(&rig);
}

/* A commit whose answer was lost was done again: here the worker is gone right after the
 * commit, and the next one meets the same message. */
static void defect_pipe_08_lost_answer_makes_a_second_order(void **state)
{
    rig_open(&rig, state, NULL);
    rig_send(&rig, rig_order(&rig, 7001));
    rig_commit(&rig);
    rig_restart(&rig);
    rig_send_again(&rig, 0);
    rig_commit(&rig);
    rig_expect(&rig.works[1], "created", "");
    assert_int_equal(rig.works[1].result.lines_added, 2);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 1);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"OrderEntry\""), 2);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(defect_rms_06_create_is_not_atomic),
        DB_BOTH(defect_rms_07_unreadable_entries_taken_for_none),
        DB_BOTH(defect_rms_13_utc_where_rms_has_local_time),
        DB_BOTH(defect_pipe_08_lost_answer_makes_a_second_order),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
