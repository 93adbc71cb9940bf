/* start: see start.h. */
#include "core/start.h"

#include <string.h>
#include <strings.h>

static bool has_scope(const struct json_at *scopes, const char *handle)
{
    const cJSON *scope = NULL;
    cJSON_ArrayForEach (scope, scopes->value) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(scope, "handle");
        if (cJSON_IsString(name) && strcmp(name->valuestring, handle) == 0)
            return true;
    }
    return false;
}

/* write_x allows what read_x does. */
static bool may_read(const struct json_at *scopes, const char *read, const char *write)
{
    return has_scope(scopes, read) || has_scope(scopes, write);
}

static enum rc check_shop(const struct json_at *data, const char *shop, struct err *e)
{
    const char *domain = NULL;
    struct json_at at = json_member(data, "shop");
    struct json_at name = json_member(&at, "myshopifyDomain");
    enum rc rc = json_text(&name, &domain, e);
    if (rc || strcasecmp(domain, shop) == 0)
        return rc;
    return err_set(e, RC_REJECT, "start.check",
                   "SHOPIFY_SHOP is %s, but the token belongs to %s: set the one or the "
                   "other",
                   shop, domain);
}

static void warn(struct start *out, const char *text)
{
    if (out->count < START_WARNINGS_MAX)
        out->warnings[out->count++] = text;
}

static void check_scopes(const struct json_at *scopes, struct start *out)
{
    out->all_orders = has_scope(scopes, "read_all_orders");
    if (!may_read(scopes, "read_customers", "write_customers"))
        warn(out, "without the scope read_customers the customers of orders can't be "
                  "read");
    if (!may_read(scopes, "read_products", "write_products"))
        warn(out, "without the scope read_products the variants of lines can't be read");
}

enum rc start_check(const struct json_at *data, const char *shop, struct start *out,
                    struct err *e)
{
    int count = 0;
    struct json_at installation = json_member(data, "currentAppInstallation");
    struct json_at scopes = json_member(&installation, "accessScopes");
    enum rc rc = check_shop(data, shop, e);
    if (rc || (rc = json_array(&scopes, &count, e)))
        return rc;
    if (!may_read(&scopes, "read_orders", "write_orders") &&
        !may_read(&scopes, "read_marketplace_orders", "read_quick_sale"))
        return err_set(e, RC_REJECT, "start.check",
                       "the token lacks the scope read_orders: give it to the app, then "
                       "install the app again");
    *out = (struct start){0};
    check_scopes(&scopes, out);
    return RC_OK;
}

bool start_is_too_old(const struct start *start, int64_t from_ms, int64_t now_ms)
{
    const int64_t limit_ms = INT64_C(60) * 24 * 3600 * 1000;
    return !start->all_orders && from_ms < now_ms - limit_ms;
}
