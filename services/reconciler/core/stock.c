/* stock: see stock.h. */
#include "core/stock.h"

#include <stdlib.h>

struct stock {
    int64_t item, delta_e4;
};

static int by_item(const void *a, const void *b)
{
    int64_t x = ((const struct stock *)a)->item;
    int64_t y = ((const struct stock *)b)->item;
    return (x > y) - (x < y);
}

/* Sorted, so that the changes of one item become one. */
void stock_move(const struct plan_input *in, const struct line_map *before,
                size_t before_count, const struct line_map *after, size_t after_count,
                struct ops *ops)
{
    size_t n = before_count + after_count;
    struct stock *stock = arena_array(ops->arena, n, sizeof(*stock));
    for (size_t i = 0; i < before_count; i++)
        stock[i] = (struct stock){before[i].item, -before[i].committed_e4};
    for (size_t i = 0; i < after_count; i++)
        stock[before_count + i] = (struct stock){after[i].item, after[i].committed_e4};
    qsort(stock, n, sizeof(*stock), by_item);
    for (size_t i = 0; i < n;) {
        int64_t item = stock[i].item;
        int64_t delta_e4 = 0;
        for (; i < n && stock[i].item == item; i++)
            delta_e4 += stock[i].delta_e4;
        if (delta_e4 == 0 || !in->settings->commit_stock)
            continue;
        struct row_op *op = ops_add(ops, OP_ADD, TABLE_ITEM, item);
        op_number(op, COL_ITEM_COMMITTED, delta_e4);
        op_text(op, COL_ITEM_LAST_UPDATED, in->now);
    }
}

static bool is_mapped(const struct line_map *map, size_t count, int64_t entry)
{
    for (size_t i = 0; i < count; i++)
        if (map[i].entry == entry)
            return true;
    return false;
}

void stock_release(const struct plan_input *in, const struct rms_order *existing,
                   const struct line_map *known, size_t count, struct ops *ops)
{
    size_t room = count + existing->entry_count;
    struct line_map *all = arena_array(ops->arena, room, sizeof(*all));
    size_t n = 0;
    for (; n < count; n++)
        all[n] = known[n];
    /* After a first close nobody committed staff's entries again. */
    for (size_t i = 0; i < existing->entry_count && !in->rms->guard.closed_by_us; i++) {
        const struct rms_entry *entry = &existing->entries[i];
        if (!is_mapped(known, count, entry->id))
            all[n++] = (struct line_map){.item = entry->item_id,
                                         .committed_e4 = entry->quantity_e4};
    }
    stock_move(in, all, n, NULL, 0, ops);
}
