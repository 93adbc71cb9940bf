/* test_reconciler_defects: what integrations of this kind were seen to do wrong, each as
 * a test that fails when we do it too. rms_ are of the side of RMS, pipe_ of the
 * pipeline; numbers that are missing concern other services, or need a database: then
 * they are in test_reconciler_batch_defects.
 */
#include "model.h"
#include "shop.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct model model;
static struct arena arena;
static struct plan_settings settings;
static struct snapshot order;
static struct snapshot_line lines[8];
static struct plan plan;

static int start(void **state)
{
    (void)state;
    arena_init(&arena);
    model_init(&model);
    shop_catalogue(&model);
    model.customer_id = 77;
    settings = (struct plan_settings){.allowed_statuses = "PAID,PENDING",
                                      .store_id = 40,
                                      .sales_rep_id = 9,
                                      .guest_customer_id = 1,
                                      .inclusive = true,
                                      .commit_stock = true,
                                      .customer_prefix = "WEB-",
                                      .shipping_services = "Express=4"};
    for (enum column c = 0; c < COL_COUNT; c++)
        settings.width[c] = column_width(c);
    order = (struct snapshot){.version = SNAPSHOT_VERSION,
                              .shop = "demo.myshopify.com",
                              .id = 7001,
                              .name = "#7001",
                              .updated_ms = 1000,
                              .fetched_ms = 2000,
                              .created_ms = 1000,
                              .financial_status = "PAID",
                              .taxes_included = true,
                              .currency = "USD",
                              .lines = {.at = lines}};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    model_done(&model);
    arena_done(&arena);
    return 0;
}

/* One more line; its price counts into the total. */
static struct snapshot_line *add_line(const char *sku, int64_t quantity, int64_t unit_e4)
{
    struct snapshot_line *line = &lines[order.lines.count++];
    *line = (struct snapshot_line){.id = 10 + (int64_t)order.lines.count,
                                   .sku = sku,
                                   .title = "Title",
                                   .quantity = quantity,
                                   .current_quantity = quantity,
                                   .unit_price_e4 = unit_e4,
                                   .total_e4 = unit_e4 * quantity};
    order.total_e4 += line->total_e4;
    return line;
}

/* Units taken off a line, as an edit or a refund does; quantity stays as ordered. */
static void remove_units(struct snapshot_line *line, int64_t units)
{
    line->current_quantity -= units;
    order.total_e4 -= line->unit_price_e4 * units;
}

static const struct plan *deliver(void)
{
    struct rms_state state;
    struct err e = {0};
    const struct plan_input in = {.order = &order,
                                  .rms = &state,
                                  .settings = &settings,
                                  .now = "NOW",
                                  .time = "CREATED",
                                  .due = "DUE"};
    model_load(&model, &order, &arena, &state);
    assert_ok(plan_build(&in, &arena, &plan, &e), &e);
    model_apply(&model, &order, &plan);
    if (model.fault)
        fail_msg("%s", model.fault);
    return &plan;
}

static const struct plan *deliver_later(void)
{
    order.updated_ms += 1000;
    order.fetched_ms += 1000;
    return deliver();
}

static struct rms_order *row(void)
{
    assert_int_equal(model.order_count, 1);
    return &model.orders[0];
}

static bool writes(enum column column)
{
    for (size_t i = 0; i < plan.count; i++)
        for (size_t k = 0; k < plan.ops[i].count; k++)
            if (plan.ops[i].values[k].column == column)
                return true;
    return false;
}

static const struct column_value *written(enum column column)
{
    for (size_t i = 0; i < plan.count; i++)
        for (size_t k = 0; k < plan.ops[i].count; k++)
            if (plan.ops[i].values[k].column == column)
                return &plan.ops[i].values[k];
    fail_msg("%s is not written", column_name(column));
    return NULL;
}

static void expect(enum action action, enum reason reason)
{
    if (plan.action != action || plan.reason != reason)
        fail_msg("%s %s", action_word(plan.action), reason_word(plan.reason));
}

static int64_t committed(int64_t item)
{
    return model_item(&model, item)->committed_e4 / QUANTITY_SCALE;
}

/* ---- the RMS side ---- */

