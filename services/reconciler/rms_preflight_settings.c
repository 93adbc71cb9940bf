/* rms_preflight_settings: whatever the settings name must be in the database: store,
 * items, guest customer, sales representative. And what our own table holds is looked
 * over. */
#include "base/str.h"
#include "core/plan.h"
#include "core/services.h"
#include "rms_internal.h"
#include "rms_preflight_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_ROOM = 24,
};

/* ---- the store ---- */

struct stores {
    int64_t wanted;
    int64_t first; /* what the first row says */
    size_t count;
    bool has;
};

static enum rc store_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct stores *stores = ctx;
    int64_t id = 0;
    enum rc rc = sql_int(stmt, 0, &id, e);
    if (rc)
        return rc;
    if (stores->count++ == 0)
        stores->first = id;
    stores->has = stores->has || id == stores->wanted;
    return RC_OK;
}

/* Configuration tells the store that the database belongs to; Store lists others, too,
 * and is empty where there is one. */
static void judge_store(struct preflight *look, const char *setting,
                        const struct stores *own, const struct stores *listed)
{
    struct arena *arena = &look->out->arena;
    if (own->has || (own->count == 0 && listed->has))
        return;
    if (own->count == 0 && listed->count == 0)
        preflight_add(look, FINDING_DIFFERS, "setting", setting,
                      "neither Configuration nor Store tells a store to compare it with",
                      "");
    else if (listed->has)
        preflight_add(look, FINDING_DIFFERS, "setting", setting,
                      arena_printf(arena,
                                   "%" PRId64 " is a store of this database, whose own "
                                   "is %" PRId64,
                                   own->wanted, own->first),
                      "see that orders are meant for that store");
    else
        preflight_add(look, FINDING_MISSING, "setting", setting,
                      arena_printf(arena,
                                   "there is no store %" PRId64
                                   " in RMS; its own is %" PRId64,
                                   own->wanted, own->count ? own->first : listed->first),
                      "set it to the store that the orders are for");
}

static enum rc look_at_store(struct preflight *look, const char *setting, int64_t id,
                             struct err *e)
{
    struct stores own = {.wanted = id};
    struct stores listed = own;
    enum rc rc = RC_OK;
    if (id < 0 || !preflight_readable(look, "Configuration"))
        return RC_OK; /* not set; or said with the tables */
    rc = preflight_query(look, PREFLIGHT_STORE, NULL, store_row, &own, e);
    if (rc == RC_OK && preflight_readable(look, "Store"))
        rc = preflight_query(look, PREFLIGHT_STORES, NULL, store_row, &listed, e);
    if (rc == RC_OK)
        judge_store(look, setting, &own, &listed);
    return rc;
}

/* ---- items ---- */

struct item_hits {
    size_t active, inactive;
    int64_t type;
};

enum {
    ITEM_TYPE_AT = 5, /* columns of items_by_code and items_by_alias */
    ITEM_INACTIVE_AT = 7,
};

static enum rc item_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct item_hits *hits = ctx;
    int64_t is_inactive = 0;
    enum rc rc = sql_int(stmt, ITEM_TYPE_AT, &hits->type, e);
    if (rc == RC_OK)
        rc = sql_int(stmt, ITEM_INACTIVE_AT, &is_inactive, e);
    hits->active += rc == RC_OK && !is_inactive;
    hits->inactive += rc == RC_OK && is_inactive;
    return rc;
}

/* As an order's SKU is looked up: by code, then by alias. */
static enum rc look_up_item(struct preflight *look, const char *code,
                            struct item_hits *hits, struct err *e)
{
    struct rms rms = {.cfg = look->cfg, .sql = look->sql};
    enum sql_dialect dialect = sql_dialect(look->sql);
    const char *const texts[] = {rms_texts(dialect)->items_by_code,
                                 rms_texts(dialect)->items_by_alias};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < 2 && rc == RC_OK && !hits->active && !hits->inactive; i++) {
        struct rms_keys keys;
        rms_keys_init(&keys, dialect);
        rms_keys_text(&keys, code);
        rc = rms_query(&rms, texts[i], &keys, item_row, hits, e);
        rms_keys_done(&keys);
    }
    return rc;
}

static enum rc look_at_item(struct preflight *look, const char *setting, const char *code,
                            struct err *e)
{
    struct item_hits hits = {0};
    struct arena *arena = &look->out->arena;
    bool is_there = preflight_readable(look, "Item") && preflight_readable(look, "Alias");
    if (str_empty(code) || !is_there)
        return RC_OK;
    enum rc rc = look_up_item(look, code, &hits, e);
    if (rc)
        return rc;
    const char *what = NULL;
    if (hits.active > 1)
        what = arena_printf(arena, "RMS has %zu items with the lookup code \"%s\"",
                            hits.active, code);
    else if (hits.active == 0)
        what = arena_printf(arena, "RMS has no active item with the lookup code \"%s\"%s",
                            code, hits.inactive ? ", only an inactive one" : "");
    if (what)
        preflight_add(look, FINDING_MISSING, "setting", setting, what,
                      "add the item in RMS, or change the setting");
    else if (hits.type != ITEM_TYPE_NON_INVENTORY)
        preflight_add(look, FINDING_DIFFERS, "setting", setting,
                      arena_printf(arena,
                                   "the item \"%s\" holds stock, which each order "
                                   "will commit",
                                   code),
                      "make it a non-inventory item");
    return RC_OK;
}

