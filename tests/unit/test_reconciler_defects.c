/* test_reconciler_defects: what integrations of this kind were seen to do wrong on the
 * side of RMS, each as a test that fails when we do it too. Numbers that are missing
 * concern other services, or need a database: then they are in
 * test_reconciler_batch_defects.
 */
#include "reconciler/till.h"

#include "shop.h"
#include "unit.h"

#include <string.h>

/* The update wrote every column, and so re-opened closed orders and wiped staff's. */
static void defect_rms_01_update_reopens_and_wipes(void **state)
{
    (void)state;
    static const enum column staffs[] = {
        COL_ORDER_CLOSED,  COL_ORDER_DEPOSIT, COL_ORDER_TRACKING, COL_ORDER_NOTES,
        COL_ORDER_COMMENT, COL_ENTRY_RTD,     COL_ENTRY_COMMENT,  COL_ORDER_SALES_REP};
    struct snapshot_line *line = till_add_line("CUP", 3, 100000);
    till_deliver();
    till_row()->notes = "staff's notes";
    till_row()->comment = "staff's comment";
    till_remove_units(line, 1);
    till_deliver_later();
    till_expect(ACTION_UPDATED, REASON_NONE);
    for (size_t i = 0; i < sizeof(staffs) / sizeof(staffs[0]); i++)
        assert_false(till_writes(staffs[i]));
}

static void defect_rms_01_update_of_an_order_staff_work_on(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("CUP", 3, 100000);
    till_deliver();
    till_remove_units(line, 1);
    till_row()->deposit_e4 = 50000;
    till_deliver_later();
    till_expect(ACTION_CONFLICT, REASON_HAS_DEPOSIT);
    till_row()->deposit_e4 = 0;
    model_entry(till_row(), 1)->rtd_e4 = QUANTITY_SCALE;
    till_deliver_later();
    till_expect(ACTION_CONFLICT, REASON_PART_DELIVERED);
    till_row()->closed = true;
    till_deliver_later();
    till_expect(ACTION_CONFLICT, REASON_CLOSED_IN_RMS);
    till_row()->tendered = true;
    till_deliver_later();
    till_expect(ACTION_CONFLICT, REASON_TENDERED);
    assert_int_equal(till_row()->entries[0].quantity_e4, 3 * QUANTITY_SCALE);
}

/* A cancelled order turns REFUNDED or VOIDED, and a filter of statuses hid it. */
static void defect_rms_02_cancellation_hidden_by_its_status(void **state)
{
    (void)state;
    till_add_line("CUP", 3, 100000);
    till_deliver();
    till.order.cancelled_ms = 1500;
    till.order.financial_status = "REFUNDED";
    till_deliver_later();
    till_expect(ACTION_CANCELLED, REASON_NONE);
    assert_true(till_row()->closed);
}

/* The action had no counter of its own; the comment was overwritten. */
static void defect_rms_03_cancel_overwrites_the_comment(void **state)
{
    (void)state;
    till_add_line("CUP", 3, 100000);
    till_deliver();
    till_row()->comment = "staff's comment";
    till.order.cancelled_ms = 1500;
    till.order.cancel_reason = "FRAUD";
    till_deliver_later();
    assert_string_equal(action_word(till.plan.action), "cancelled");
    assert_string_equal(till_row()->comment,
                        "staff's comment; Cancelled in Shopify: FRAUD");
}

/* quantity was read where currentQuantity says what is left. */
static void defect_rms_04_removed_units_not_seen(void **state)
{
    (void)state;
    struct snapshot_line *cups = till_add_line("CUP", 3, 100000);
    struct snapshot_line *bowls = till_add_line("BOWL", 2, 50000);
    till_deliver();
    till_remove_units(cups, 2);
    till_remove_units(bowls, 2);
    till_deliver_later();
    assert_int_equal(till_row()->entry_count, 1);
    assert_int_equal(till_row()->entries[0].quantity_e4, QUANTITY_SCALE);
    assert_int_equal(till_row()->entries[0].price_e4, 100000);
    assert_int_equal(till_row()->total_e4, 100000);
}

/* Lines were kept by item: two of one SKU became one on update. */
static void defect_rms_05_same_sku_lines_collapse(void **state)
{
    (void)state;
    till_add_line("CUP", 3, 100000);
    struct snapshot_line *second = till_add_line("CUP", 2, 90000);
    till_deliver();
    assert_int_equal(till_row()->entry_count, 2);
    till_remove_units(second, 1);
    till_deliver_later();
    assert_int_equal(till_row()->entry_count, 2);
    assert_int_equal(till_row()->entries[0].quantity_e4, 3 * QUANTITY_SCALE);
    assert_int_equal(till_row()->entries[1].quantity_e4, QUANTITY_SCALE);
    assert_int_equal(till_row()->entries[1].price_e4, 90000);
}

/* Lines with an unknown SKU were dropped, and short orders made. */
static void defect_rms_09_unknown_sku_dropped(void **state)
{
    (void)state;
    till_add_line("CUP", 3, 100000);
    till_add_line("NO-SUCH", 1, 100000);
    till_deliver();
    till_expect(ACTION_ERROR, REASON_UNKNOWN_SKU);
    assert_int_equal(till.model.order_count, 0);
    assert_true(till.plan.reported && strstr(till.plan.detail, "NO-SUCH"));
}

