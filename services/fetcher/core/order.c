/* order: the order's own fields and its lists; see order.h. */
#include "core/order.h"

#include "core/field.h"
#include "core/line.h"

#include <stdio.h>
#include <string.h>

static const struct snapshot_address *read_address(struct field_reader *r,
                                                   const struct json_at *order,
                                                   const char *name)
{
    struct json_at at = json_member(order, name);
    if (json_null(&at))
        return NULL;
    struct snapshot_address *a = arena_alloc(r->arena, sizeof(*a));
    *a = (struct snapshot_address){
        .first_name = field_text_opt(r, &at, "firstName"),
        .last_name = field_text_opt(r, &at, "lastName"),
        .name = field_text_opt(r, &at, "name"),
        .company = field_text_opt(r, &at, "company"),
        .address1 = field_text_opt(r, &at, "address1"),
        .address2 = field_text_opt(r, &at, "address2"),
        .city = field_text_opt(r, &at, "city"),
        .province = field_text_opt(r, &at, "province"),
        .province_code = field_text_opt(r, &at, "provinceCode"),
        .zip = field_text_opt(r, &at, "zip"),
        .country = field_text_opt(r, &at, "country"),
        .country_code = field_text_opt(r, &at, "countryCodeV2"),
        .phone = field_text_opt(r, &at, "phone"),
    };
    return a;
}

static const struct snapshot_customer *read_customer(struct field_reader *r,
                                                     const struct json_at *order)
{
    struct json_at at = json_member(order, "customer");
    if (json_null(&at))
        return NULL;
    struct json_at email = json_member(&at, "defaultEmailAddress");
    struct json_at phone = json_member(&at, "defaultPhoneNumber");
    struct snapshot_customer *c = arena_alloc(r->arena, sizeof(*c));
    *c = (struct snapshot_customer){
        .id = field_id(r, &at, "legacyResourceId"),
        .first_name = field_text_opt(r, &at, "firstName"),
        .last_name = field_text_opt(r, &at, "lastName"),
        .display_name = field_text_opt(r, &at, "displayName"),
        .email = field_text_opt(r, &email, "emailAddress"),
        .phone = field_text_opt(r, &phone, "phoneNumber"),
    };
    return c;
}

static void read_amounts(struct field_reader *r, const struct json_at *at,
                         struct snapshot *s)
{
    struct json_at rounding = json_member(at, "totalCashRoundingAdjustment");
    s->total_e4 = field_amount(r, at, "currentTotalPriceSet");
    s->subtotal_e4 = field_amount(r, at, "currentSubtotalPriceSet");
    s->tax_e4 = field_amount(r, at, "currentTotalTaxSet");
    s->discounts_e4 = field_amount(r, at, "currentTotalDiscountsSet");
    s->shipping_e4 = field_amount(r, at, "currentShippingPriceSet");
    s->duties_e4 = field_amount_opt(r, at, "currentTotalDutiesSet");
    s->fees_e4 = field_amount_opt(r, at, "currentTotalAdditionalFeesSet");
    s->tip_e4 = field_amount(r, at, "totalTipReceivedSet");
    s->rounding_e4 = field_amount(r, &rounding, "paymentSet");
    s->refunded_e4 = field_amount(r, at, "totalRefundedSet");
    s->outstanding_e4 = field_amount(r, at, "totalOutstandingSet");
    s->item_quantity = field_int(r, at, "currentSubtotalLineItemsQuantity");
}

/* Every amount is taken as shop money; that is only right if shop money is in the
 * currency that the order names. */
