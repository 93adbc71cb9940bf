/* shop_tell: an order as a snapshot, with the amounts that Shopify would give. */
#include "shop.h"

#include "base/money.h"

#include <inttypes.h>
#include <stdlib.h>

static int64_t part(int64_t amount_e4, int64_t of, int64_t whole)
{
    int64_t out_e4 = 0;
    if (!money_mul_div(amount_e4, of, whole, &out_e4))
        abort();
    return out_e4;
}

static int64_t net(const struct shop_line *line)
{
    return line->unit_e4 * line->quantity - line->discount_e4;
}

/* One tax on an amount; included taxes are taken out of it together. */
static int64_t tax_on(const struct shop *shop, const int64_t rates_e4[2], int which,
                      int64_t amount_e4)
{
    int64_t base_e4 = MONEY_SCALE;
    if (shop->taxes_included)
        base_e4 += rates_e4[0] + rates_e4[1];
    return money_round(part(amount_e4, rates_e4[which], base_e4), shop->unit_e4);
}

static int64_t line_tax(const struct shop *shop, const struct shop_line *line)
{
    return tax_on(shop, line->rates_e4, 0, net(line)) +
           tax_on(shop, line->rates_e4, 1, net(line));
}

static int64_t left(const struct shop *shop, const struct shop_line *line,
                    int64_t amount_e4)
{
    return money_round(part(amount_e4, line->current, line->quantity), shop->unit_e4);
}

int64_t shop_line_share(const struct shop *shop, const struct shop_line *line,
                        bool inclusive)
{
    int64_t share_e4 = left(shop, line, net(line));
    if (shop->taxes_included == inclusive)
        return share_e4;
    int64_t tax_e4 = left(shop, line, line_tax(shop, line));
    return inclusive ? share_e4 + tax_e4 : share_e4 - tax_e4;
}

static struct codec_list tell_taxes(const struct shop *shop, const int64_t rates_e4[2],
                                    int64_t amount_e4, struct arena *arena)
{
    struct snapshot_tax *taxes = arena_array(arena, 2, sizeof(*taxes));
    size_t count = 0;
    for (int i = 0; i < 2; i++)
        if (rates_e4[i])
            taxes[count++] =
                (struct snapshot_tax){.title = i ? "City" : "State",
                                      .rate = "0",
                                      .price_e4 = tax_on(shop, rates_e4, i, amount_e4)};
    return (struct codec_list){.at = taxes, .count = count};
}

static void tell_lines(struct shop *shop, struct arena *arena, struct snapshot *out)
{
    struct snapshot_line *lines = arena_array(arena, shop->line_count, sizeof(*lines));
    for (size_t i = 0; i < shop->line_count; i++) {
        const struct shop_line *line = &shop->lines[i];
        lines[i] = (struct snapshot_line){
            .id = line->id,
            .sku = line->sku,
            .title = arena_printf(arena, "Title %" PRId64, line->id),
            .quantity = line->quantity,
            .current_quantity = line->current,
            .unit_price_e4 = line->unit_e4,
            .total_e4 = line->unit_e4 * line->quantity,
            .discount_e4 = line->discount_e4,
            .taxes = tell_taxes(shop, line->rates_e4, net(line), arena)};
        int64_t share_e4 = left(shop, line, net(line));
        int64_t tax_e4 = left(shop, line, line_tax(shop, line));
        out->subtotal_e4 += share_e4;
        out->tax_e4 += tax_e4;
        out->total_e4 += share_e4 + (shop->taxes_included ? 0 : tax_e4);
        out->item_quantity += line->current;
    }
    out->lines = (struct codec_list){.at = lines, .count = shop->line_count};
}

static void tell_shipping(struct shop *shop, struct arena *arena, struct snapshot *out)
{
    static const int64_t rates_e4[2] = {1300, 0};
    if (shop->shipping_e4 < 0)
        return;
    struct snapshot_shipping *line = arena_alloc(arena, sizeof(*line));
    int64_t left_e4 = shop->shipping_e4 - shop->shipping_back_e4;
    *line = (struct snapshot_shipping){
        .id = 501,
        .title = "Standard",
        .price_e4 = left_e4,
        .charged_e4 = shop->shipping_back_e4 ? shop->shipping_e4 : 0,
        .taxes = tell_taxes(shop, rates_e4, shop->shipping_e4, arena)};
    int64_t tax_e4 = tax_on(shop, rates_e4, 0, shop->shipping_e4);
    if (shop->shipping_back_e4)
        tax_e4 = money_round(part(tax_e4, left_e4, shop->shipping_e4), shop->unit_e4);
    out->shipping_e4 = left_e4;
    out->tax_e4 += tax_e4;
    out->total_e4 += left_e4 + (shop->taxes_included ? 0 : tax_e4);
    out->shipping = (struct codec_list){.at = line, .count = 1};
}

/* Not more than the units given back cost, and more than rounding can explain. */
int64_t shop_kept(const struct shop *shop)
{
    int64_t gone_e4 = 0;
    for (size_t i = 0; i < shop->line_count; i++) {
        const struct shop_line *line = &shop->lines[i];
        int64_t cost_e4 = net(line) - (shop->taxes_included ? line_tax(shop, line) : 0);
        if (line->current < line->quantity && cost_e4 > 0)
            gone_e4 += part(cost_e4, line->quantity - line->current, line->quantity);
    }
    int64_t kept_e4 = shop->kept_e4 < gone_e4 ? shop->kept_e4 : gone_e4;
    kept_e4 -= kept_e4 % shop->unit_e4;
    return kept_e4 > (int64_t)(shop->line_count + 4) * shop->unit_e4 ? kept_e4 : 0;
}

void shop_tell(struct shop *shop, struct arena *arena, struct snapshot *out)
{
    *out = (struct snapshot){.version = SNAPSHOT_VERSION,
                             .shop = "demo.myshopify.com",
                             .id = shop->id,
                             .name = arena_printf(arena, "#%" PRId64, shop->id),
                             .updated_ms = shop->updated_ms,
                             .fetched_ms = shop->fetched_ms,
                             .created_ms = INT64_C(1772445600000),
                             .cancelled_ms = shop->cancelled_ms,
                             .cancel_reason = shop->cancel_reason,
                             .financial_status = shop->status,
                             .test = shop->test,
                             .taxes_included = shop->taxes_included,
                             .currency = shop->currency,
                             .duties_e4 = shop->duties_e4,
                             .note = shop->note};
    static const struct snapshot_customer customer = {
        .id = 900, .first_name = "Ana", .last_name = "Mora"};
    out->customer = &customer;
    out->source_name = arena_printf(arena, "tag-%" PRId64, shop->tag);
    tell_lines(shop, arena, out);
    tell_shipping(shop, arena, out);
    out->total_e4 += shop->duties_e4 + shop_kept(shop);
    if (shop->refund_e4 > out->total_e4)
        shop->refund_e4 = out->total_e4;
    out->refunded_e4 = shop->refund_e4;
    out->total_e4 -= shop->refund_e4;
}
