/* line: see line.h. */
#include "core/line.h"

#include "base/str.h"

#include <string.h>

struct codec_list line_read_taxes(struct field_reader *r, const struct json_at *at,
                                  const char *name)
{
    struct json_at items;
    size_t count = field_list(r, at, name, &items);
    struct snapshot_tax *taxes = arena_array(r->arena, count, sizeof(*taxes));
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, items.value) {
        const struct json_at item = {.value = child, .parent = &items, .index = i};
        taxes[i++] = (struct snapshot_tax){
            .title = field_text(r, &item, "title"),
            .rate = field_rate_opt(r, &item, "rate"),
            .price_e4 = field_amount(r, &item, "priceSet"),
        };
    }
    return (struct codec_list){.at = taxes, .count = count};
}

/* The exact share of every discount, line's and order's, for the ordered quantity. The
 * ready-made discounted prices of a line are approximate or leave the order's out. */
static int64_t sum_discounts(struct field_reader *r, const struct json_at *line)
{
    struct json_at items;
    int64_t sum_e4 = 0;
    field_list(r, line, "discountAllocations", &items);
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, items.value) {
        const struct json_at item = {.value = child, .parent = &items, .index = i++};
        field_sum(r, &sum_e4, field_amount(r, &item, "allocatedAmountSet"));
    }
    return sum_e4;
}

static void read_variant(struct field_reader *r, const struct json_at *line,
                         struct snapshot_line *out)
{
    struct json_at variant = json_member(line, "variant");
    if (json_null(&variant)) /* a custom item, a tip, or deleted since */
        return;
    out->variant_id = field_id(r, &variant, "legacyResourceId");
    out->barcode = field_text_opt(r, &variant, "barcode");
    const char *sku = field_text_opt(r, &variant, "sku");
    if (sku && (!out->sku || strcmp(sku, out->sku) != 0))
        out->variant_sku = sku;
}

void line_read(struct field_reader *r, const struct json_at *at,
               struct snapshot_line *out)
{
    *out = (struct snapshot_line){
        .id = field_gid(r, at, "id"),
        .sku = field_text_opt(r, at, "sku"),
        .title = field_text(r, at, "title"),
        .variant_title = field_text_opt(r, at, "variantTitle"),
        .quantity = field_int(r, at, "quantity"),
        .current_quantity = field_int(r, at, "currentQuantity"),
        .unit_price_e4 = field_amount(r, at, "originalUnitPriceSet"),
        .total_e4 = field_amount(r, at, "originalTotalSet"),
        .discount_e4 = sum_discounts(r, at),
        .taxable = field_bool(r, at, "taxable"),
        .gift_card = field_bool(r, at, "isGiftCard"),
        .requires_shipping = field_bool(r, at, "requiresShipping"),
        .taxes = line_read_taxes(r, at, "taxLines"),
    };
    read_variant(r, at, out);
}

void line_read_shipping(struct field_reader *r, const struct json_at *at,
                        struct snapshot_shipping *out)
{
    *out = (struct snapshot_shipping){
        .id = field_gid_opt(r, at, "id"),
        .title = field_text(r, at, "title"),
        .code = field_text_opt(r, at, "code"),
        .source = field_text_opt(r, at, "source"),
        .price_e4 = field_amount(r, at, "currentDiscountedPriceSet"),
        .taxes = line_read_taxes(r, at, "taxLines"),
    };
    int64_t charged_e4 = field_amount(r, at, "discountedPriceSet");
    if (charged_e4 != out->price_e4)
        out->charged_e4 = charged_e4;
}
