/* stand_in: see stand_in.h. */
#include "stand_in.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char gone[] = "IF @@ROWCOUNT = 0 BEGIN RAISERROR(N'";
static const char gone_end[] = "END;";

struct run {
    struct sql *sql;
    struct arena *arena;
    const struct rms_ms_text *text;
    size_t param;          /* the next one */
    const char *values[5]; /* of the variables, as literals */
    int64_t identity, rows;
};

static const char *const variables[] = {"@ids", "@o", "@c", "@e", "@m"};

static size_t variable_at(const char *p)
{
    for (size_t i = 0; i < 5; i++) {
        size_t len = strlen(variables[i]);
        if (strncmp(p, variables[i], len) == 0 && !isalnum((unsigned char)p[len]))
            return i;
    }
    return 5;
}

static bool takes(const char **p, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*p, word, len) != 0)
        return false;
    *p += len;
    return true;
}

/* One word of T-SQL as SQLite says it; moves *p past it. */
static void translate_word(const struct run *r, const char **p, bool joins,
                           struct buf *out)
{
    size_t variable = variable_at(*p);
    if (variable < 5) {
        buf_text(out, r->values[variable]);
        *p += strlen(variables[variable]);
    } else if (takes(p, "SCOPE_IDENTITY()")) {
        buf_printf(out, "%" PRId64, r->identity);
    } else if (takes(p, "N'")) {
        const char *end = strchr(*p, '\'');
        buf_printf(out, "'%.*s'", (int)(end - *p), *p);
        *p = end + 1;
    } else if (**p == '"') {
        const char *end = strchr(*p + 1, '"');
        buf_add(out, *p, (size_t)(end - *p + 1));
        *p = end + 1;
    } else if (joins && takes(p, " + ")) {
        buf_text(out, " || ");
    } else {
        buf_add(out, (*p)++, 1);
    }
}

static const char *translate(const struct run *r, const char *from, const char *to,
                             bool joins)
{
    struct buf out;
    buf_init(&out, (size_t)1024 * 1024);
    while (from < to)
        translate_word(r, &from, joins, &out);
    const char *text = arena_strdup(r->arena, buf_str(&out));
    buf_done(&out);
    return text;
}

static void bind(struct sql_stmt *stmt, const struct rms_ms_param *p)
{
    if (p->kind == COLUMN_INT)
        sql_bind_int(stmt, p->number);
    else if (p->kind == COLUMN_MONEY || p->kind == COLUMN_QUANTITY)
        sql_bind_money(stmt, p->number);
    else if (p->kind == COLUMN_TIME)
        sql_bind_time(stmt, p->text);
    else if (p->kind == COLUMN_LONGTEXT)
        sql_bind_long_text(stmt, p->text);
    else
        sql_bind_text(stmt, p->text);
}

static enum rc execute(struct run *r, const char *text, struct sql_stmt **stmt,
                       struct err *e)
{
    enum rc rc = sql_once(r->sql, text, stmt, e);
    for (const char *p = text; rc == RC_OK && (p = strchr(p, '?')); p++) {
        if (r->param == r->text->param_count)
            return err_set(e, RC_FATAL, "stand_in", "a marker without a parameter");
        bind(*stmt, &r->text->params[r->param++]);
    }
    return rc ? rc : sql_exec(*stmt, &r->rows, e);
}

static enum rc set_variable(struct run *r, const char *p, const char *end, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    size_t variable = variable_at(p);
    const char *value = NULL;
    bool got = false;
    if (variable == 5)
        return err_set(e, RC_FATAL, "stand_in", "SET of what: %.30s", p);
    p += strlen(variables[variable]) + strlen(" = ");
    bool is_text = variable == 0 || variable == 4;
    enum rc rc = execute(
        r, arena_printf(r->arena, "SELECT %s", translate(r, p, end, is_text)), &stmt, e);
    if (rc == RC_OK)
        rc = sql_next(stmt, &got, e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 0, r->arena, &value, e);
    sql_done(stmt);
    if (rc == RC_OK)
        r->values[variable] =
            arena_printf(r->arena, is_text ? "'%s'" : "%s", value ? value : "NULL");
    return rc;
}

/* Of the INSERT before: SQLite's SCOPE_IDENTITY(). */
static enum rc read_identity(struct run *r, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = false;
    enum rc rc = sql_prepare(r->sql, "SELECT last_insert_rowid()", &stmt, e);
    if (rc == RC_OK)
        rc = sql_exec(stmt, NULL, e);
    if (rc == RC_OK)
        rc = sql_next(stmt, &got, e);
    if (rc == RC_OK)
        rc = sql_int(stmt, 0, &r->identity, e);
    if (rc == RC_OK)
        sql_done(stmt);
    return rc;
}

static enum rc write_row(struct run *r, const char *p, const char *end, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = execute(r, translate(r, p, end, false), &stmt, e);
    if (rc == RC_OK && r->rows > 1)
        return err_set(e, RC_FATAL, "stand_in", "a statement wrote %" PRId64 " rows",
                       r->rows);
    if (rc == RC_OK && strncmp(p, "INSERT", 6) == 0)
        rc = read_identity(r, e);
    return rc;
}

static enum rc run_one(struct run *r, const char *p, const char *end, struct err *e)
{
    if (takes(&p, "DECLARE @o int, @c int, @e int, @m nvarchar(max), @ids nvarchar(max)"))
        return RC_OK;
    if (takes(&p, "SET "))
        return set_variable(r, p, end, e);
    if (strncmp(p, "INSERT INTO ", 12) == 0 || strncmp(p, "UPDATE ", 7) == 0 ||
        strncmp(p, "DELETE FROM ", 12) == 0)
        return write_row(r, p, end, e);
    return err_set(e, RC_FATAL, "stand_in", "no such statement: %.60s", p);
}

/* Past the statement's semicolon. */
static const char *end_of(const char *p)
{
    for (bool quoted = false; *p; p++) {
        quoted ^= *p == '\'';
        if (*p == ';' && !quoted)
            return p;
    }
    return p;
}

enum rc stand_in_run(struct rms_batch *batch, const struct rms_ms_text *text,
                     const char **ids, struct err *e)
{
    struct run r = {.sql = batch->rms->sql,
                    .arena = batch->arena,
                    .text = text,
                    .values = {"NULL", "NULL", "NULL", "NULL", "NULL"}};
    enum rc rc = RC_OK;
    const char *p = buf_str(&text->text);
    while (rc == RC_OK && strncmp(p, "SELECT @ids;", 12) != 0) {
        if (takes(&p, gone)) {
            if (r.rows == 0)
                return err_set(e, RC_RETRY, "stand_in", "%.*s", (int)strcspn(p, "'"), p);
            p = strstr(p, gone_end) + strlen(gone_end);
        } else {
            const char *end = end_of(p);
            rc = run_one(&r, p, end, e);
            p = end + (*end == ';');
        }
        p += strspn(p, " \n");
    }
    if (rc == RC_OK && r.param != text->param_count)
        rc = err_set(e, RC_FATAL, "stand_in", "parameters without a marker");
    if (rc == RC_OK) /* a literal: without its quotes */
        *ids = arena_strndup(r.arena, r.values[0] + 1, strlen(r.values[0]) - 2);
    return rc;
}
