/* shop: see shop.h. */
#include "shop.h"

#include "fetcher/api.h"
#include "io/stop.h"

#include <stdlib.h>

struct shop {
    struct turn turn;
    struct api *api;
};

static bool wait_ms(void *ctx, int64_t ms)
{
    (void)ctx;
    return stop_sleep_ms(ms) && !stop_requested();
}

static void no_trouble(void *ctx, const char *reason)
{
    (void)ctx;
    (void)reason;
}

static enum rc check(const struct cfg *cfg, struct err *e)
{
    bool granted = cfg->shopify_client_id[0] && cfg->shopify_client_secret[0];
    if (!cfg->shopify_shop[0])
        return err_set(e, RC_REJECT, "shop.open",
                       "SHOPIFY_SHOP: not set (example: example.myshopify.com)");
    if (!cfg->shopify_access_token[0] && !granted)
        return err_set(e, RC_REJECT, "shop.open",
                       "SHOPIFY_ACCESS_TOKEN: not set (example: shpat_...); or set "
                       "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET");
    return RC_OK;
}

enum rc shop_open(const struct cfg *cfg, struct shop **out, struct err *e)
{
    enum rc rc = check(cfg, e);
    if (rc)
        return rc;
    struct shop *shop = calloc(1, sizeof(*shop));
    if (!shop)
        abort(); /* out of memory: as in arena.h */
    shop->turn = (struct turn){.wait = wait_ms, .trouble = no_trouble};
    rc = api_open(cfg, &shop->turn, &shop->api, e);
    if (rc)
        shop_close(shop);
    else
        *out = shop;
    return rc;
}

void shop_close(struct shop *shop)
{
    if (!shop)
        return;
    api_close(shop->api);
    free(shop);
}

enum rc shop_ask(struct shop *shop, enum query query, cJSON *variables, struct reply *out,
                 struct err *e)
{
    struct buf body;
    buf_init(&body, QUERY_BODY_MAX);
    query_write(query, variables, &body);
    const struct api_ask ask = {.query = query, .body = &body, .poll_id = ""};
    enum rc rc = api_send(shop->api, &ask, out, e);
    buf_done(&body);
    return rc;
}
