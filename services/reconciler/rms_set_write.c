/* rms_set_write: a batch's rows, all of one table and set of columns by one statement, so
 * that the round trips do not grow with the orders; see rms_write.h.
 *
 * New rows get their ids first: lines then know their order, and the guard its lines,
 * without reading anything back. */
#include "rms_set.h"

#include <stdlib.h>

/* One operation of one plan. */
struct row {
    const struct row_op *op;
    size_t plan;
    int64_t id; /* the new one for inserts */
};

struct sets {
    struct rms_batch *batch;
    struct row *rows;
    size_t count;
    struct rms_new_ids *ids; /* by plan */
    struct row **chosen;     /* of the table and kind at hand, ascending by id */
    struct row **group;      /* of these, the ones that one statement takes */
};

const struct rms_set_texts *rms_set_texts(enum sql_dialect dialect)
{
    return dialect == SQL_SQLITE ? &rms_lite_sets : &rms_pg_sets;
}

static const struct rms_set_texts *texts_of(const struct sets *s)
{
    return rms_set_texts(sql_dialect(s->batch->rms->sql));
}

/* ---- new ids ---- */

static void collect(struct sets *s)
{
    struct rms_batch *batch = s->batch;
    size_t room = 0;
    for (size_t i = 0; i < batch->count; i++)
        room += batch->plans[i].count;
    s->rows = arena_array(batch->arena, room, sizeof(*s->rows));
    s->ids = arena_array(batch->arena, batch->count, sizeof(*s->ids));
    s->chosen = arena_array(batch->arena, room, sizeof(struct row *));
    s->group = arena_array(batch->arena, room, sizeof(struct row *));
    for (size_t i = 0; i < batch->count; i++)
        for (size_t k = 0; k < batch->plans[i].count; k++) {
            const struct row_op *op = &batch->plans[i].ops[k];
            s->rows[s->count++] = (struct row){.op = op, .plan = i, .id = op->id};
        }
}

/* Of any table: TABLE_COUNT. */
static size_t count_new(const struct sets *s, enum rms_table table)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        n += s->rows[i].op->kind == OP_INSERT &&
             (table == TABLE_COUNT || s->rows[i].op->table == table);
    return n;
}

static enum rc hand_out(struct sets *s, enum rms_table table, const char *list,
                        struct err *e)
{
    for (size_t i = 0; i < s->count; i++) {
        struct row *row = &s->rows[i];
        char *end = NULL;
        if (row->op->kind != OP_INSERT || row->op->table != table)
            continue;
        row->id = list ? strtoll(list, &end, 10) : 0;
        if (row->id <= 0)
            return err_set(e, RC_FATAL, "rms.insert",
                           "column ID of \"%s\" has no sequence of its own: make it an "
                           "identity or serial column",
                           table_name(table));
        list = *end ? end + 1 : end;
        rms_keep_id(&s->batch->plans[row->plan], row->op, row->id, &s->ids[row->plan]);
    }
    return RC_OK;
}

/* In the enum's order of tables, as the text has them. */
static enum rc take_ids(struct sets *s, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = false;
    enum rc rc = sql_prepare(s->batch->rms->sql, texts_of(s)->ids, &stmt, e);
    if (rc)
        return rc;
    for (enum rms_table t = 0; t < TABLE_COUNT; t++)
        sql_bind_int(stmt, (int64_t)count_new(s, t));
    rc = sql_exec(stmt, NULL, e);
    if (rc == RC_OK)
        rc = sql_next(stmt, &got, e);
    for (enum rms_table t = 0; t < TABLE_COUNT && rc == RC_OK; t++) {
        const char *list = NULL;
        rc = sql_text(stmt, (int)t, s->batch->arena, &list, e);
        if (rc == RC_OK)
            rc = hand_out(s, t, list, e);
    }
    sql_done(stmt);
    return rc;
}

/* ---- rows ---- */

static int by_id(const void *a, const void *b)
{
    const struct row *x = *(struct row *const *)a;
    const struct row *y = *(struct row *const *)b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x > y) - (x < y); /* as planned: they are of one array */
}

static size_t choose(struct sets *s, enum rms_table table, enum row_op_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->rows[i].op->table == table && s->rows[i].op->kind == kind)
            s->chosen[n++] = &s->rows[i];
    if (n)
        qsort(s->chosen, n, sizeof(struct row *), by_id);
    return n;
}

