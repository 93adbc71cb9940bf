/* rms_items: SKU -> item, for a whole batch: by lookup code, then by alias. */
#include "base/str.h"
#include "rms_internal.h"

#include <stdlib.h>
#include <string.h>

/* While counting: active and inactive hits apart, since an inactive item does not make an
 * active one ambiguous. */
struct counting {
    struct sku_hit hit; /* first: sorted and searched as a sku_hit */
    const struct rms_item *inactive;
};

struct items {
    struct rms *rms;
    struct arena *arena;
    struct counting *at;
    size_t count;
};

static int by_sku(const void *a, const void *b)
{
    return str_compare_sku(((const struct sku_hit *)a)->sku,
                           ((const struct sku_hit *)b)->sku);
}

static void add_sku(struct items *items, const char *sku)
{
    if (!str_empty(sku))
        items->at[items->count++].hit.sku = sku;
}

static void add_line(struct items *items, const struct snapshot_line *line)
{
    if (line->current_quantity <= 0)
        return;
    add_sku(items, line->sku);
    if (items->rms->settings.barcode_fallback)
        add_sku(items, line->barcode);
}

/* Every SKU once, sorted; those of the settings among them, and barcodes that may stand
 * for one: they go with the same query. */
static void collect(struct items *items, const struct snapshot *const *orders,
                    size_t count)
{
    const struct shops *shops = &items->rms->settings.shops;
    size_t room = 2 + shops->count;
    for (size_t i = 0; i < count; i++)
        room += 2 * orders[i]->lines.count;
    items->at = arena_array(items->arena, room, sizeof(*items->at));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < orders[i]->lines.count; k++)
            add_line(items, &snapshot_lines(orders[i])[k]);
    add_sku(items, items->rms->cfg->rms_shipping_item);
    add_sku(items, items->rms->cfg->rms_misc_item);
    for (size_t i = 0; i < shops->count; i++)
        add_sku(items, shops->at[i].shipping_item);
    qsort(items->at, items->count, sizeof(*items->at), by_sku);
    size_t kept = 0;
    for (size_t i = 0; i < items->count; i++)
        if (!kept || by_sku(&items->at[kept - 1], &items->at[i]) != 0)
            items->at[kept++] = items->at[i];
    items->count = kept;
}

static struct counting *find(const struct items *items, const char *sku)
{
    const struct sku_hit key = {.sku = sku};
    return bsearch(&key, items->at, items->count, sizeof(*items->at), by_sku);
}

static enum rc read_item(struct sql_stmt *stmt, struct arena *arena,
                         struct rms_item *item, struct err *e)
{
    int64_t n[4] = {0};
    static const int columns[] = {1, 5, 6, 7};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < 4 && rc == RC_OK; i++)
        rc = sql_int(stmt, columns[i], &n[i], e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 2, arena, &item->code, e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 3, arena, &item->description, e);
    if (rc == RC_OK)
        rc = sql_money(stmt, 4, &item->cost_e4, e);
    item->id = n[0];
    item->type = n[1];
    item->taxable = n[2] != 0;
    item->inactive = n[3] != 0;
    return rc;
}

static enum rc item_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct items *items = ctx;
    const char *key = NULL;
    struct rms_item *item = arena_alloc(items->arena, sizeof(*item));
    enum rc rc = sql_text(stmt, 0, items->arena, &key, e);
    if (rc || (rc = read_item(stmt, items->arena, item, e)))
        return rc;
    struct counting *found = key ? find(items, key) : NULL;
    if (!found)
        return RC_OK;
    if (item->inactive) {
        found->inactive = item;
    } else {
        found->hit.hits++;
        found->hit.item = item;
    }
    return RC_OK;
}

/* Those that have no active item yet are looked up by this text. */
static enum rc look_up(struct items *items, const char *text, struct err *e)
{
    struct rms_keys keys;
    rms_keys_init(&keys, sql_dialect(items->rms->sql));
    for (size_t i = 0; i < items->count; i++)
        if (!items->at[i].hit.hits)
            rms_keys_text(&keys, items->at[i].hit.sku);
    enum rc rc = RC_OK;
    if (keys.count)
        rc = rms_query(items->rms, text, &keys, item_row, items, e);
    rms_keys_done(&keys);
    return rc;
}

static const struct rms_item *named(const struct items *items, const char *sku)
{
    const struct counting *found = str_empty(sku) ? NULL : find(items, sku);
    return found && found->hit.hits == 1 ? found->hit.item : NULL;
}

static void hand_out(const struct items *items, const struct snapshot *const *orders,
                     struct rms_state *states, size_t count)
{
    struct sku_hit *hits = arena_array(items->arena, items->count, sizeof(*hits));
    for (size_t i = 0; i < items->count; i++) {
        hits[i] = items->at[i].hit;
        if (!hits[i].hits && items->at[i].inactive) {
            hits[i].hits = 1;
            hits[i].item = items->at[i].inactive;
        }
    }
    for (size_t i = 0; i < count; i++) {
        states[i].skus = hits;
        states[i].sku_count = items->count;
        states[i].shipping_item =
            named(items, rms_shipping_code(items->rms, orders[i]->shop));
        states[i].misc_item = named(items, items->rms->cfg->rms_misc_item);
    }
}

/* A setting that stopped naming one item must not turn into "not set". */
static enum rc check_named(const struct items *items, const char *name, const char *sku,
                           struct err *e)
{
    if (str_empty(sku) || named(items, sku))
        return RC_OK;
    return err_set(e, RC_FATAL, "rms.items",
                   "%s: RMS has no (or not just one) active item with the lookup code "
                   "\"%s\": add it, or change the setting",
                   name, sku);
}

enum rc rms_load_items(struct rms *rms, const struct snapshot *const *orders,
                       size_t count, struct arena *arena, struct rms_state *states,
                       struct err *e)
{
    const struct rms_texts *texts = rms_texts(sql_dialect(rms->sql));
    struct items items = {.rms = rms, .arena = arena};
    collect(&items, orders, count);
    enum rc rc = look_up(&items, texts->items_by_code, e);
    if (rc == RC_OK)
        rc = look_up(&items, texts->items_by_alias, e);
    if (rc == RC_OK)
        rc = check_named(&items, "RMS_SHIPPING_ITEM", rms->cfg->rms_shipping_item, e);
    if (rc == RC_OK)
        rc = check_named(&items, "RMS_MISC_ITEM", rms->cfg->rms_misc_item, e);
    for (size_t i = 0; rc == RC_OK && i < rms->settings.shops.count; i++)
        rc = check_named(&items, "RMS_SHOPS", rms->settings.shops.at[i].shipping_item, e);
    if (rc == RC_OK)
        hand_out(&items, orders, states, count);
    return rc;
}