static void read_currencies(struct field_reader *r, const struct json_at *at,
                            struct snapshot *s)
{
    struct json_at total = json_member(at, "currentTotalPriceSet");
    struct json_at money = json_member(&total, "shopMoney");
    struct json_at currency = json_member(&money, "currencyCode");
    s->currency = field_text(r, at, "currencyCode");
    s->presentment_currency = field_text_opt(r, at, "presentmentCurrencyCode");
    const char *shop = field_text(r, &money, "currencyCode");
    if (r->rc == RC_OK && strcmp(shop, s->currency) != 0)
        r->rc = json_fail(&currency, "the order's currencyCode", r->e);
    if (r->rc == RC_OK && s->presentment_currency &&
        strcmp(s->presentment_currency, s->currency) == 0)
        s->presentment_currency = NULL;
}

static void read_state(struct field_reader *r, const struct json_at *at,
                       struct snapshot *s)
{
    s->created_ms = field_time(r, at, "createdAt");
    s->updated_ms = field_time(r, at, "updatedAt");
    s->processed_ms = field_time_opt(r, at, "processedAt");
    s->cancelled_ms = field_time_opt(r, at, "cancelledAt");
    s->closed_ms = field_time_opt(r, at, "closedAt");
    s->cancel_reason = field_text_opt(r, at, "cancelReason");
    s->financial_status = field_text_opt(r, at, "displayFinancialStatus");
    s->fulfillment_status = field_text_opt(r, at, "displayFulfillmentStatus");
    s->return_status = field_text_opt(r, at, "returnStatus");
    if (s->return_status && strcmp(s->return_status, "NO_RETURN") == 0)
        s->return_status = NULL;
    s->test = field_bool(r, at, "test");
    s->edited = field_bool(r, at, "edited");
    s->taxes_included = field_bool(r, at, "taxesIncluded");
    s->tax_exempt = field_bool(r, at, "taxExempt");
    s->duties_included = field_bool(r, at, "dutiesIncluded");
}

static void read_texts(struct field_reader *r, const struct json_at *at,
                       struct snapshot *s)
{
    s->name = field_text(r, at, "name");
    s->email = field_text_opt(r, at, "email");
    s->phone = field_text_opt(r, at, "phone");
    s->note = field_text_opt(r, at, "note");
    s->po_number = field_text_opt(r, at, "poNumber");
    s->source_name = field_text_opt(r, at, "sourceName");
    s->source_identifier = field_text_opt(r, at, "sourceIdentifier");
    s->tags = field_texts(r, at, "tags");
    s->gateways = field_texts(r, at, "paymentGatewayNames");
    s->discount_codes = field_texts(r, at, "discountCodes");
}

static struct codec_list read_shipping(struct field_reader *r, const struct json_at *at,
                                       bool *more)
{
    struct json_at items;
    struct json_at connection = json_member(at, "shippingLines");
    struct json_at page_info = json_member(&connection, "pageInfo");
    *more = field_bool(r, &page_info, "hasNextPage");
    size_t count = field_list(r, &connection, "nodes", &items);
    struct snapshot_shipping *lines = arena_array(r->arena, count, sizeof(*lines));
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, items.value) {
        const struct json_at item = {.value = child, .parent = &items, .index = i};
        line_read_shipping(r, &item, &lines[i++]);
    }
    return (struct codec_list){.at = lines, .count = count};
}

/* Room grows by doubling: an order of thousands of lines comes in many pages. */
static struct snapshot_line *room_for(struct order *order, size_t count,
                                      struct arena *arena)
{
    struct codec_list *lines = &order->snapshot.lines;
    if (!lines->at || lines->count + count > order->lines_cap) {
        size_t cap = order->lines_cap * 2;
        order->lines_cap = cap > lines->count + count ? cap : lines->count + count;
        struct snapshot_line *grown =
            arena_array(arena, order->lines_cap, sizeof(*grown));
        if (lines->at)
            memcpy(grown, lines->at, lines->count * sizeof(*grown));
        lines->at = grown;
    }
    return (struct snapshot_line *)lines->at + lines->count;
}