/* RMS's own price won within 10 %, so discounts up to that vanished. */
static void defect_rms_10_discount_vanishes(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("CUP", 2, 100000);
    line->discount_e4 = 10000; /* 5 % */
    till.order.total_e4 -= 10000;
    till_add_line("BOWL", 1, 50000);
    till_deliver();
    assert_int_equal(till_row()->entries[0].price_e4, 95000);
    assert_int_equal(till_row()->entries[1].price_e4, 50000);
    assert_int_equal(till_row()->entries[0].full_price_e4, 100000);
    assert_int_equal(model_sum(till_row(), 100), till.order.total_e4);
}

/* The service was always 0, and where to ship to was stored nowhere. */
static void defect_rms_11_shipping_lost(void **state)
{
    (void)state;
    struct snapshot_shipping shipping = {.title = "express", .price_e4 = 50000};
    const struct snapshot_address address = {.first_name = "Ana",
                                             .last_name = "Mora",
                                             .address1 = "Calle 5",
                                             .city = "Heredia"};
    till.order.shipping = (struct codec_list){.at = &shipping, .count = 1};
    till.order.shipping_address = &address;
    till.order.shipping_e4 = 50000;
    till.order.total_e4 = 50000;
    till_add_line("CUP", 1, 100000);
    till_deliver();
    assert_int_equal(till_row()->shipping_service_id, 4);
    assert_int_equal(till_row()->shipping_charge_e4, 50000);
    assert_contains(till_row()->notes, "Ana Mora\nCalle 5\nHeredia");
}

/* Every known customer became the guest. */
static void defect_rms_12_known_customer_becomes_guest(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("CUP", 2, 100000);
    till_deliver();
    assert_int_equal(till_row()->customer_id, 77);
    till_row()->customer_id = 88; /* staff's choice, and later nobody is found */
    till.model.customer_id = till.settings.guest_customer_id;
    till_remove_units(line, 1);
    till_deliver_later();
    assert_int_equal(till_row()->customer_id, 88);
}

/* Currency, store, representative and rate of tax were constants in the code. */
static void defect_rms_14_constants_in_the_code(void **state)
{
    (void)state;
    till_add_line("CUP", 1, 45050);
    till.order.currency = "KWD"; /* thousandths are kept */
    till.order.tax_e4 = 1230;
    till_deliver();
    assert_int_equal(till_written(COL_ORDER_STORE)->number, 40);
    assert_int_equal(till_written(COL_ENTRY_STORE)->number, 40);
    assert_int_equal(till_written(COL_ORDER_SALES_REP)->number, 9);
    assert_int_equal(till_written(COL_ENTRY_SALES_REP)->number, 9);
    assert_int_equal(till_row()->entries[0].price_e4, 45050);
    assert_int_equal(till_row()->tax_e4, 1230);
}

/* Description was cut at 255 where the column has 30, the comment nowhere. */
static void defect_rms_15_text_wider_than_its_column(void **state)
{
    (void)state;
    static char name[600];
    memset(name, 'n', sizeof(name) - 1);
    model_item(&till.model, SHOP_FIRST_ITEM)->row.description =
        "A description that is longer than thirty characters";
    till.order.name = name;
    till_add_line("APRON", 1, 100000);
    till_deliver();
    assert_int_equal(strlen(till_row()->entries[0].description), 30);
    assert_int_equal(strlen(till_row()->comment), 255);
}

/* Stock was not committed, and drifted when the POS released it. */
static void defect_rms_16_stock_not_committed(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("APRON", 3, 100000);
    till_deliver();
    assert_int_equal(till_committed(SHOP_FIRST_ITEM), 3);
    till_remove_units(line, 1);
    till_deliver_later();
    assert_int_equal(till_committed(SHOP_FIRST_ITEM), 2);
    till.order.cancelled_ms = 1500;
    till_deliver_later();
    till_deliver_later();
    assert_int_equal(till_committed(SHOP_FIRST_ITEM), 0);
}

/* The order was read before the lock was taken: an older reading could overwrite. */
static void defect_rms_19_older_reading_overwrites(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("CUP", 3, 100000);
    const struct snapshot read_before = till.order;
    till_deliver();
    till_remove_units(line, 1);
    till_deliver_later();
    till_remove_units(line, -1);
    till.order.updated_ms = read_before.updated_ms;
    till.order.fetched_ms = read_before.fetched_ms;
    till_deliver();
    till_expect(ACTION_SKIPPED, REASON_STALE);
    assert_int_equal(till_row()->entries[0].quantity_e4, 2 * QUANTITY_SCALE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TILL_CASE(defect_rms_01_update_reopens_and_wipes),
        TILL_CASE(defect_rms_01_update_of_an_order_staff_work_on),
        TILL_CASE(defect_rms_02_cancellation_hidden_by_its_status),
        TILL_CASE(defect_rms_03_cancel_overwrites_the_comment),
        TILL_CASE(defect_rms_04_removed_units_not_seen),
        TILL_CASE(defect_rms_05_same_sku_lines_collapse),
        TILL_CASE(defect_rms_09_unknown_sku_dropped),
        TILL_CASE(defect_rms_10_discount_vanishes),
        TILL_CASE(defect_rms_11_shipping_lost),
        TILL_CASE(defect_rms_12_known_customer_becomes_guest),
        TILL_CASE(defect_rms_14_constants_in_the_code),
        TILL_CASE(defect_rms_15_text_wider_than_its_column),
        TILL_CASE(defect_rms_16_stock_not_committed),
        TILL_CASE(defect_rms_19_older_reading_overwrites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