/* The update wrote every column, and so re-opened closed orders and wiped staff's. */
static void defect_rms_01_update_reopens_and_wipes(void **state)
{
    (void)state;
    static const enum column staffs[] = {
        COL_ORDER_CLOSED,  COL_ORDER_DEPOSIT, COL_ORDER_TRACKING, COL_ORDER_NOTES,
        COL_ORDER_COMMENT, COL_ENTRY_RTD,     COL_ENTRY_COMMENT,  COL_ORDER_SALES_REP};
    struct snapshot_line *line = add_line("CUP", 3, 100000);
    deliver();
    row()->notes = "staff's notes";
    row()->comment = "staff's comment";
    remove_units(line, 1);
    deliver_later();
    expect(ACTION_UPDATED, REASON_NONE);
    for (size_t i = 0; i < sizeof(staffs) / sizeof(staffs[0]); i++)
        assert_false(writes(staffs[i]));
}

static void defect_rms_01_update_of_an_order_staff_work_on(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("CUP", 3, 100000);
    deliver();
    remove_units(line, 1);
    row()->deposit_e4 = 50000;
    deliver_later();
    expect(ACTION_CONFLICT, REASON_HAS_DEPOSIT);
    row()->deposit_e4 = 0;
    model_entry(row(), 1)->rtd_e4 = QUANTITY_SCALE;
    deliver_later();
    expect(ACTION_CONFLICT, REASON_PART_DELIVERED);
    row()->closed = true;
    deliver_later();
    expect(ACTION_CONFLICT, REASON_CLOSED_IN_RMS);
    row()->tendered = true;
    deliver_later();
    expect(ACTION_CONFLICT, REASON_TENDERED);
    assert_int_equal(row()->entries[0].quantity_e4, 3 * QUANTITY_SCALE);
}

/* A cancelled order turns REFUNDED or VOIDED, and a filter of statuses hid it. */
static void defect_rms_02_cancellation_hidden_by_its_status(void **state)
{
    (void)state;
    add_line("CUP", 3, 100000);
    deliver();
    order.cancelled_ms = 1500;
    order.financial_status = "REFUNDED";
    deliver_later();
    expect(ACTION_CANCELLED, REASON_NONE);
    assert_true(row()->closed);
}

/* The action had no counter of its own; the comment was overwritten. */
static void defect_rms_03_cancel_overwrites_the_comment(void **state)
{
    (void)state;
    add_line("CUP", 3, 100000);
    deliver();
    row()->comment = "staff's comment";
    order.cancelled_ms = 1500;
    order.cancel_reason = "FRAUD";
    deliver_later();
    assert_string_equal(action_word(plan.action), "cancelled");
    assert_string_equal(row()->comment, "staff's comment; Cancelled in Shopify: FRAUD");
}

/* quantity was read where currentQuantity says what is left. */
static void defect_rms_04_removed_units_not_seen(void **state)
{
    (void)state;
    struct snapshot_line *cups = add_line("CUP", 3, 100000);
    struct snapshot_line *bowls = add_line("BOWL", 2, 50000);
    deliver();
    remove_units(cups, 2);
    remove_units(bowls, 2);
    deliver_later();
    assert_int_equal(row()->entry_count, 1);
    assert_int_equal(row()->entries[0].quantity_e4, QUANTITY_SCALE);
    assert_int_equal(row()->entries[0].price_e4, 100000);
    assert_int_equal(row()->total_e4, 100000);
}

/* Lines were kept by item: two of one SKU became one on update. */
static void defect_rms_05_same_sku_lines_collapse(void **state)
{
    (void)state;
    add_line("CUP", 3, 100000);
    struct snapshot_line *second = add_line("CUP", 2, 90000);
    deliver();
    assert_int_equal(row()->entry_count, 2);
    remove_units(second, 1);
    deliver_later();
    assert_int_equal(row()->entry_count, 2);
    assert_int_equal(row()->entries[0].quantity_e4, 3 * QUANTITY_SCALE);
    assert_int_equal(row()->entries[1].quantity_e4, QUANTITY_SCALE);
    assert_int_equal(row()->entries[1].price_e4, 90000);
}

/* Lines with an unknown SKU were dropped, and short orders made. */
static void defect_rms_09_unknown_sku_dropped(void **state)
{
    (void)state;
    add_line("CUP", 3, 100000);
    add_line("NO-SUCH", 1, 100000);
    deliver();
    expect(ACTION_ERROR, REASON_UNKNOWN_SKU);
    assert_int_equal(model.order_count, 0);
    assert_true(plan.reported && strstr(plan.detail, "NO-SUCH"));
}

