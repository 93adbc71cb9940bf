/* facts_json: an order for programs; see facts_view.h. Shopify's ids are text, as they
 * are on the wire; amounts and quantities are decimal text. */
#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"
#include "core/facts_view.h"
#include "core/rms_view.h"
#include "core/summary.h"
#include "core/words.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    DECISIONS_MAX = 200,
    LETTERS_MAX = 100,
};

static void text(cJSON *object, const char *name, const char *value)
{
    if (value)
        cJSON_AddStringToObject(object, name, value);
    else
        cJSON_AddNullToObject(object, name);
}

static void number(cJSON *object, const char *name, int64_t value)
{
    cJSON_AddNumberToObject(object, name, (double)value);
}

static void id(cJSON *object, const char *name, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof(digits), "%" PRId64, value);
    cJSON_AddStringToObject(object, name, digits);
}

static void amount(cJSON *object, const char *name, int64_t amount_e4)
{
    char digits[MONEY_TEXT_MAX];
    cJSON_AddStringToObject(object, name, money_format(amount_e4, digits));
}

static void moment(cJSON *object, const char *name, int64_t ms)
{
    char when[INSTANT_TEXT_MAX];
    text(object, name, ms ? instant_format(ms, when) : NULL);
}

static cJSON *add_to(cJSON *array)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(array, object);
    return object;
}

static void place(cJSON *object, const struct facts_place *at)
{
    number(object, "partition", at->partition);
    number(object, "offset", at->offset);
}

/* ---- what the shop said ---- */

static void add_lines(cJSON *newest, const struct snapshot *s)
{
    cJSON *lines = cJSON_AddArrayToObject(newest, "lines");
    for (size_t i = 0; i < s->lines.count; i++) {
        const struct snapshot_line *at = &snapshot_lines(s)[i];
        cJSON *line = add_to(lines);
        id(line, "id", at->id);
        text(line, "sku", at->sku);
        text(line, "title", at->title);
        number(line, "quantity", at->quantity);
        number(line, "current_quantity", at->current_quantity);
        amount(line, "unit_price", at->unit_price_e4);
    }
}

static void add_newest(cJSON *shopify, const struct facts_said *said)
{
    const struct snapshot *s = &said->snapshot;
    cJSON *newest = cJSON_AddObjectToObject(shopify, "newest");
    place(newest, &said->newest);
    moment(newest, "updated_at", s->updated_ms);
    moment(newest, "fetched_at", s->fetched_ms);
    text(newest, "financial_status", s->financial_status);
    text(newest, "fulfillment_status", s->fulfillment_status);
    moment(newest, "cancelled_at", s->cancelled_ms);
    cJSON_AddBoolToObject(newest, "test", s->test);
    text(newest, "currency", s->currency);
    amount(newest, "total", s->total_e4);
    amount(newest, "tax", s->tax_e4);
    amount(newest, "shipping", s->shipping_e4);
    add_lines(newest, s);
}

static void add_shopify(cJSON *root, const struct facts *facts)
{
    cJSON *shopify = cJSON_AddObjectToObject(root, "shopify");
    number(shopify, "messages", (int64_t)facts->said.messages);
    number(shopify, "dry_runs", (int64_t)facts->said.dry_runs);
    number(shopify, "unreadable", (int64_t)facts->said.unreadable);
    if (facts->said.readable)
        add_newest(shopify, &facts->said);
}

/* ---- RMS ---- */

static void add_entry(cJSON *entries, const struct rms_state *state,
                      const struct rms_entry *at)
{
    const struct line_map *map = rms_view_line(&state->guard, at->id);
    cJSON *entry = add_to(entries);
    number(entry, "id", at->id);
    number(entry, "item", at->item_id);
    text(entry, "code", rms_view_code(state, at->item_id));
    amount(entry, "quantity", at->quantity_e4);
    amount(entry, "rtd", at->rtd_e4);
    amount(entry, "price", at->price_e4);
    text(entry, "description", at->description);
    if (map)
        id(entry, "line", map->line);
}

static void add_order(cJSON *orders, const struct rms_state *state,
                      const struct rms_order *at)
{
    cJSON *order = add_to(orders);
    number(order, "id", at->id);
    text(order, "reference", at->reference);
    cJSON_AddBoolToObject(order, "closed", at->closed);
    cJSON_AddBoolToObject(order, "tendered", at->tendered);
    amount(order, "total", at->total_e4);
    amount(order, "tax", at->tax_e4);
    amount(order, "shipping_charge", at->shipping_charge_e4);
    amount(order, "deposit", at->deposit_e4);
    number(order, "customer", at->customer_id);
    text(order, "comment", at->comment);
    cJSON *entries = cJSON_AddArrayToObject(order, "entries");
    for (size_t i = 0; i < at->entry_count; i++)
        add_entry(entries, state, &at->entries[i]);
}

