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

/* What each item's stock has to move by, ascending by item; returns how many. */
static size_t deltas(const struct line_map *before, size_t before_count,
                     const struct line_map *after, size_t after_count,
                     struct arena *arena, struct stock **out)
{
    size_t n = before_count + after_count;
    struct stock *stock = arena_array(arena, n, sizeof(*stock));
    for (size_t i = 0; i < before_count; i++)
        stock[i] = (struct stock){before[i].item, before[i].line == LINE_DUE
                                                      ? before[i].committed_e4
                                                      : -before[i].committed_e4};
    for (size_t i = 0; i < after_count; i++)
        stock[before_count + i] = (struct stock){after[i].item, after[i].committed_e4};
    qsort(stock, n, sizeof(*stock), by_item);
    size_t kept = 0;
    for (size_t i = 0; i < n;) {
        struct stock sum = {.item = stock[i].item};
        for (; i < n && stock[i].item == sum.item; i++)
            sum.delta_e4 += stock[i].delta_e4;
        if (sum.delta_e4 != 0)
            stock[kept++] = sum;
    }
    *out = stock;
    return kept;
}

void stock_move(const struct plan_input *in, const struct line_map *before,
                size_t before_count, const struct line_map *after, size_t after_count,
                struct ops *ops)
{
    struct stock *stock = NULL;
    size_t n = deltas(before, before_count, after, after_count, ops->arena, &stock);
    for (size_t i = 0; i < n && in->settings->commit_stock; i++) {
        struct row_op *op = ops_add(ops, OP_ADD, TABLE_ITEM, stock[i].item);
        op_number(op, COL_ITEM_COMMITTED, stock[i].delta_e4);
        op_text(op, COL_ITEM_LAST_UPDATED, in->now);
    }
}

size_t stock_note(const struct line_map *before, size_t before_count,
                  struct line_map *after, size_t after_count, struct arena *arena)
{
    struct stock *stock = NULL;
    size_t n = deltas(before, before_count, after, after_count, arena, &stock);
    for (size_t i = 0; i < n; i++)
        after[after_count + i] =
            (struct line_map){.line = stock[i].delta_e4 > 0 ? LINE_DUE : LINE_OWED,
                              .item = stock[i].item,
                              .committed_e4 = stock[i].delta_e4 > 0 ? stock[i].delta_e4
                                                                    : -stock[i].delta_e4};
    return after_count + n;
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
