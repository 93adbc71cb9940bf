/* history: properties of orders told late, twice or among others, and of what staff do
 * meanwhile. */
#include "properties.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERSIONS_MAX = 24,
};

/* A history of versions of one order, oldest first. */
static size_t tell_history(struct world *world, struct shop *shop,
                           const struct snapshot **versions)
{
    size_t count = 2 + rng_below(&world->rng, world->size + 1);
    count = count > VERSIONS_MAX ? VERSIONS_MAX : count;
    for (size_t i = 0; i < count; i++) {
        versions[i] = world_tell(world, shop);
        shop_change(shop);
    }
    return count;
}

static bool same_guard_but_decision(const struct guard *a, const struct guard *b)
{
    return a->rms_order == b->rms_order && a->updated_ms == b->updated_ms &&
           a->fetched_ms == b->fetched_ms && strcmp(a->applied, b->applied) == 0 &&
           strcmp(a->seen, b->seen) == 0 && a->held == b->held &&
           a->closed_by_us == b->closed_by_us && a->line_count == b->line_count;
}

void property_older_version_changes_nothing(struct world *world)
{
    const struct snapshot *versions[VERSIONS_MAX] = {0};
    size_t count = tell_history(world, &world->shops[0], versions);
    for (size_t i = 0; i < count; i++)
        world_deliver(world, versions[i]);
    for (size_t i = 0; i + 1 < count && !world->fault[0]; i++) {
        const char *before = world_rows(world);
        const struct guard guard = *model_guard(&world->model, versions[i]);
        const struct plan *plan = world_deliver(world, versions[i]);
        if (plan->reason != REASON_STALE || plan->count)
            world_fault(world, "version %zu of %zu: %s %s, %zu rows", i, count,
                        action_word(plan->action), reason_word(plan->reason),
                        plan->count);
        if (strcmp(before, world_rows(world)) != 0 ||
            !same_guard_but_decision(&guard, model_guard(&world->model, versions[i])))
            world_fault(world, "rows or guard changed");
    }
}

