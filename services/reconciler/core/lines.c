/* lines: matching and differences of OrderEntry rows; see lines.h. */
#include "core/lines.h"

#include "core/resolve.h"
#include "core/stock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct rms_entry *find_entry(const struct rms_order *order, int64_t id)
{
    for (size_t i = 0; order && i < order->entry_count; i++)
        if (order->entries[i].id == id)
            return &order->entries[i];
    return NULL;
}

static bool is_shipping_entry(const struct plan_input *in, const struct rms_entry *entry)
{
    const struct rms_item *item = in->rms->shipping_item;
    return (item && entry->item_id == item->id) ||
           strcmp(entry->comment, "Shipping Item") == 0;
}

static bool holds_stock(const struct rms_item *item)
{
    return item->type != ITEM_TYPE_NON_INVENTORY;
}

/* The adopted order's committed stock is what the setting says of the former writer.
 * item: NULL when it is not among those loaded. */
static int64_t legacy_committed(const struct plan_input *in,
                                const struct rms_entry *entry,
                                const struct rms_item *item)
{
    if (!in->settings->legacy_committed || (item && !holds_stock(item)) ||
        is_shipping_entry(in, entry))
        return 0;
    return entry->quantity_e4;
}

static struct line_map adopted(const struct plan_input *in, const struct rms_entry *entry,
                               const struct rms_item *item, int64_t line)
{
    return (struct line_map){.line = line,
                             .entry = entry->id,
                             .item = entry->item_id,
                             .committed_e4 = legacy_committed(in, entry, item)};
}

/* The next entry of an adopted order that holds this item and no line has taken. */
static const struct rms_entry *next_of_item(const struct rms_order *order, int64_t item,
                                            bool *taken)
{
    for (size_t i = 0; i < order->entry_count; i++) {
        if (taken[i] || order->entries[i].item_id != item)
            continue;
        taken[i] = true;
        return &order->entries[i];
    }
    return NULL;
}

/* Lines of the snapshot in their order take the entries of their item in theirs. What no
 * line takes becomes a line of its own, so that it is deleted. */
static void adopt(const struct plan_input *in, const struct rms_order *order,
                  struct arena *arena, struct line_map *map, size_t *count)
{
    bool *taken = arena_array(arena, order->entry_count, sizeof(*taken));
    for (size_t i = 0; i < order->entry_count && *count == 0; i++) {
        taken[i] = is_shipping_entry(in, &order->entries[i]);
        if (taken[i])
            map[(*count)++] = adopted(in, &order->entries[i], NULL, LINE_SHIPPING);
    }
    for (size_t i = 0; i < in->order->lines.count; i++) {
        const struct snapshot_line *line = &snapshot_lines(in->order)[i];
        const struct rms_item *item = NULL;
        if (line->current_quantity == 0 || resolve_one(in, line, &item) != REASON_NONE)
            continue;
        const struct rms_entry *entry = next_of_item(order, item->id, taken);
        if (entry)
            map[(*count)++] = adopted(in, entry, item, line->id);
    }
    for (size_t i = 0; i < order->entry_count; i++)
        if (!taken[i])
            map[(*count)++] =
                adopted(in, &order->entries[i], NULL, LINE_SURPLUS - (int64_t)i);
}

static bool is_noted(const struct line_map *line)
{
    return line->line == LINE_OWED || line->line == LINE_DUE;
}

/* What of a line of ours is still committed: staff's changes in the POS moved the stock
 * with them, so it is as much as the entry says now, and nothing when it is gone. */
static struct line_map still_committed(const struct rms_order *existing,
                                       struct line_map line)
{
    const struct rms_entry *entry = find_entry(existing, line.entry);
    if (is_noted(&line))
        return line;
    if (!entry) {
        line.committed_e4 = 0;
    } else if (line.committed_e4 != 0) {
        line.committed_e4 = entry->quantity_e4;
        line.item = entry->item_id;
    }
    return line;
}

void lines_known(const struct plan_input *in, const struct rms_order *existing,
                 struct arena *arena, struct line_map **map, size_t *count)
{
    const struct guard *guard = &in->rms->guard;
    size_t room = guard->line_count + (existing ? existing->entry_count : 0);
    *map = arena_array(arena, room, sizeof(**map));
    *count = 0;
    if (guard->rms_order) {
        for (size_t i = 0; i < guard->line_count; i++)
            (*map)[(*count)++] = still_committed(existing, guard->lines[i]);
    } else if (existing) {
        adopt(in, existing, arena, *map, count);
    }
}

static const struct line_map *find_line(const struct line_map *map, size_t count,
                                        int64_t line)
{
    for (size_t i = 0; i < count; i++)
        if (map[i].line == line)
            return &map[i];
    return NULL;
}

