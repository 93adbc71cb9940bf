/* fuzz_plan: bytes as a history of one order: versions with any amounts the wire takes,
 * and what staff do in between. Each is planned and applied to an RMS in memory, which
 * refuses what no plan may do; sums, prices and the second plan are checked here. */
#include "fuzz.h"

#include "base/money.h"
#include "shop.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEPS_MAX = 12,
    LINES_MAX = 8,
};

struct bytes {
    const uint8_t *at;
    size_t left;
};

static uint8_t take(struct bytes *bytes)
{
    if (bytes->left == 0)
        return 0;
    bytes->left--;
    return *bytes->at++;
}

/* Mostly small, sometimes as large as the wire takes, sometimes below 0. */
static int64_t take_amount(struct bytes *bytes)
{
    uint64_t value = 0;
    uint8_t kind = take(bytes);
    for (int i = 0; i < kind % 8; i++)
        value = value << 8 | take(bytes);
    int64_t amount_e4 = (int64_t)(value % (uint64_t)(MONEY_MAX_E4 + 1));
    return kind >= 0xf0 ? -amount_e4 : amount_e4;
}

static int64_t take_quantity(struct bytes *bytes)
{
    uint8_t kind = take(bytes);
    return kind < 0xe0 ? kind % 16
                       : (kind * 256 + take(bytes)) * 16 % SNAPSHOT_MAX_QUANTITY;
}

static struct codec_list take_taxes(struct bytes *bytes, struct arena *arena)
{
    size_t count = take(bytes) % 3;
    struct snapshot_tax *taxes = arena_array(arena, count, sizeof(*taxes));
    for (size_t i = 0; i < count; i++)
        taxes[i] = (struct snapshot_tax){.title = "Tax", .price_e4 = take_amount(bytes)};
    return (struct codec_list){.at = taxes, .count = count};
}

static const char *take_sku(struct bytes *bytes)
{
    static const char *const skus[] = {
        "APRON", "bowl ", "CUP", "ALIAS-D", "EWER", "FORK",     "GLASS", "SERVICE",
        "TWIN",  "GONE",  "???", "",        " ",    "SHIPPING", NULL,    "apron"};
    return skus[take(bytes) % (sizeof(skus) / sizeof(skus[0]))];
}

static void take_lines(struct bytes *bytes, struct arena *arena, struct snapshot *out)
{
    size_t count = take(bytes) % (LINES_MAX + 1);
    struct snapshot_line *lines = arena_array(arena, count, sizeof(*lines));
    for (size_t i = 0; i < count; i++) {
        lines[i] = (struct snapshot_line){.id = 11 + (int64_t)i,
                                          .sku = take_sku(bytes),
                                          .title = "Title",
                                          .quantity = take_quantity(bytes),
                                          .unit_price_e4 = take_amount(bytes),
                                          .total_e4 = take_amount(bytes),
                                          .discount_e4 = take_amount(bytes)};
        lines[i].current_quantity = lines[i].quantity;
        if (take(bytes) % 4 == 0 && lines[i].quantity)
            lines[i].current_quantity = take(bytes) % (lines[i].quantity + 1);
        lines[i].taxes = take_taxes(bytes, arena);
    }
    if (count > 1 && take(bytes) % 4 == 0) { /* listed in another order */
        struct snapshot_line first = lines[0];
        lines[0] = lines[count - 1];
        lines[count - 1] = first;
    }
    out->lines = (struct codec_list){.at = lines, .count = count};
}

static void take_shipping(struct bytes *bytes, struct arena *arena, struct snapshot *out)
{
    struct snapshot_shipping *line = arena_alloc(arena, sizeof(*line));
    *line = (struct snapshot_shipping){
        .title = "Standard", .price_e4 = take_amount(bytes), .taxes = {0}};
    line->taxes = take_taxes(bytes, arena);
    out->shipping_e4 = take(bytes) % 4 ? line->price_e4 : take_amount(bytes);
    if (line->price_e4 % 8 == 1)
        line->charged_e4 = take_amount(bytes);
    out->shipping = (struct codec_list){.at = line, .count = 1};
}