/* RMS's own price won within 10 %, so discounts up to that vanished. */
static void defect_rms_10_discount_vanishes(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("CUP", 2, 100000);
    line->discount_e4 = 10000; /* 5 % */
    order.total_e4 -= 10000;
    add_line("BOWL", 1, 50000);
    deliver();
    assert_int_equal(row()->entries[0].price_e4, 95000);
    assert_int_equal(row()->entries[1].price_e4, 50000);
    assert_int_equal(row()->entries[0].full_price_e4, 100000);
    assert_int_equal(model_sum(row(), 100), order.total_e4);
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
    order.shipping = (struct codec_list){.at = &shipping, .count = 1};
    order.shipping_address = &address;
    order.shipping_e4 = 50000;
    order.total_e4 = 50000;
    add_line("CUP", 1, 100000);
    deliver();
    assert_int_equal(row()->shipping_service_id, 4);
    assert_int_equal(row()->shipping_charge_e4, 50000);
    assert_contains(row()->notes, "Ana Mora\nCalle 5\nHeredia");
}

/* Every known customer became the guest. */
static void defect_rms_12_known_customer_becomes_guest(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("CUP", 2, 100000);
    deliver();
    assert_int_equal(row()->customer_id, 77);
    row()->customer_id = 88; /* staff's choice, and later nobody is found */
    model.customer_id = settings.guest_customer_id;
    remove_units(line, 1);
    deliver_later();
    assert_int_equal(row()->customer_id, 88);
}

/* Currency, store, representative and rate of tax were constants in the code. */
static void defect_rms_14_constants_in_the_code(void **state)
{
    (void)state;
    add_line("CUP", 1, 45050);
    order.currency = "KWD"; /* thousandths are kept */
    order.tax_e4 = 1230;
    deliver();
    assert_int_equal(written(COL_ORDER_STORE)->number, 40);
    assert_int_equal(written(COL_ENTRY_STORE)->number, 40);
    assert_int_equal(written(COL_ORDER_SALES_REP)->number, 9);
    assert_int_equal(written(COL_ENTRY_SALES_REP)->number, 9);
    assert_int_equal(row()->entries[0].price_e4, 45050);
    assert_int_equal(row()->tax_e4, 1230);
}

/* Description was cut at 255 where the column has 30, the comment nowhere. */
static void defect_rms_15_text_wider_than_its_column(void **state)
{
    (void)state;
    static char name[600];
    memset(name, 'n', sizeof(name) - 1);
    model_item(&model, SHOP_FIRST_ITEM)->row.description =
        "A description that is longer than thirty characters";
    order.name = name;
    add_line("APRON", 1, 100000);
    deliver();
    assert_int_equal(strlen(row()->entries[0].description), 30);
    assert_int_equal(strlen(row()->comment), 255);
}

/* Stock was not committed, and drifted when the POS released it. */
static void defect_rms_16_stock_not_committed(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("APRON", 3, 100000);
    deliver();
    assert_int_equal(committed(SHOP_FIRST_ITEM), 3);
    remove_units(line, 1);
    deliver_later();
    assert_int_equal(committed(SHOP_FIRST_ITEM), 2);
    order.cancelled_ms = 1500;
    deliver_later();
    deliver_later();
    assert_int_equal(committed(SHOP_FIRST_ITEM), 0);
}

/* The order was read before the lock was taken: an older reading could overwrite. */
static void defect_rms_19_older_reading_overwrites(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("CUP", 3, 100000);
    const struct snapshot read_before = order;
    deliver();
    remove_units(line, 1);
    deliver_later();
    remove_units(line, -1);
    order.updated_ms = read_before.updated_ms;
    order.fetched_ms = read_before.fetched_ms;
    deliver();
    expect(ACTION_SKIPPED, REASON_STALE);
    assert_int_equal(row()->entries[0].quantity_e4, 2 * QUANTITY_SCALE);
}

/* ---- the pipeline ---- */

/* Statuses gate the creation only: never an update. */
static void defect_pipe_01_status_filter_hides_changes(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("CUP", 3, 100000);
    deliver();
    remove_units(line, 1);
    order.financial_status = "VOIDED";
    deliver_later();
    expect(ACTION_UPDATED, REASON_NONE);
    assert_int_equal(row()->entries[0].quantity_e4, 2 * QUANTITY_SCALE);
}