/* ---- people ---- */

static enum rc look_for_id(struct preflight *look, enum preflight_text which,
                           const char *setting, int64_t id, struct err *e)
{
    char number[NUMBER_ROOM];
    int64_t hits = 0;
    bool is_customer = which == PREFLIGHT_CUSTOMER;
    bool is_there = preflight_readable(look, is_customer ? "Customer" : "SalesRep");
    if (id <= 0 || !is_there) /* 0 is nobody, in RMS too */
        return RC_OK;
    snprintf(number, sizeof(number), "%" PRId64, id);
    enum rc rc = preflight_number(look, which, PREFLIGHT_PARAMS(number), &hits, e);
    if (rc == RC_OK && hits == 0)
        preflight_add(look, FINDING_MISSING, "setting", setting,
                      arena_printf(&look->out->arena, "RMS has no %s with the ID %s",
                                   is_customer ? "customer" : "sales representative",
                                   number),
                      "set it to one that there is, or to 0 for none");
    return rc;
}

/* ---- the shops ---- */

/* What the plain settings name, and what RMS_SHOPS does, for one shop. */
struct named {
    const char *store, *item, *guest, *rep; /* the settings' names */
    struct shop_settings is;
};

static enum rc look_at_named(struct preflight *look, const struct named *named,
                             struct err *e)
{
    enum rc rc = look_at_store(look, named->store, named->is.store_id, e);
    if (rc == RC_OK)
        rc = look_at_item(look, named->item, named->is.shipping_item, e);
    if (rc == RC_OK)
        rc = look_for_id(look, PREFLIGHT_CUSTOMER, named->guest,
                         named->is.guest_customer_id, e);
    if (rc == RC_OK)
        rc =
            look_for_id(look, PREFLIGHT_SALES_REP, named->rep, named->is.sales_rep_id, e);
    return rc;
}

static enum rc look_at_shops(struct preflight *look, struct err *e)
{
    struct shops shops = {0};
    struct err fault = {0};
    struct arena *arena = &look->out->arena;
    enum rc rc = RC_OK;
    if (shops_parse(look->cfg->rms_shops, arena, &shops, &fault))
        preflight_add(look, FINDING_MISSING, "setting", "RMS_SHOPS", fault.text, "");
    for (size_t i = 0; rc == RC_OK && i < shops.count; i++) {
        const char *name = arena_printf(arena, "RMS_SHOPS %s", shops.at[i].shop);
        rc = look_at_named(look, &(struct named){name, name, name, name, shops.at[i]}, e);
    }
    return rc;
}

/* ---- the rest ---- */

static void look_at_services(struct preflight *look)
{
    struct err e = {0};
    if (services_check(look->cfg->rms_shipping_services, &e))
        preflight_add(look, FINDING_MISSING, "setting", "RMS_SHIPPING_SERVICES", e.text,
                      "");
}

struct doubles {
    int64_t first, count;
};

static enum rc double_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct doubles *doubles = ctx;
    if (sql_is_null(stmt, 0))
        return RC_OK;
    enum rc rc = sql_int(stmt, 0, &doubles->first, e);
    return rc ? rc : sql_int(stmt, 1, &doubles->count, e);
}

/* Two orders of a shop that write to one order of RMS undo each other's changes. */
static enum rc look_for_doubles(struct preflight *look, struct err *e)
{
    struct doubles doubles = {0};
    if (!preflight_readable(look, "tillbridge_guard"))
        return RC_OK;
    enum rc rc = preflight_query(look, PREFLIGHT_DOUBLE, NULL, double_row, &doubles, e);
    if (rc == RC_OK && doubles.count)
        preflight_add(
            look, FINDING_DIFFERS, "order", "tillbridge_guard",
            arena_printf(&look->out->arena,
                         "%" PRId64 " orders of RMS are each kept for two orders of the "
                         "shop, the first is Order.ID %" PRId64,
                         doubles.count, doubles.first),
            "remove the row whose order is not the one in Order.ReferenceNumber");
    return rc;
}

enum rc preflight_settings(struct preflight *look, struct err *e)
{
    const struct cfg *cfg = look->cfg;
    const struct named plain = {"RMS_STORE_ID",
                                "RMS_SHIPPING_ITEM",
                                "RMS_GUEST_CUSTOMER_ID",
                                "RMS_SALES_REP_ID",
                                {.store_id = cfg->rms_store_id,
                                 .shipping_item = cfg->rms_shipping_item,
                                 .guest_customer_id = cfg->rms_guest_customer_id,
                                 .sales_rep_id = cfg->rms_sales_rep_id}};
    look_at_services(look);
    enum rc rc = look_at_named(look, &plain, e);
    if (rc == RC_OK)
        rc = look_at_item(look, "RMS_MISC_ITEM", cfg->rms_misc_item, e);
    if (rc == RC_OK)
        rc = look_at_shops(look, e);
    return rc ? rc : look_for_doubles(look, e);
}
