/* test_reconciler_plan: settings of the plan, refusals by the database, and orders of the
 * largest size. The decision table itself: tests/golden and tests/property. */
#include "model.h"
#include "shop.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct model model;
static struct arena arena;
static struct plan_settings settings;

static int start(void **state)
{
    (void)state;
    arena_init(&arena);
    model_init(&model);
    shop_catalogue(&model);
    model.customer_id = 1;
    settings = (struct plan_settings){.allowed_statuses = "PAID",
                                      .guest_customer_id = 1,
                                      .inclusive = true,
                                      .commit_stock = true,
                                      .customer_prefix = "WEB-",
                                      .shipping_services = ""};
    for (enum column c = 0; c < COL_COUNT; c++)
        settings.width[c] = column_width(c);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    model_done(&model);
    arena_done(&arena);
    return 0;
}

static struct snapshot *make_order(size_t lines)
{
    struct snapshot *order = arena_alloc(&arena, sizeof(*order));
    struct snapshot_line *line = arena_array(&arena, lines, sizeof(*line));
    for (size_t i = 0; i < lines; i++)
        line[i] = (struct snapshot_line){.id = 11 + (int64_t)i,
                                         .sku = i % 2 ? "CUP" : "BOWL",
                                         .title = "Title",
                                         .quantity = 2,
                                         .current_quantity = 2,
                                         .unit_price_e4 = 10000,
                                         .total_e4 = 20000};
    *order = (struct snapshot){.version = SNAPSHOT_VERSION,
                               .shop = "demo.myshopify.com",
                               .id = 7001,
                               .name = "#7001",
                               .updated_ms = 1000,
                               .fetched_ms = 2000,
                               .created_ms = 1000,
                               .financial_status = "PAID",
                               .taxes_included = true,
                               .currency = "USD",
                               .total_e4 = 20000 * (int64_t)lines,
                               .lines = {.at = line, .count = lines}};
    return order;
}

static struct plan_input input_of(const struct snapshot *order)
{
    struct rms_state *state = arena_alloc(&arena, sizeof(*state));
    model_load(&model, order, &arena, state);
    return (struct plan_input){.order = order,
                               .rms = state,
                               .settings = &settings,
                               .now = "NOW",
                               .time = "CREATED",
                               .due = "DUE"};
}

static struct plan deliver(const struct snapshot *order)
{
    struct plan plan;
    struct err e = {0};
    const struct plan_input in = input_of(order);
    assert_ok(plan_build(&in, &arena, &plan, &e), &e);
    model_apply(&model, order, &plan);
    if (model.fault)
        fail_msg("%s", model.fault);
    return plan;
}

static void a_setting_that_does_not_fit_is_fatal(void **state)
{
    (void)state;
    struct plan plan;
    struct err e = {0};
    settings.shipping_services = "Standard";
    const struct plan_input in = input_of(make_order(1));
    assert_rc(RC_FATAL, plan_build(&in, &arena, &plan, &e), &e);
}

/* The database refused it: no rows, the fence moves, it is told once for a content. */
static void a_refusal_by_the_database_is_a_plan(void **state)
{
    (void)state;
    struct plan plan;
    struct snapshot *order = make_order(1);
    const struct plan_input in = input_of(order);
    plan_refuse(&in, "not this name", &arena, &plan);
    assert_int_equal(plan.action, ACTION_ERROR);
    assert_int_equal(plan.reason, REASON_RMS_REFUSED);
    assert_string_equal(plan.detail, "not this name");
    assert_true(plan.reported && plan.next.held && plan.next.exists);
    assert_int_equal(plan.count, 0);
    assert_int_equal(plan.next.updated_ms, order->updated_ms);
    assert_int_equal(plan.next.held_for, REASON_RMS_REFUSED);
    model_apply(&model, order, &plan);
    order->fetched_ms++;
    const struct plan_input again = input_of(order);
    plan_refuse(&again, "not this name", &arena, &plan);
    assert_int_equal(plan.reason, REASON_ALREADY_REPORTED);
    assert_false(plan.reported);
    order->note = "other content";
    const struct plan_input other = input_of(order);
    plan_refuse(&other, "nor this", &arena, &plan);
    assert_int_equal(plan.action, ACTION_ERROR);
    assert_true(plan.reported);
}