/* An order's rows and guard, without the items: those are shared. */
static const char *rows_of(struct world *world, const struct snapshot *order)
{
    const struct rms_order *row = world_order(world, order);
    struct buf text;
    buf_init(&text, MODEL_TEXT_MAX);
    if (row)
        model_print_order(row, &text);
    const char *copy = arena_strdup(&world->arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

/* model_apply itself refuses a row of another order; this sees what it could not. */
void property_other_orders_stay_as_they_are(struct world *world)
{
    const struct snapshot *orders[WORLD_SHOPS];
    for (size_t i = 0; i < WORLD_SHOPS; i++) {
        orders[i] = world_tell(world, &world->shops[i]);
        world_deliver(world, orders[i]);
    }
    for (size_t n = 0; n < 2 * world->size && !world->fault[0]; n++) {
        size_t i = rng_below(&world->rng, WORLD_SHOPS);
        size_t other = (i + 1) % WORLD_SHOPS;
        const char *before = rows_of(world, orders[other]);
        shop_change(&world->shops[i]);
        world_deliver(world, world_tell(world, &world->shops[i]));
        if (strcmp(before, rows_of(world, orders[other])) != 0)
            world_fault(world, "order %zu changed by a plan for %zu", other, i);
    }
    world_stock_adds_up(world);
}

/* Something that makes the order staff's; returns false when there is none to touch. */
static bool staff_take_over(struct world *world, struct rms_order *row)
{
    struct rms_entry *entry =
        row->entry_count ? model_entry(row, row->entries[0].id) : NULL;
    switch (rng_below(&world->rng, 4)) {
    case 0:
        row->tendered = row->closed = true;
        return true;
    case 1:
        row->closed = true;
        return true;
    case 2:
        row->deposit_e4 = 50000;
        return true;
    case 3:
        if (entry)
            entry->rtd_e4 = QUANTITY_SCALE;
        return entry != NULL;
    }
    return false;
}

static bool writes_nothing(const struct plan *plan)
{
    return plan->count == 0 && plan->added == 0 && plan->changed == 0 &&
           plan->deleted == 0;
}

void property_refusal_and_conflict_write_no_rows(struct world *world)
{
    struct shop *shop = &world->shops[0];
    shop->can_be_refused = true;
    for (size_t i = 0; i < 2 + world->size && !world->fault[0]; i++) {
        const struct snapshot *order = world_tell(world, shop);
        struct rms_order *row = world_order(world, order);
        if (row && rng_once_in(&world->rng, 6))
            staff_take_over(world, row);
        const struct guard *guard = model_guard(&world->model, order);
        const struct guard before = guard ? *guard : (struct guard){0};
        const char *rows = world_rows(world);
        const struct plan *plan = world_deliver(world, order);
        guard = model_guard(&world->model, order);
        bool refused = plan->action == ACTION_ERROR || plan->action == ACTION_CONFLICT;
        if (refused && (!writes_nothing(plan) || !guard->held || !plan->detail ||
                        strcmp(rows, world_rows(world)) != 0 ||
                        strcmp(before.applied, guard->applied) != 0 ||
                        before.line_count != guard->line_count))
            world_fault(world, "%s %s wrote something", action_word(plan->action),
                        reason_word(plan->reason));
        if (plan->reported != (plan->action == ACTION_ERROR))
            world_fault(world, "dead letter for %s", action_word(plan->action));
        shop_change(shop);
    }
}

/* Once staff finished or began on an order, no version of it changes a row. */
void property_staff_work_is_never_overwritten(struct world *world)
{
    struct shop *shop = &world->shops[0];
    const struct snapshot *order = world_tell(world, shop);
    world_deliver(world, order);
    struct rms_order *row = world_order(world, order);
    if (!row || !staff_take_over(world, row))
        return;
    const char *before = world_rows(world);
    for (size_t i = 0; i < 1 + world->size && !world->fault[0]; i++) {
        shop_change(shop);
        const struct plan *plan = world_deliver(world, world_tell(world, shop));
        if (plan->count || strcmp(before, world_rows(world)) != 0)
            world_fault(world, "%s wrote %zu rows", action_word(plan->action),
                        plan->count);
    }
}

/* What staff may do to an open order without finishing it. */
static void staff_edit(struct world *world, struct rms_order *row)
{
    size_t at = row->entry_count ? rng_below(&world->rng, row->entry_count) : 0;
    int64_t quantity_e4 = (1 + (int64_t)rng_below(&world->rng, 9)) * QUANTITY_SCALE;
    int64_t item = SHOP_FIRST_ITEM + (int64_t)rng_below(&world->rng, SHOP_ITEMS);
    if (row->entry_count == 0 || rng_once_in(&world->rng, 3))
        model_staff_add_entry(&world->model, row, item, quantity_e4);
    else if (rng_once_in(&world->rng, 2))
        model_staff_delete_entry(&world->model, row, at);
    else
        model_staff_set_quantity(&world->model, row, at, quantity_e4);
}

/* RMS's own audit holds whatever shop and staff do, in whatever order. */
void property_stock_adds_up(struct world *world)
{
    for (size_t n = 0; n < 3 * world->size + 3 && !world->fault[0]; n++) {
        struct shop *shop = &world->shops[rng_below(&world->rng, WORLD_SHOPS)];
        const struct snapshot *order = world_tell(world, shop);
        struct rms_order *row = world_order(world, order);
        if (row && !row->closed && rng_once_in(&world->rng, 4))
            staff_edit(world, row);
        if (row && rng_once_in(&world->rng, 40))
            model_staff_delete_order(&world->model, row->id);
        world_deliver(world, order);
        if (!world_stock_adds_up(world))
            return;
        shop_change(shop);
    }
}

void property_stock_off_moves_nothing(struct world *world)
{
    world->settings.commit_stock = false;
    for (size_t n = 0; n < 2 * world->size + 2 && !world->fault[0]; n++) {
        world_deliver(world, world_tell(world, &world->shops[0]));
        shop_change(&world->shops[0]);
    }
    for (size_t i = 0; i < world->model.item_count; i++)
        if (world->model.items[i].committed_e4)
            world_fault(world, "item %" PRId64 " moved", world->model.items[i].row.id);
}

/* ---- an earlier integration's order ---- */

static void add_legacy(struct world *world, const struct shop *shop)
{
    struct rms_entry entries[2 * SHOP_LINES_MAX] = {0};
    struct rms_order order = {.id = 500,
                              .comment = "Order reference",
                              .notes = "",
                              .total_e4 = 1,
                              .entries = entries};
    order.reference = arena_printf(&world->arena, "SHOPIFY-%" PRId64, shop->id);
    for (size_t i = 0; i < shop->line_count; i++) {
        int64_t item = shop->lines[i].item_id;
        if (rng_once_in(&world->rng, 5)) /* another item, or one entry too many */
            item = SHOP_FIRST_ITEM + (int64_t)rng_below(&world->rng, SHOP_ITEMS - 1);
        if (item && !rng_once_in(&world->rng, 6))
            entries[order.entry_count++] = (struct rms_entry){
                .id = 9001 + (int64_t)i,
                .item_id = item,
                .price_e4 = 12300,
                .quantity_e4 = (1 + (int64_t)rng_below(&world->rng, 5)) * QUANTITY_SCALE,
                .comment = rng_once_in(&world->rng, 9) ? "Shipping Item" : ""};
    }
    model_add_order(&world->model, &order);
}

/* Committed as the setting says; staff's own entries there are none. */
static void commit_legacy(struct world *world)
{
    const struct rms_order *row = &world->model.orders[0];
    for (size_t i = 0; i < row->entry_count; i++) {
        struct model_item *item = model_item(&world->model, row->entries[i].item_id);
        if (item->row.type != ITEM_TYPE_NON_INVENTORY &&
            strcmp(row->entries[i].comment, "Shipping Item") != 0)
            item->committed_e4 += row->entries[i].quantity_e4;
    }
}

void property_adopted_order_becomes_the_shops(struct world *world)
{
    struct shop *shop = &world->shops[0];
    world->model.shipping_code = "SHIPPING";
    add_legacy(world, shop);
    world->settings.legacy_committed = rng_once_in(&world->rng, 2);
    if (world->settings.legacy_committed)
        commit_legacy(world);
    const struct snapshot *order = world_tell(world, shop);
    const struct plan *plan = world_deliver(world, order);
    if (world->fault[0] || shop_is_refused(shop))
        return;
    if (model_guard(&world->model, order)->rms_order != 500)
        world_fault(world, "not adopted: %s", reason_word(plan->reason));
    else
        world_rows_equal(world, shop, order, plan);
    if (world->model.order_count != 1)
        world_fault(world, "made a second time");
}

/* ---- delivery ---- */

/* Some of the versions, in any order, some twice, the newest among them. */
static size_t draw_delivery(struct world *world, const struct snapshot **versions,
                            size_t count, const struct snapshot **out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t copies = rng_below(&world->rng, 3); copies > 0; copies--)
            out[n++] = versions[i];
    out[n++] = versions[count - 1];
    for (size_t i = n; i > 1; i--) {
        size_t k = rng_below(&world->rng, i);
        const struct snapshot *version = out[i - 1];
        out[i - 1] = out[k];
        out[k] = version;
    }
    return n;
}

/* Shuffled, repeated and delayed versions end in what the newest alone, in order, ends
 * in: the versions that were news when they came, told in order, give the very same rows;
 * and an order that is open then holds what its newest version says. */
void property_any_delivery_ends_like_the_newest(struct world *world)
{
    const struct snapshot *versions[VERSIONS_MAX] = {0};
    const struct snapshot *delivery[3 * VERSIONS_MAX] = {0};
    struct world *in_order = calloc(1, sizeof(*in_order));
    if (!in_order)
        abort();
    world_open_like(in_order, world);
    struct shop last = world->shops[0];
    size_t count = tell_history(world, &world->shops[0], versions);
    for (size_t i = 1; i < count; i++) /* as it was when the newest was told */
        shop_change(&last);
    size_t n = draw_delivery(world, versions, count, delivery);
    const struct plan *plan = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct plan *this = world_deliver(world, delivery[i]);
        if (this->reason != REASON_STALE)
            world_deliver(in_order, delivery[i]);
        plan = delivery[i] == versions[count - 1] ? this : plan;
    }
    if (strcmp(world_rows(world), world_rows(in_order)) != 0)
        world_fault(world, "other rows than in order");
    const struct rms_order *row = world_order(world, versions[0]);
    if (row && !row->closed && !shop_is_refused(&last))
        world_rows_equal(world, &last, versions[count - 1], plan);
    world_stock_adds_up(world);
    world_close(in_order);
    free(in_order);
}

