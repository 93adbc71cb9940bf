/* rms_apply: hands the plans to the writer of the dialect; see rms.h and rms_write.h. */
#include "rms_write.h"

bool rms_adds(const struct row_op *op, size_t i)
{
    return op->kind == OP_ADD && column_kind(op->values[i].column) == COLUMN_QUANTITY;
}

int64_t rms_pointed(const struct column_value *value, const struct rms_new_ids *ids)
{
    if (value->number != PLAN_NEW_ID)
        return value->number;
    if (value->column == COL_ENTRY_ORDER)
        return ids->order;
    return value->column == COL_ORDER_CUSTOMER ? ids->customer : value->number;
}

void rms_keep_id(struct plan *plan, const struct row_op *op, int64_t id,
                 struct rms_new_ids *ids)
{
    /* The map's entries are the plan's own array whenever rows are inserted. */
    struct line_map *lines = (struct line_map *)plan->next.lines;
    if (op->table == TABLE_ORDER)
        plan->next.rms_order = ids->order = id;
    else if (op->table == TABLE_CUSTOMER)
        ids->customer = id;
    else
        lines[op->map].entry = id;
}

int64_t rms_customer_to_link(const struct plan *plan, const struct rms_state *state,
                             const struct rms_new_ids *ids)
{
    if (!plan->link_customer)
        return 0;
    return state->customer.link ? state->customer_id : ids->customer;
}

static enum rc write_batch(struct rms_batch *batch, struct err *e)
{
    switch (sql_dialect(batch->rms->sql)) {
    case SQL_SQLITE:
    case SQL_POSTGRES:
        return rms_set_write(batch, e);
    case SQL_SQLSERVER:
        return rms_ms_write(batch, e);
    }
    return RC_FATAL;
}

enum rc rms_apply(struct rms *rms, const struct snapshot *const *orders,
                  const struct rms_state *states, struct plan *plans, size_t count,
                  struct err *e)
{
    struct arena arena;
    struct rms_batch batch = {.rms = rms,
                              .orders = orders,
                              .states = states,
                              .plans = plans,
                              .count = count,
                              .arena = &arena};
    arena_init(&arena);
    enum rc rc = write_batch(&batch, e);
    arena_done(&arena);
    return rc;
}
