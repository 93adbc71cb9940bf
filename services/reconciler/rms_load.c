/* rms_load: the state of a batch by a few set queries; see rms.h. */
#include "base/str.h"
#include "core/line_map.h"
#include "rms_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    APPLOCK_TIMEOUT = -1,
};

/* What the queries fill, for the whole batch. */
struct load {
    struct rms *rms;
    struct arena *arena;
    const struct snapshot *const *orders;
    size_t count;
    struct rms_state *states;
    struct found *found; /* orders of RMS, sorted by id for the entries */
    size_t found_count, found_room;
    int64_t *others; /* orders of RMS that other shops' orders of the same ids have */
    size_t other_count;
};

/* An order of RMS and whose it is. */
struct found {
    struct rms_order order;
    size_t owner; /* index in orders */
    struct rms_entry *entries;
    size_t room;
};

enum rc rms_query(struct rms *rms, const char *text, struct rms_keys *keys, rms_row *row,
                  void *ctx, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(rms->sql, text, &stmt, e);
    if (rc)
        return rc;
    sql_bind_long_text(stmt, rms_keys_end(keys));
    rc = sql_exec(stmt, NULL, e);
    bool got = true;
    while (rc == RC_OK && (rc = sql_next(stmt, &got, e)) == RC_OK && got)
        rc = row(ctx, stmt, e);
    sql_done(stmt);
    return rc;
}

/* ---- guards ---- */

static size_t index_of(const struct load *load, int64_t id, const char *shop)
{
    for (size_t i = 0; i < load->count; i++)
        if (load->orders[i]->id == id && strcmp(load->orders[i]->shop, shop) == 0)
            return i;
    return load->count;
}

static enum rc read_word(struct sql_stmt *stmt, int column, struct arena *arena,
                         char *out, size_t room, struct err *e)
{
    const char *text = NULL;
    enum rc rc = sql_text(stmt, column, arena, &text, e);
    if (rc == RC_OK && text)
        strncpy(out, text, room - 1);
    return rc;
}

static enum rc read_texts(struct sql_stmt *stmt, const int *columns, size_t count,
                          struct arena *arena, const char **out, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = sql_text(stmt, columns[i], arena, &out[i], e);
    return rc;
}

static enum rc read_ints(struct sql_stmt *stmt, const int *columns, size_t count,
                         int64_t *out, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = sql_int(stmt, columns[i], &out[i], e);
    return rc;
}

static enum rc read_moneys(struct sql_stmt *stmt, const int *columns, size_t count,
                           int64_t *out, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = sql_money(stmt, columns[i], &out[i], e);
    return rc;
}

static enum rc fill_guard(struct load *load, struct sql_stmt *stmt, struct guard *guard,
                          struct err *e)
{
    int64_t n[6] = {0};
    const char *t[6] = {0};
    enum rc rc = read_ints(stmt, (const int[]){2, 3, 4, 10, 13, 14}, 6, n, e);
    if (rc == RC_OK)
        rc = read_texts(stmt, (const int[]){7, 8, 9, 12, 15, 16}, 6, load->arena, t, e);
    if (rc == RC_OK)
        rc = read_word(stmt, 5, load->arena, guard->applied, sizeof(guard->applied), e);
    if (rc == RC_OK)
        rc = read_word(stmt, 6, load->arena, guard->seen, sizeof(guard->seen), e);
    if (rc == RC_OK)
        rc = read_word(stmt, 11, load->arena, guard->notes, sizeof(guard->notes), e);
    if (rc)
        return rc;
    guard->exists = true;
    guard->rms_order = n[0];
    guard->updated_ms = n[1];
    guard->fetched_ms = n[2];
    guard->closed_by_us = n[3] != 0;
    guard->src_partition = n[4];
    guard->src_offset = n[5];
    if (!action_parse(t[0], &guard->action) || !reason_parse(t[1], &guard->reason) ||
        !reason_parse(t[2], &guard->held_for))
        return err_set(
            e, RC_REJECT, "guard.read",
            "tillbridge_guard holds \"%s\"/\"%s\", which this program does not "
            "know: run the newer release",
            t[0], t[1]);
    guard->held = guard->held_for != REASON_NONE;
    guard->src_topic = t[3];
    guard->outcome = t[4];
    return line_map_parse(t[5], load->arena, &guard->lines, &guard->line_count, e);
}