/* What the wire itself would put together from such lines, or any sum. */
static void take_sums(struct bytes *bytes, struct snapshot *out)
{
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < out->lines.count; i++) {
        const struct snapshot_line *line = &snapshot_lines(out)[i];
        int64_t net_e4 = line->total_e4 - line->discount_e4;
        int64_t share_e4 = 0;
        if (line->quantity &&
            money_mul_div(net_e4, line->current_quantity, line->quantity, &share_e4) &&
            !money_add(&sum_e4, share_e4))
            sum_e4 = MONEY_MAX_E4;
    }
    out->tax_e4 = take(bytes) % 2 ? 0 : take_amount(bytes);
    out->total_e4 = sum_e4;
    (void)money_add(&out->total_e4, out->shipping_e4);
    int64_t refund_e4 = take(bytes) % 2 ? 0 : take_amount(bytes);
    if (out->total_e4 >= refund_e4)
        (void)money_add(&out->total_e4, -refund_e4);
    if (take(bytes) % 16 == 0)
        out->total_e4 = take_amount(bytes);
}

static void take_order(struct bytes *bytes, struct arena *arena, struct snapshot *out)
{
    static const char *const currencies[] = {"USD", "JPY", "KWD", "XXX"};
    static const char *const statuses[] = {"PAID", "PAID", "VOIDED", NULL};
    static const struct snapshot_customer customer = {.id = 900, .last_name = "Mora"};
    uint8_t flags = take(bytes);
    uint8_t time = take(bytes);
    *out = (struct snapshot){.version = SNAPSHOT_VERSION,
                             .shop = "demo.myshopify.com",
                             .id = 7001,
                             .name = "#7001",
                             .updated_ms = 1000 + time / 16,
                             .fetched_ms = 2000 + time % 16,
                             .created_ms = 1000,
                             .cancelled_ms = flags % 16 == 0 ? 1000 : 0,
                             .financial_status = statuses[flags / 64],
                             .taxes_included = flags & 16,
                             .test = flags % 32 == 3,
                             .currency = currencies[take(bytes) % 4],
                             .customer = flags & 64 ? &customer : NULL,
                             .note = flags & 32 ? "note" : NULL};
    take_lines(bytes, arena, out);
    if (take(bytes) % 2)
        take_shipping(bytes, arena, out);
    if (take(bytes) % 8 == 0)
        out->duties_e4 = take_amount(bytes);
    take_sums(bytes, out);
}

/* ---- what must hold ---- */

static void check_sums(const struct model *model, const struct snapshot *order,
                       const struct plan *plan, bool inclusive)
{
    const struct rms_order *row = &model->orders[0];
    char amount[MONEY_TEXT_MAX];
    int64_t unit_e4 = money_unit(order->currency);
    int64_t sum_e4 = row->shipping_charge_e4;
    for (size_t i = 0; i < plan->next.line_count; i++) {
        const struct line_map *map = &model->guards[0].guard.lines[i];
        if (map->line == LINE_OWED || map->line == LINE_DUE)
            continue; /* noted, without an entry */
        const struct rms_entry *entry =
            model_entry(model_order((struct model *)model, row->id), map->entry);
        if (!entry || (entry->price_e4 < 0 && map->line))
            fuzz_fail("line %lld: no entry, or a price below 0", (long long)map->line);
        sum_e4 +=
            money_round(entry->price_e4 * (entry->quantity_e4 / QUANTITY_SCALE), unit_e4);
    }
    int64_t off_e4 =
        money_round(order->total_e4 - (inclusive ? 0 : order->tax_e4), unit_e4) - sum_e4;
    if (off_e4 && (!plan->detail || !strstr(plan->detail, money_format(off_e4, amount))))
        fuzz_fail("off by %s, and the detail says: %s", money_format(off_e4, amount),
                  plan->detail ? plan->detail : "nothing");
}

static void check_plan(const struct model *model, const struct snapshot *order,
                       const struct plan *plan, bool inclusive)
{
    bool writes = plan->action == ACTION_CREATED || plan->action == ACTION_UPDATED ||
                  plan->action == ACTION_CANCELLED;
    if (model->fault)
        fuzz_fail("%s", model->fault);
    if (!writes && plan->count)
        fuzz_fail("%s writes %zu rows", action_word(plan->action), plan->count);
    if (model->order_count > 1)
        fuzz_fail("made a second time");
    if (plan->action == ACTION_CREATED || plan->action == ACTION_UPDATED)
        check_sums(model, order, plan, inclusive);
}

