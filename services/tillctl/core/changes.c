/* changes: see changes.h. */
#include "core/changes.h"

#include "base/json.h"
#include "core/diff.h"
#include "core/words.h"

#include <stdlib.h>
#include <string.h>

enum {
    POLLS_MAX = 64, /* a trigger is answered by one poll of each shop */
};

void changes_init(struct changes *changes, const char *trigger_id)
{
    *changes = (struct changes){.trigger_id = trigger_id};
    arena_init(&changes->arena);
    arena_init(&changes->scratch);
    changes->poll_ids.at =
        arena_array(&changes->arena, POLLS_MAX, sizeof(*changes->poll_ids.at));
    changes->acted.at =
        arena_array(&changes->arena, CHANGES_KEPT_MAX, sizeof(*changes->acted.at));
    changes->skipped.at =
        arena_array(&changes->arena, CHANGES_KEPT_MAX, sizeof(*changes->skipped.at));
}

void changes_done(struct changes *changes)
{
    arena_done(&changes->arena);
    arena_done(&changes->scratch);
}

/* ---- taking ---- */

static bool is_ours(const struct changes *changes, const char *poll_id)
{
    for (size_t i = 0; poll_id && i < changes->poll_ids.count; i++)
        if (strcmp(changes->poll_ids.at[i], poll_id) == 0)
            return true;
    return false;
}

void changes_take_poll(struct changes *changes, const char *value, size_t len)
{
    struct poll_record record;
    struct codec_texts *ids = &changes->poll_ids;
    arena_reset(&changes->scratch);
    if (poll_decode(value, len, &changes->scratch, &record, NULL) || !record.trigger_id ||
        strcmp(record.trigger_id, changes->trigger_id) != 0 ||
        is_ours(changes, record.poll_id) || ids->count == POLLS_MAX)
        return;
    ids->at[ids->count++] = arena_strdup(&changes->arena, record.poll_id);
    if (!changes->started_ms || record.started_ms < changes->started_ms)
        changes->started_ms = record.started_ms;
}

static void keep(struct changes *changes, struct changes_list *list, const char *value,
                 size_t len)
{
    list->seen++;
    if (list->count == CHANGES_KEPT_MAX || changes->bytes + len > CHANGES_BYTES_MAX)
        return;
    if (result_decode(value, len, &changes->arena, &list->at[list->count], NULL))
        return;
    changes->bytes += len;
    list->count++;
}

void changes_take_result(struct changes *changes, const char *value, size_t len)
{
    struct result result;
    arena_reset(&changes->scratch);
    if (result_decode(value, len, &changes->scratch, &result, NULL) || !result.dry_run ||
        !is_ours(changes, result.poll_id))
        return;
    if (strcmp(result.action, action_word(ACTION_SKIPPED)) != 0) {
        keep(changes, &changes->acted, value, len);
        return;
    }
    keep(changes, &changes->skipped, value, len);
    changes->reasons[words_reason(&result)]++;
}

/* ---- settling ---- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_source(const void *a, const void *b)
{
    const struct result *x = a;
    const struct result *y = b;
    int order = by_number(x->order, y->order);
    if (order == 0)
        order = by_number(x->src_partition, y->src_partition);
    return order ? order : by_number(x->src_offset, y->src_offset);
}

/* A reconciler that was started again tells its last results twice. */
static void settle(struct changes_list *list, size_t *reasons)
{
    size_t kept = 0;
    qsort(list->at, list->count, sizeof(*list->at), by_source);
    for (size_t i = 0; i < list->count; i++) {
        if (!kept || by_source(&list->at[kept - 1], &list->at[i]) != 0) {
            list->at[kept++] = list->at[i];
            continue;
        }
        list->seen--;
        if (reasons)
            reasons[words_reason(&list->at[i])]--;
    }
    list->count = kept;
}

void changes_settle(struct changes *changes)
{
    settle(&changes->acted, NULL);
    settle(&changes->skipped, changes->reasons);
}

/* ---- for people ---- */

static void add_hint(const char *text, struct arena *arena, bool color, struct buf *out)
{
    if (text[0])
        table_line(TABLE_PLAIN, arena_printf(arena, "  %s", text), color, out);
}

static void add_order(const struct result *result, struct arena *arena, bool color,
                      struct buf *out)
{
    struct table table;
    const char *name = result->name ? result->name : "(no name)";
    table_line(words_style(result),
               arena_printf(arena, "%s  %s", name, words_verdict(result, arena)), color,
               out);
    add_hint(words_why(result), arena, color, out);
    add_hint(words_remedy(result), arena, color, out);
    table_init(&table, arena, DIFF_COLUMNS);
    diff_add(&result->diff, CHANGES_ROWS_MAX, &table);
    table_print(&table, color, out);
}

static void add_skipped(const struct changes *changes, struct buf *out)
{
    for (enum reason reason = REASON_NONE; reason < REASON_COUNT; reason++)
        if (changes->reasons[reason])
            buf_printf(out, "%zu skipped: %s\n", changes->reasons[reason],
                       reason == REASON_NONE ? "for another reason"
                                             : reason_help(reason));
}

void changes_view(const struct changes *changes, bool color, struct buf *out)
{
    struct arena arena;
    size_t shown = 0;
    arena_init(&arena);
    for (; shown < changes->acted.count && shown < CHANGES_SHOWN_MAX; shown++)
        add_order(&changes->acted.at[shown], &arena, color, out);
    if (changes->acted.seen > shown)
        buf_printf(out, "... and %zu more orders that would be acted on; --json has %s\n",
                   changes->acted.seen - shown,
                   changes->acted.seen > changes->acted.count ? "more" : "them all");
    add_skipped(changes, out);
    if (out->len)
        buf_text(out, "\n");
    arena_done(&arena);
}

/* ---- for programs ---- */

static void add_results(const struct changes_list *list, cJSON *orders)
{
    struct buf text;
    cJSON *order = NULL;
    buf_init(&text, MESSAGE_MAX_BYTES);
    for (size_t i = 0; i < list->count; i++) {
        buf_clear(&text);
        codec_encode(&result_codec, &list->at[i], &text);
        if (json_parse(buf_str(&text), text.len, &order, NULL) == RC_OK)
            cJSON_AddItemToArray(orders, order);
    }
    buf_done(&text);
}

void changes_json(const struct changes *changes, cJSON *data)
{
    const struct changes_list *acted = &changes->acted;
    const struct changes_list *skipped = &changes->skipped;
    cJSON *orders = cJSON_AddArrayToObject(data, "orders");
    add_results(acted, orders);
    add_results(skipped, orders);
    cJSON_AddNumberToObject(
        data, "orders_left_out",
        (double)(acted->seen + skipped->seen - acted->count - skipped->count));
}
