/* world: see world.h. */
#include "world.h"

#include "base/money.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GUEST = 1,
    CUSTOMER = 77,
};

static void draw_settings(struct world *world)
{
    world->settings = (struct plan_settings){
        .allowed_statuses = "PAID,PARTIALLY_PAID,AUTHORIZED,PENDING",
        .store_id = 1,
        .price_source = 1,
        .guest_customer_id = GUEST,
        .due_days = 7,
        .inclusive = rng_once_in(&world->rng, 2),
        .commit_stock = true,
        .customer_prefix = "WEB-",
        .shipping_services = rng_once_in(&world->rng, 2) ? "" : "Standard=3,*=4"};
    for (enum column c = 0; c < COL_COUNT; c++)
        world->settings.width[c] = column_width(c);
    if (rng_once_in(&world->rng, 4))
        world->settings.width[COL_ORDER_COMMENT] = 30;
    world->model.misc_code = "MISC";
    world->model.shipping_code = rng_once_in(&world->rng, 3) ? NULL : "SHIPPING";
    world->model.customer_id = rng_once_in(&world->rng, 2) ? GUEST : CUSTOMER;
    world->model.creates_customers =
        world->model.customer_id == GUEST && rng_once_in(&world->rng, 2);
}

void world_open(struct world *world, uint64_t seed, size_t size)
{
    *world = (struct world){.rng = {.state = seed}, .size = size};
    arena_init(&world->arena);
    model_init(&world->model);
    shop_catalogue(&world->model);
    draw_settings(world);
    for (size_t i = 0; i < WORLD_SHOPS; i++)
        shop_open(&world->shops[i], rng_next(&world->rng), 7001 + (int64_t)i, size);
}

void world_open_like(struct world *world, const struct world *other)
{
    world_open(world, 1, other->size);
    world->settings = other->settings;
    world->model.shipping_code = other->model.shipping_code;
    world->model.customer_id = other->model.customer_id;
    world->model.creates_customers = other->model.creates_customers;
}

void world_close(struct world *world)
{
    model_done(&world->model);
    arena_done(&world->arena);
}

bool world_fault(struct world *world, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (!world->fault[0])
        vsnprintf(world->fault, sizeof(world->fault), fmt, args);
    va_end(args);
    return false;
}

struct snapshot *world_tell(struct world *world, struct shop *shop)
{
    struct snapshot *order = arena_alloc(&world->arena, sizeof(*order));
    shop_tell(shop, &world->arena, order);
    return order;
}

struct plan *world_plan(struct world *world, const struct snapshot *order)
{
    struct plan *plan = arena_alloc(&world->arena, sizeof(*plan));
    struct rms_state state;
    struct err e;
    model_load(&world->model, order, &world->arena, &state);
    const struct plan_input in = {.order = order,
                                  .rms = &state,
                                  .settings = &world->settings,
                                  .force = world->force,
                                  .force_older = world->force,
                                  .now = "NOW",
                                  .time = "CREATED",
                                  .due = "DUE"};
    if (plan_build(&in, &world->arena, plan, &e))
        world_fault(world, "plan_build: %s", e.text);
    return plan;
}

struct plan *world_deliver(struct world *world, const struct snapshot *order)
{
    struct plan *plan = world_plan(world, order);
    model_apply(&world->model, order, plan);
    if (world->model.fault)
        world_fault(world, "%s", world->model.fault);
    return plan;
}

struct rms_order *world_order(struct world *world, const struct snapshot *order)
{
    const struct guard *guard = model_guard(&world->model, order);
    return guard ? model_order(&world->model, guard->rms_order) : NULL;
}