/* What stands in an entry; the differences against RMS make the update. */
struct wanted {
    int64_t line, quantity_e4, price_e4, full_price_e4;
    const struct rms_item *item;
    const char *description;
};

static const char *describe(const struct plan_input *in, const struct snapshot_line *line,
                            const struct rms_item *item, struct arena *arena)
{
    /* Staff pick by RMS's own words; only the item that stands for anything needs the
     * shop's. */
    const char *text = item == in->rms->misc_item ? line->title : item->description;
    return ops_fit(arena, text, in->settings->width[COL_ENTRY_DESCRIPTION]);
}

static void insert_entry(const struct plan_input *in, const struct wanted *w,
                         int64_t order_id, size_t map, struct ops *ops)
{
    const struct plan_settings *set = in->settings;
    struct row_op *op = ops_add(ops, OP_INSERT, TABLE_ENTRY, 0);
    op->line = w->line;
    op->map = map;
    op_number(op, COL_ENTRY_COST, w->item->cost_e4);
    op_number(op, COL_ENTRY_STORE, set->store_id);
    op_number(op, COL_ENTRY_ORDER, order_id);
    op_number(op, COL_ENTRY_ITEM, w->item->id);
    op_number(op, COL_ENTRY_FULL_PRICE, w->full_price_e4);
    op_number(op, COL_ENTRY_PRICE_SOURCE, set->price_source);
    op_number(op, COL_ENTRY_PRICE, w->price_e4);
    op_number(op, COL_ENTRY_QUANTITY, w->quantity_e4);
    op_number(op, COL_ENTRY_SALES_REP, set->sales_rep_id);
    op_number(op, COL_ENTRY_TAXABLE, w->item->taxable);
    op_number(op, COL_ENTRY_DETAIL, 0);
    op_text(op, COL_ENTRY_DESCRIPTION, w->description);
    op_number(op, COL_ENTRY_RTD, 0);
    op_text(op, COL_ENTRY_LAST_UPDATED, in->now);
    op_text(op, COL_ENTRY_COMMENT, w->line == LINE_SHIPPING ? "Shipping Item" : "");
    op_number(op, COL_ENTRY_DISCOUNT_REASON, 0);
    op_number(op, COL_ENTRY_RETURN_REASON, 0);
    op_number(op, COL_ENTRY_TAX_REASON, 0);
    op_number(op, COL_ENTRY_ADD_MONEY, 0);
    op_number(op, COL_ENTRY_VOUCHER, 0);
}

/* True when anything differs. Only columns that are ours: never QuantityRTD or Comment.
 */
static bool update_entry(const struct plan_input *in, const struct wanted *w,
                         const struct rms_entry *entry, struct ops *ops)
{
    struct row_op *op = ops_add(ops, OP_UPDATE, TABLE_ENTRY, entry->id);
    op->line = w->line;
    if (entry->item_id != w->item->id) {
        op_change_number(op, COL_ENTRY_ITEM, entry->item_id, w->item->id);
        op_change_number(op, COL_ENTRY_COST, entry->cost_e4, w->item->cost_e4);
        op_change_number(op, COL_ENTRY_TAXABLE, entry->taxable, w->item->taxable);
        op_change_text(op, COL_ENTRY_DESCRIPTION, entry->description, w->description);
    }
    op_change_number(op, COL_ENTRY_PRICE, entry->price_e4, w->price_e4);
    op_change_number(op, COL_ENTRY_FULL_PRICE, entry->full_price_e4, w->full_price_e4);
    op_change_number(op, COL_ENTRY_QUANTITY, entry->quantity_e4, w->quantity_e4);
    if (op->count == 0) {
        ops->count--;
        return false;
    }
    op_text(op, COL_ENTRY_LAST_UPDATED, in->now);
    return true;
}

/* What is staff's stays recorded as it is. */
static int64_t committed(const struct plan_input *in, const struct wanted *w,
                         int64_t before)
{
    if (in->settings->stock_is_staffs)
        return before;
    return w->line != LINE_SHIPPING && holds_stock(w->item) ? w->quantity_e4 : 0;
}

static void plan_one(const struct plan_input *in, const struct rms_order *existing,
                     const struct wanted *w, const struct line_map *known,
                     struct ops *ops, struct lines_plan *out)
{
    const struct rms_entry *entry = known ? find_entry(existing, known->entry) : NULL;
    struct line_map *map = &out->map[out->map_count++];
    *map = (struct line_map){.line = w->line,
                             .entry = entry ? entry->id : 0,
                             .item = w->item->id,
                             .committed_e4 =
                                 committed(in, w, known ? known->committed_e4 : 0)};
    if (!entry) {
        insert_entry(in, w, existing ? existing->id : PLAN_NEW_ID, out->map_count - 1,
                     ops);
        out->added++;
    } else if (update_entry(in, w, entry, ops)) {
        out->changed++;
    }
}

