/* rms_row_write: row operations and guards as prepared statements, one row each: SQLite
 * runs in this process, where a round trip costs nothing. */
#include "core/line_map.h"
#include "rms_write.h"

#include <string.h>

/* Texts are made from the operation's columns; sql_prepare keeps each shape once. */
static void insert_text(const struct row_op *op, struct buf *buf)
{
    buf_printf(buf, "INSERT INTO \"%s\" (", table_name(op->table));
    for (size_t i = 0; i < op->count; i++)
        buf_printf(buf, "%s\"%s\"", i ? ", " : "", column_name(op->values[i].column));
    buf_text(buf, ") VALUES (");
    for (size_t i = 0; i < op->count; i++)
        buf_text(buf, i ? ", ?" : "?");
    buf_text(buf, ")");
}

static void update_text(const struct row_op *op, struct buf *buf)
{
    buf_printf(buf, "UPDATE \"%s\" SET ", table_name(op->table));
    for (size_t i = 0; i < op->count; i++) {
        const char *name = column_name(op->values[i].column);
        bool adds =
            op->kind == OP_ADD && column_kind(op->values[i].column) == COLUMN_QUANTITY;
        buf_text(buf, i ? ", " : "");
        if (adds)
            buf_printf(buf, "\"%s\" = \"%s\" + ?", name, name);
        else
            buf_printf(buf, "\"%s\" = ?", name);
    }
    buf_text(buf, " WHERE \"ID\" = ?");
    if (op->kind == OP_ADD) /* what holds no stock is left alone */
        buf_printf(buf, " AND \"ItemType\" <> %d", ITEM_TYPE_NON_INVENTORY);
}

static void op_text(const struct row_op *op, struct buf *buf)
{
    switch (op->kind) {
    case OP_INSERT:
        insert_text(op, buf);
        break;
    case OP_UPDATE:
    case OP_ADD:
        update_text(op, buf);
        break;
    case OP_DELETE:
        buf_printf(buf, "DELETE FROM \"%s\" WHERE \"ID\" = ?", table_name(op->table));
        break;
    }
}

static void bind_value(struct sql_stmt *stmt, const struct column_value *value,
                       const struct rms_new_ids *ids)
{
    switch (column_kind(value->column)) {
    case COLUMN_INT:
        sql_bind_int(stmt, rms_pointed(value, ids));
        break;
    case COLUMN_MONEY:
        sql_bind_money(stmt, value->number);
        break;
    case COLUMN_QUANTITY:
        sql_bind_money(stmt, value->number);
        break;
    case COLUMN_TEXT:
        sql_bind_text(stmt, value->text);
        break;
    case COLUMN_LONGTEXT:
        sql_bind_long_text(stmt, value->text);
        break;
    case COLUMN_TIME:
        sql_bind_time(stmt, value->text);
        break;
    }
}

static enum rc run_op(struct rms *rms, const struct row_op *op,
                      const struct rms_new_ids *ids, int64_t *id, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    struct buf text;
    int64_t rows = 0;
    buf_init(&text, (size_t)16 * 1024);
    op_text(op, &text);
    enum rc rc = sql_prepare(rms->sql, buf_str(&text), &stmt, e);
    buf_done(&text);
    if (rc)
        return rc;
    for (size_t i = 0; i < op->count; i++)
        bind_value(stmt, &op->values[i], ids);
    if (op->kind != OP_INSERT)
        sql_bind_int(stmt, op->id);
    rc = sql_exec(stmt, &rows, e);
    if (rc)
        return rc;
    if (op->kind == OP_INSERT)
        return sql_last_id(rms->sql, id, e);
    /* A row that was there a moment ago: staff deleted it meanwhile. An item that is gone
     * has no stock to move, now or later. */
    if (rows == 0 && op->kind != OP_ADD)
        return err_set(e, RC_RETRY, "rms.apply", "%s %lld is gone: looking again",
                       table_name(op->table), (long long)op->id);
    return RC_OK;
}

static enum rc apply_ops(struct rms *rms, struct plan *plan, struct rms_new_ids *ids,
                         struct err *e)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct row_op *op = &plan->ops[i];
        int64_t id = 0;
        enum rc rc = run_op(rms, op, ids, &id, e);
        if (rc)
            return rc;
        if (op->kind == OP_INSERT)
            rms_keep_id(plan, op, id, ids);
    }
    return RC_OK;
}

