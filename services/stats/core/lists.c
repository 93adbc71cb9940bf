/* lists: see lists.h. */
#include "core/lists.h"

#include "base/str.h"
#include "core/out.h"
#include "wire/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static cJSON *begin(cJSON **data)
{
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    *data = out_object_in(answer, "data");
    return answer;
}

static void add_advice(const char *action, const char *word, cJSON *to)
{
    enum reason reason = REASON_NONE;
    enum action known = ACTION_SKIPPED;
    if (action_parse(action, &known))
        out_text(to, "action_help", action_help(known));
    if (!word || !reason_parse(word, &reason))
        return;
    out_text(to, "reason_help", reason_help(reason));
    if (*reason_remedy(reason))
        out_text(to, "remedy", reason_remedy(reason));
}

static void add_lines(const struct result *result, cJSON *to)
{
    if (result->lines_added || result->lines_changed || result->lines_deleted) {
        out_number(to, "lines_added", result->lines_added);
        out_number(to, "lines_changed", result->lines_changed);
        out_number(to, "lines_deleted", result->lines_deleted);
    }
    if (result->columns.count) {
        cJSON *columns = out_array_in(to, "columns");
        for (size_t i = 0; i < result->columns.count; i++)
            out_append(columns, cJSON_CreateString(result->columns.at[i]));
    }
}

static void add_diff(const struct result *result, cJSON *to)
{
    const struct result_diff *diff = result->diff.at;
    if (!result->diff.count)
        return;
    cJSON *list = out_array_in(to, "diff");
    for (size_t i = 0; i < result->diff.count; i++) {
        cJSON *item = out_object();
        out_text(item, "table", diff[i].table);
        out_text(item, "op", diff[i].op);
        out_text_opt(item, "row", diff[i].row);
        out_text(item, "column", diff[i].column);
        out_text_opt(item, "before", diff[i].before);
        out_text_opt(item, "after", diff[i].after);
        out_append(list, item);
    }
}

static void add_message(const struct result *result, cJSON *to)
{
    char text[320];
    snprintf(text, sizeof(text), "%.249s/%" PRId64 "/%" PRId64, result->src_topic,
             result->src_partition, result->src_offset);
    out_text(to, "message", text);
}

static void add_result(const struct result *result, cJSON *to)
{
    out_time(to, "at", result->decided_ms);
    out_text(to, "shop", result->shop);
    out_id(to, "order", result->order);
    out_text(to, "name", result->name);
    out_text(to, "action", result->action);
    out_text(to, "reason", result->reason);
    out_text(to, "detail", result->detail);
    add_advice(result->action, result->reason, to);
    out_id(to, "rms_order", result->rms_order);
    out_time(to, "updated_at", result->updated_ms);
    out_text(to, "source", result->source);
    out_bool(to, "dry_run", result->dry_run);
    out_text_opt(to, "poll_id", result->poll_id);
    add_lines(result, to);
    add_diff(result, to);
    add_message(result, to);
    out_text_opt(to, "worker", result->worker);
}

static void add_poll(const struct poll_record *poll, cJSON *to)
{
    int64_t ms = poll->at_ms - poll->started_ms;
    out_time(to, "at", poll->at_ms);
    out_text(to, "shop", poll->shop);
    out_text(to, "poll_id", poll->poll_id);
    out_text(to, "state", poll->state);
    out_text(to, "kind", poll->kind);
    out_text_opt(to, "trigger_id", poll->trigger_id);
    out_bool(to, "dry_run", poll->dry_run);
    out_time(to, "started_at", poll->started_ms);
    out_hundredths(to, "duration_seconds", ms > 0 ? (ms + 5) / 10 : 0);
    out_time(to, "from", poll->from_ms);
    out_time(to, "watermark", poll->watermark_ms);
    out_number(to, "pages", poll->pages);
    out_number(to, "orders", poll->orders);
    out_bool(to, "complete", poll->complete);
    out_number(to, "api_cost", poll->cost);
    out_hundredths(to, "waited_seconds", (poll->waited_ms + 5) / 10);
    out_text(to, "error", poll->error);
    out_text_opt(to, "request_id", poll->request_id);
}

/* What can't be read is left out. */
static void append_each(cJSON *list, struct lists_values values,
                        cJSON *(*item_of)(const char *value, struct arena *arena),
                        struct arena *arena)
{
    for (size_t i = 0; i < values.count; i++) {
        cJSON *item = item_of(values.at[i], arena);
        if (item)
            out_append(list, item);
    }
}