static void add_line_map(cJSON *root, const struct guard *guard)
{
    cJSON *lines = cJSON_AddArrayToObject(root, "lines");
    for (size_t i = 0; i < guard->line_count; i++) {
        cJSON *line = add_to(lines);
        id(line, "line", guard->lines[i].line);
        number(line, "entry", guard->lines[i].entry);
        number(line, "item", guard->lines[i].item);
        amount(line, "committed", guard->lines[i].committed_e4);
    }
}

static void add_guard(cJSON *root, const struct facts *facts)
{
    const struct guard *guard = &facts->rms.state.guard;
    if (!guard->exists) {
        cJSON_AddNullToObject(root, "guard");
        return;
    }
    cJSON *object = cJSON_AddObjectToObject(root, "guard");
    number(object, "rms_order", guard->rms_order);
    moment(object, "updated_at", guard->updated_ms);
    moment(object, "fetched_at", guard->fetched_ms);
    text(object, "action", action_word(guard->action));
    text(object, "reason", reason_word(guard->reason));
    text(object, "held_for", guard->held ? reason_word(guard->held_for) : NULL);
    text(object, "applied", facts->rms.applied);
    cJSON_AddBoolToObject(object, "closed_by_us", guard->closed_by_us);
    text(object, "topic", guard->src_topic);
    number(object, "partition", guard->src_partition);
    number(object, "offset", guard->src_offset);
    add_line_map(object, guard);
}

static void add_rms(cJSON *root, const struct facts *facts)
{
    const struct rms_state *state = &facts->rms.state;
    if (facts->unreached[FACTS_RMS])
        return;
    cJSON *orders =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(root, "rms"), "orders");
    for (size_t i = 0; i < state->order_count; i++)
        add_order(orders, state, &state->orders[i]);
    add_guard(root, facts);
}

/* ---- decisions ---- */

/* As it stands in rms.results, with the remedy. */
static cJSON *result_of(const struct result *result)
{
    struct buf bytes;
    cJSON *object = NULL;
    buf_init(&bytes, MESSAGE_MAX_BYTES);
    codec_encode(&result_codec, result, &bytes);
    if (json_parse(buf_str(&bytes), bytes.len, &object, NULL))
        object = cJSON_CreateObject(); /* too large: only a huge order's diff is */
    buf_done(&bytes);
    text(object, "remedy", reason_remedy(words_reason(result)));
    return object;
}

static void add_decisions(cJSON *root, const struct facts *facts)
{
    cJSON *list = cJSON_AddArrayToObject(root, "decisions");
    size_t count = facts->decision_count;
    for (size_t i = 0; i < count && i < DECISIONS_MAX; i++) {
        const struct facts_decision *at = &facts->decisions[count - 1 - i];
        cJSON *object = result_of(&at->result);
        number(object, "times", (int64_t)at->times);
        moment(object, "since", at->first_ms);
        cJSON_AddItemToArray(list, object);
    }
    number(root, "decisions_left_out",
           count > DECISIONS_MAX ? (int64_t)(count - DECISIONS_MAX) : 0);
}

static void add_letters(cJSON *root, const struct facts *facts)
{
    cJSON *list = cJSON_AddArrayToObject(root, "dead_letters");
    size_t count = facts->letter_count;
    for (size_t i = 0; i < count && i < LETTERS_MAX; i++) {
        const struct facts_letter *at = &facts->letters[count - 1 - i];
        cJSON *object = add_to(list);
        place(object, &at->place);
        text(object, "reason", at->told.reason);
        text(object, "detail", at->told.detail);
        text(object, "remedy", reason_remedy(words_reason(&at->told)));
        text(object, "failed_at", at->failed_at);
        text(object, "redrives", at->redrives);
    }
    number(root, "dead_letters_left_out",
           count > LETTERS_MAX ? (int64_t)(count - LETTERS_MAX) : 0);
}

/* ---- all of it ---- */

static void add_summary(cJSON *root, const struct facts *facts)
{
    struct summary summary = summary_of(facts);
    cJSON *object = cJSON_AddObjectToObject(root, "summary");
    text(object, "what", summary.what);
    text(object, "why", summary.why);
    text(object, "todo", summary.todo);
}

static void add_unreached(cJSON *root, const struct facts *facts)
{
    cJSON *list = cJSON_AddArrayToObject(root, "unreached");
    for (enum facts_part part = FACTS_ORDERS; part < FACTS_PARTS; part++) {
        if (!facts->unreached[part])
            continue;
        cJSON *object = add_to(list);
        text(object, "part", facts_part_name(part));
        text(object, "error", facts->unreached[part]);
    }
}

cJSON *facts_json(const struct facts *facts)
{
    cJSON *root = cJSON_CreateObject();
    text(root, "shop", facts->shop);
    id(root, "order", facts->id);
    text(root, "name", facts->name);
    add_summary(root, facts);
    add_unreached(root, facts);
    add_shopify(root, facts);
    add_rms(root, facts);
    add_decisions(root, facts);
    add_letters(root, facts);
    if (facts->rms.planned)
        cJSON_AddItemToObject(root, "now", result_of(&facts->rms.now));
    return root;
}