/* An order in RMS that the database refuses to change stays what it was for us. */
static void a_refused_change_forgets_nothing(void **state)
{
    (void)state;
    struct plan plan;
    struct snapshot *order = make_order(2);
    deliver(order);
    const struct guard before = *model_guard(&model, order);
    order->total_e4 -= 100;
    order->updated_ms++;
    const struct plan_input in = input_of(order);
    plan_refuse(&in, "no", &arena, &plan);
    assert_int_equal(plan.next.rms_order, before.rms_order);
    assert_string_equal(plan.next.applied, before.applied);
    assert_int_equal(plan.next.line_count, 2);
    model_apply(&model, order, &plan);
    assert_int_equal(deliver(order).action, ACTION_UPDATED);
}

/* A conflict that was over and comes back with the same content is news. */
/* Its lines stay as they were: were it opened again, they would have to be looked at. */
static void a_closed_orders_goods_are_not_applied(void **state)
{
    (void)state;
    struct snapshot *order = make_order(2);
    deliver(order);
    assert_int_equal(strlen(model_guard(&model, order)->applied), GUARD_APPLIED_MAX - 1);
    order->cancelled_ms = ++order->updated_ms;
    assert_int_equal(deliver(order).action, ACTION_CANCELLED);
    assert_int_equal(strlen(model_guard(&model, order)->applied), DIGEST_TEXT_MAX - 1);
}

static void a_conflict_that_comes_back_is_told_again(void **state)
{
    (void)state;
    struct snapshot *order = make_order(1);
    deliver(order);
    const struct rms_order row = model.orders[0];
    model_staff_delete_order(&model, row.id);
    assert_int_equal(deliver(order).reason, REASON_DELETED_IN_RMS);
    assert_int_equal(deliver(order).reason, REASON_ALREADY_REPORTED);
    model_add_order(&model, &row);
    assert_int_equal(deliver(order).reason, REASON_UNCHANGED);
    model_staff_delete_order(&model, row.id);
    assert_int_equal(deliver(order).reason, REASON_DELETED_IN_RMS);
}

/* The most lines that a message may have, all of them changed at once. */
static void orders_of_the_largest_size(void **state)
{
    (void)state;
    struct snapshot *order = make_order(SNAPSHOT_MAX_LINES);
    assert_int_equal(deliver(order).added, SNAPSHOT_MAX_LINES);
    struct snapshot_line *lines = order->lines.at;
    for (size_t i = 0; i < order->lines.count; i++) {
        lines[i].sku = i % 3 ? "EWER" : "DISH";
        lines[i].current_quantity = i % 5 ? 1 : 0;
    }
    order->total_e4 = INT64_C(10000) * SNAPSHOT_MAX_LINES / 5 * 4;
    order->updated_ms++;
    const struct plan plan = deliver(order);
    assert_int_equal(plan.changed, SNAPSHOT_MAX_LINES / 5 * 4);
    assert_int_equal(plan.deleted, SNAPSHOT_MAX_LINES / 5);
    assert_int_equal(deliver(order).count, 0);
}

#define PLAN_CASE(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_CASE(a_setting_that_does_not_fit_is_fatal),
        PLAN_CASE(a_refusal_by_the_database_is_a_plan),
        PLAN_CASE(a_refused_change_forgets_nothing),
        PLAN_CASE(a_closed_orders_goods_are_not_applied),
        PLAN_CASE(a_conflict_that_comes_back_is_told_again),
        PLAN_CASE(orders_of_the_largest_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
