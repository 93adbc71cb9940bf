/* test_reconciler_batch_staff: orders that others have a hand in: an earlier
 * integration's, and those that staff work on, in a real RMS database. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

static const char *const usual[] = {"RMS_SHIPPING_ITEM=SHIPPING",
                                    "RMS_MISC_ITEM=WEB-MISC",
                                    "RMS_TIMEZONE=America/Costa_Rica",
                                    "RMS_STORE_ID=1",
                                    "RMS_SALES_REP_ID=5",
                                    "RMS_GUEST_CUSTOMER_ID=1",
                                    NULL};

/* As an earlier integration left it. */
static void add_legacy(int64_t id, int64_t order)
{
    rig_must(
        &rig,
        "INSERT INTO \"Order\" (\"ID\", \"StoreID\", \"Type\", \"ChannelType\", "
        "\"ReferenceNumber\", \"Total\", \"Tax\", \"Comment\") VALUES (%lld, 1, 2, 2, "
        "'SHOPIFY-%lld', 40, 4, 'Order reference')",
        (long long)id, (long long)order);
    rig_must(&rig,
             "INSERT INTO \"OrderEntry\" (\"OrderID\", \"ItemID\", \"Price\", "
             "\"QuantityOnOrder\", \"Description\") SELECT %lld, \"ID\", 14.5, 3, "
             "\"Description\" FROM \"Item\" WHERE \"ItemLookupCode\" IN "
             "('MUG-STONE-350', 'PLATE-DIN-27', 'WHISK-STEEL') ORDER BY \"ID\"",
             (long long)id);
}

static void adopts_an_earlier_order(void **state)
{
    rig_open(&rig, state, usual);
    add_legacy(900, 7001);
    struct work *work = rig_do(&rig, rig_order(&rig, 7001));
    rig_expect(work, "updated", "");
    assert_int_equal(work->result.rms_order, 900);
    assert_string_equal(rig_entries(&rig, 900, "i.\"ItemLookupCode\""),
                        "MUG-STONE-350,PLATE-DIN-27");
    assert_string_equal(rig_entries(&rig, 900, RIG_QUANTITIES), "2,1");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 1);
    assert_string_equal(rig_order_text(&rig, 900, "\"Comment\""), "Order reference");
    rig_close(&rig);
}

/* What no line takes is in the line map with a negative id; it must be readable again. */
static void an_adopted_order_cancelled_is_met_again(void **state)
{
    rig_open(&rig, state, usual);
    add_legacy(900, 7001);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_line(order, 0)->current_quantity = rig_line(order, 1)->current_quantity = 0;
    rig_total(order);
    rig_expect(rig_do(&rig, order), "cancelled", "");
    rig_later(order);
    rig_expect(rig_do(&rig, order), "skipped", "unchanged");
    rig_close(&rig);
}

static void duplicates_in_rms_are_a_conflict(void **state)
{
    rig_open(&rig, state, usual);
    add_legacy(900, 7001);
    add_legacy(901, 7001);
    add_legacy(902, 7002);
    rig_send(&rig, rig_order(&rig, 7001));
    rig_send(&rig, rig_order(&rig, 7002));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "conflict", "duplicate_in_rms");
    rig_expect(&rig.works[1], "updated", "");
    rig_must(&rig, "UPDATE \"Order\" SET \"ReferenceNumber\" = '' WHERE \"ID\" = 901");
    rig_expect(rig_do(&rig, rig_order(&rig, 7001)), "updated", "");
    rig_close(&rig);
}

/* A quote (Type 3), or one of another channel, is no order of ours. */
static void other_kinds_of_orders_are_not_adopted(void **state)
{
    rig_open(&rig, state, usual);
    add_legacy(900, 7001);
    add_legacy(901, 7002);
    rig_must(&rig, "UPDATE \"Order\" SET \"Type\" = 3 WHERE \"ID\" = 900");
    rig_must(&rig, "UPDATE \"Order\" SET \"ChannelType\" = 0 WHERE \"ID\" = 901");
    rig_send(&rig, rig_order(&rig, 7001));
    rig_send(&rig, rig_order(&rig, 7002));
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_expect(&rig.works[1], "created", "");
    rig_close(&rig);
}

