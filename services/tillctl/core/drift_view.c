/* drift_view: the comparison as a person reads it, and as JSON. */
#include "base/json.h"
#include "core/diff.h"
#include "core/drift.h"
#include "core/words.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    enum table_style style;
    const char *help;
} kinds[DRIFT_COUNT] = {
#define DRIFT(id, word, style, help, repairs) {TABLE_##style, help},
#include "core/drift.def"
#undef DRIFT
};

static bool is_shown(const struct drift_order *order)
{
    return order->kind != DRIFT_SAME && order->kind != DRIFT_UNWANTED;
}

/* ---- for people ---- */

static const char *name_of(const struct drift_order *order, struct arena *arena)
{
    return order->name ? order->name : arena_printf(arena, "%" PRId64, order->id);
}

static const char *why_of(const struct drift_order *order)
{
    const char *why = order->result ? words_why(order->result) : "";
    return why[0] ? why : kinds[order->kind].help;
}

static void add_order(const struct drift_order *order, struct arena *arena, bool color,
                      struct buf *out)
{
    struct table table;
    const char *rms = order->rms_order
                          ? arena_printf(arena, ", RMS order %" PRId64, order->rms_order)
                          : "";
    table_line(kinds[order->kind].style,
               arena_printf(arena, "%s  %s%s", name_of(order, arena),
                            drift_word(order->kind), rms),
               color, out);
    table_line(TABLE_PLAIN, arena_printf(arena, "  %s", why_of(order)), color, out);
    if (!order->result || order->kind == DRIFT_MISSING) /* all of it: no use in rows */
        return;
    table_init(&table, arena, DIFF_COLUMNS);
    diff_add(&order->result->diff, DRIFT_ROWS_MAX, &table);
    table_print(&table, color, out);
}

static void add_totals(const struct drift *drift, struct arena *arena, bool color,
                       struct buf *out)
{
    struct table table;
    table_init(&table, arena, 3);
    for (enum drift_kind kind = DRIFT_SAME; kind < DRIFT_COUNT; kind++)
        if (drift->totals[kind])
            table_add(&table, kinds[kind].style,
                      TABLE_CELLS(arena_printf(arena, "%zu", drift->totals[kind]),
                                  kinds[kind].help, drift_word(kind)));
    table_print(&table, color, out);
}

void drift_view(const struct drift *drift, bool color, struct buf *out)
{
    struct arena arena;
    size_t shown = 0;
    size_t left = drift_differing(drift);
    arena_init(&arena);
    for (size_t i = 0; i < drift->count && shown < DRIFT_SHOWN_MAX; i++) {
        if (!is_shown(&drift->orders[i]))
            continue;
        add_order(&drift->orders[i], &arena, color, out);
        shown++;
    }
    if (left > shown)
        buf_printf(out, "... and %zu more; --json has them all\n", left - shown);
    if (shown)
        buf_text(out, "\n");
    add_totals(drift, &arena, color, out);
    if (!drift->count)
        buf_text(out, "no orders in this window\n");
    arena_done(&arena);
}

/* ---- for programs ---- */

static void add_id(cJSON *object, const char *name, int64_t id)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, id);
    cJSON_AddStringToObject(object, name, text);
}

static void add_result(const struct result *result, cJSON *object)
{
    struct buf text;
    cJSON *tree = NULL;
    buf_init(&text, MESSAGE_MAX_BYTES);
    codec_encode(&result_codec, result, &text);
    if (json_parse(buf_str(&text), text.len, &tree, NULL) == RC_OK)
        cJSON_AddItemToObject(object, "result", tree);
    buf_done(&text);
}

static void add_json(const struct drift_order *order, cJSON *list)
{
    cJSON *each = cJSON_CreateObject();
    add_id(each, "order", order->id);
    if (order->name)
        cJSON_AddStringToObject(each, "name", order->name);
    cJSON_AddStringToObject(each, "drift", drift_word(order->kind));
    cJSON_AddStringToObject(each, "why", why_of(order));
    if (order->rms_order)
        add_id(each, "rmsOrder", order->rms_order);
    if (order->result)
        add_result(order->result, each);
    cJSON_AddItemToArray(list, each);
}

cJSON *drift_json(const struct drift *drift)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *totals = cJSON_AddObjectToObject(root, "totals");
    cJSON *list = cJSON_AddArrayToObject(root, "orders");
    for (enum drift_kind kind = DRIFT_SAME; kind < DRIFT_COUNT; kind++)
        cJSON_AddNumberToObject(totals, drift_word(kind), (double)drift->totals[kind]);
    for (size_t i = 0; i < drift->count; i++)
        if (is_shown(&drift->orders[i]))
            add_json(&drift->orders[i], list);
    return root;
}