const char *world_rows(struct world *world)
{
    struct buf text;
    buf_init(&text, MODEL_TEXT_MAX);
    model_print(&world->model, &text);
    const char *copy = arena_strdup(&world->arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

/* ---- rows against what the order says ---- */

static const struct line_map *map_of(const struct guard *guard, int64_t line)
{
    for (size_t i = 0; i < guard->line_count; i++)
        if (guard->lines[i].line == line)
            return &guard->lines[i];
    return NULL;
}

/* Nothing but rounding and prices of four decimals moves a line that no refund touched.
 */
static bool is_price_near(const struct shop *shop, const struct shop_line *line,
                          const struct rms_entry *entry, bool inclusive)
{
    int64_t share_e4 = shop_line_share(shop, line, inclusive);
    int64_t off_e4 = llabs(entry->price_e4 * line->current - share_e4);
    return shop->refund_e4 > 0 || off_e4 <= 3 * shop->unit_e4 + 20000;
}

static bool is_line_right(struct world *world, const struct shop *shop,
                          const struct shop_line *line, struct rms_order *order,
                          const struct guard *guard)
{
    const struct line_map *map = map_of(guard, line->id);
    const struct rms_entry *entry = map ? model_entry(order, map->entry) : NULL;
    bool inclusive = world->settings.inclusive;
    if (line->current == 0)
        return !map || world_fault(world, "line %" PRId64 " has an entry", line->id);
    if (!entry)
        return world_fault(world, "line %" PRId64 " has no entry", line->id);
    if (entry->item_id != line->item_id || map->item != line->item_id)
        return world_fault(world, "line %" PRId64 ": item %" PRId64, line->id,
                           entry->item_id);
    if (entry->quantity_e4 != line->current * QUANTITY_SCALE)
        return world_fault(world, "line %" PRId64 ": quantity", line->id);
    if (entry->price_e4 < 0 || !is_price_near(shop, line, entry, inclusive))
        return world_fault(world, "line %" PRId64 ": price %" PRId64 "e-4", line->id,
                           entry->price_e4);
    if (shop->taxes_included == inclusive && entry->full_price_e4 != line->unit_e4)
        return world_fault(world, "line %" PRId64 ": full price", line->id);
    return true;
}

static size_t count_lines(const struct shop *shop)
{
    size_t count = 0;
    for (size_t i = 0; i < shop->line_count; i++)
        count += shop->lines[i].current > 0;
    return count;
}

static bool are_lines_right(struct world *world, const struct shop *shop,
                            struct rms_order *order, const struct guard *guard)
{
    for (size_t i = 0; i < shop->line_count; i++)
        if (!is_line_right(world, shop, &shop->lines[i], order, guard))
            return false;
    size_t want = count_lines(shop) + (map_of(guard, LINE_SHIPPING) != NULL) +
                  (map_of(guard, LINE_KEPT) != NULL);
    if (order->entry_count != want || guard->line_count != want)
        return world_fault(world, "%zu entries, %zu in the map, expected %zu",
                           order->entry_count, guard->line_count, want);
    return true;
}

/* Where no other refund is in it, what was kept is the entry's price but for rounding. */
static bool is_kept_right(struct world *world, const struct shop *shop,
                          struct rms_order *order, const struct guard *guard)
{
    const struct line_map *map = map_of(guard, LINE_KEPT);
    const struct rms_entry *entry = map ? model_entry(order, map->entry) : NULL;
    int64_t kept_e4 = shop_kept(shop);
    int64_t rounding_e4 = (int64_t)(shop->line_count + 3) * shop->unit_e4;
    for (size_t i = 0; i < order->entry_count; i++) /* it bears what no price reaches */
        rounding_e4 += order->entries[i].quantity_e4 / QUANTITY_SCALE / 2 + shop->unit_e4;
    if (entry &&
        (entry->item_id != SHOP_MISC_ITEM || entry->quantity_e4 != QUANTITY_SCALE))
        return world_fault(world, "what was kept is not on the item for it");
    if (shop->refund_e4)
        return true;
    if ((kept_e4 > 0) != (entry != NULL))
        return world_fault(world, "kept %" PRId64 "e-4: %s entry", kept_e4,
                           entry ? "an" : "no");
    if (entry && llabs(entry->price_e4 - kept_e4) > rounding_e4)
        return world_fault(world, "kept %" PRId64 "e-4, the entry says %" PRId64 "e-4",
                           kept_e4, entry->price_e4);
    return true;
}

static bool is_shipping_right(struct world *world, struct rms_order *order,
                              const struct guard *guard)
{
    const struct line_map *map = map_of(guard, 0);
    const struct rms_entry *entry = map ? model_entry(order, map->entry) : NULL;
    if (!world->model.shipping_code)
        return !entry || world_fault(world, "a shipping entry without the setting");
    if (order->shipping_charge_e4)
        return world_fault(world, "shipping stands in both places");
    if (entry && entry->quantity_e4 != (entry->price_e4 ? QUANTITY_SCALE : 0))
        return world_fault(world, "shipping entry: quantity");
    return true;
}

static bool is_shipping(const struct rms_entry *entry)
{
    return strcmp(entry->comment, "Shipping Item") == 0;
}

/* What prices of four decimals can miss: half a ten-thousandth a unit of each line. */
static int64_t price_steps_e4(const struct rms_order *order, int64_t unit_e4)
{
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < order->entry_count; i++)
        sum_e4 += order->entries[i].quantity_e4 / QUANTITY_SCALE / 2 + unit_e4;
    return sum_e4;
}

/* Some line of so small a quantity that its price reaches every amount, and of so large
 * an amount that it can bear the miss. */
static bool can_settle(const struct rms_order *order, int64_t off_e4, int64_t unit_e4)
{
    int64_t to_bear_e4 = off_e4 < 0 ? price_steps_e4(order, unit_e4) : 0;
    for (size_t i = 0; i < order->entry_count; i++) {
        const struct rms_entry *entry = &order->entries[i];
        int64_t quantity = entry->quantity_e4 / QUANTITY_SCALE;
        if (!is_shipping(entry) && quantity < unit_e4 &&
            entry->price_e4 * quantity >= to_bear_e4)
            return true;
    }
    return false;
}

/* The most that lines and shipping may miss the total by. */
static int64_t can_miss_e4(const struct rms_order *order, int64_t target_e4,
                           int64_t off_e4, int64_t unit_e4)
{
    if (target_e4 < 0)
        return -target_e4;
    return can_settle(order, off_e4, unit_e4) ? 0 : price_steps_e4(order, unit_e4);
}

static bool writes_sums(const struct plan *plan)
{
    bool writes = false;
    for (size_t i = 0; i < plan->count; i++) {
        writes |= plan->ops[i].table == TABLE_ENTRY;
        for (size_t k = 0; k < plan->ops[i].count; k++)
            writes |= plan->ops[i].values[k].column == COL_ORDER_TOTAL;
    }
    return writes;
}

static bool is_sum_right(struct world *world, const struct shop *shop,
                         const struct rms_order *order, const struct snapshot *told,
                         const struct plan *plan)
{
    char amount[MONEY_TEXT_MAX];
    int64_t target_e4 = told->total_e4 - (world->settings.inclusive ? 0 : told->tax_e4);
    int64_t off_e4 =
        target_e4 - order->shipping_charge_e4 - model_sum(order, shop->unit_e4);
    if (off_e4 == 0)
        return true;
    if (llabs(off_e4) > can_miss_e4(order, target_e4, off_e4, shop->unit_e4))
        return world_fault(world, "off by %s although a price could reach it",
                           money_format(off_e4, amount));
    if (!writes_sums(plan)) /* it was said when it was written */
        return true;
    if (!plan->detail || !strstr(plan->detail, money_format(off_e4, amount)))
        return world_fault(world, "off by %s, and the detail says: %s",
                           money_format(off_e4, amount),
                           plan->detail ? plan->detail : "nothing");
    return true;
}

bool world_rows_equal(struct world *world, const struct shop *shop,
                      const struct snapshot *order, const struct plan *plan)
{
    const struct guard *guard = model_guard(&world->model, order);
    struct rms_order *row = world_order(world, order);
    if (!row)
        return world_fault(world, "RMS has no order");
    if (row->closed || row->total_e4 != order->total_e4 || row->tax_e4 != order->tax_e4 ||
        row->taxable != (order->tax_e4 > 0) || row->deposit_e4 != 0)
        return world_fault(world, "header");
    return are_lines_right(world, shop, row, guard) &&
           is_shipping_right(world, row, guard) &&
           is_kept_right(world, shop, row, guard) &&
           is_sum_right(world, shop, row, order, plan);
}

bool world_stock_adds_up(struct world *world)
{
    for (size_t i = 0; i < world->model.item_count; i++) {
        const struct model_item *item = &world->model.items[i];
        int64_t open_e4 = item->row.type == ITEM_TYPE_NON_INVENTORY
                              ? 0
                              : model_open_quantity(&world->model, item->row.id);
        if (item->committed_e4 != open_e4)
            return world_fault(world,
                               "item %" PRId64 ": committed %" PRId64
                               "e-4, open orders hold %" PRId64 "e-4",
                               item->row.id, item->committed_e4, open_e4);
    }
    return true;
}
