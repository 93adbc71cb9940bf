/* model: see model.h. */
#include "model.h"

#include "base/money.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void model_init(struct model *model)
{
    *model = (struct model){.next_order = 1, .next_entry = 1};
    arena_init(&model->arena);
}

void model_done(struct model *model)
{
    arena_done(&model->arena);
}

void model_add_item(struct model *model, const struct rms_item *item, const char *alias)
{
    if (model->item_count == MODEL_ITEMS_MAX)
        abort();
    model->items[model->item_count++] = (struct model_item){.row = *item, .alias = alias};
}

static const char *keep(struct model *model, const char *text)
{
    return text ? arena_strdup(&model->arena, text) : "";
}

/* What an array of so many entries has room for. */
static size_t room_for(size_t count)
{
    size_t room = 8;
    while (room < count)
        room *= 2;
    return room;
}

static void copy_entries(struct model *model, struct rms_order *order, size_t room)
{
    struct rms_entry *entries = arena_array(&model->arena, room, sizeof(*entries));
    if (order->entry_count)
        memcpy(entries, order->entries, order->entry_count * sizeof(*entries));
    order->entries = entries;
}

static struct rms_entry *entries_of(struct rms_order *order)
{
    return (struct rms_entry *)order->entries;
}

struct rms_entry *model_new_entry(struct model *model, struct rms_order *order)
{
    size_t count = order->entry_count + 1;
    if (count > room_for(order->entry_count))
        copy_entries(model, order, room_for(count));
    struct rms_entry *entry = &entries_of(order)[order->entry_count++];
    *entry =
        (struct rms_entry){.id = model->next_entry++, .description = "", .comment = ""};
    return entry;
}

void model_add_order(struct model *model, const struct rms_order *order)
{
    if (model->order_count == MODEL_ORDERS_MAX)
        abort();
    struct rms_order *mine = &model->orders[model->order_count++];
    *mine = *order;
    mine->comment = keep(model, order->comment);
    mine->reference = keep(model, order->reference);
    mine->notes = keep(model, order->notes);
    copy_entries(model, mine, room_for(mine->entry_count));
    for (size_t i = 0; i < mine->entry_count; i++) {
        struct rms_entry *entry = &entries_of(mine)[i];
        entry->description = keep(model, entry->description);
        entry->comment = keep(model, entry->comment);
        if (entry->id >= model->next_entry)
            model->next_entry = entry->id + 1;
    }
    if (order->id >= model->next_order)
        model->next_order = order->id + 1;
}

static struct model_guard *guard_row(const struct model *model,
                                     const struct snapshot *order)
{
    for (size_t i = 0; i < model->guard_count; i++)
        if (model->guards[i].order == order->id &&
            strcmp(model->guards[i].shop, order->shop) == 0)
            return (struct model_guard *)&model->guards[i];
    return NULL;
}

struct guard *model_guard(struct model *model, const struct snapshot *order)
{
    struct model_guard *row = guard_row(model, order);
    return row ? &row->guard : NULL;
}

struct rms_order *model_order(struct model *model, int64_t id)
{
    for (size_t i = 0; i < model->order_count; i++)
        if (model->orders[i].id == id)
            return &model->orders[i];
    return NULL;
}

struct model_item *model_item(struct model *model, int64_t id)
{
    for (size_t i = 0; i < model->item_count; i++)
        if (model->items[i].row.id == id)
            return &model->items[i];
    return NULL;
}

struct rms_entry *model_entry(struct rms_order *order, int64_t id)
{
    for (size_t i = 0; i < order->entry_count; i++)
        if (order->entries[i].id == id)
            return &entries_of(order)[i];
    return NULL;
}

/* ---- loading ---- */

static bool is_of(const struct model_item *item, const char *sku)
{
    return str_compare_sku(item->row.code, sku) == 0 ||
           (item->alias && str_compare_sku(item->alias, sku) == 0);
}

/* An inactive item counts only when there is no active one. */
static struct sku_hit look_up(const struct model *model, const char *sku)
{
    struct sku_hit hit = {.sku = sku};
    const struct rms_item *inactive = NULL;
    for (size_t i = 0; i < model->item_count; i++) {
        const struct model_item *item = &model->items[i];
        if (!is_of(item, sku))
            continue;
        if (item->row.inactive) {
            inactive = &item->row;
        } else {
            hit.hits++;
            hit.item = &item->row;
        }
    }
    if (hit.hits == 0 && inactive)
        hit = (struct sku_hit){.sku = sku, .hits = 1, .item = inactive};
    return hit;
}