/* Order ids are each shop's own: the same number may be another shop's order. */
static enum rc keep_other(struct load *load, struct sql_stmt *stmt, struct err *e)
{
    int64_t *more =
        arena_array(load->arena, load->other_count + 1, sizeof(*load->others));
    if (load->other_count)
        memcpy(more, load->others, load->other_count * sizeof(*more));
    load->others = more;
    return sql_int(stmt, 2, &load->others[load->other_count++], e);
}

static enum rc guard_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct load *load = ctx;
    int64_t id = 0;
    const char *shop = NULL;
    enum rc rc = sql_int(stmt, 0, &id, e);
    if (rc || (rc = sql_text(stmt, 1, load->arena, &shop, e)))
        return rc;
    size_t i = index_of(load, id, shop ? shop : "");
    return i < load->count ? fill_guard(load, stmt, &load->states[i].guard, e)
                           : keep_other(load, stmt, e);
}

static enum rc ignore_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    (void)ctx;
    int64_t result = 0;
    enum rc rc = sql_int(stmt, 0, &result, e);
    if (rc || result >= 0)
        return rc;
    rc = err_set(e, RC_RETRY, "rms.lock", "sp_getapplock answered %" PRId64, result);
    if (result == APPLOCK_TIMEOUT && e)
        e->native = SQL_NATIVE_LOCK_TIMEOUT;
    return rc;
}

static enum rc query_order_ids(struct load *load, const char *text, rms_row *row,
                               struct err *e)
{
    struct rms_keys keys;
    rms_keys_init(&keys, sql_dialect(load->rms->sql));
    for (size_t i = 0; i < load->count; i++)
        rms_keys_int(&keys, load->orders[i]->id);
    enum rc rc = rms_query(load->rms, text, &keys, row, load, e);
    rms_keys_done(&keys);
    return rc;
}

static enum rc load_guards(struct load *load, struct err *e)
{
    const struct rms_texts *texts = rms_texts(sql_dialect(load->rms->sql));
    enum rc rc = RC_OK;
    if (texts->lock)
        rc = query_order_ids(load, texts->lock, ignore_row, e);
    return rc ? rc : query_order_ids(load, texts->guards, guard_row, e);
}

/* ---- orders ---- */

static size_t owner_by_rms_id(const struct load *load, int64_t id)
{
    for (size_t i = 0; i < load->count; i++)
        if (load->states[i].guard.rms_order == id)
            return i;
    return load->count;
}

/* Whose own it is, in the batch or not. */
static bool has_owner(const struct load *load, int64_t rms_order)
{
    for (size_t i = 0; i < load->other_count; i++)
        if (load->others[i] == rms_order)
            return true;
    return owner_by_rms_id(load, rms_order) < load->count;
}

static size_t owner_by_reference(const struct load *load, const char *reference)
{
    static const char prefix[] = "SHOPIFY-";
    int64_t id = 0;
    if (strncmp(reference, prefix, sizeof(prefix) - 1) != 0 ||
        !str_int64(reference + sizeof(prefix) - 1, 1, INT64_MAX, &id))
        return load->count;
    for (size_t i = 0; i < load->count; i++)
        if (load->orders[i]->id == id && !load->states[i].guard.rms_order)
            return i;
    return load->count;
}