static void step(struct model *model, const struct plan_settings *settings,
                 struct bytes *bytes, struct arena *arena)
{
    struct snapshot order;
    struct rms_state state;
    struct plan plan;
    struct err e;
    take_order(bytes, arena, &order);
    struct plan_input in = {.order = &order,
                            .rms = &state,
                            .settings = settings,
                            .force = take(bytes) % 16 == 0,
                            .now = "NOW",
                            .time = "CREATED",
                            .due = "DUE"};
    for (int again = 0; again < 2; again++) {
        model_load(model, &order, arena, &state);
        if (plan_build(&in, arena, &plan, &e))
            fuzz_fail("%s", e.text);
        model_apply(model, &order, &plan);
        check_plan(model, &order, &plan, settings->inclusive);
        if (again && plan.count)
            fuzz_fail("the second plan has %zu rows", plan.count);
    }
}

static void staff(struct model *model, struct bytes *bytes)
{
    struct rms_order *row = model->order_count ? &model->orders[0] : NULL;
    size_t at = take(bytes);
    uint8_t what = take(bytes);
    if (!row || row->entry_count == 0)
        return;
    at %= row->entry_count;
    switch (what % 8) {
    case 0:
        row->closed = !row->closed;
        break;
    case 1:
        row->deposit_e4 = row->deposit_e4 ? 0 : 10000;
        break;
    case 2:
        model_entry(row, row->entries[at].id)->rtd_e4 ^= QUANTITY_SCALE;
        break;
    case 3:
        model_staff_delete_entry(model, row, at);
        break;
    case 4:
        model_staff_set_quantity(model, row, at, (1 + (int64_t)what) * QUANTITY_SCALE);
        break;
    case 5:
        model_staff_add_entry(model, row, SHOP_FIRST_ITEM + what % SHOP_ITEMS,
                              QUANTITY_SCALE);
        break;
    case 6:
        row->other_type = what & 8;
        break;
    default:
        break;
    }
}

/* An order that an earlier integration left. */
static void add_legacy(struct model *model, struct bytes *bytes)
{
    struct rms_entry entries[4] = {0};
    struct rms_order order = {.id = 500,
                              .reference = "SHOPIFY-7001",
                              .comment = "",
                              .notes = "",
                              .entries = entries,
                              .entry_count = take(bytes) % 5};
    for (size_t i = 0; i < order.entry_count; i++)
        entries[i] = (struct rms_entry){
            .id = 9001 + (int64_t)i,
            .item_id = SHOP_FIRST_ITEM + take(bytes) % (SHOP_ITEMS + 2),
            .quantity_e4 = INT64_C(5000) * take(bytes),
            .price_e4 = take(bytes),
            .comment = take(bytes) % 4 ? "" : "Shipping Item"};
    model_add_order(model, &order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct arena arena;
    struct model *model = calloc(1, sizeof(*model));
    if (!model)
        abort();
    uint8_t flags = take(&bytes);
    arena_init(&arena);
    model_init(model);
    shop_catalogue(model);
    model->shipping_code = flags & 1 ? "SHIPPING" : NULL;
    model->misc_code = flags & 2 ? "MISC" : NULL;
    model->customer_id = flags & 4 ? 77 : 1;
    model->creates_customers = flags % 16 == 8;
    struct plan_settings settings = {.allowed_statuses = "PAID",
                                     .store_id = 1,
                                     .guest_customer_id = 1,
                                     .inclusive = flags & 8,
                                     .commit_stock = flags & 16,
                                     .legacy_committed = flags & 32,
                                     .allow_inactive = flags & 64,
                                     .shipping_services = flags & 128 ? "" : "Standard=1",
                                     .customer_prefix = "WEB-"};
    for (enum column c = 0; c < COL_COUNT; c++)
        settings.width[c] = 30;
    if (take(&bytes) % 4 == 0)
        add_legacy(model, &bytes);
    for (int i = 0; i < STEPS_MAX && bytes.left; i++) {
        step(model, &settings, &bytes, &arena);
        staff(model, &bytes);
    }
    model_done(model);
    arena_done(&arena);
    free(model);
    return 0;
}