/* What staff changed on an open order stays while the shop changes nothing of what was
 * sold. */
void property_a_tag_takes_no_work_back(struct world *world)
{
    static const char *const notes[] = {"", "Ring twice", "Leave it"};
    struct shop *shop = &world->shops[0];
    world_deliver(world, world_tell(world, shop));
    struct rms_order *row = world_order(world, world_tell(world, shop));
    if (!row || row->entry_count == 0)
        return; /* refused */
    for (size_t i = 0; i < 1 + world->size / 4 && !world->fault[0]; i++) {
        size_t at = rng_below(&world->rng, row->entry_count);
        struct rms_entry *entry = model_entry(row, row->entries[at].id);
        entry->price_e4 += 100;
        model_staff_set_quantity(&world->model, row, at,
                                 entry->quantity_e4 + QUANTITY_SCALE);
        row->total_e4 += 100;
        const struct rms_order before = *row;
        const struct rms_entry was = *entry;
        shop->tag++;
        shop->note = notes[rng_below(&world->rng, 3)];
        shop->updated_ms += 1000;
        world_deliver(world, world_tell(world, shop));
        const struct rms_entry *now = model_entry(row, was.id);
        if (now->price_e4 != was.price_e4 || now->quantity_e4 != was.quantity_e4 ||
            now->full_price_e4 != was.full_price_e4 || now->item_id != was.item_id ||
            row->total_e4 != before.total_e4 || row->tax_e4 != before.tax_e4)
            world_fault(world, "entry %" PRId64 " or the sums were taken back", was.id);
    }
    world_stock_adds_up(world);
}

/* However often the setting was switched: with the first change of what was sold while it
 * is on, committed is what open orders hold. */
void property_stock_is_caught_up_when_on_again(struct world *world)
{
    struct shop *shop = &world->shops[0];
    for (size_t i = 0; i < 2 + world->size && !world->fault[0]; i++) {
        world->settings.commit_stock = rng_once_in(&world->rng, 2);
        const struct snapshot *order = world_tell(world, shop);
        world_deliver(world, order);
        struct rms_order *row = world_order(world, order);
        if (row && row->closed)
            return; /* closed while off: what it held stays noted */
        if (row && row->entry_count && rng_once_in(&world->rng, 3))
            model_staff_set_quantity(&world->model, row,
                                     rng_below(&world->rng, row->entry_count),
                                     INT64_C(5) * QUANTITY_SCALE);
        shop_change(shop);
    }
    world->settings.commit_stock = true;
    shop->refund_e4 = 0;
    shop->duties_e4 += 100 * shop->unit_e4;
    const struct plan *plan = world_deliver(world, world_tell(world, shop));
    if (plan->action == ACTION_UPDATED || plan->action == ACTION_CREATED)
        world_stock_adds_up(world);
}
