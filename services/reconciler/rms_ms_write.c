/* rms_ms_write: a batch's rows on SQL Server by few texts, each run to its last result;
 * see rms_ms.h. Only its T-SQL could be tried where no SQL Server is at hand: parsed, and
 * run statement by statement by a stand-in. */
#include "rms_ms.h"

#include <stdlib.h>
#include <string.h>

static void bind(struct sql_stmt *stmt, const struct rms_ms_param *p)
{
    switch (p->kind) {
    case COLUMN_INT:
        sql_bind_int(stmt, p->number);
        break;
    case COLUMN_MONEY:
    case COLUMN_QUANTITY:
        sql_bind_money(stmt, p->number);
        break;
    case COLUMN_TEXT:
        sql_bind_text(stmt, p->text);
        break;
    case COLUMN_LONGTEXT:
        sql_bind_long_text(stmt, p->text);
        break;
    case COLUMN_TIME:
        sql_bind_time(stmt, p->text);
        break;
    }
}

/* Another worker made the row: what was planned rests on its not being there. The server
 * says in which table, in all its languages. */
enum rc rms_ms_again(enum rc rc, struct err *e)
{
    bool duplicate = e->native == 2627 || e->native == 2601;
    if (rc == RC_REJECT && duplicate &&
        (strstr(e->text, "tillbridge_guard") || strstr(e->text, "tillbridge_customer")))
        return err_set(e, RC_RETRY, "rms.apply",
                       "an order's guard or a customer's row in our map appeared "
                       "meanwhile");
    return rc;
}

static enum rc run_text(struct rms_batch *batch, const struct rms_ms_text *text,
                        const char **ids, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = false;
    enum rc rc = sql_once(batch->rms->sql, buf_str(&text->text), &stmt, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < text->param_count; i++)
        bind(stmt, &text->params[i]);
    rc = rms_ms_again(sql_exec(stmt, NULL, e), e);
    if (rc == RC_OK)
        rc = sql_next(stmt, &got, e);
    if (rc == RC_OK && got)
        rc = sql_text(stmt, 0, batch->arena, ids, e);
    if (rc == RC_OK && got)
        rc = sql_next(stmt, &got, e); /* what follows may hide an error */
    return rc;
}

enum rc rms_ms_enter(struct rms_batch *batch, const struct rms_ms_text *text,
                     const char *ids, struct rms_ms_place *place, struct err *e)
{
    const char *p = ids;
    size_t entered = 0;
    for (; entered < text->new_count; entered++) {
        const struct rms_ms_new *row = &text->news[entered];
        struct rms_new_ids before = {0};
        char *end = NULL;
        int64_t id = p && *p == ',' ? strtoll(p + 1, &end, 10) : 0;
        if (id <= 0)
            break;
        rms_keep_id(&batch->plans[row->plan], row->op, id,
                    row->plan == place->plan ? &place->ids : &before);
        p = end;
    }
    if (!p || *p || entered < text->new_count)
        return err_set(e, RC_FATAL, "rms.insert",
                       "the database gave \"%.40s\" as ids of %zu new rows",
                       ids ? ids : "nothing", text->new_count);
    return RC_OK;
}

enum rc rms_ms_write_by(struct rms_batch *batch, rms_ms_run *run, struct err *e)
{
    struct rms_ms_place place = {0};
    struct rms_ms_text *text = arena_alloc(batch->arena, sizeof(*text));
    enum rc rc = RC_OK;
    while (place.plan < batch->count && rc == RC_OK) {
        const char *ids = NULL;
        rms_ms_make(batch, &place, text);
        if (text->text.full)
            rc = err_set(e, RC_REJECT, "rms.apply", "the group's text is too long");
        if (rc == RC_OK)
            rc = run(batch, text, &ids, e);
        if (rc == RC_OK)
            rc = rms_ms_enter(batch, text, ids, &place, e);
        rms_ms_text_done(text);
    }
    return rc;
}

enum rc rms_ms_write(struct rms_batch *batch, struct err *e)
{
    return rms_ms_write_by(batch, run_text, e);
}