/* An order that turned up with units refunded before it was first seen. */
static void defect_pipe_05_refunds_not_seen(void **state)
{
    (void)state;
    struct snapshot_line *line = add_line("CUP", 3, 100000);
    remove_units(line, 2);
    order.financial_status = "PENDING";
    deliver();
    assert_int_equal(row()->entries[0].quantity_e4, QUANTITY_SCALE);
    assert_int_equal(committed(103), 1);
}

/* Lines of an earlier integration's order were matched by item, all to the first. */
static void defect_pipe_06_lines_matched_by_item_alone(void **state)
{
    (void)state;
    const struct rms_entry entries[] = {
        {.id = 9001, .item_id = 103, .quantity_e4 = 30000, .comment = ""},
        {.id = 9002, .item_id = 103, .quantity_e4 = 20000, .comment = ""}};
    const struct rms_order legacy = {.id = 500,
                                     .reference = "SHOPIFY-7001",
                                     .comment = "",
                                     .notes = "",
                                     .entries = entries,
                                     .entry_count = 2};
    model_add_order(&model, &legacy);
    add_line("CUP", 3, 100000);
    add_line("CUP", 2, 90000);
    deliver();
    assert_int_equal(row()->entry_count, 2);
    assert_int_equal(row()->entries[0].id, 9001);
    assert_int_equal(row()->entries[0].price_e4, 100000);
    assert_int_equal(row()->entries[1].id, 9002);
    assert_int_equal(row()->entries[1].price_e4, 90000);
}

/* A repeated write made a second order. */
static void defect_pipe_08_retry_makes_a_second_order(void **state)
{
    (void)state;
    add_line("CUP", 3, 100000);
    deliver();
    deliver();
    expect(ACTION_SKIPPED, REASON_UNCHANGED);
    model_staff_delete_order(&model, row()->id);
    deliver_later();
    expect(ACTION_CONFLICT, REASON_DELETED_IN_RMS);
    assert_int_equal(model.order_count, 0);
}

/* Every outcome is of a closed list, with a word of its own. */
static void defect_pipe_09_action_without_a_counter(void **state)
{
    (void)state;
    for (enum action a = 0; a < ACTION_COUNT; a++) {
        enum action again = ACTION_COUNT;
        assert_true(action_parse(action_word(a), &again));
        assert_int_equal(again, a);
    }
}

/* Money went through a float, which holds seven digits. */
static void defect_pipe_10_money_is_a_float(void **state)
{
    (void)state;
    add_line("CUP", 1, 1000);
    add_line("BOWL", 1, 2000);
    add_line("FORK", 3, 999999900);
    struct snapshot_line *third = add_line("EWER", 3, 33300);
    third->discount_e4 = 100;
    order.total_e4 -= 100;
    deliver();
    assert_int_equal(row()->total_e4, INT64_C(2999999700) + 102800);
    assert_int_equal(row()->entries[2].price_e4, 999999900);
    assert_int_equal(model_sum(row(), 100), row()->total_e4);
}

#define DEFECT(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEFECT(defect_rms_01_update_reopens_and_wipes),
        DEFECT(defect_rms_01_update_of_an_order_staff_work_on),
        DEFECT(defect_rms_02_cancellation_hidden_by_its_status),
        DEFECT(defect_rms_03_cancel_overwrites_the_comment),
        DEFECT(defect_rms_04_removed_units_not_seen),
        DEFECT(defect_rms_05_same_sku_lines_collapse),
        DEFECT(defect_rms_09_unknown_sku_dropped),
        DEFECT(defect_rms_10_discount_vanishes),
        DEFECT(defect_rms_11_shipping_lost),
        DEFECT(defect_rms_12_known_customer_becomes_guest),
        DEFECT(defect_rms_14_constants_in_the_code),
        DEFECT(defect_rms_15_text_wider_than_its_column),
        DEFECT(defect_rms_16_stock_not_committed),
        DEFECT(defect_rms_19_older_reading_overwrites),
        DEFECT(defect_pipe_01_status_filter_hides_changes),
        DEFECT(defect_pipe_05_refunds_not_seen),
        DEFECT(defect_pipe_06_lines_matched_by_item_alone),
        DEFECT(defect_pipe_08_retry_makes_a_second_order),
        DEFECT(defect_pipe_09_action_without_a_counter),
        DEFECT(defect_pipe_10_money_is_a_float),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
