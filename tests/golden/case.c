/* case: see case.h. */
#include "case.h"

#include "base/str.h"
#include "core/line_map.h"

#include <stdio.h>
#include <string.h>

enum {
    FILE_MAX = 4 * 1024 * 1024,
    GUEST = 1,
};

struct case_settings {
    const char *prices, *shipping_item, *misc_item, *allowed, *services;
    const char *customer_problem, *shops;
    bool no_stock, legacy_committed, allow_inactive, create_customer, barcodes;
    int64_t customer, comment_width, description_width;
};

struct case_message {
    bool force, force_rows, replay;
};

struct case_guard {
    int64_t rms_order, updated_ms, fetched_ms;
    const char *applied, *seen, *action, *reason, *held_for, *lines;
    bool closed_by_us, notes_ours;
};

struct case_entry {
    int64_t id, item_id, price_e4, full_price_e4, cost_e4, quantity_e4, rtd_e4;
    const char *description, *comment;
    bool taxable;
};

struct case_order {
    int64_t id, customer_id, shipping_service_id;
    int64_t deposit_e4, tax_e4, total_e4, shipping_charge_e4;
    bool closed, tendered, other_type, taxable;
    const char *reference, *comment, *notes;
    struct codec_list entries;
};

struct case_item {
    int64_t id, cost_e4, type;
    const char *code, *alias, *description;
    bool taxable, inactive;
};

struct case_file {
    const struct case_settings *settings;
    const struct case_message *message;
    const struct case_guard *guard;
    struct codec_list orders, items;
};

