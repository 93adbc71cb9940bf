/* rms_preflight_settings: whatever the settings name must be in the database: store,
 * items, guest customer, sales representative. And what our own table holds is looked
 * over. */
#include "base/str.h"
#include "core/plan.h"
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
static void judge_store(struct preflight *look, const struct stores *own,
                        const struct stores *listed)
{
    struct arena *arena = &look->out->arena;
    if (own->has || (own->count == 0 && listed->has))
        return;
    if (own->count == 0 && listed->count == 0)
        preflight_add(look, FINDING_DIFFERS, "setting", "RMS_STORE_ID",
                      "neither Configuration nor Store tells a store to compare it with",
                      "");
    else if (listed->has)
        preflight_add(look, FINDING_DIFFERS, "setting", "RMS_STORE_ID",
                      arena_printf(arena,
                                   "%" PRId64 " is a store of this database, whose own "
                                   "is %" PRId64,
                                   own->wanted, own->first),
                      "see that orders are meant for that store");
    else
        preflight_add(look, FINDING_MISSING, "setting", "RMS_STORE_ID",
                      arena_printf(arena,
                                   "there is no store %" PRId64
                                   " in RMS; its own is %" PRId64,
                                   own->wanted, own->count ? own->first : listed->first),
                      "set it to the store that the orders are for");
}

static enum rc look_at_store(struct preflight *look, struct err *e)
{
    struct stores own = {.wanted = look->cfg->rms_store_id};
    struct stores listed = own;
    enum rc rc = RC_OK;
    if (!preflight_readable(look, "Configuration"))
        return RC_OK; /* said with the tables */
    rc = preflight_query(look, PREFLIGHT_STORE, NULL, store_row, &own, e);
    if (rc == RC_OK && preflight_readable(look, "Store"))
        rc = preflight_query(look, PREFLIGHT_STORES, NULL, store_row, &listed, e);
    if (rc == RC_OK)
        judge_store(look, &own, &listed);
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
    if (str_empty(code))
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

static enum rc look_at_items(struct preflight *look, struct err *e)
{
    if (!preflight_readable(look, "Item") || !preflight_readable(look, "Alias"))
        return RC_OK;
    enum rc rc = look_at_item(look, "RMS_SHIPPING_ITEM", look->cfg->rms_shipping_item, e);
    return rc ? rc : look_at_item(look, "RMS_MISC_ITEM", look->cfg->rms_misc_item, e);
}

/* ---- people ---- */

static enum rc look_for_id(struct preflight *look, enum preflight_text which, int64_t id,
                           const char *const words[2], struct err *e)
{
    char number[NUMBER_ROOM];
    int64_t hits = 0;
    if (id == 0) /* 0 is nobody, in RMS too */
        return RC_OK;
    snprintf(number, sizeof(number), "%" PRId64, id);
    enum rc rc = preflight_number(look, which, PREFLIGHT_PARAMS(number), &hits, e);
    if (rc == RC_OK && hits == 0)
        preflight_add(look, FINDING_MISSING, "setting", words[0],
                      arena_printf(&look->out->arena, "RMS has no %s with the ID %s",
                                   words[1], number),
                      "set it to one that there is, or to 0 for none");
    return rc;
}

static enum rc look_at_people(struct preflight *look, struct err *e)
{
    static const char *const guest[2] = {"RMS_GUEST_CUSTOMER_ID", "customer"};
    static const char *const rep[2] = {"RMS_SALES_REP_ID", "sales representative"};
    enum rc rc = RC_OK;
    if (preflight_readable(look, "Customer"))
        rc = look_for_id(look, PREFLIGHT_CUSTOMER, look->cfg->rms_guest_customer_id,
                         guest, e);
    if (rc == RC_OK && preflight_readable(look, "SalesRep"))
        rc = look_for_id(look, PREFLIGHT_SALES_REP, look->cfg->rms_sales_rep_id, rep, e);
    return rc;
}

/* ---- the rest ---- */

static void look_at_services(struct preflight *look)
{
    struct err e = {0};
    if (plan_check_services(look->cfg->rms_shipping_services, &e))
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
    look_at_services(look);
    enum rc rc = look_at_store(look, e);
    if (rc == RC_OK)
        rc = look_at_items(look, e);
    if (rc == RC_OK)
        rc = look_at_people(look, e);
    return rc ? rc : look_for_doubles(look, e);
}
