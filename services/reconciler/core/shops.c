/* shops: see shops.h. */
#include "core/shops.h"

#include "base/str.h"

#include <string.h>

enum {
    SHOP_MAX = 255,    /* as SHOPIFY_SHOP */
    SHIPPING_MAX = 25, /* what Item.ItemLookupCode holds */
    SHOWN_MAX = 60,    /* of what is wrong, so that the remedy is never cut off */
    AS_PLAIN = -1,
};

/* What stands between two separators. */
struct part {
    const char *shop; /* whose it is; "": it should name one */
    const char *text;
    size_t len;
    size_t number; /* 1 is the first */
};

static enum rc bad(const struct part *part, const char *why, struct err *e)
{
    static const char remedy[] = "write for example "
                                 "a.myshopify.com=store:2,rep:5,shipping:SHIP2,guest:7;"
                                 "b.myshopify.com=store:3";
    const char *colon = str_empty(part->shop) ? "" : ": ";
    size_t most = str_utf16_cut(part->text, SHOWN_MAX);
    if (part->len == 0)
        return err_set(e, RC_FATAL, "settings",
                       "RMS_SHOPS: %.*s%spart %zu is empty, a separator too much: %s",
                       SHOWN_MAX, part->shop, colon, part->number, remedy);
    return err_set(e, RC_FATAL, "settings", "RMS_SHOPS: %.*s%s\"%.*s%s\" %s: %s",
                   SHOWN_MAX, part->shop, colon,
                   (int)(part->len < most ? part->len : most), part->text,
                   part->len > most ? "..." : "", why, remedy);
}

/* The next part of `all`; false: there is none. Of an empty text there is one, empty. */
static bool next_part(const struct part *all, char separator, struct part *part)
{
    const char *end = all->text + all->len;
    const char *from = part->number ? part->text + part->len + 1 : all->text;
    if (from > end)
        return false;
    const char *to = memchr(from, separator, (size_t)(end - from));
    part->text = from;
    part->len = (size_t)((to ? to : end) - from);
    part->number++;
    return true;
}

/* As SHOPIFY_SHOP is checked: another name would be no shop's ever. */
static bool is_shop(const char *text, size_t len)
{
    return len > 0 && len <= SHOP_MAX && memchr(text, '.', len) && text[0] != '.' &&
           text[0] != '-' && text[len - 1] != '.' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") >= len;
}

static int64_t *number_of(struct shop_settings *shop, const char *name, size_t len)
{
    if (len == 5 && strncmp(name, "store", len) == 0)
        return &shop->store_id;
    if (len == 3 && strncmp(name, "rep", len) == 0)
        return &shop->sales_rep_id;
    if (len == 5 && strncmp(name, "guest", len) == 0)
        return &shop->guest_customer_id;
    return NULL;
}

/* "store:2" */
static enum rc parse_value(const struct part *part, struct arena *arena,
                           struct shop_settings *shop, struct err *e)
{
    const char *colon = memchr(part->text, ':', part->len);
    if (!colon)
        return bad(part, "is not name:value", e);
    size_t name = (size_t)(colon - part->text);
    const char *value = arena_strndup(arena, colon + 1, part->len - name - 1);
    int64_t *number = number_of(shop, part->text, name);
    if (number) {
        if (*number != AS_PLAIN)
            return bad(part, "is said twice for the shop", e);
        return str_int64(value, 0, INT32_MAX, number)
                   ? RC_OK
                   : bad(part, "is no whole number from 0 to 2147483647", e);
    }
    if (name != 8 || strncmp(part->text, "shipping", name) != 0)
        return bad(part, "is none of store, rep, shipping, guest", e);
    if (shop->shipping_item)
        return bad(part, "is said twice for the shop", e);
    shop->shipping_item = value;
    return str_utf16_len(value) <= SHIPPING_MAX
               ? RC_OK
               : bad(part, "is longer than the 25 letters of a lookup code", e);
}

/* "a.myshopify.com=store:2,rep:5" */
static enum rc parse_shop(const struct part *part, struct arena *arena,
                          struct shop_settings *shop, struct err *e)
{
    const char *equals = memchr(part->text, '=', part->len);
    size_t name = equals ? (size_t)(equals - part->text) : 0;
    *shop = (struct shop_settings){.shop = "",
                                   .store_id = AS_PLAIN,
                                   .sales_rep_id = AS_PLAIN,
                                   .guest_customer_id = AS_PLAIN};
    if (!equals || !is_shop(part->text, name))
        return bad(part, "does not begin with a shop's domain in lower case and =", e);
    shop->shop = arena_strndup(arena, part->text, name);
    const struct part values = {.text = equals + 1, .len = part->len - name - 1};
    struct part value = {.shop = shop->shop};
    while (next_part(&values, ',', &value)) {
        enum rc rc = parse_value(&value, arena, shop, e);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static size_t count_shops(const char *text)
{
    size_t count = 1;
    for (; *text; text++)
        count += *text == ';';
    return count;
}

enum rc shops_parse(const char *text, struct arena *arena, struct shops *out,
                    struct err *e)
{
    *out = (struct shops){0};
    if (str_empty(text))
        return RC_OK;
    struct shop_settings *shops = arena_array(arena, count_shops(text), sizeof(*shops));
    struct shops found = {.at = shops};
    const struct part all = {.text = text, .len = strlen(text)};
    struct part part = {.shop = ""};
    while (next_part(&all, ';', &part)) {
        enum rc rc = parse_shop(&part, arena, &shops[found.count], e);
        if (rc)
            return rc;
        if (shops_find(&found, shops[found.count].shop))
            return bad(&part, "is of a shop that is there already", e);
        found.count++;
    }
    *out = found;
    return RC_OK;
}

const struct shop_settings *shops_find(const struct shops *shops, const char *shop)
{
    for (size_t i = 0; i < shops->count; i++)
        if (strcmp(shops->at[i].shop, shop) == 0)
            return &shops->at[i];
    return NULL;
}