static enum rc read_order(struct load *load, struct sql_stmt *stmt,
                          struct rms_order *order, struct err *e)
{
    int64_t n[6] = {0};
    int64_t m[4] = {0};
    const char *t[3] = {0};
    enum rc rc = read_ints(stmt, (const int[]){0, 2, 3, 4, 9, 12}, 6, n, e);
    if (rc == RC_OK)
        rc = read_moneys(stmt, (const int[]){5, 6, 7, 8}, 4, m, e);
    if (rc == RC_OK)
        rc = read_texts(stmt, (const int[]){1, 10, 11}, 3, load->arena, t, e);
    if (rc)
        return rc;
    *order = (struct rms_order){.id = n[0],
                                .closed = n[1] != 0,
                                .other_type = n[5] != ORDER_TYPE_WORK_ORDER,
                                .customer_id = n[2],
                                .shipping_service_id = n[3],
                                .taxable = n[4] != 0,
                                .deposit_e4 = m[0],
                                .tax_e4 = m[1],
                                .total_e4 = m[2],
                                .shipping_charge_e4 = m[3],
                                .reference = t[0] ? t[0] : "",
                                .comment = t[1] ? t[1] : "",
                                .notes = t[2] ? t[2] : ""};
    return RC_OK;
}

static void keep_found(struct load *load, const struct rms_order *order, size_t owner)
{
    if (load->found_count == load->found_room) {
        size_t room = load->found_room ? load->found_room * 2 : load->count;
        struct found *more = arena_array(load->arena, room, sizeof(*more));
        if (load->found_count)
            memcpy(more, load->found, load->found_count * sizeof(*more));
        load->found = more;
        load->found_room = room;
    }
    load->found[load->found_count++] = (struct found){.order = *order, .owner = owner};
}

static enum rc order_row(struct load *load, struct sql_stmt *stmt, bool by_reference,
                         struct err *e)
{
    struct rms_order order = {0};
    enum rc rc = read_order(load, stmt, &order, e);
    if (rc)
        return rc;
    size_t owner = by_reference ? owner_by_reference(load, order.reference)
                                : owner_by_rms_id(load, order.id);
    if (by_reference && has_owner(load, order.id))
        return RC_OK; /* another shop's order of the same id */
    if (owner < load->count)
        keep_found(load, &order, owner);
    return RC_OK;
}

static enum rc row_by_id(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    return order_row(ctx, stmt, false, e);
}

static enum rc row_by_ref(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    return order_row(ctx, stmt, true, e);
}

/* By the guard's id where there is one, by reference for the rest (an earlier
 * integration's order, or none). */
static enum rc load_orders(struct load *load, struct err *e)
{
    const struct rms_texts *texts = rms_texts(sql_dialect(load->rms->sql));
    struct rms_keys ids;
    struct rms_keys refs;
    rms_keys_init(&ids, sql_dialect(load->rms->sql));
    rms_keys_init(&refs, sql_dialect(load->rms->sql));
    for (size_t i = 0; i < load->count; i++) {
        char reference[40];
        snprintf(reference, sizeof(reference), "SHOPIFY-%" PRId64, load->orders[i]->id);
        if (load->states[i].guard.rms_order)
            rms_keys_int(&ids, load->states[i].guard.rms_order);
        else
            rms_keys_text(&refs, reference);
    }
    enum rc rc = RC_OK;
    if (ids.count)
        rc = rms_query(load->rms, texts->orders_by_id, &ids, row_by_id, load, e);
    if (rc == RC_OK && refs.count)
        rc = rms_query(load->rms, texts->orders_by_ref, &refs, row_by_ref, load, e);
    rms_keys_done(&ids);
    rms_keys_done(&refs);
    return rc;
}

/* ---- entries and transactions of the orders found ---- */

static int by_order_id(const void *a, const void *b)
{
    int64_t x = ((const struct found *)a)->order.id;
    int64_t y = ((const struct found *)b)->order.id;
    return (x > y) - (x < y);
}

static struct found *found_by_id(const struct load *load, int64_t id)
{
    const struct found key = {.order = {.id = id}};
    return bsearch(&key, load->found, load->found_count, sizeof(key), by_order_id);
}

