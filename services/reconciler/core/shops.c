/* shops: see shops.h. */
#include "core/shops.h"

#include "base/str.h"

#include <string.h>

enum {
    SHIPPING_MAX = 25, /* what Item.ItemLookupCode holds */
    AS_PLAIN = -1,
};

static enum rc bad(struct err *e, const char *at, size_t len, const char *why)
{
    return err_set(e, RC_FATAL, "settings",
                   "RMS_SHOPS: \"%.*s\" %s: write for example "
                   "a.myshopify.com=store:2,rep:5,shipping:SHIP2,guest:7;"
                   "b.myshopify.com=store:3",
                   (int)len, at, why);
}

static bool is_shop(const char *text, size_t len)
{
    return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") >= len;
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
static enum rc parse_value(const char *text, size_t len, struct arena *arena,
                           struct shop_settings *shop, struct err *e)
{
    const char *colon = memchr(text, ':', len);
    if (!colon)
        return bad(e, text, len, "is not name:value");
    size_t name = (size_t)(colon - text);
    const char *value = arena_strndup(arena, colon + 1, len - name - 1);
    int64_t *number = number_of(shop, text, name);
    if (number) {
        if (*number != AS_PLAIN)
            return bad(e, text, len, "is said twice for the shop");
        return str_int64(value, 0, INT32_MAX, number)
                   ? RC_OK
                   : bad(e, text, len, "is no whole number from 0 to 2147483647");
    }
    if (name != 8 || strncmp(text, "shipping", name) != 0)
        return bad(e, text, len, "is none of store, rep, shipping, guest");
    if (shop->shipping_item)
        return bad(e, text, len, "is said twice for the shop");
    shop->shipping_item = value;
    return str_utf16_len(value) <= SHIPPING_MAX
               ? RC_OK
               : bad(e, text, len, "is longer than the 25 letters of a lookup code");
}

/* "a.myshopify.com=store:2,rep:5" */
static enum rc parse_shop(const char *text, size_t len, struct arena *arena,
                          struct shop_settings *shop, struct err *e)
{
    const char *equals = memchr(text, '=', len);
    size_t name = equals ? (size_t)(equals - text) : 0;
    *shop = (struct shop_settings){.shop = "",
                                   .store_id = AS_PLAIN,
                                   .sales_rep_id = AS_PLAIN,
                                   .guest_customer_id = AS_PLAIN};
    if (!equals || !is_shop(text, name))
        return bad(e, text, len,
                   "does not begin with a shop's domain in lower case and =");
    shop->shop = arena_strndup(arena, text, name);
    for (const char *p = equals + 1, *end = text + len; p < end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        size_t part = (size_t)((comma ? comma : end) - p);
        enum rc rc = parse_value(p, part, arena, shop, e);
        if (rc)
            return rc;
        p += part + 1;
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
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, ";");
        enum rc rc = parse_shop(p, len, arena, &shops[found.count], e);
        if (rc)
            return rc;
        if (shops_find(&found, shops[found.count].shop))
            return bad(e, p, len, "is there twice");
        found.count++;
        p += len + (p[len] == ';');
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
