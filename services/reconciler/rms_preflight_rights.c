/* rms_preflight_rights: what this login may do, asked table by table. A right on the
 * whole table is enough, and so is one on each of the columns that tillbridge uses. */
#include "rms_preflight_internal.h"

#include <string.h>

enum {
    WORDS_MAX = 200,
    GRANT_MAX = 600,
};

/* The columns that the right is used on. All of them are read; written are those of
 * columns.def, and the ID where we take the number ourselves. */
static bool right_uses(unsigned right, const struct column_need *need,
                       enum sql_dialect dialect)
{
    if (right == RIGHT_SELECT)
        return true;
    if (right == RIGHT_INSERT && dialect == SQL_POSTGRES && strcmp(need->name, "ID") == 0)
        return true;
    for (enum column c = 0; c < COL_COUNT; c++)
        if (strcmp(table_name(column_table(c)), need->table) == 0 &&
            strcmp(column_name(c), need->name) == 0)
            return true;
    return false;
}

static enum rc has_on_columns(struct preflight *look, const char *table, unsigned right,
                              bool *has, struct err *e)
{
    struct column_need need;
    size_t asked = 0;
    *has = false;
    if (right == RIGHT_DELETE) /* there is none on columns */
        return RC_OK;
    for (size_t at = 0; preflight_need(table, &at, look->cfg, &need);) {
        int64_t is_granted = 0;
        if (!right_uses(right, &need, sql_dialect(look->sql)))
            continue;
        enum rc rc = preflight_number(
            look, PREFLIGHT_COLUMN_RIGHT,
            PREFLIGHT_PARAMS(table, right_word(right), need.name), &is_granted, e);
        if (rc || !is_granted)
            return rc;
        asked++;
    }
    *has = asked > 0;
    return RC_OK;
}

static enum rc has_right(struct preflight *look, const char *table, unsigned right,
                         bool *has, struct err *e)
{
    int64_t is_granted = 0;
    enum rc rc =
        preflight_number(look, PREFLIGHT_RIGHT,
                         PREFLIGHT_PARAMS(table, right_word(right)), &is_granted, e);
    *has = is_granted != 0;
    return rc || *has ? rc : has_on_columns(look, table, right, has, e);
}

/* What the settings ask for on the table; of it, what is only there to compare. */
static unsigned asked_for(const char *table, const struct cfg *cfg, bool *is_optional)
{
    unsigned rights = 0;
    for (const struct right *r = rights_all; r->table; r++) {
        if (strcmp(r->table, table) != 0 || !right_applies(r, cfg))
            continue;
        rights |= r->rights;
        *is_optional = right_is_optional(r);
    }
    return rights;
}

static enum rc login_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct preflight *look = ((void **)ctx)[0];
    const char **login = ((void **)ctx)[1];
    return sql_text(stmt, 0, &look->out->arena, login, e);
}

static enum rc say_missing(struct preflight *look, const char *table, unsigned missing,
                           bool is_optional, struct err *e)
{
    struct buf words;
    struct buf grant;
    const char *login = NULL;
    enum rc rc = preflight_query(look, PREFLIGHT_LOGIN, NULL, login_row,
                                 (void *[]){look, (void *)&login}, e);
    if (rc)
        return rc;
    buf_init(&words, WORDS_MAX);
    buf_init(&grant, GRANT_MAX);
    buf_text(&words, "this login may not ");
    rights_words(missing, &words);
    rights_grant(sql_dialect(look->sql), table, missing, login ? login : "it", &grant);
    preflight_add(look, is_optional ? FINDING_DIFFERS : FINDING_MISSING, "right", table,
                  buf_str(&words), buf_str(&grant));
    buf_done(&words);
    buf_done(&grant);
    return RC_OK;
}

enum rc preflight_rights(struct preflight *look, const char *table, bool *can_read,
                         struct err *e)
{
    bool is_optional = false;
    unsigned asked = asked_for(table, look->cfg, &is_optional);
    unsigned missing = 0;
    *can_read = true;
    if (sql_dialect(look->sql) == SQL_SQLITE) /* a file; see preflight_writable */
        return RC_OK;
    for (unsigned i = 0; i < RIGHT_COUNT; i++) {
        bool has = true;
        if (!(asked & 1U << i))
            continue;
        enum rc rc = has_right(look, table, 1U << i, &has, e);
        if (rc)
            return rc;
        missing |= has ? 0 : 1U << i;
    }
    *can_read = !(missing & RIGHT_SELECT);
    return missing ? say_missing(look, table, missing, is_optional, e) : RC_OK;
}

/* ---- numbers of new rows ---- */

struct sequence {
    struct arena *arena;
    const char *name;
    int64_t is_granted;
};

static enum rc sequence_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct sequence *sequence = ctx;
    enum rc rc = sql_text(stmt, 0, sequence->arena, &sequence->name, e);
    return rc ? rc : sql_int(stmt, 1, &sequence->is_granted, e);
}

enum rc preflight_sequence(struct preflight *look, const char *table, struct err *e)
{
    struct arena *arena = &look->out->arena;
    struct sequence sequence = {.arena = arena};
    const char *login = NULL;
    if (sql_dialect(look->sql) != SQL_POSTGRES)
        return RC_OK;
    enum rc rc = preflight_query(look, PREFLIGHT_SEQUENCE, PREFLIGHT_PARAMS(table),
                                 sequence_row, &sequence, e);
    if (rc == RC_OK && !sequence.name)
        preflight_add(look, FINDING_MISSING, "column",
                      arena_printf(arena, "%s.ID", table), "no sequence numbers its rows",
                      "make it GENERATED BY DEFAULT AS IDENTITY");
    if (rc || !sequence.name || sequence.is_granted)
        return rc;
    rc = preflight_query(look, PREFLIGHT_LOGIN, NULL, login_row,
                         (void *[]){look, (void *)&login}, e);
    if (rc == RC_OK)
        preflight_add(look, FINDING_MISSING, "right", arena_printf(arena, "%s.ID", table),
                      "this login may not use the sequence that numbers its rows",
                      arena_printf(arena, "GRANT USAGE ON SEQUENCE %s TO %s;",
                                   sequence.name, login ? login : "it"));
    return rc;
}

/* ---- SQLite ---- */

static const char preflight_probe[] = "CREATE TABLE tillbridge_probe (x)"; /* undone */

/* SQLite's only right: that the file can be written. A transaction alone does not tell:
 * on a file that is read-only it begins all the same. */
enum rc preflight_writable(struct preflight *look, struct err *e)
{
    struct err cause = {0};
    if (sql_dialect(look->sql) != SQL_SQLITE)
        return RC_OK;
    enum rc rc = sql_begin(look->sql, &cause);
    if (rc == RC_OK)
        rc = sql_run(look->sql, preflight_probe, &cause);
    sql_rollback(look->sql);
    if (rc == RC_RETRY && e)
        *e = cause;
    if (rc == RC_OK || rc == RC_RETRY)
        return rc;
    preflight_add(look, FINDING_MISSING, "right", "database", cause.text,
                  "let the service's user write the file and its folder");
    return RC_OK;
}
