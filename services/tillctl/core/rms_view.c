/* rms_view: see rms_view.h. */
#include "core/rms_view.h"

#include "base/money.h"
#include "base/str.h"
#include "core/words.h"

#include <inttypes.h>
#include <string.h>

enum {
    ENTRIES_MAX = 50,
};

const char *rms_view_code(const struct rms_state *state, int64_t item)
{
    const struct rms_item *named[] = {state->shipping_item, state->misc_item};
    for (size_t i = 0; i < state->sku_count; i++)
        if (state->skus[i].item && state->skus[i].item->id == item)
            return state->skus[i].item->code;
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (named[i] && named[i]->id == item)
            return named[i]->code;
    return NULL;
}

const struct line_map *rms_view_line(const struct guard *guard, int64_t entry)
{
    for (size_t i = 0; i < guard->line_count; i++)
        if (guard->lines[i].entry == entry)
            return &guard->lines[i];
    return NULL;
}

/* ---- orders ---- */

static const char *sku_of(const struct facts *facts, int64_t id)
{
    const struct snapshot *s = &facts->said.snapshot;
    for (size_t i = 0; facts->said.readable && i < s->lines.count; i++)
        if (snapshot_lines(s)[i].id == id)
            return snapshot_lines(s)[i].sku;
    return NULL;
}

/* Whose line the entry is: "line 123 (MUG-1)", "shipping", "not ours". */
static const char *line_of(const struct facts *facts, int64_t entry, struct arena *arena)
{
    const struct guard *guard = &facts->rms.state.guard;
    const struct line_map *map = rms_view_line(guard, entry);
    if (!map)
        return guard->line_count ? "not ours" : "";
    if (map->line == 0)
        return "shipping";
    const char *sku = sku_of(facts, map->line);
    return arena_printf(arena, "line %" PRId64 "%s%s%s", map->line, sku ? " (" : "",
                        sku ? sku : "", sku ? ")" : "");
}

static const char *item_of(const struct facts *facts, int64_t item, struct arena *arena)
{
    const char *code = rms_view_code(&facts->rms.state, item);
    return code ? arena_printf(arena, "%" PRId64 " (%s)", item, code)
                : arena_printf(arena, "%" PRId64, item);
}

static const char *amount(int64_t amount_e4, struct arena *arena)
{
    char text[MONEY_TEXT_MAX];
    return arena_strdup(arena, money_format(amount_e4, text));
}

static void add_entries(const struct facts *facts, const struct rms_order *order,
                        struct arena *arena, bool color, struct buf *out)
{
    struct table table;
    table_init(&table, arena, 7);
    table_head(&table, TABLE_CELLS("  ENTRY", "ITEM", "QUANTITY", "RTD", "PRICE",
                                   "DESCRIPTION", "FOR"));
    for (size_t i = 0; i < order->entry_count && i < ENTRIES_MAX; i++) {
        const struct rms_entry *at = &order->entries[i];
        table_add(&table, TABLE_PLAIN,
                  TABLE_CELLS(arena_printf(arena, "  %" PRId64, at->id),
                              item_of(facts, at->item_id, arena),
                              amount(at->quantity_e4, arena), amount(at->rtd_e4, arena),
                              amount(at->price_e4, arena), at->description,
                              line_of(facts, at->id, arena)));
    }
    table_print(&table, color, out);
    if (order->entry_count > ENTRIES_MAX)
        buf_printf(out, "  ... and %zu more entries; --json has more\n",
                   order->entry_count - ENTRIES_MAX);
}

static const char *state_of(const struct facts *facts, const struct rms_order *order)
{
    if (order->tendered)
        return "tendered";
    if (!order->closed)
        return "open";
    return facts->rms.state.guard.closed_by_us ? "closed by us" : "closed";
}

