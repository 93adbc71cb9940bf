/* rms: connection, transaction and settings of the RMS database; see rms.h. */
#include "rms.h"

#include "base/str.h"
#include "rms_internal.h"
#include "schema.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PRICE_SOURCE_NORMAL = 1,
    PRICE_SOURCE_SET = 10, /* RMS keeps the stored price and adds the tax */
};

static enum customer_update update_of(const char *word)
{
    if (strcmp(word, "all") == 0)
        return CUSTOMER_UPDATE_ALL;
    return strcmp(word, "empty") == 0 ? CUSTOMER_UPDATE_EMPTY : CUSTOMER_UPDATE_NONE;
}

struct rms *rms_new(const struct cfg *cfg)
{
    struct rms *rms = calloc(1, sizeof(*rms));
    if (!rms)
        abort(); /* out of memory: as in arena.h */
    bool inclusive = strcmp(cfg->rms_prices, "inclusive") == 0;
    rms->cfg = cfg;
    rms->settings = (struct plan_settings){
        .allowed_statuses = cfg->allowed_financial_statuses,
        .store_id = cfg->rms_store_id,
        .sales_rep_id = cfg->rms_sales_rep_id,
        .guest_customer_id = cfg->rms_guest_customer_id,
        .due_days = cfg->rms_due_days,
        .price_source = inclusive ? PRICE_SOURCE_NORMAL : PRICE_SOURCE_SET,
        .inclusive = inclusive,
        .commit_stock = cfg->rms_commit_stock,
        .allow_inactive = cfg->rms_allow_inactive,
        .barcode_fallback = strcmp(cfg->sku_fallback, "barcode") == 0,
        .legacy_committed = cfg->rms_legacy_committed,
        .customer_prefix = cfg->rms_customer_prefix,
        .shipping_services = cfg->rms_shipping_services,
        .update_customers = update_of(cfg->rms_update_customers),
    };
    arena_init(&rms->arena);
    return rms;
}

static void drop_connection(struct rms *rms)
{
    sql_close(rms->sql);
    free(rms->types);
    rms->sql = NULL;
    rms->types = NULL;
}

void rms_free(struct rms *rms)
{
    if (!rms)
        return;
    drop_connection(rms);
    arena_done(&rms->arena);
    free(rms);
}

const struct plan_settings *rms_plan_settings(const struct rms *rms)
{
    return &rms->settings;
}

static enum rc open_connection(struct rms *rms, struct err *e)
{
    struct buf connection;
    buf_init(&connection, 8192);
    enum rc rc = cfg_rms_odbc(rms->cfg, &connection, e);
    if (rc == RC_OK)
        rc = sql_open(buf_str(&connection), rms->cfg->rms_timeout_s, &rms->sql, e);
    buf_done(&connection);
    return rc;
}

enum rc rms_connect(struct rms *rms, struct err *e)
{
    if (rms->sql && rms->checked && !sql_lost(rms->sql))
        return RC_OK;
    drop_connection(rms);
    enum rc rc = RC_OK;
    if (!rms->checked)
        rc = shops_parse(rms->cfg->rms_shops, &rms->arena, &rms->settings.shops, e);
    if (rc == RC_OK)
        rc = open_connection(rms, e);
    if (rc == RC_OK && sql_dialect(rms->sql) == SQL_POSTGRES)
        rc = rms_pg_start(rms, e);
    if (rc == RC_OK && !rms->checked)
        rc = rms_preflight(rms, e);
    if (rc == RC_OK)
        rms->checked = true;
    else
        drop_connection(rms);
    return rc;
}

const char *rms_shipping_code(const struct rms *rms, const char *shop)
{
    const struct shop_settings *own = shops_find(&rms->settings.shops, shop);
    return own && own->shipping_item ? own->shipping_item : rms->cfg->rms_shipping_item;
}

int64_t rms_guest(const struct rms *rms, const char *shop)
{
    const struct shop_settings *own = shops_find(&rms->settings.shops, shop);
    return own && own->guest_customer_id >= 0 ? own->guest_customer_id
                                              : rms->cfg->rms_guest_customer_id;
}

enum rc rms_begin(struct rms *rms, struct err *e)
{
    enum rc rc = rms_connect(rms, e);
    return rc ? rc : sql_begin(rms->sql, e);
}

enum rc rms_commit(struct rms *rms, struct err *e)
{
    return sql_commit(rms->sql, e);
}

void rms_rollback(struct rms *rms)
{
    if (rms->sql)
        sql_rollback(rms->sql);
}

const char *rms_local_time(int64_t ms, struct arena *arena)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    char text[32];
    localtime_r(&seconds, &tm); /* TZ is RMS_TIMEZONE, set once at the start */
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
    return arena_printf(arena, "%s.%03d", text, (int)(ms % 1000));
}
