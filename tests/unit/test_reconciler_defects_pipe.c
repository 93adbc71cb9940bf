/* test_reconciler_defects_pipe: what pipelines of this kind were seen to do wrong; see
 * test_reconciler_defects. */
#include "reconciler/till.h"

#include "shop.h"
#include "unit.h"

#include <string.h>

/* Statuses gate the creation only: never an update. */
static void defect_pipe_01_status_filter_hides_changes(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("CUP", 3, 100000);
    till_deliver();
    till_remove_units(line, 1);
    till.order.financial_status = "VOIDED";
    till_deliver_later();
    till_expect(ACTION_UPDATED, REASON_NONE);
    assert_int_equal(till_row()->entries[0].quantity_e4, 2 * QUANTITY_SCALE);
}

/* An order that turned up with units refunded before it was first seen. */
static void defect_pipe_05_refunds_not_seen(void **state)
{
    (void)state;
    struct snapshot_line *line = till_add_line("CUP", 3, 100000);
    till_remove_units(line, 2);
    till.order.financial_status = "PENDING";
    till_deliver();
    assert_int_equal(till_row()->entries[0].quantity_e4, QUANTITY_SCALE);
    assert_int_equal(till_committed(103), 1);
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
    model_add_order(&till.model, &legacy);
    till_add_line("CUP", 3, 100000);
    till_add_line("CUP", 2, 90000);
    till_deliver();
    assert_int_equal(till_row()->entry_count, 2);
    assert_int_equal(till_row()->entries[0].id, 9001);
    assert_int_equal(till_row()->entries[0].price_e4, 100000);
    assert_int_equal(till_row()->entries[1].id, 9002);
    assert_int_equal(till_row()->entries[1].price_e4, 90000);
}

/* A repeated write made a second till.order. */
static void defect_pipe_08_retry_makes_a_second_order(void **state)
{
    (void)state;
    till_add_line("CUP", 3, 100000);
    till_deliver();
    till_deliver();
    till_expect(ACTION_SKIPPED, REASON_UNCHANGED);
    model_staff_delete_order(&till.model, till_row()->id);
    till_deliver_later();
    till_expect(ACTION_CONFLICT, REASON_DELETED_IN_RMS);
    assert_int_equal(till.model.order_count, 0);
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
    till_add_line("CUP", 1, 1000);
    till_add_line("BOWL", 1, 2000);
    till_add_line("FORK", 3, 999999900);
    struct snapshot_line *third = till_add_line("EWER", 3, 33300);
    third->discount_e4 = 100;
    till.order.total_e4 -= 100;
    till_deliver();
    assert_int_equal(till_row()->total_e4, INT64_C(2999999700) + 102800);
    assert_int_equal(till_row()->entries[2].price_e4, 999999900);
    assert_int_equal(model_sum(till_row(), 100), till_row()->total_e4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TILL_CASE(defect_pipe_01_status_filter_hides_changes),
        TILL_CASE(defect_pipe_05_refunds_not_seen),
        TILL_CASE(defect_pipe_06_lines_matched_by_item_alone),
        TILL_CASE(defect_pipe_08_retry_makes_a_second_order),
        TILL_CASE(defect_pipe_09_action_without_a_counter),
        TILL_CASE(defect_pipe_10_money_is_a_float),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
