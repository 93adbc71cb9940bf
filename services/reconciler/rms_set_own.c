/* rms_set_own: a batch's rows of our own tables: guards, map of customers. */
#include "core/line_map.h"
#include "rms_set.h"

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

enum rc rms_set_link_customers(struct rms_batch *batch, const struct rms_new_ids *ids,
                               struct err *e)
{
    struct rms_set_stmt stmt;
    rms_set_init(&stmt, batch->rms, 3);
    buf_text(&stmt.text, rms_set_texts(sql_dialect(batch->rms->sql))->link);
    for (size_t i = 0; i < batch->count; i++) {
        int64_t customer =
            rms_customer_to_link(&batch->plans[i], &batch->states[i], &ids[i]);
        if (!customer)
            continue;
        rms_set_begin(&stmt);
        rms_set_add_int(&stmt, batch->orders[i]->customer->id);
        rms_set_add_text(&stmt, batch->orders[i]->shop);
        rms_set_add_int(&stmt, customer);
        rms_set_end(&stmt);
    }
    enum rc rc = RC_OK;
    if (stmt.rows)
        rc = or_again(rms_set_run(&stmt, NULL, e), "a customer's row in our map", e);
    rms_set_done(&stmt);
    return rc;
}

static void add_guard(struct rms_set_stmt *s, const struct snapshot *order,
                      const struct guard *guard, const char *map)
{
    struct rms_value values[RMS_GUARD_COLUMNS];
    rms_guard_values(order, guard, map, values);
    rms_set_begin(s);
    for (enum rms_guard_column c = 0; c < RMS_GUARD_COLUMNS; c++) {
        if (values[c].is_text)
            rms_set_add_text(s, values[c].text);
        else
            rms_set_add_int(s, values[c].number);
    }
    rms_set_end(s);
}

static enum rc write_those(struct rms_batch *batch, bool exists, struct err *e)
{
    struct rms_set_stmt stmt;
    struct buf map;
    rms_set_init(&stmt, batch->rms, RMS_GUARD_COLUMNS);
    rms_set_texts(sql_dialect(batch->rms->sql))->guard(exists, &stmt.text);
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
    if (stmt.rows)
        rc = or_again(rms_set_run(&stmt, NULL, e), "an order's guard", e);
    buf_done(&map);
    rms_set_done(&stmt);
    return rc;
}

enum rc rms_set_write_guards(struct rms_batch *batch, struct err *e)
{
    enum rc rc = write_those(batch, false, e);
    return rc ? rc : write_those(batch, true, e);
}