static void staff_conflicts_and_their_healing(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 7001);
    long long id = rig_do(&rig, order)->result.rms_order;
    rig_line(order, 0)->current_quantity = 1;
    rig_total(order);
    rig_later(order);
    rig_must(&rig, "UPDATE \"Order\" SET \"Deposit\" = 10 WHERE \"ID\" = %lld", id);
    rig_expect(rig_do(&rig, order), "conflict", "has_deposit");
    rig_must(&rig,
             "UPDATE \"OrderEntry\" SET \"QuantityRTD\" = 0.5 WHERE \"OrderID\" = %lld",
             id);
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "conflict", "part_delivered");
    rig_must(&rig, "INSERT INTO \"Transaction\" (\"RecallID\") VALUES (%lld)", id);
    rig_must(&rig, "UPDATE \"Order\" SET \"Closed\" = 1 WHERE \"ID\" = %lld", id);
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "conflict", "tendered");
    rig_must(&rig, "DELETE FROM \"Transaction\"");
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "conflict", "closed_in_rms");
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "skipped", "already_reported");
    rig_must(&rig,
             "UPDATE \"Order\" SET \"Closed\" = 0, \"Deposit\" = 0 WHERE \"ID\" = %lld",
             id);
    rig_must(&rig, "UPDATE \"OrderEntry\" SET \"QuantityRTD\" = 0");
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "updated", "");
    rig_must(&rig, "DELETE FROM \"Order\" WHERE \"ID\" = %lld", id);
    rig_later(order);
    rig_expect(rig_do(&rig, order), "conflict", "deleted_in_rms");
    rig_close(&rig);
}

/* RMS holds quantities as floats: a third of a kilogram has no end. */
static void a_quantity_without_end_is_read(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 7001);
    long long id = rig_do(&rig, order)->result.rms_order;
    rig_must(&rig, "UPDATE \"OrderEntry\" SET \"QuantityOnOrder\" = 1.0 / 3");
    rig_later(order);
    rig_line(order, 0)->quantity = rig_line(order, 0)->current_quantity = 3;
    rig_total(order);
    rig_expect(rig_do(&rig, order), "updated", "");
    assert_string_equal(rig_entries(&rig, id, RIG_QUANTITIES), "3,1");
    rig_close(&rig);
}

/* Staff's own columns and texts are as they were after an update. */
static void staff_columns_are_kept(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 7001);
    long long id = rig_do(&rig, order)->result.rms_order;
    rig_must(
        &rig,
        "UPDATE \"Order\" SET \"ShippingTrackingNumber\" = 'TRACK', "
        "\"ShippingServiceID\" = 4, \"Comment\" = 'Call first', \"ShippingNotes\" = "
        "'Ask for Luis', \"SalesRepID\" = 9, \"ReasonCodeID\" = 3 WHERE \"ID\" = %lld",
        id);
    rig_line(order, 0)->current_quantity = 1;
    order->note = "Fragile";
    rig_total(order);
    rig_later(order);
    rig_expect(rig_do(&rig, order), "updated", "");
    assert_string_equal(rig_order_text(&rig, id,
                                       "\"ShippingTrackingNumber\" || "
                                       "\"ShippingServiceID\" || \"Comment\" || "
                                       "\"ShippingNotes\" || \"SalesRepID\" || "
                                       "\"ReasonCodeID\""),
                        "TRACK4Call firstAsk for Luis93");
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(adopts_an_earlier_order),
        DB_BOTH(an_adopted_order_cancelled_is_met_again),
        DB_BOTH(duplicates_in_rms_are_a_conflict),
        DB_BOTH(other_kinds_of_orders_are_not_adopted),
        DB_BOTH(staff_conflicts_and_their_healing),
        DB_BOTH(a_quantity_without_end_is_read),
        DB_BOTH(staff_columns_are_kept),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