static cJSON *result_item(const char *json, struct arena *arena)
{
    struct result result = {0};
    if (result_decode(json, strlen(json), arena, &result, NULL))
        return NULL;
    cJSON *item = out_object();
    out_text(item, "type", "order");
    add_result(&result, item);
    return item;
}

static cJSON *poll_item(const char *json, struct arena *arena)
{
    struct poll_record poll = {0};
    if (poll_decode(json, strlen(json), arena, &poll, NULL))
        return NULL;
    cJSON *item = out_object();
    out_text(item, "type", "poll");
    add_poll(&poll, item);
    return item;
}

void lists_open(struct lists_values values, int64_t total, struct arena *arena,
                struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = begin(&data);
    out_number(data, "total", total);
    cJSON *list = out_array_in(data, "conflicts");
    append_each(list, values, result_item, arena);
    out_write(answer, out);
}

void lists_polls(struct lists_values values, struct arena *arena, struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = begin(&data);
    cJSON *list = out_array_in(data, "polls");
    append_each(list, values, poll_item, arena);
    out_write(answer, out);
}

/* "17 {...}": the event's number, then a result or a poll record. */
static cJSON *event_item(const char *value, struct arena *arena)
{
    int64_t seq = 0;
    const char *blank = strchr(value, ' ');
    if (!blank || !str_int64(arena_strndup(arena, value, (size_t)(blank - value)), 0,
                             INT64_MAX, &seq))
        return NULL;
    cJSON *item = result_item(blank + 1, arena);
    if (!item)
        item = poll_item(blank + 1, arena);
    if (item)
        out_number(item, "seq", seq);
    return item;
}

int64_t lists_event_number(const char *value)
{
    int64_t number = 0;
    char text[24] = "";
    size_t len = strcspn(value, " ");
    if (len < sizeof(text))
        memcpy(text, value, len);
    return str_int64(text, 0, INT64_MAX, &number) ? number : 0;
}

const char *lists_event_text(const char *value, struct arena *arena)
{
    struct buf text;
    cJSON *item = event_item(value, arena);
    if (!item)
        return "";
    buf_init(&text, OUT_MAX);
    buf_printf(&text, "id: %" PRId64 "\nevent: %s\ndata: ", lists_event_number(value),
               cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "type")));
    out_write(item, &text);
    buf_text(&text, "\n\n");
    const char *out = arena_strdup(arena, buf_str(&text));
    buf_done(&text);
    return out;
}

void lists_events(struct lists_values values, struct arena *arena, struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = begin(&data);
    cJSON *list = out_array_in(data, "events");
    append_each(list, values, event_item, arena);
    out_write(answer, out);
}

/* "3\nsignature\n{...}": how often the same decision came in a row, and the last one. */
static cJSON *decision_item(const char *value, struct arena *arena)
{
    int64_t times = 0;
    const char *first = strchr(value, '\n');
    const char *second = first ? strchr(first + 1, '\n') : NULL;
    if (!second || !str_int64(arena_strndup(arena, value, (size_t)(first - value)), 1,
                              INT64_MAX, &times))
        return NULL;
    cJSON *item = result_item(second + 1, arena);
    if (item)
        out_number(item, "times", times);
    return item;
}

static const char *text_of(const cJSON *item, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, name));
}

/* The name and RMS's number as the newest decision that has them says. */
static void add_known(const cJSON *list, const char *name, cJSON *to)
{
    const cJSON *item = NULL;
    const char *text = NULL;
    cJSON_ArrayForEach (item, list)
        if (!text)
            text = text_of(item, name);
    out_text(to, name, text);
}

static cJSON *order_item(const struct lists_order *order, struct arena *arena)
{
    cJSON *item = out_object();
    cJSON *list = out_array();
    append_each(list, order->decisions, decision_item, arena);
    out_text(item, "shop", order->shop);
    out_text(item, "order", order->id);
    add_known(list, "name", item);
    add_known(list, "rms_order", item);
    cJSON_AddItemToObject(item, "decisions", list);
    return item;
}

void lists_orders(const struct lists_order *orders, size_t count, struct arena *arena,
                  struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = begin(&data);
    cJSON *list = out_array_in(data, "orders");
    for (size_t i = 0; i < count; i++)
        out_append(list, order_item(&orders[i], arena));
    out_write(answer, out);
}