static void add_order(const struct facts *facts, const struct rms_order *order,
                      struct arena *arena, bool color, struct buf *out)
{
    struct table table;
    table_init(&table, arena, 2);
    table_add(
        &table, TABLE_PLAIN,
        TABLE_CELLS("  order", arena_printf(arena, "%" PRId64 ", %s, %s", order->id,
                                            state_of(facts, order), order->reference)));
    table_add(
        &table, TABLE_PLAIN,
        TABLE_CELLS("  total",
                    arena_printf(arena, "%s (tax %s, shipping charge %s, deposit %s)",
                                 amount(order->total_e4, arena),
                                 amount(order->tax_e4, arena),
                                 amount(order->shipping_charge_e4, arena),
                                 amount(order->deposit_e4, arena))));
    table_add(&table, TABLE_PLAIN,
              TABLE_CELLS("  customer",
                          order->customer_id
                              ? arena_printf(arena, "%" PRId64, order->customer_id)
                              : "none"));
    table_add(&table, TABLE_PLAIN, TABLE_CELLS("  comment", order->comment));
    table_print(&table, color, out);
    add_entries(facts, order, arena, color, out);
}

void rms_view_orders(const struct facts *facts, struct arena *arena, bool color,
                     struct buf *out)
{
    const struct rms_state *state = &facts->rms.state;
    for (size_t i = 0; i < state->order_count; i++)
        add_order(facts, &state->orders[i], arena, color, out);
    if (state->order_count)
        return;
    if (state->guard.rms_order)
        table_line(TABLE_WARN,
                   arena_printf(arena, "  nothing: order %" PRId64 " was deleted",
                                state->guard.rms_order),
                   color, out);
    else
        table_line(TABLE_PLAIN, "  nothing", color, out);
}

/* ---- the guard ---- */

static const char *applied_text(const struct facts *facts)
{
    if (strcmp(facts->rms.applied, "this") == 0)
        return "what the shop said last";
    return strcmp(facts->rms.applied, "none") == 0 ? "nothing"
                                                   : "another content of the order";
}

static void add_held(const struct guard *guard, struct table *table)
{
    if (!guard->held)
        return;
    table_add(table, TABLE_WARN,
              TABLE_CELLS("  held for", arena_printf(table->arena, "%s: %s",
                                                     reason_word(guard->held_for),
                                                     reason_help(guard->held_for))));
}

static void add_guard(const struct facts *facts, const struct guard *guard,
                      struct table *table)
{
    struct arena *arena = table->arena;
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS("  newest version decided on",
                          arena_printf(arena, "%s, read %s",
                                       words_time(guard->updated_ms, arena),
                                       words_time(guard->fetched_ms, arena))));
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS("  decision",
                          arena_printf(arena, "%s%s%s", action_word(guard->action),
                                       guard->reason == REASON_NONE ? "" : " ",
                                       reason_word(guard->reason))));
    add_held(guard, table);
    table_add(table, TABLE_PLAIN, TABLE_CELLS("  applied to RMS", applied_text(facts)));
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS("  by the message",
                          arena_printf(arena, "%s [%" PRId64 "] offset %" PRId64,
                                       guard->src_topic ? guard->src_topic : "",
                                       guard->src_partition, guard->src_offset)));
}

static bool has_entry(const struct rms_state *state, int64_t entry)
{
    for (size_t i = 0; i < state->order_count; i++)
        for (size_t k = 0; k < state->orders[i].entry_count; k++)
            if (state->orders[i].entries[k].id == entry)
                return true;
    return false;
}

/* Lines whose entry somebody deleted. */
static void add_lost(const struct facts *facts, struct table *table)
{
    const struct rms_state *state = &facts->rms.state;
    for (size_t i = 0; state->order_count && i < state->guard.line_count; i++) {
        const struct line_map *map = &state->guard.lines[i];
        if (has_entry(state, map->entry))
            continue;
        table_add(table, TABLE_WARN,
                  TABLE_CELLS("  entry gone",
                              arena_printf(table->arena, "%" PRId64 ", %s", map->entry,
                                           line_of(facts, map->entry, table->arena))));
    }
}

void rms_view_guard(const struct facts *facts, struct arena *arena, bool color,
                    struct buf *out)
{
    const struct guard *guard = &facts->rms.state.guard;
    struct table table;
    if (!guard->exists) {
        table_line(TABLE_PLAIN, "  nothing: it never decided on this order", color, out);
        return;
    }
    table_init(&table, arena, 2);
    add_guard(facts, guard, &table);
    add_lost(facts, &table);
    table_print(&table, color, out);
}