static void read_cursor(struct field_reader *r, const struct json_at *connection,
                        char out[ORDER_CURSOR_MAX])
{
    struct json_at page_info = json_member(connection, "pageInfo");
    out[0] = '\0';
    if (!field_bool(r, &page_info, "hasNextPage"))
        return;
    const char *cursor = field_text(r, &page_info, "endCursor");
    struct json_at at = json_member(&page_info, "endCursor");
    if (r->rc == RC_OK && (!cursor[0] || strlen(cursor) >= ORDER_CURSOR_MAX))
        r->rc = json_fail(&at, "a cursor of 1 to 511 bytes", r->e);
    else if (r->rc == RC_OK)
        snprintf(out, ORDER_CURSOR_MAX, "%s", cursor);
}

static void read_lines(struct field_reader *r, const struct json_at *at,
                       struct order *order)
{
    struct json_at items;
    struct json_at connection = json_member(at, "lineItems");
    read_cursor(r, &connection, order->lines_after);
    size_t count = field_list(r, &connection, "nodes", &items);
    if (order->snapshot.lines.count + count > SNAPSHOT_MAX_LINES) {
        order->lines_after[0] = '\0';
        r->refused = "it has more than 5000 lines";
        return;
    }
    struct snapshot_line *lines = room_for(order, count, r->arena);
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, items.value) {
        const struct json_at item = {.value = child, .parent = &items, .index = i};
        line_read(r, &item, &lines[i++]);
    }
    order->snapshot.lines.count += count;
}

static enum rc finish(const struct field_reader *r, struct order *order)
{
    if (r->refused)
        order->refused = r->refused;
    return r->rc;
}

enum rc order_read(const struct json_at *node, const char *shop, struct arena *arena,
                   struct order *out, struct err *e)
{
    struct order order = {.snapshot = {.version = SNAPSHOT_VERSION, .shop = shop}};
    struct field_reader r = field_reader(arena, e);
    order.snapshot.id = field_id(&r, node, "legacyResourceId");
    read_texts(&r, node, &order.snapshot);
    read_state(&r, node, &order.snapshot);
    read_currencies(&r, node, &order.snapshot);
    read_amounts(&r, node, &order.snapshot);
    order.snapshot.customer = read_customer(&r, node);
    order.snapshot.shipping_address = read_address(&r, node, "shippingAddress");
    order.snapshot.billing_address = read_address(&r, node, "billingAddress");
    order.snapshot.taxes = line_read_taxes(&r, node, "currentTaxLines");
    order.snapshot.shipping = read_shipping(&r, node, &order.shipping_more);
    read_lines(&r, node, &order);
    enum rc rc = finish(&r, &order);
    if (rc == RC_OK)
        *out = order;
    return rc;
}

enum rc order_more(const struct json_at *node, struct arena *arena, struct order *order,
                   bool *moved, struct err *e)
{
    struct order grown = *order;
    struct field_reader r = field_reader(arena, e);
    int64_t updated_ms = field_time(&r, node, "updatedAt");
    *moved = r.rc == RC_OK && updated_ms != order->snapshot.updated_ms;
    if (*moved)
        return RC_OK;
    read_lines(&r, node, &grown);
    grown.several = true;
    enum rc rc = finish(&r, &grown);
    if (rc == RC_OK)
        *order = grown;
    return rc;
}

/* Tips have no variant; whether a gift card is counted is nowhere said. */
static bool may_be_left_out(const struct snapshot_line *line)
{
    return line->gift_card || (line->variant_id == 0 && !line->requires_shipping);
}

bool order_adds_up(const struct order *order)
{
    int64_t sum = 0;
    int64_t optional = 0;
    const struct snapshot_line *lines = snapshot_lines(&order->snapshot);
    for (size_t i = 0; i < order->snapshot.lines.count; i++) {
        sum += lines[i].current_quantity;
        if (may_be_left_out(&lines[i]))
            optional += lines[i].current_quantity;
    }
    return order->snapshot.item_quantity <= sum &&
           order->snapshot.item_quantity >= sum - optional;
}