/* The shipping entry is never an orphan: shipping removed means price and quantity 0. */
static void plan_shipping(const struct plan_input *in, const struct rms_order *existing,
                          const struct amounts *amounts, const struct line_map *known,
                          struct ops *ops, struct lines_plan *out)
{
    const struct rms_item *item = in->rms->shipping_item;
    int64_t charge_e4 = item ? amounts->shipping_e4 : 0;
    const struct rms_entry *entry = known ? find_entry(existing, known->entry) : NULL;
    struct rms_item former = {0};
    if (!item && entry) { /* the setting was taken away: the charge moves to the header */
        former = (struct rms_item){.id = entry->item_id, .type = ITEM_TYPE_NON_INVENTORY};
        item = &former;
    }
    if (!item || (!entry && charge_e4 == 0))
        return;
    const struct wanted w = {.line = LINE_SHIPPING,
                             .item = item,
                             .quantity_e4 = charge_e4 ? QUANTITY_SCALE : 0,
                             .price_e4 = charge_e4,
                             .full_price_e4 = charge_e4,
                             .description =
                                 ops_fit(ops->arena, item->description,
                                         in->settings->width[COL_ENTRY_DESCRIPTION])};
    plan_one(in, existing, &w, known, ops, out);
}

/* What the shop kept of the money of units given back: staff see it as what it is, and
 * the units that are left cost what they did. */
static void plan_kept(const struct plan_input *in, const struct rms_order *existing,
                      const struct amounts *amounts, const struct line_map *known,
                      struct ops *ops, struct lines_plan *out)
{
    const struct wanted w = {.line = LINE_KEPT,
                             .item = in->rms->misc_item,
                             .quantity_e4 = QUANTITY_SCALE,
                             .price_e4 = amounts->kept_e4,
                             .full_price_e4 = amounts->kept_e4,
                             .description =
                                 ops_fit(ops->arena, "Kept at a refund",
                                         in->settings->width[COL_ENTRY_DESCRIPTION])};
    if (amounts->kept_e4)
        plan_one(in, existing, &w, known, ops, out);
}

static void delete_gone(const struct rms_order *existing, const struct line_map *known,
                        size_t known_count, struct ops *ops, struct lines_plan *out)
{
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].line == LINE_SHIPPING ||
            find_line(out->map, out->map_count, known[i].line))
            continue;
        if (!find_entry(existing, known[i].entry))
            continue; /* staff deleted it already */
        ops_add(ops, OP_DELETE, TABLE_ENTRY, known[i].entry)->line = known[i].line;
        out->deleted++;
    }
}

/* Moved, noted for later, or staff's. */
static void settle_stock(const struct plan_input *in, const struct line_map *known,
                         size_t known_count, struct ops *ops, struct lines_plan *out)
{
    if (in->settings->stock_is_staffs) {
        for (size_t i = 0; i < known_count; i++)
            if (is_noted(&known[i]))
                out->map[out->map_count++] = known[i];
    } else if (in->settings->commit_stock) {
        stock_move(in, known, known_count, out->map, out->map_count, ops);
    } else {
        out->map_count =
            stock_note(known, known_count, out->map, out->map_count, ops->arena);
    }
}

void lines_plan(const struct plan_input *in, const struct rms_order *existing,
                const struct amounts *amounts, const struct rms_item *const *items,
                struct ops *ops, struct lines_plan *out)
{
    struct line_map *known = NULL;
    size_t known_count = 0;
    lines_known(in, existing, ops->arena, &known, &known_count);
    *out = (struct lines_plan){.map = arena_array(ops->arena,
                                                  2 * (amounts->count + 2) + known_count,
                                                  sizeof(*out->map))};
    for (size_t i = 0; i < amounts->count; i++) {
        const struct amount_line *a = &amounts->lines[i];
        const struct wanted w = {
            .line = a->line->id,
            .item = items[i],
            .quantity_e4 = a->line->current_quantity * QUANTITY_SCALE,
            .price_e4 = a->price_e4,
            .full_price_e4 = a->full_price_e4,
            .description = describe(in, a->line, items[i], ops->arena)};
        plan_one(in, existing, &w, find_line(known, known_count, w.line), ops, out);
    }
    plan_kept(in, existing, amounts, find_line(known, known_count, LINE_KEPT), ops, out);
    plan_shipping(in, existing, amounts, find_line(known, known_count, LINE_SHIPPING),
                  ops, out);
    delete_gone(existing, known, known_count, ops, out);
    settle_stock(in, known, known_count, ops, out);
}
