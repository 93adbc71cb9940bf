/* till: see till.h. */
#include "reconciler/till.h"

#include "shop.h"
#include "unit.h"

struct till till;

int till_start(void **state)
{
    (void)state;
    arena_init(&till.arena);
    model_init(&till.model);
    shop_catalogue(&till.model);
    till.model.customer_id = 77;
    till.settings = (struct plan_settings){.allowed_statuses = "PAID,PENDING",
                                           .store_id = 40,
                                           .sales_rep_id = 9,
                                           .guest_customer_id = 1,
                                           .inclusive = true,
                                           .commit_stock = true,
                                           .customer_prefix = "WEB-",
                                           .shipping_services = "Express=4"};
    for (enum column c = 0; c < COL_COUNT; c++)
        till.settings.width[c] = column_width(c);
    till.order = (struct snapshot){.version = SNAPSHOT_VERSION,
                                   .shop = "demo.myshopify.com",
                                   .id = 7001,
                                   .name = "#7001",
                                   .updated_ms = 1000,
                                   .fetched_ms = 2000,
                                   .created_ms = 1000,
                                   .financial_status = "PAID",
                                   .taxes_included = true,
                                   .currency = "USD",
                                   .lines = {.at = till.lines}};
    return 0;
}

int till_stop(void **state)
{
    (void)state;
    model_done(&till.model);
    arena_done(&till.arena);
    return 0;
}

/* One more line; its price counts into the total. */
struct snapshot_line *till_add_line(const char *sku, int64_t quantity, int64_t unit_e4)
{
    struct snapshot_line *line = &till.lines[till.order.lines.count++];
    *line = (struct snapshot_line){.id = 10 + (int64_t)till.order.lines.count,
                                   .sku = sku,
                                   .title = "Title",
                                   .quantity = quantity,
                                   .current_quantity = quantity,
                                   .unit_price_e4 = unit_e4,
                                   .total_e4 = unit_e4 * quantity};
    till.order.total_e4 += line->total_e4;
    return line;
}

/* Units taken off a line, as an edit or a refund does; quantity stays as ordered. */
void till_remove_units(struct snapshot_line *line, int64_t units)
{
    line->current_quantity -= units;
    till.order.total_e4 -= line->unit_price_e4 * units;
}

const struct plan *till_deliver(void)
{
    struct rms_state state;
    struct err e = {0};
    const struct plan_input in = {.order = &till.order,
                                  .rms = &state,
                                  .settings = &till.settings,
                                  .now = "NOW",
                                  .time = "CREATED",
                                  .due = "DUE"};
    model_load(&till.model, &till.order, &till.arena, &state);
    assert_ok(plan_build(&in, &till.arena, &till.plan, &e), &e);
    model_apply(&till.model, &till.order, &till.plan);
    if (till.model.fault)
        fail_msg("%s", till.model.fault);
    return &till.plan;
}

const struct plan *till_deliver_later(void)
{
    till.order.updated_ms += 1000;
    till.order.fetched_ms += 1000;
    return till_deliver();
}

struct rms_order *till_row(void)
{
    assert_int_equal(till.model.order_count, 1);
    return &till.model.orders[0];
}

bool till_writes(enum column column)
{
    for (size_t i = 0; i < till.plan.count; i++)
        for (size_t k = 0; k < till.plan.ops[i].count; k++)
            if (till.plan.ops[i].values[k].column == column)
                return true;
    return false;
}

const struct column_value *till_written(enum column column)
{
    for (size_t i = 0; i < till.plan.count; i++)
        for (size_t k = 0; k < till.plan.ops[i].count; k++)
            if (till.plan.ops[i].values[k].column == column)
                return &till.plan.ops[i].values[k];
    fail_msg("%s is not written", column_name(column));
    return NULL;
}

void till_expect(enum action action, enum reason reason)
{
    if (till.plan.action != action || till.plan.reason != reason)
        fail_msg("%s %s", action_word(till.plan.action), reason_word(till.plan.reason));
}

int64_t till_committed(int64_t item)
{
    return model_item(&till.model, item)->committed_e4 / QUANTITY_SCALE;
}
