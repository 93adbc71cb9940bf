/* rms_load: the state of a batch by a few set queries, the guards first; see rms.h. */
#include "rms_load.h"

#include "core/line_map.h"

#include <inttypes.h>
#include <string.h>

enum {
    APPLOCK_TIMEOUT = -1,
};

static size_t index_of(const struct rms_loading *load, int64_t id, const char *shop)
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

static enum rc fill_guard(struct rms_loading *load, struct sql_stmt *stmt,
                          struct guard *guard, struct err *e)
{
    int64_t n[6] = {0};
    const char *t[6] = {0};
    enum rc rc = rms_read_ints(stmt, (const int[]){2, 3, 4, 10, 13, 14}, 6, n, e);
    if (rc == RC_OK)
        rc = rms_read_texts(stmt, (const int[]){7, 8, 9, 12, 15, 16}, 6, load->arena, t,
                            e);
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
static enum rc keep_other(struct rms_loading *load, struct sql_stmt *stmt, struct err *e)
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
    struct rms_loading *load = ctx;
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

static enum rc query_order_ids(struct rms_loading *load, const char *text, rms_row *row,
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

/* The orders, and the persons that may be made with them: two workers that look for the
 * same address at once would both find nobody. */
static enum rc lock(struct rms_loading *load, const char *text, struct err *e)
{
    struct rms_keys keys;
    rms_keys_init(&keys, sql_dialect(load->rms->sql));
    for (size_t i = 0; i < load->count; i++) {
        const struct snapshot *order = load->orders[i];
        const char *email = snapshot_email(order);
        rms_keys_int(&keys, order->id);
        if (load->rms->cfg->rms_create_customers && order->customer && email)
            rms_keys_int(&keys, rms_person_key(email));
    }
    enum rc rc = rms_query(load->rms, text, &keys, ignore_row, load, e);
    rms_keys_done(&keys);
    return rc;
}

static enum rc load_guards(struct rms_loading *load, struct err *e)
{
    const struct rms_texts *texts = rms_texts(sql_dialect(load->rms->sql));
    enum rc rc = texts->lock ? lock(load, texts->lock, e) : RC_OK;
    return rc ? rc : query_order_ids(load, texts->guards, guard_row, e);
}

enum rc rms_load(struct rms *rms, const struct snapshot *const *orders, size_t count,
                 struct arena *arena, struct rms_state *states, struct err *e)
{
    struct rms_loading load = {
        .rms = rms, .arena = arena, .orders = orders, .count = count, .states = states};
    memset(states, 0, count * sizeof(*states));
    enum rc rc = load_guards(&load, e);
    if (rc == RC_OK)
        rc = rms_load_orders(&load, e);
    if (rc == RC_OK)
        rc = rms_load_items(rms, orders, count, arena, states, e);
    return rc ? rc : rms_load_customers(rms, orders, count, arena, states, e);
}
