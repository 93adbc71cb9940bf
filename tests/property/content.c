/* content: properties of what stands in the rows after a plan was applied. */
#include "properties.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_made(const struct plan *plan)
{
    return plan->action == ACTION_CREATED || plan->action == ACTION_UPDATED ||
           plan->reason == REASON_UNCHANGED;
}

/* After each change the rows are the order, unless the decision table says otherwise; an
 * order once closed stays as it is. */
static bool check_step(struct world *world, struct shop *shop)
{
    const struct snapshot *order = world_tell(world, shop);
    const struct plan *plan = world_deliver(world, order);
    const struct rms_order *row = world_order(world, order);
    if (world->fault[0])
        return false;
    if (row && row->closed)
        return plan->action == ACTION_CANCELLED || plan->reason == REASON_UNCHANGED ||
               plan->reason == REASON_REOPENED_IN_SHOP ||
               plan->reason == REASON_ALREADY_REPORTED ||
               world_fault(world, "closed, and then %s", action_word(plan->action));
    if (shop_is_gone(shop))
        return !row || world_fault(world, "nothing left on it, and it is open");
    if (shop_is_refused(shop))
        return plan->action == ACTION_ERROR || plan->action == ACTION_SKIPPED ||
               world_fault(world, "an unknown SKU, and then %s",
                           action_word(plan->action));
    if (!row)
        return plan->reason == REASON_FINANCIAL_STATUS ||
               world_fault(world, "not made: %s", reason_word(plan->reason));
    if (!is_made(plan))
        return world_fault(world, "%s, %s", action_word(plan->action),
                           reason_word(plan->reason));
    return world_rows_equal(world, shop, order, plan);
}

void property_rows_equal_order(struct world *world)
{
    struct shop *shop = &world->shops[0];
    size_t steps = 2 + rng_below(&world->rng, world->size + 1);
    while (steps-- && check_step(world, shop))
        shop_change(shop);
}

/* The same version again, and a later reading of the same content. */
void property_second_plan_is_empty(struct world *world)
{
    struct shop *shop = &world->shops[0];
    size_t steps = 1 + rng_below(&world->rng, world->size + 1);
    for (size_t i = 0; i < steps && !world->fault[0]; i++) {
        world_deliver(world, world_tell(world, shop));
        const char *before = world_rows(world);
        const struct plan *again = world_deliver(world, world_tell(world, shop));
        shop->fetched_ms += 60000;
        const struct plan *later = world_deliver(world, world_tell(world, shop));
        if (again->count || later->count || again->action != ACTION_SKIPPED ||
            later->action != ACTION_SKIPPED)
            world_fault(world, "again: %s %s with %zu rows, later: %s with %zu rows",
                        action_word(again->action), reason_word(again->reason),
                        again->count, action_word(later->action), later->count);
        if (strcmp(before, world_rows(world)) != 0)
            world_fault(world, "the rows changed");
        shop_change(shop);
    }
}

static void shuffle_lines(struct world *world, struct snapshot *order)
{
    struct snapshot_line *lines = order->lines.at;
    for (size_t i = order->lines.count; i > 1; i--) {
        size_t k = rng_below(&world->rng, i);
        struct snapshot_line line = lines[i - 1];
        lines[i - 1] = lines[k];
        lines[k] = line;
    }
}

/* What it makes of an order must be seen by line: ids of entries follow the order. */
static bool same_entries(struct world *world, struct world *other,
                         const struct snapshot *order)
{
    struct guard *a = model_guard(&world->model, order);
    struct guard *b = model_guard(&other->model, order);
    struct rms_order *a_row = world_order(world, order);
    struct rms_order *b_row = model_order(&other->model, b->rms_order);
    if (!a_row || !b_row || a->line_count != b->line_count)
        return (!a_row && !b_row) || world_fault(world, "other lines");
    for (size_t i = 0; i < a->line_count; i++) {
        size_t k = 0;
        while (k < b->line_count && b->lines[k].line != a->lines[i].line)
            k++;
        if (k == b->line_count)
            return world_fault(world, "line %" PRId64 " is missing", a->lines[i].line);
        const struct rms_entry *x = model_entry(a_row, a->lines[i].entry);
        const struct rms_entry *y = model_entry(b_row, b->lines[k].entry);
        if (x->price_e4 != y->price_e4 || x->quantity_e4 != y->quantity_e4 ||
            x->item_id != y->item_id ||
            a->lines[i].committed_e4 != b->lines[k].committed_e4)
            return world_fault(world,
                               "line %" PRId64 ": %" PRId64 "e-4 and %" PRId64 "e-4",
                               a->lines[i].line, x->price_e4, y->price_e4);
    }
    return true;
}

/* Two worlds of one seed: the one hears every version with its lines shuffled. */
void property_line_order_does_not_matter(struct world *world)
{
    struct world *other = calloc(1, sizeof(*other));
    size_t steps = 1 + rng_below(&world->rng, world->size + 1);
    if (!other)
        abort();
    world_open_like(other, world);
    for (size_t i = 0; i < steps && !world->fault[0]; i++) {
        struct snapshot *order = world_tell(world, &world->shops[0]);
        world_deliver(world, order);
        shuffle_lines(world, order);
        world_deliver(other, order);
        const struct plan *same = world_plan(world, order);
        if (same->count)
            world_fault(world, "the same lines in another order make %zu rows",
                        same->count);
        same_entries(world, other, order);
        shop_change(&world->shops[0]);
    }
    world_close(other);
    free(other);
}

void property_cancelled_and_absent_makes_no_rows(struct world *world)
{
    struct shop *shop = &world->shops[0];
    size_t steps = 1 + rng_below(&world->rng, world->size + 1);
    shop_cancel(shop);
    for (size_t i = 0; i < steps && !world->fault[0]; i++) {
        const struct plan *plan = world_deliver(world, world_tell(world, shop));
        if (plan->count || plan->action != ACTION_SKIPPED || world->model.order_count)
            world_fault(world, "%s with %zu rows", action_word(plan->action),
                        plan->count);
        shop_change(shop);
    }
}

static size_t count_closes(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        for (size_t k = 0; k < plan->ops[i].count; k++)
            count += plan->ops[i].values[k].column == COL_ORDER_CLOSED &&
                     plan->ops[i].values[k].number == 1;
    return count;
}

/* Lines, Total and the comment's beginning stay; stock goes back to what it was. */
void property_cancelled_and_present_closes_once(struct world *world)
{
    struct shop *shop = &world->shops[0];
    size_t closes = 0;
    const struct snapshot *first = world_tell(world, shop);
    world_deliver(world, first);
    const struct rms_order *row = world_order(world, first);
    if (!row)
        return; /* refused */
    const struct rms_order before = *row;
    shop_cancel(shop);
    for (size_t i = 0; i < 3 + world->size / 4 && !world->fault[0]; i++) {
        shop->updated_ms += 1000;
        closes += count_closes(world_deliver(world, world_tell(world, shop)));
        shop->tag++;
    }
    row = world_order(world, first);
    if (closes != 1 || !row->closed)
        world_fault(world, "closed %zu times", closes);
    if (row->total_e4 != before.total_e4 || row->entry_count != before.entry_count ||
        strncmp(row->comment, before.comment, strlen(before.comment)) != 0)
        world_fault(world, "lines, Total or comment changed");
    world_stock_adds_up(world);
}