/* The row is there already; another refusal (too wide, a trigger) would come for ever. */
static bool is_duplicate(const struct err *e)
{
    return strncmp(e->sqlstate, "23", 2) == 0;
}

/* ---- our map of customers ---- */

static const char customer_insert[] =
    "INSERT INTO tillbridge_customer (customer_id, shop, rms_customer) VALUES (?, ?, ?)";

static enum rc link_customer(struct rms *rms, const struct snapshot *order, int64_t id,
                             struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(rms->sql, customer_insert, &stmt, e);
    if (rc)
        return rc;
    sql_bind_int(stmt, order->customer->id);
    sql_bind_text(stmt, order->shop);
    sql_bind_int(stmt, id);
    rc = sql_exec(stmt, NULL, e);
    if (rc == RC_REJECT && is_duplicate(e)) /* another worker made him: take that one */
        return err_set(e, RC_RETRY, "rms.customer", "the customer appeared meanwhile");
    return rc;
}

/* ---- the guard ---- */

static const char guard_insert[] =
    "INSERT INTO tillbridge_guard (rms_order, updated_at, fetched_at, applied, seen, "
    "action, reason, held_for, closed_by_us, notes, src_topic, src_partition, "
    "src_offset, "
    "outcome, line_map, order_id, shop) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, "
    "?, ?, ?)";
static const char guard_update[] =
    "UPDATE tillbridge_guard SET rms_order = ?, updated_at = ?, fetched_at = ?, applied "
    "= "
    "?, seen = ?, action = ?, reason = ?, held_for = ?, closed_by_us = ?, notes = ?, "
    "src_topic = ?, src_partition = ?, src_offset = ?, outcome = ?, line_map = ? WHERE "
    "order_id = ? AND shop = ?";

static void bind_guard(struct sql_stmt *stmt, const struct guard *g, const char *map)
{
    sql_bind_int(stmt, g->rms_order);
    sql_bind_int(stmt, g->updated_ms);
    sql_bind_int(stmt, g->fetched_ms);
    sql_bind_text(stmt, g->applied);
    sql_bind_text(stmt, g->seen);
    sql_bind_text(stmt, action_word(g->action));
    sql_bind_text(stmt, reason_word(g->reason));
    sql_bind_text(stmt, g->held ? reason_word(g->held_for) : "");
    sql_bind_int(stmt, g->closed_by_us);
    sql_bind_text(stmt, g->notes);
    sql_bind_text(stmt, g->src_topic);
    sql_bind_int(stmt, g->src_partition);
    sql_bind_int(stmt, g->src_offset);
    sql_bind_long_text(stmt, g->outcome ? g->outcome : "");
    sql_bind_long_text(stmt, map);
}

static enum rc write_guard(struct rms *rms, const struct snapshot *order, bool exists,
                           const struct guard *guard, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    struct buf map;
    int64_t rows = 0;
    enum rc rc = sql_prepare(rms->sql, exists ? guard_update : guard_insert, &stmt, e);
    if (rc)
        return rc;
    buf_init(&map, (size_t)4 * 1024 * 1024);
    line_map_format(guard->lines, guard->line_count, &map);
    bind_guard(stmt, guard, buf_str(&map));
    sql_bind_int(stmt, order->id);
    sql_bind_text(stmt, order->shop);
    rc = sql_exec(stmt, &rows, e);
    buf_done(&map);
    if (rc == RC_REJECT && !exists && is_duplicate(e)) /* another worker made the row */
        return err_set(e, RC_RETRY, "rms.guard", "the order's guard appeared meanwhile");
    return rc;
}

static enum rc apply_one(struct rms_batch *batch, size_t at, struct err *e)
{
    struct plan *plan = &batch->plans[at];
    const struct rms_state *state = &batch->states[at];
    struct rms_new_ids ids = {0};
    enum rc rc = apply_ops(batch->rms, plan, &ids, e);
    if (rc)
        return rc;
    int64_t customer = rms_customer_to_link(plan, state, &ids);
    if (customer)
        rc = link_customer(batch->rms, batch->orders[at], customer, e);
    return rc ? rc
              : write_guard(batch->rms, batch->orders[at], state->guard.exists,
                            &plan->next, e);
}

enum rc rms_row_write(struct rms_batch *batch, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < batch->count && rc == RC_OK; i++)
        rc = apply_one(batch, i, e);
    return rc;
}
