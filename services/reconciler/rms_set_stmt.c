/* rms_set_stmt: a statement whose parameters hold many rows, and what PostgreSQL's
 * session must know before the first of them. */
#include "rms_set.h"

#include "base/money.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 64 * 1024,
};

void rms_set_init(struct rms_set_stmt *s, struct rms *rms, size_t values)
{
    enum sql_dialect dialect = sql_dialect(rms->sql);
    assert(values <= RMS_SET_ARRAYS_MAX);
    *s = (struct rms_set_stmt){.rms = rms, .one_array = dialect == SQL_SQLITE};
    s->count = s->one_array ? 1 : values;
    buf_init(&s->text, TEXT_MAX);
    for (size_t i = 0; i < s->count; i++)
        rms_keys_init(&s->arrays[i], dialect);
}

void rms_set_done(struct rms_set_stmt *s)
{
    for (size_t i = 0; i < s->count; i++)
        rms_keys_done(&s->arrays[i]);
    buf_done(&s->text);
}

static bool is_full(const struct rms_set_stmt *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->arrays[i].buf.full)
            return true;
    return false;
}

enum rc rms_set_run(struct rms_set_stmt *s, int64_t *rows, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(s->rms->sql, buf_str(&s->text), &stmt, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < s->count; i++)
        sql_bind_long_text(stmt, rms_keys_end(&s->arrays[i]));
    if (is_full(s))
        return err_set(e, RC_REJECT, "rms.apply",
                       "the rows of one group take more than %d MiB", RMS_KEYS_MAX_MIB);
    if (s->out_of_range)
        return err_set(e, RC_REJECT, "rms.apply", "an amount is out of range");
    return sql_exec(stmt, rows, e);
}

void rms_set_begin(struct rms_set_stmt *s)
{
    s->at = 0;
    s->rows++;
    if (s->one_array)
        rms_keys_row_begin(&s->arrays[0]);
}

void rms_set_end(struct rms_set_stmt *s)
{
    if (s->one_array)
        rms_keys_row_end(&s->arrays[0]);
}

static struct rms_keys *next_value(struct rms_set_stmt *s)
{
    size_t at = s->at++;
    return &s->arrays[s->one_array ? 0 : at];
}

void rms_set_add_int(struct rms_set_stmt *s, int64_t value)
{
    rms_keys_int(next_value(s), value);
}

void rms_set_add_text(struct rms_set_stmt *s, const char *text)
{
    struct rms_keys *to = next_value(s);
    if (text)
        rms_keys_text(to, text);
    else
        rms_keys_null(to);
}

void rms_set_add_value(struct rms_set_stmt *s, const struct column_value *value,
                       const struct rms_new_ids *ids)
{
    switch (column_kind(value->column)) {
    case COLUMN_INT:
        rms_set_add_int(s, rms_pointed(value, ids));
        break;
    case COLUMN_MONEY:
    case COLUMN_QUANTITY:
        s->out_of_range |= value->number > MONEY_MAX_E4 || value->number < -MONEY_MAX_E4;
        rms_keys_money(next_value(s), value->number);
        break;
    case COLUMN_TEXT:
    case COLUMN_LONGTEXT:
    case COLUMN_TIME:
        rms_set_add_text(s, value->text);
        break;
    }
}

/* ---- what the database calls its types, once for a connection ---- */

static void keep_type(struct rms_types *types, enum rms_table table, const char *name,
                      const char *type)
{
    for (enum column c = 0; c < COL_COUNT; c++)
        if (column_table(c) == table && strcmp(column_name(c), name) == 0)
            snprintf(types->of[c], sizeof(types->of[c]), "%s", type);
}

static enum rc type_row(struct sql_stmt *stmt, enum rms_table table,
                        struct rms_types *types, struct arena *arena, struct err *e)
{
    const char *name = NULL;
    const char *type = NULL;
    enum rc rc = sql_text(stmt, 0, arena, &name, e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 1, arena, &type, e);
    if (rc == RC_OK)
        keep_type(types, table, name, type);
    return rc;
}

static enum rc read_types_of(struct rms *rms, enum rms_table table, struct arena *arena,
                             struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = true;
    enum rc rc = sql_prepare(rms->sql, rms_pg_types_text, &stmt, e);
    if (rc)
        return rc;
    sql_bind_text(stmt, table_name(table));
    rc = sql_exec(stmt, NULL, e);
    while (rc == RC_OK && (rc = sql_next(stmt, &got, e)) == RC_OK && got)
        rc = type_row(stmt, table, rms->types, arena, e);
    sql_done(stmt);
    return rc;
}

enum rc rms_pg_start(struct rms *rms, struct err *e)
{
    struct arena arena;
    arena_init(&arena);
    rms->types = calloc(1, sizeof(*rms->types));
    if (!rms->types)
        abort(); /* out of memory: as in arena.h */
    enum rc rc = sql_run(rms->sql, rms_pg_session_text, e);
    for (enum rms_table t = 0; t < TABLE_COUNT && rc == RC_OK; t++)
        rc = read_types_of(rms, t, &arena, e);
    arena_done(&arena);
    return rc;
}