static struct rms_entry *next_entry(struct load *load, struct found *found)
{
    if (found->order.entry_count == found->room) {
        size_t room = found->room ? found->room * 2 : 8;
        struct rms_entry *more = arena_array(load->arena, room, sizeof(*more));
        if (found->room)
            memcpy(more, found->entries, found->room * sizeof(*more));
        found->entries = more;
        found->room = room;
        found->order.entries = more;
    }
    return &found->entries[found->order.entry_count++];
}

static enum rc entry_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct load *load = ctx;
    int64_t n[4] = {0};
    int64_t m[5] = {0};
    const char *t[2] = {0};
    enum rc rc = read_ints(stmt, (const int[]){0, 1, 2, 10}, 4, n, e);
    if (rc == RC_OK)
        rc = read_moneys(stmt, (const int[]){3, 4, 5, 6, 7}, 5, m, e);
    if (rc == RC_OK)
        rc = read_texts(stmt, (const int[]){8, 9}, 2, load->arena, t, e);
    struct found *found = rc == RC_OK ? found_by_id(load, n[0]) : NULL;
    if (!found)
        return rc;
    *next_entry(load, found) = (struct rms_entry){.id = n[1],
                                                  .item_id = n[2],
                                                  .taxable = n[3] != 0,
                                                  .price_e4 = m[0],
                                                  .full_price_e4 = m[1],
                                                  .cost_e4 = m[2],
                                                  .quantity_e4 = m[3],
                                                  .rtd_e4 = m[4],
                                                  .description = t[0] ? t[0] : "",
                                                  .comment = t[1] ? t[1] : ""};
    return RC_OK;
}

static enum rc tendered_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct load *load = ctx;
    int64_t id = 0;
    enum rc rc = sql_int(stmt, 0, &id, e);
    struct found *found = rc == RC_OK ? found_by_id(load, id) : NULL;
    if (found)
        found->order.tendered = true;
    return rc;
}

static enum rc query_found(struct load *load, const char *text, rms_row *row,
                           struct err *e)
{
    struct rms_keys keys;
    rms_keys_init(&keys, sql_dialect(load->rms->sql));
    for (size_t i = 0; i < load->found_count; i++)
        rms_keys_int(&keys, load->found[i].order.id);
    enum rc rc = rms_query(load->rms, text, &keys, row, load, e);
    rms_keys_done(&keys);
    return rc;
}

/* Each order's own: several are a duplicate, which the plan reports. */
static void hand_out_orders(struct load *load)
{
    for (size_t i = 0; i < load->found_count; i++) {
        struct rms_state *state = &load->states[load->found[i].owner];
        struct rms_order *mine =
            arena_array(load->arena, state->order_count + 1, sizeof(*mine));
        if (state->order_count)
            memcpy(mine, state->orders, state->order_count * sizeof(*mine));
        mine[state->order_count++] = load->found[i].order;
        state->orders = mine;
    }
}

static enum rc load_details(struct load *load, struct err *e)
{
    const struct rms_texts *texts = rms_texts(sql_dialect(load->rms->sql));
    if (load->found_count == 0)
        return RC_OK;
    qsort(load->found, load->found_count, sizeof(*load->found), by_order_id);
    enum rc rc = query_found(load, texts->entries, entry_row, e);
    if (rc == RC_OK)
        rc = query_found(load, texts->tendered, tendered_row, e);
    if (rc == RC_OK)
        hand_out_orders(load);
    return rc;
}

enum rc rms_load(struct rms *rms, const struct snapshot *const *orders, size_t count,
                 struct arena *arena, struct rms_state *states, struct err *e)
{
    struct load load = {
        .rms = rms, .arena = arena, .orders = orders, .count = count, .states = states};
    memset(states, 0, count * sizeof(*states));
    enum rc rc = load_guards(&load, e);
    if (rc == RC_OK)
        rc = load_orders(&load, e);
    if (rc == RC_OK)
        rc = load_details(&load, e);
    if (rc == RC_OK)
        rc = rms_load_items(rms, orders, count, arena, states, e);
    return rc ? rc : rms_load_customers(rms, orders, count, arena, states, e);
}