static int by_sku(const void *a, const void *b)
{
    return str_compare_sku(((const struct sku_hit *)a)->sku,
                           ((const struct sku_hit *)b)->sku);
}

static void load_skus(const struct model *model, const struct snapshot *order,
                      struct arena *arena, struct rms_state *out)
{
    struct sku_hit *hits = arena_array(arena, 2 * order->lines.count, sizeof(*hits));
    size_t count = 0;
    for (size_t i = 0; i < order->lines.count; i++) {
        const struct snapshot_line *line = &snapshot_lines(order)[i];
        if (line->current_quantity > 0 && !str_empty(line->sku))
            hits[count++] = look_up(model, line->sku);
        if (line->current_quantity > 0 && !str_empty(line->barcode))
            hits[count++] = look_up(model, line->barcode);
    }
    qsort(hits, count, sizeof(*hits), by_sku);
    out->skus = hits;
    out->sku_count = count;
}

static const struct rms_item *named(const struct model *model, const char *code)
{
    return code ? look_up(model, code).item : NULL;
}

static void load_orders(const struct model *model, const struct snapshot *order,
                        struct arena *arena, struct rms_state *out)
{
    const char *reference = arena_printf(arena, "SHOPIFY-%" PRId64, order->id);
    struct rms_order *orders = arena_array(arena, model->order_count, sizeof(*orders));
    for (size_t i = 0; i < model->order_count; i++) {
        const struct rms_order *row = &model->orders[i];
        bool mine = out->guard.rms_order ? row->id == out->guard.rms_order
                                         : strcmp(row->reference, reference) == 0;
        if (mine)
            orders[out->order_count++] = *row;
    }
    out->orders = orders;
}

void model_load(const struct model *model, const struct snapshot *order,
                struct arena *arena, struct rms_state *out)
{
    const struct model_guard *guard = guard_row(model, order);
    *out = (struct rms_state){.customer_id = model->customer_id,
                              .customer = {.problem = model->customer_problem}};
    if (model->creates_customers && order->customer)
        out->customer.create = model->made_customer == 0;
    if (model->made_customer)
        out->customer_id = model->made_customer;
    if (guard)
        out->guard = guard->guard;
    load_orders(model, order, arena, out);
    load_skus(model, order, arena, out);
    out->shipping_item = named(model, model->shipping_code);
    out->misc_item = named(model, model->misc_code);
}

/* ---- what staff do ---- */

static void commit(struct model *model, int64_t item_id, int64_t quantity_e4)
{
    struct model_item *item = model_item(model, item_id);
    if (item && item->row.type != ITEM_TYPE_NON_INVENTORY)
        item->committed_e4 += quantity_e4;
}

void model_staff_delete_entry(struct model *model, struct rms_order *order, size_t at)
{
    struct rms_entry *entries = entries_of(order);
    commit(model, entries[at].item_id, -entries[at].quantity_e4);
    memmove(&entries[at], &entries[at + 1],
            (order->entry_count - at - 1) * sizeof(*entries));
    order->entry_count--;
}

void model_staff_set_quantity(struct model *model, struct rms_order *order, size_t at,
                              int64_t quantity_e4)
{
    struct rms_entry *entry = &entries_of(order)[at];
    commit(model, entry->item_id, quantity_e4 - entry->quantity_e4);
    entry->quantity_e4 = quantity_e4;
}

void model_staff_add_entry(struct model *model, struct rms_order *order, int64_t item,
                           int64_t quantity_e4)
{
    struct rms_entry *entry = model_new_entry(model, order);
    entry->item_id = item;
    entry->quantity_e4 = quantity_e4;
    entry->price_e4 = entry->full_price_e4 = 10000;
    entry->description = "added by staff";
    commit(model, item, quantity_e4);
}

void model_staff_delete_order(struct model *model, int64_t id)
{
    struct rms_order *order = model_order(model, id);
    for (size_t i = 0; i < order->entry_count && !order->closed; i++)
        commit(model, order->entries[i].item_id, -order->entries[i].quantity_e4);
    size_t at = (size_t)(order - model->orders);
    memmove(order, order + 1, (model->order_count - at - 1) * sizeof(*order));
    model->order_count--;
}
