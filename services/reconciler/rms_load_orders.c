/* rms_load_orders: the orders that RMS holds of a batch, whose they are, and their
 * entries and sales; see rms_load.h. */
#include "rms_load.h"

#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An order of RMS and whose it is. */
struct rms_found {
    struct rms_order order;
    size_t owner; /* index in orders */
    struct rms_entry *entries;
    size_t room;
};

static size_t owner_by_rms_id(const struct rms_loading *load, int64_t id)
{
    for (size_t i = 0; i < load->count; i++)
        if (load->states[i].guard.rms_order == id)
            return i;
    return load->count;
}

/* Whose own it is, in the batch or not. */
static bool has_owner(const struct rms_loading *load, int64_t rms_order)
{
    for (size_t i = 0; i < load->other_count; i++)
        if (load->others[i] == rms_order)
            return true;
    return owner_by_rms_id(load, rms_order) < load->count;
}

static size_t owner_by_reference(const struct rms_loading *load, const char *reference)
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

static enum rc read_order(struct rms_loading *load, struct sql_stmt *stmt,
                          struct rms_order *order, struct err *e)
{
    int64_t n[6] = {0};
    int64_t m[4] = {0};
    const char *t[3] = {0};
    enum rc rc = rms_read_ints(stmt, (const int[]){0, 2, 3, 4, 9, 12}, 6, n, e);
    if (rc == RC_OK)
        rc = rms_read_moneys(stmt, (const int[]){5, 6, 7, 8}, 4, m, e);
    if (rc == RC_OK)
        rc = rms_read_texts(stmt, (const int[]){1, 10, 11}, 3, load->arena, t, e);
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

static void keep_found(struct rms_loading *load, const struct rms_order *order,
                       size_t owner)
{
    if (load->found_count == load->found_room) {
        size_t room = load->found_room ? load->found_room * 2 : load->count;
        struct rms_found *more = arena_array(load->arena, room, sizeof(*more));
        if (load->found_count)
            memcpy(more, load->found, load->found_count * sizeof(*more));
        load->found = more;
        load->found_room = room;
    }
    load->found[load->found_count++] =
        (struct rms_found){.order = *order, .owner = owner};
}

static enum rc order_row(struct rms_loading *load, struct sql_stmt *stmt,
                         bool by_reference, struct err *e)
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
static enum rc load_orders(struct rms_loading *load, struct err *e)
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
    int64_t x = ((const struct rms_found *)a)->order.id;
    int64_t y = ((const struct rms_found *)b)->order.id;
    return (x > y) - (x < y);
}

static struct rms_found *found_by_id(const struct rms_loading *load, int64_t id)
{
    const struct rms_found key = {.order = {.id = id}};
    return bsearch(&key, load->found, load->found_count, sizeof(key), by_order_id);
}

static struct rms_entry *next_entry(struct rms_loading *load, struct rms_found *found)
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
    struct rms_loading *load = ctx;
    int64_t n[4] = {0};
    int64_t m[5] = {0};
    const char *t[2] = {0};
    enum rc rc = rms_read_ints(stmt, (const int[]){0, 1, 2, 10}, 4, n, e);
    if (rc == RC_OK)
        rc = rms_read_moneys(stmt, (const int[]){3, 4, 5, 6, 7}, 5, m, e);
    if (rc == RC_OK)
        rc = rms_read_texts(stmt, (const int[]){8, 9}, 2, load->arena, t, e);
    struct rms_found *found = rc == RC_OK ? found_by_id(load, n[0]) : NULL;
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
    struct rms_loading *load = ctx;
    int64_t id = 0;
    enum rc rc = sql_int(stmt, 0, &id, e);
    struct rms_found *found = rc == RC_OK ? found_by_id(load, id) : NULL;
    if (found)
        found->order.tendered = true;
    return rc;
}

static enum rc query_found(struct rms_loading *load, const char *text, rms_row *row,
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
static void hand_out_orders(struct rms_loading *load)
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

static enum rc load_details(struct rms_loading *load, struct err *e)
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

enum rc rms_load_orders(struct rms_loading *load, struct err *e)
{
    enum rc rc = load_orders(load, e);
    return rc ? rc : load_details(load, e);
}
