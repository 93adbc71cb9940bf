/* rms_customers: who ordered, for a whole batch: by our own map of Shopify's customer
 * ids, then by e-mail address, then by account number. Two customers for one of these are
 * nobody: the guest is taken and it is said, never a guess. */
#include "base/str.h"
#include "rms_internal.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* What is known so far of an order's customer. */
struct who {
    const struct snapshot *order;
    const char *key;                /* of the look-up under way; NULL: not looked up */
    int64_t id;                     /* Customer.ID; 0: nobody yet */
    size_t hits;                    /* different customers for the key */
    bool mapped;                    /* our map has it */
    const struct customer_row *row; /* NULL: not to be changed */
};

struct customers {
    struct rms *rms;
    struct arena *arena;
    struct who *at;
    size_t count;
};

/* ---- our map ---- */

static enum rc map_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct customers *all = ctx;
    int64_t customer = 0;
    int64_t id = 0;
    const char *shop = NULL;
    enum rc rc = sql_int(stmt, 0, &customer, e);
    if (rc || (rc = sql_text(stmt, 1, all->arena, &shop, e)) ||
        (rc = sql_int(stmt, 2, &id, e)))
        return rc;
    for (size_t i = 0; i < all->count; i++) {
        const struct snapshot *o = all->at[i].order;
        if (!o->customer || o->customer->id != customer || strcmp(o->shop, shop) != 0)
            continue;
        all->at[i].id = id;
        all->at[i].mapped = true;
    }
    return RC_OK;
}

static enum rc look_up_map(struct customers *all, struct err *e)
{
    struct rms_keys keys;
    enum sql_dialect dialect = sql_dialect(all->rms->sql);
    rms_keys_init(&keys, dialect);
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].order->customer)
            rms_keys_int(&keys, all->at[i].order->customer->id);
    enum rc rc = RC_OK;
    if (keys.count)
        rc =
            rms_query(all->rms, rms_texts(dialect)->customer_map, &keys, map_row, all, e);
    rms_keys_done(&keys);
    return rc;
}

/* ---- by a text that Customer holds ---- */

static enum rc text_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct customers *all = ctx;
    const char *key = NULL;
    int64_t id = 0;
    enum rc rc = sql_text(stmt, 0, all->arena, &key, e);
    if (rc || (rc = sql_int(stmt, 1, &id, e)))
        return rc;
    for (size_t i = 0; i < all->count; i++) {
        struct who *who = &all->at[i];
        if (!who->key || strcasecmp(who->key, key) != 0 || who->id == id)
            continue;
        who->id = id;
        who->hits++;
    }
    return RC_OK;
}

static enum rc look_up_text(struct customers *all, const char *text, struct err *e)
{
    struct rms_keys keys;
    rms_keys_init(&keys, sql_dialect(all->rms->sql));
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].key)
            rms_keys_text(&keys, all->at[i].key);
    enum rc rc = RC_OK;
    if (keys.count)
        rc = rms_query(all->rms, text, &keys, text_row, all, e);
    rms_keys_done(&keys);
    return rc;
}

static enum rc look_up_emails(struct customers *all, struct err *e)
{
    for (size_t i = 0; i < all->count; i++)
        all->at[i].key = all->at[i].id ? NULL : snapshot_email(all->at[i].order);
    return look_up_text(all, rms_texts(sql_dialect(all->rms->sql))->customers, e);
}

/* Also what finds again a customer whose row of our map was lost. */
static enum rc look_up_accounts(struct customers *all, struct err *e)
{
    for (size_t i = 0; i < all->count; i++) {
        struct who *who = &all->at[i];
        who->key = who->id || !who->order->customer
                       ? NULL
                       : arena_printf(all->arena, "%s%" PRId64,
                                      all->rms->cfg->rms_customer_prefix,
                                      who->order->customer->id);
    }
    return look_up_text(all, rms_texts(sql_dialect(all->rms->sql))->accounts, e);
}

/* ---- the rows of those who are to be brought up to date ---- */

static enum rc customer_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct customers *all = ctx;
    struct customer_row *row = arena_alloc(all->arena, sizeof(*row));
    enum rc rc = sql_int(stmt, 0, &row->id, e);
    for (int i = 0; i < CUSTOMER_COLUMNS && rc == RC_OK; i++)
        rc = sql_text(stmt, i + 1, all->arena, &row->text[i], e);
    for (size_t i = 0; i < all->count && rc == RC_OK; i++)
        if (all->at[i].id == row->id && all->at[i].hits <= 1)
            all->at[i].row = row;
    return rc;
}

static enum rc look_up_rows(struct customers *all, struct err *e)
{
    struct rms_keys keys;
    enum sql_dialect dialect = sql_dialect(all->rms->sql);
    if (all->rms->settings.update_customers == CUSTOMER_UPDATE_NONE)
        return RC_OK;
    rms_keys_init(&keys, dialect);
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].id && all->at[i].order->customer)
            rms_keys_int(&keys, all->at[i].id);
    enum rc rc = RC_OK;
    if (keys.count)
        rc = rms_query(all->rms, rms_texts(dialect)->customer_rows, &keys, customer_row,
                       all, e);
    rms_keys_done(&keys);
    return rc;
}

/* ---- what comes of it ---- */

/* A person's orders in one batch: the first enters him into our map. */
static bool is_first(const struct customers *all, size_t at)
{
    const struct snapshot *o = all->at[at].order;
    for (size_t i = 0; i < at; i++) {
        const struct snapshot *other = all->at[i].order;
        if (other->customer && other->customer->id == o->customer->id &&
            strcmp(other->shop, o->shop) == 0)
            return false;
    }
    return true;
}

static void resolve(const struct customers *all, size_t at, struct rms_state *state)
{
    const struct who *who = &all->at[at];
    const struct cfg *cfg = all->rms->cfg;
    bool known = who->order->customer != NULL;
    state->customer_id = rms_guest(all->rms, who->order->shop);
    if (who->hits > 1) {
        state->customer.problem = "two or more customers in RMS have this e-mail address "
                                  "or account number: the "
                                  "guest was taken; leave it on one of them";
    } else if (who->id) {
        state->customer_id = who->id;
        state->customer.link = known && !who->mapped && is_first(all, at);
        state->customer.row = who->row;
    } else {
        state->customer.create = known && cfg->rms_create_customers;
    }
}

/* FNV-1a without regard to case, above every order's id. */
int64_t rms_person_key(const char *email)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *p = email; *p; p++) {
        unsigned char c = (unsigned char)*p;
        hash ^= c >= 'A' && c <= 'Z' ? c | 0x20U : c;
        hash *= UINT64_C(1099511628211);
    }
    return (int64_t)(hash >> 2 | UINT64_C(1) << 62);
}

enum rc rms_load_customers(struct rms *rms, const struct snapshot *const *orders,
                           size_t count, struct arena *arena, struct rms_state *states,
                           struct err *e)
{
    struct customers all = {.rms = rms,
                            .arena = arena,
                            .at = arena_array(arena, count, sizeof(*all.at)),
                            .count = count};
    for (size_t i = 0; i < count; i++)
        all.at[i].order = orders[i];
    enum rc rc = look_up_map(&all, e);
    if (rc == RC_OK)
        rc = look_up_emails(&all, e);
    if (rc == RC_OK)
        rc = look_up_accounts(&all, e);
    if (rc == RC_OK)
        rc = look_up_rows(&all, e);
    for (size_t i = 0; rc == RC_OK && i < count; i++)
        resolve(&all, i, &states[i]);
    return rc;
}
