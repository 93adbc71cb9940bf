/* shop: what happens to an order; see shop.h. */
#include "shop.h"

#include "base/money.h"

static const char *const codes[SHOP_ITEMS] = {"APRON", "BOWL", "CUP",   "DISH",
                                              "EWER",  "FORK", "GLASS", "SERVICE"};
static const char *const spellings[SHOP_ITEMS] = {"apron", "Bowl ",   "CUP  ", "ALIAS-D",
                                                  "EWER",  "alias-f", "GLASS", "SERVICE"};

void shop_catalogue(struct model *model)
{
    static const struct rms_item others[] = {
        {.id = SHOP_SHIPPING_ITEM,
         .code = "SHIPPING",
         .description = "Shipping",
         .type = 7},
        {.id = SHOP_MISC_ITEM, .code = "MISC", .description = "Web misc", .type = 7},
        {.id = 120, .code = "TWIN", .description = "First"},
        {.id = 121, .code = "TWIN", .description = "Second"},
        {.id = 130, .code = "GONE", .description = "Inactive", .inactive = true}};
    for (int64_t i = 0; i < SHOP_ITEMS; i++) {
        const struct rms_item item = {.id = SHOP_FIRST_ITEM + i,
                                      .code = codes[i],
                                      .description = codes[i],
                                      .cost_e4 = 10000 * (i + 1),
                                      .type = i == SHOP_ITEMS - 1 ? 7 : 0,
                                      .taxable = i % 2 == 0};
        model_add_item(model, &item, i == 3 ? "ALIAS-D" : i == 5 ? "ALIAS-F" : NULL);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        model_add_item(model, &others[i], NULL);
}

/* ---- lines ---- */

static void choose_sku(struct shop *shop, struct shop_line *line)
{
    static const char *const refused[] = {"NO-SUCH", "TWIN", "GONE"};
    size_t i = rng_below(&shop->rng, SHOP_ITEMS);
    if (shop->can_be_refused && rng_once_in(&shop->rng, 12)) {
        line->sku = refused[rng_below(&shop->rng, 3)];
        line->item_id = 0;
    } else if (rng_once_in(&shop->rng, 12)) {
        line->sku = rng_once_in(&shop->rng, 2) ? NULL : " ";
        line->item_id = SHOP_MISC_ITEM;
    } else {
        line->sku = rng_once_in(&shop->rng, 3) ? spellings[i] : codes[i];
        line->item_id = SHOP_FIRST_ITEM + (int64_t)i;
    }
}

static int64_t some_quantity(struct rng *rng)
{
    if (rng_once_in(rng, 40))
        return 1 + (int64_t)rng_below(rng, 20000);
    return 1 + (int64_t)rng_below(rng, rng_once_in(rng, 5) ? 300 : 5);
}

static int64_t some_amount(struct shop *shop, size_t units)
{
    return (int64_t)rng_below(&shop->rng, units + 1) * shop->unit_e4;
}

static void choose_discount(struct shop *shop, struct shop_line *line)
{
    int64_t gross_units = line->unit_e4 * line->quantity / shop->unit_e4;
    line->discount_e4 = 0;
    if (rng_once_in(&shop->rng, 3))
        line->discount_e4 = some_amount(shop, (size_t)gross_units);
    if (rng_once_in(&shop->rng, 30))
        line->discount_e4 = gross_units * shop->unit_e4; /* a gift */
}

static void add_line(struct shop *shop)
{
    static const int64_t rates[][2] = {{1300, 0}, {0, 0}, {600, 250}, {2100, 0}};
    if (shop->line_count == shop->line_limit)
        return;
    struct shop_line *line = &shop->lines[shop->line_count++];
    size_t rate = rng_below(&shop->rng, 4);
    *line = (struct shop_line){.id = shop->next_line++,
                               .quantity = some_quantity(&shop->rng),
                               .unit_e4 = some_amount(shop, 9999),
                               .rates_e4 = {rates[rate][0], rates[rate][1]}};
    line->current = line->quantity;
    choose_sku(shop, line);
    choose_discount(shop, line);
}

void shop_open(struct shop *shop, uint64_t seed, int64_t id, size_t size)
{
    static const char *const currencies[] = {"USD", "USD", "JPY", "KWD", "CRC"};
    *shop = (struct shop){.rng = {.state = seed},
                          .id = id,
                          .status = "PAID",
                          .next_line = 11,
                          .shipping_e4 = -1,
                          .updated_ms = INT64_C(1772445600000),
                          .fetched_ms = INT64_C(1772445601000)};
    shop->currency = currencies[rng_below(&shop->rng, 5)];
    shop->unit_e4 = money_unit(shop->currency);
    shop->taxes_included = rng_once_in(&shop->rng, 2);
    shop->can_be_refused = rng_once_in(&shop->rng, 3);
    shop->line_limit = size + 2 < SHOP_LINES_MAX ? size + 2 : SHOP_LINES_MAX;
    size_t lines = 1 + rng_below(&shop->rng, size < 8 ? size + 1 : 8);
    while (lines--)
        add_line(shop);
    if (rng_once_in(&shop->rng, 2))
        shop->shipping_e4 = some_amount(shop, 2000);
    if (rng_once_in(&shop->rng, 8))
        shop->duties_e4 = some_amount(shop, 500);
}

/* ---- changes ---- */

static void change_line(struct shop *shop)
{
    struct shop_line *line = &shop->lines[rng_below(&shop->rng, shop->line_count)];
    switch (rng_below(&shop->rng, 4)) {
    case 0: /* units removed or refunded */
        line->current = (int64_t)rng_below(&shop->rng, (size_t)line->quantity + 1);
        if (rng_once_in(&shop->rng, 4))
            shop->kept_e4 = some_amount(shop, 3000);
        break;
    case 1:
        line->quantity = line->current = some_quantity(&shop->rng);
        choose_discount(shop, line);
        break;
    case 2:
        choose_sku(shop, line);
        break;
    case 3:
        choose_discount(shop, line);
        break;
    }
}

static void change_order(struct shop *shop)
{
    static const char *const statuses[] = {"PAID", "PARTIALLY_REFUNDED", "REFUNDED",
                                           "VOIDED", "PENDING"};
    static const char *const notes[] = {"", "Ring twice", "Two\nlines \xf0\x9f\x98\x80"};
    switch (rng_below(&shop->rng, 5)) {
    case 0:
        shop->shipping_e4 = rng_once_in(&shop->rng, 2) ? -1 : some_amount(shop, 2000);
        shop->shipping_back_e4 = 0;
        if (shop->shipping_e4 > 0 && rng_once_in(&shop->rng, 3))
            shop->shipping_back_e4 =
                some_amount(shop, (size_t)(shop->shipping_e4 / shop->unit_e4));
        break;
    case 1:
        shop->refund_e4 += some_amount(shop, rng_once_in(&shop->rng, 4) ? 90000 : 900);
        break;
    case 2:
        shop->note = notes[rng_below(&shop->rng, 3)];
        break;
    case 3:
        shop->status = statuses[rng_below(&shop->rng, 5)];
        break;
    case 4:
        shop->tag++;
        break;
    }
}

void shop_cancel(struct shop *shop)
{
    static const char *const reasons[] = {"CUSTOMER", "FRAUD", NULL};
    shop->cancelled_ms = shop->updated_ms;
    shop->cancel_reason = reasons[rng_below(&shop->rng, 3)];
    shop->status = "VOIDED";
    if (rng_once_in(&shop->rng, 2))
        for (size_t i = 0; i < shop->line_count; i++)
            shop->lines[i].current = 0;
}

void shop_change(struct shop *shop)
{
    size_t what = rng_below(&shop->rng, 20);
    if (what == 0)
        shop_cancel(shop);
    else if (what < 5)
        add_line(shop);
    else if (what < 13)
        change_line(shop);
    else
        change_order(shop);
    if (!rng_once_in(&shop->rng, 10)) /* sometimes two changes within a second */
        shop->updated_ms += 1000;
    shop->fetched_ms = shop->fetched_ms > shop->updated_ms ? shop->fetched_ms + 1
                                                           : shop->updated_ms + 500;
}

bool shop_is_gone(const struct shop *shop)
{
    for (size_t i = 0; i < shop->line_count && !shop->cancelled_ms; i++)
        if (shop->lines[i].current > 0)
            return false;
    return true;
}

bool shop_is_refused(const struct shop *shop)
{
    for (size_t i = 0; i < shop->line_count; i++)
        if (shop->lines[i].current > 0 && !shop->lines[i].item_id)
            return true;
    return false;
}