#define X(kind, member, flags, json, help) \
    CODEC_FIELD(TYPE, CODEC_##kind, member, CODEC_##flags, json, help),
#define N(kind, member, flags, json, of, help) \
    CODEC_NESTED(TYPE, CODEC_##kind, member, CODEC_##flags, json, of, help),

#define TYPE case_settings
static const struct codec_field settings_fields[] = {
#define CASE_SETTINGS_FIELDS
#include "case.def"
#undef CASE_SETTINGS_FIELDS
};
#undef TYPE
static const struct codec settings_codec =
    CODEC_TABLE(case_settings, settings_fields, "settings", "");

#define TYPE case_message
static const struct codec_field message_fields[] = {
#define CASE_MESSAGE_FIELDS
#include "case.def"
#undef CASE_MESSAGE_FIELDS
};
#undef TYPE
static const struct codec message_codec =
    CODEC_TABLE(case_message, message_fields, "message", "");

#define TYPE case_guard
static const struct codec_field guard_fields[] = {
#define CASE_GUARD_FIELDS
#include "case.def"
#undef CASE_GUARD_FIELDS
};
#undef TYPE
static const struct codec guard_codec =
    CODEC_TABLE(case_guard, guard_fields, "guard", "");

#define TYPE case_entry
static const struct codec_field entry_fields[] = {
#define CASE_ENTRY_FIELDS
#include "case.def"
#undef CASE_ENTRY_FIELDS
};
#undef TYPE
static const struct codec entry_codec =
    CODEC_TABLE(case_entry, entry_fields, "entry", "");

#define TYPE case_order
static const struct codec_field order_fields[] = {
#define CASE_ORDER_FIELDS
#include "case.def"
#undef CASE_ORDER_FIELDS
};
#undef TYPE
static const struct codec order_codec =
    CODEC_TABLE(case_order, order_fields, "order", "");

#define TYPE case_item
static const struct codec_field item_fields[] = {
#define CASE_ITEM_FIELDS
#include "case.def"
#undef CASE_ITEM_FIELDS
};
#undef TYPE
static const struct codec item_codec = CODEC_TABLE(case_item, item_fields, "item", "");

#define TYPE case_file
static const struct codec_field case_fields[] = {
#define CASE_FIELDS
#include "case.def"
#undef CASE_FIELDS
};
#undef TYPE
static const struct codec case_codec = CODEC_TABLE(case_file, case_fields, "case", "");

char *case_read_file(const char *folder, const char *name, struct arena *arena)
{
    char *text = NULL;
    FILE *file = fopen(arena_printf(arena, "%s/%s", folder, name), "re");
    if (!file)
        return NULL;
    text = arena_alloc(arena, FILE_MAX);
    size_t len = fread(text, 1, FILE_MAX - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static enum rc in_file(enum rc rc, const char *name, struct err *e)
{
    const struct err why = *e;
    return rc ? err_set(e, rc, "golden", "%s: %s", name, why.text) : RC_OK;
}

static enum rc read_file(const char *folder, const char *name, struct golden_case *c,
                         struct case_file *out, struct err *e)
{
    const char *text = case_read_file(folder, name, &c->arena);
    if (!text)
        return err_set(e, RC_REJECT, "golden", "no %s/%s", folder, name);
    return in_file(codec_decode(&case_codec, text, strlen(text), &c->arena, out, e), name,
                   e);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void add_items(struct golden_case *c, const struct codec_list *list)
{
    const struct case_item *items = list->at;
    for (size_t i = 0; i < list->count; i++) {
        const struct rms_item row = {.id = items[i].id,
                                     .code = items[i].code,
                                     .description = or_empty(items[i].description),
                                     .cost_e4 = items[i].cost_e4,
                                     .type = items[i].type,
                                     .taxable = items[i].taxable,
                                     .inactive = items[i].inactive};
        model_add_item(&c->model, &row, items[i].alias);
    }
}

static struct rms_entry *make_entries(struct golden_case *c,
                                      const struct codec_list *list)
{
    const struct case_entry *from = list->at;
    struct rms_entry *entries = arena_array(&c->arena, list->count, sizeof(*entries));
    for (size_t i = 0; i < list->count; i++)
        entries[i] = (struct rms_entry){.id = from[i].id,
                                        .item_id = from[i].item_id,
                                        .price_e4 = from[i].price_e4,
                                        .full_price_e4 = from[i].full_price_e4,
                                        .cost_e4 = from[i].cost_e4,
                                        .quantity_e4 = from[i].quantity_e4,
                                        .rtd_e4 = from[i].rtd_e4,
                                        .description = or_empty(from[i].description),
                                        .comment = or_empty(from[i].comment),
                                        .taxable = from[i].taxable};
    return entries;
}

static void add_orders(struct golden_case *c, const struct codec_list *list)
{
    const struct case_order *from = list->at;
    const char *reference =
        arena_printf(&c->arena, "SHOPIFY-%lld", (long long)c->order.id);
    for (size_t i = 0; i < list->count; i++) {
        const struct rms_order order = {
            .id = from[i].id,
            .closed = from[i].closed,
            .tendered = from[i].tendered,
            .other_type = from[i].other_type,
            .customer_id = from[i].customer_id,
            .shipping_service_id = from[i].shipping_service_id,
            .deposit_e4 = from[i].deposit_e4,
            .tax_e4 = from[i].tax_e4,
            .total_e4 = from[i].total_e4,
            .shipping_charge_e4 = from[i].shipping_charge_e4,
            .taxable = from[i].taxable,
            .comment = or_empty(from[i].comment),
            .reference = from[i].reference ? from[i].reference : reference,
            .notes = or_empty(from[i].notes),
            .entries = make_entries(c, &from[i].entries),
            .entry_count = from[i].entries.count};
        model_add_order(&c->model, &order);
    }
}

/* "this" is the digest of order.json; any other word stands for itself. */
static void set_digest(const struct golden_case *c, const char *word, char *out)
{
    if (word && strcmp(word, "this") == 0)
        snapshot_digest(&c->order, out);
    else
        strncpy(out, or_empty(word), DIGEST_TEXT_MAX - 1);
}

static enum rc add_guard(struct golden_case *c, const struct case_guard *from,
                         const struct codec_list *orders, struct err *e)
{
    const struct case_order *first = orders->at;
    struct guard guard = {.exists = true,
                          .rms_order = from->rms_order,
                          .updated_ms = from->updated_ms,
                          .fetched_ms = from->fetched_ms,
                          .held = from->held_for != NULL,
                          .closed_by_us = from->closed_by_us};
    if (!action_parse(from->action, &guard.action) ||
        !reason_parse(or_empty(from->reason), &guard.reason) ||
        !reason_parse(or_empty(from->held_for), &guard.held_for))
        return err_set(e, RC_REJECT, "golden",
                       "guard: no such action or reason (outcome.def)");
    set_digest(c, from->applied, guard.applied);
    c->same_goods = from->applied && strcmp(from->applied, "goods") == 0;
    set_digest(c, from->seen, guard.seen);
    if (from->notes_ours && orders->count)
        digest_hex(or_empty(first->notes), strlen(or_empty(first->notes)), guard.notes);
    enum rc rc =
        line_map_parse(from->lines, &c->arena, &guard.lines, &guard.line_count, e);
    c->model.guards[c->model.guard_count++] =
        (struct model_guard){.shop = c->order.shop, .order = c->order.id, .guard = guard};
    return rc;
}

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value ? value : otherwise;
}

static void set_widths(struct plan_settings *settings, const struct case_settings *s)
{
    for (enum column c = 0; c < COL_COUNT; c++)
        settings->width[c] = column_width(c);
    if (s->comment_width)
        settings->width[COL_ORDER_COMMENT] = (size_t)s->comment_width;
    if (s->description_width)
        settings->width[COL_ENTRY_DESCRIPTION] = (size_t)s->description_width;
}

static enum rc set_settings(struct golden_case *c, const struct case_settings *s,
                            struct err *e)
{
    bool inclusive = !s->prices || strcmp(s->prices, "exclusive") != 0;
    c->model.shipping_code = s->shipping_item;
    c->model.misc_code = s->misc_item;
    c->model.customer_id = or_default(s->customer, GUEST);
    c->model.creates_customers = s->create_customer;
    c->model.customer_problem = s->customer_problem;
    c->settings = (struct plan_settings){
        .allowed_statuses =
            s->allowed ? s->allowed : "PAID,PARTIALLY_PAID,AUTHORIZED,PENDING",
        .store_id = 1,
        .sales_rep_id = 5,
        .price_source = inclusive ? 1 : 10,
        .guest_customer_id = GUEST,
        .due_days = 7,
        .inclusive = inclusive,
        .commit_stock = !s->no_stock,
        .legacy_committed = s->legacy_committed,
        .allow_inactive = s->allow_inactive,
        .barcode_fallback = s->barcodes,
        .customer_prefix = "WEB-",
        .shipping_services = or_empty(s->services)};
    set_widths(&c->settings, s);
    return shops_parse(s->shops, &c->arena, &c->settings.shops, e);
}

/* Whether the entry's quantity stands in Item.QuantityCommitted: the POS commits what it
 * adds, we what the map says, an earlier integration what the setting says. */
static bool was_committed(const struct golden_case *c, const struct rms_entry *entry)
{
    const struct guard *guard = &c->model.guards[0].guard;
    if (!guard->rms_order)
        return c->settings.legacy_committed &&
               strcmp(entry->comment, "Shipping Item") != 0;
    for (size_t i = 0; i < guard->line_count; i++)
        if (guard->lines[i].entry == entry->id)
            return guard->lines[i].committed_e4 > 0;
    return true;
}

static void commit_stock(struct golden_case *c)
{
    for (size_t i = 0; i < c->model.order_count; i++) {
        const struct rms_order *order = &c->model.orders[i];
        for (size_t k = 0; k < order->entry_count && !order->closed; k++) {
            struct model_item *item = model_item(&c->model, order->entries[k].item_id);
            if (item->row.type != ITEM_TYPE_NON_INVENTORY &&
                was_committed(c, &order->entries[k]))
                item->committed_e4 += order->entries[k].quantity_e4;
        }
    }
}

/* What stands in QuantityCommitted although no open order has it, and the other way. */
static void add_what_was_not_done(struct golden_case *c)
{
    const struct guard *guard = &c->model.guards[0].guard;
    for (size_t i = 0; i < guard->line_count; i++) {
        struct model_item *item = model_item(&c->model, guard->lines[i].item);
        if (guard->lines[i].line == LINE_OWED)
            item->committed_e4 += guard->lines[i].committed_e4;
        if (guard->lines[i].line == LINE_DUE)
            item->committed_e4 -= guard->lines[i].committed_e4;
    }
}

static enum rc put_together(struct golden_case *c, const struct case_file *items,
                            const struct case_file *file, struct err *e)
{
    static const struct case_settings no_settings;
    static const struct case_message no_headers;
    const struct case_message *message = file->message ? file->message : &no_headers;
    enum rc rc = set_settings(c, file->settings ? file->settings : &no_settings, e);
    if (rc)
        return rc;
    add_items(c, &items->items);
    add_items(c, &file->items);
    add_orders(c, &file->orders);
    c->input = (struct plan_input){.order = &c->order,
                                   .settings = &c->settings,
                                   .force = message->force || message->force_rows,
                                   .force_older = message->force,
                                   .replay = message->replay,
                                   .now = "NOW",
                                   .time = "CREATED",
                                   .due = "DUE"};
    rc = file->guard ? add_guard(c, file->guard, &file->orders, e) : RC_OK;
    if (rc == RC_OK) {
        commit_stock(c);
        add_what_was_not_done(c);
    }
    return rc;
}

enum rc case_load(const char *cases, const char *name, struct golden_case *out,
                  struct err *e)
{
    struct case_file items = {0};
    struct case_file file = {0};
    *out = (struct golden_case){0};
    arena_init(&out->arena);
    model_init(&out->model);
    const char *folder = arena_printf(&out->arena, "%s/%s", cases, name);
    const char *order = case_read_file(folder, "order.json", &out->arena);
    if (!order)
        return err_set(e, RC_REJECT, "golden", "no %s/order.json", folder);
    enum rc rc =
        in_file(snapshot_decode(order, strlen(order), &out->arena, &out->order, e),
                "order.json", e);
    if (rc == RC_OK)
        rc = read_file(cases, "items.json", out, &items, e);
    if (rc == RC_OK)
        rc = read_file(folder, "rms.json", out, &file, e);
    return rc ? rc : put_together(out, &items, &file, e);
}

void case_done(struct golden_case *c)
{
    model_done(&c->model);
    arena_done(&c->arena);
}
