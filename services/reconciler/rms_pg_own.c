/* rms_pg_own: a batch's rows of our own tables on PostgreSQL: guards, map of customers.
 */
#include "core/line_map.h"
#include "rms_pg.h"

#include <string.h>

enum {
    LINE_MAP_MAX = 4 * 1024 * 1024,
};

/* Another worker made the row: what was planned rests on its not being there. */
static enum rc or_again(enum rc rc, const char *what, struct err *e)
{
    if (rc == RC_REJECT && strcmp(e->sqlstate, "23505") == 0)
        return err_set(e, RC_RETRY, "rms.apply", "%s appeared meanwhile", what);
    return rc;
}

enum rc rms_pg_link_customers(struct rms_batch *batch, const struct rms_new_ids *ids,
                              struct err *e)
{
    struct rms_pg_stmt stmt;
    rms_pg_init(&stmt, batch->rms, 3);
    buf_text(&stmt.text, rms_pg_link_text);
    for (size_t i = 0; i < batch->count; i++) {
        int64_t customer =
            rms_customer_to_link(&batch->plans[i], &batch->states[i], &ids[i]);
        if (!customer)
            continue;
        rms_keys_int(&stmt.arrays[0], batch->orders[i]->customer->id);
        rms_keys_text(&stmt.arrays[1], batch->orders[i]->shop);
        rms_keys_int(&stmt.arrays[2], customer);
    }
    enum rc rc = RC_OK;
    if (stmt.arrays[0].count)
        rc = or_again(rms_pg_run(&stmt, NULL, e), "a customer's row in our map", e);
    rms_pg_done(&stmt);
    return rc;
}

/* In guard.def's order. */
static void add_guard(struct rms_pg_stmt *s, const struct snapshot *order,
                      const struct guard *g, const char *map)
{
    struct rms_keys *to = s->arrays;
    rms_keys_int(to++, order->id);
    rms_keys_text(to++, order->shop);
    rms_keys_int(to++, g->rms_order);
    rms_keys_int(to++, g->updated_ms);
    rms_keys_int(to++, g->fetched_ms);
    rms_keys_text(to++, g->applied);
    rms_keys_text(to++, g->seen);
    rms_keys_text(to++, action_word(g->action));
    rms_keys_text(to++, reason_word(g->reason));
    rms_keys_text(to++, g->held ? reason_word(g->held_for) : "");
    rms_keys_int(to++, g->closed_by_us);
    rms_keys_text(to++, g->notes);
    rms_pg_add_text(to++, g->src_topic);
    rms_keys_int(to++, g->src_partition);
    rms_keys_int(to++, g->src_offset);
    rms_keys_text(to++, g->outcome ? g->outcome : "");
    rms_keys_text(to, map);
}

static enum rc write_those(struct rms_batch *batch, bool exists, struct err *e)
{
    struct rms_pg_stmt stmt;
    struct buf map;
    rms_pg_init(&stmt, batch->rms, RMS_PG_GUARD_COLUMNS);
    rms_pg_guard_text(exists, &stmt.text);
    buf_init(&map, LINE_MAP_MAX);
    for (size_t i = 0; i < batch->count; i++) {
        const struct guard *next = &batch->plans[i].next;
        if (batch->states[i].guard.exists != exists)
            continue;
        buf_clear(&map);
        line_map_format(next->lines, next->line_count, &map);
        add_guard(&stmt, batch->orders[i], next, buf_str(&map));
    }
    enum rc rc = RC_OK;
    if (stmt.arrays[0].count)
        rc = or_again(rms_pg_run(&stmt, NULL, e), "an order's guard", e);
    buf_done(&map);
    rms_pg_done(&stmt);
    return rc;
}

enum rc rms_pg_write_guards(struct rms_batch *batch, struct err *e)
{
    enum rc rc = write_those(batch, false, e);
    return rc ? rc : write_those(batch, true, e);
}