/* The stock that several orders move of one item is one change of its row. */
static const struct row_op *added_up(const struct row_op *a, const struct row_op *b,
                                     struct arena *arena)
{
    struct row_op *sum = arena_alloc(arena, sizeof(*sum));
    *sum = *b;
    sum->values = arena_array(arena, b->count, sizeof(*sum->values));
    for (size_t i = 0; i < b->count; i++) {
        sum->values[i] = b->values[i];
        if (column_kind(b->values[i].column) == COLUMN_QUANTITY)
            sum->values[i].number += a->values[i].number;
    }
    return sum;
}

static bool same_columns(const struct row_op *a, const struct row_op *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->values[i].column != b->values[i].column)
            return false;
    return true;
}

static size_t add_up(struct sets *s, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct row *row = s->chosen[i];
        struct row *last = kept ? s->chosen[kept - 1] : NULL;
        if (last && last->id == row->id && same_columns(last->op, row->op))
            last->op = added_up(last->op, row->op, s->batch->arena);
        else
            s->chosen[kept++] = row;
    }
    return kept;
}

/* Takes the rows of the first one's columns out of chosen, each id once; returns how many
 * they are. */
static size_t take_group(struct sets *s, size_t *left)
{
    size_t taken = 0;
    size_t kept = 0;
    for (size_t i = 0; i < *left; i++) {
        struct row *row = s->chosen[i];
        bool fits = taken == 0 || (same_columns(s->group[0]->op, row->op) &&
                                   s->group[taken - 1]->id != row->id);
        if (fits)
            s->group[taken++] = row;
        else
            s->chosen[kept++] = row;
    }
    *left = kept;
    return taken;
}

/* Rows that were there a moment ago: staff deleted them meanwhile. An item that is gone
 * has no stock to move, now or later. */
static enum rc check_rows(const struct row_op *op, size_t wanted, int64_t written,
                          struct err *e)
{
    const char *table = table_name(op->table);
    if (written == (int64_t)wanted || op->kind == OP_ADD)
        return RC_OK;
    if (op->kind == OP_INSERT)
        return err_set(e, RC_REJECT, "rms.apply",
                       "%s took %lld of %zu new rows: a trigger kept the others out",
                       table, (long long)written, wanted);
    return err_set(e, RC_RETRY, "rms.apply",
                   "of %zu rows of %s only %lld are still there: looking again", wanted,
                   table, (long long)written);
}

static enum rc write_group(struct sets *s, size_t count, struct err *e)
{
    const struct row_op *first = s->group[0]->op;
    struct rms_set_stmt stmt;
    int64_t written = 0;
    rms_set_init(&stmt, s->batch->rms, 1 + first->count);
    texts_of(s)->op(first, s->batch->rms->types, &stmt.text);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = s->group[i];
        rms_set_begin(&stmt);
        rms_set_add_int(&stmt, row->id);
        for (size_t k = 0; k < first->count; k++)
            rms_set_add_value(&stmt, &row->op->values[k], &s->ids[row->plan]);
        rms_set_end(&stmt);
    }
    enum rc rc = rms_set_run(&stmt, &written, e);
    rms_set_done(&stmt);
    return rc ? rc : check_rows(first, count, written, e);
}

static enum rc write_kind(struct sets *s, enum rms_table table, enum row_op_kind kind,
                          struct err *e)
{
    size_t left = choose(s, table, kind);
    enum rc rc = RC_OK;
    if (kind == OP_ADD)
        left = add_up(s, left);
    while (left && rc == RC_OK) {
        size_t taken = take_group(s, &left);
        rc = write_group(s, taken, e);
    }
    return rc;
}

/* Each table after those that its rows point to; items last, as in every plan. */
static enum rc write_rows(struct sets *s, struct err *e)
{
    static const enum rms_table order[] = {TABLE_CUSTOMER, TABLE_ORDER, TABLE_ENTRY,
                                           TABLE_ITEM};
    static const enum row_op_kind kinds[] = {OP_INSERT, OP_UPDATE, OP_DELETE, OP_ADD};
    enum rc rc = RC_OK;
    for (size_t t = 0; t < sizeof(order) / sizeof(order[0]); t++)
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && rc == RC_OK; k++)
            rc = write_kind(s, order[t], kinds[k], e);
    return rc;
}

enum rc rms_set_write(struct rms_batch *batch, struct err *e)
{
    struct sets s = {.batch = batch};
    enum rc rc = RC_OK;
    collect(&s);
    if (count_new(&s, TABLE_COUNT))
        rc = take_ids(&s, e);
    if (rc == RC_OK)
        rc = write_rows(&s, e);
    if (rc == RC_OK)
        rc = rms_set_link_customers(batch, s.ids, e);
    return rc ? rc : rms_set_write_guards(batch, e);
}
