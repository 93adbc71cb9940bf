/* rms_preflight_tables: every table of rights.def: is it there, with the columns that
 * tillbridge reads and writes, the rights, and whose triggers are on it. */
#include "rms_preflight_internal.h"
#include "schema.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    REFERENCE_MIN = 27, /* "SHOPIFY-" and the longest number */
    ACCOUNT_MIN = 20,   /* RMS_CUSTOMER_PREFIX and Shopify's customer id */
};

static const struct {
    const char *table, *name;
    enum column_kind kind;
} reads[] = {
#define READ(table, name, kind) {table, name, COLUMN_##kind},
#include "reads.def"
#undef READ
};

#define READ_COUNT (sizeof(reads) / sizeof(reads[0]))

/* ---- what is needed ---- */

static size_t min_width(enum column column, const struct cfg *cfg)
{
    if (column == COL_ORDER_REFERENCE)
        return REFERENCE_MIN;
    return column == COL_CUSTOMER_ACCOUNT && cfg->rms_create_customers ? ACCOUNT_MIN : 0;
}

/* *at counts through columns.def, then through reads.def. */
bool preflight_need(const char *table, size_t *at, const struct cfg *cfg,
                    struct column_need *need)
{
    for (; *at < COL_COUNT; ++*at) {
        enum column c = (enum column) * at;
        if (strcmp(table_name(column_table(c)), table) != 0)
            continue;
        *need = (struct column_need){table, column_name(c), column_kind(c),
                                     column_width(c), min_width(c, cfg)};
        ++*at;
        return true;
    }
    for (; *at < COL_COUNT + READ_COUNT; ++*at) {
        size_t i = *at - COL_COUNT;
        if (strcmp(reads[i].table, table) != 0)
            continue;
        *need = (struct column_need){
            .table = table, .name = reads[i].name, .kind = reads[i].kind};
        ++*at;
        return true;
    }
    return false;
}

/* ---- what is there ---- */

struct table_look {
    struct preflight *look;
    const char *table;
    struct column_found *at;
    size_t count, room;
};

/* "nvarchar(30)" -> 30: SQLite tells it in the type only. */
static size_t width_in(const char *type)
{
    const char *open = strchr(type, '(');
    long width = open ? strtol(open + 1, NULL, 10) : 0;
    return width > 0 ? (size_t)width : 0;
}

static enum rc column_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct table_look *t = ctx;
    struct arena *arena = &t->look->out->arena;
    const char *texts[3] = {0};
    int64_t width = 0;
    int64_t is_required = 0;
    static const int columns[] = {0, 1, 3};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < 3 && rc == RC_OK; i++)
        rc = sql_text(stmt, columns[i], arena, &texts[i], e);
    if (rc || (rc = sql_int(stmt, 2, &width, e)) ||
        (rc = sql_int(stmt, 4, &is_required, e)))
        return rc;
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 32;
        struct column_found *more = arena_array(arena, room, sizeof(*more));
        if (t->count)
            memcpy(more, t->at, t->count * sizeof(*more));
        t->at = more;
        t->room = room;
    }
    const char *type = texts[1] ? texts[1] : "";
    bool lite = sql_dialect(t->look->sql) == SQL_SQLITE;
    t->at[t->count++] =
        (struct column_found){.name = texts[0] ? texts[0] : "",
                              .type = type,
                              .collation = texts[2] ? texts[2] : "",
                              .width = lite ? width_in(type) : (size_t)width,
                              .is_required = is_required != 0};
    return RC_OK;
}

/* PostgreSQL alone tells "Name" from "name". */
static const struct column_found *find_column(const struct table_look *t,
                                              const char *name)
{
    bool exact = sql_dialect(t->look->sql) == SQL_POSTGRES;
    for (size_t i = 0; i < t->count; i++)
        if ((exact ? strcmp : strcasecmp)(t->at[i].name, name) == 0)
            return &t->at[i];
    return NULL;
}

/* ---- comparing ---- */

static void keep_widths(const struct table_look *t)
{
    for (enum column c = 0; c < COL_COUNT; c++) {
        if (column_kind(c) != COLUMN_TEXT ||
            strcmp(table_name(column_table(c)), t->table) != 0)
            continue;
        const struct column_found *found = find_column(t, column_name(c));
        t->look->width[c] = found && found->width ? found->width : column_width(c);
    }
}

static bool is_written(const char *table, const char *name, const struct cfg *cfg)
{
    struct column_need need;
    for (size_t at = 0; preflight_need(table, &at, cfg, &need);)
        if (strcasecmp(need.name, name) == 0)
            return true;
    return false;
}

static bool gets_rows(const char *table, const struct cfg *cfg)
{
    for (const struct right *r = rights_all; r->table; r++)
        if (strcmp(r->table, table) == 0 && r->rights & RIGHT_INSERT &&
            right_applies(r, cfg))
            return true;
    return false;
}

static void compare_rms(const struct table_look *t)
{
    struct preflight *look = t->look;
    struct column_need need;
    for (size_t at = 0; preflight_need(t->table, &at, look->cfg, &need);)
        preflight_judge_column(&need, find_column(t, need.name), sql_dialect(look->sql),
                               look->out);
    keep_widths(t);
    for (size_t i = 0; gets_rows(t->table, look->cfg) && i < t->count; i++)
        if (!is_written(t->table, t->at[i].name, look->cfg))
            preflight_judge_unwritten(t->table, &t->at[i], look->out);
}

#define RESTORE                                                                        \
    "restore it from a backup, or remove what is left of tillbridge's tables and run " \
    "\"tillctl schema install\": orders are found again by their reference"

static void compare_ours(const struct table_look *t)
{
    for (const char *const *name = schema_columns(t->table); name && *name; name++)
        if (!find_column(t, *name))
            preflight_add(t->look, FINDING_MISSING, "column",
                          arena_printf(&t->look->out->arena, "%s.%s", t->table, *name),
                          "there is no such column", RESTORE);
}

/* ---- triggers ---- */

static enum rc trigger_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct buf *names = ctx;
    struct arena arena;
    const char *name = NULL;
    arena_init(&arena);
    enum rc rc = sql_text(stmt, 0, &arena, &name, e);
    if (rc == RC_OK)
        buf_printf(names, "%s%s", names->len ? ", " : "", name ? name : "");
    arena_done(&arena);
    return rc;
}

static enum rc look_for_triggers(const struct table_look *t, struct err *e)
{
    struct preflight *look = t->look;
    struct buf names;
    buf_init(&names, (size_t)16 * 1024);
    enum rc rc = preflight_query(look, PREFLIGHT_TRIGGERS, PREFLIGHT_PARAMS(t->table),
                                 trigger_row, &names, e);
    if (rc == RC_OK && names.len)
        preflight_add(
            look, FINDING_DIFFERS, "trigger", t->table,
            arena_printf(&look->out->arena, "others act when it is written: %s",
                         buf_str(&names)),
            sql_dialect(look->sql) == SQL_POSTGRES
                ? "see that they suit rows that the till did not write, several "
                  "by one statement"
                : "see that they suit rows that the till did not write; "
                  "tillbridge writes one row a statement");
    buf_done(&names);
    return rc;
}

/* ---- a table ---- */

static bool is_changed(const char *table, const struct cfg *cfg)
{
    for (const struct right *r = rights_all; r->table; r++)
        if (strcmp(r->table, table) == 0 && r->rights & ~(unsigned)RIGHT_SELECT &&
            right_applies(r, cfg))
            return true;
    return false;
}

static void say_absent(const struct table_look *t, const struct right *right)
{
    if (right_is_ours(t->table))
        preflight_add(t->look, FINDING_MISSING, "table", t->table,
                      "there is no such table", RESTORE);
    else if (right_is_optional(right))
        preflight_add(t->look, FINDING_DIFFERS, "table", t->table,
                      "it is not there, or this login may not see it: nothing is "
                      "compared with it",
                      "");
    else
        preflight_add(t->look, FINDING_MISSING, "table", t->table,
                      "it is not there, or this login may not see it",
                      "see that the settings name the RMS database, and the login's "
                      "rights (\"tillctl schema rights\")");
}

static enum rc look_at_table(struct preflight *look, const struct right *right,
                             struct err *e)
{
    struct table_look t = {.look = look, .table = right->table};
    size_t before = findings_missing(look->out);
    bool can_read = false;
    enum rc rc = preflight_query(look, PREFLIGHT_COLUMNS, PREFLIGHT_PARAMS(t.table),
                                 column_row, &t, e);
    if (rc == RC_OK && t.count == 0)
        say_absent(&t, right);
    if (rc || t.count == 0)
        return rc;
    if (right_is_ours(t.table))
        compare_ours(&t);
    else
        compare_rms(&t);
    rc = preflight_rights(look, t.table, &can_read, e);
    if (rc == RC_OK && is_changed(t.table, look->cfg))
        rc = look_for_triggers(&t, e);
    if (rc == RC_OK && gets_rows(t.table, look->cfg) && !right_is_ours(t.table) &&
        find_column(&t, "ID"))
        rc = preflight_sequence(look, t.table, e);
    if (rc == RC_OK && can_read && findings_missing(look->out) == before &&
        look->readable_count < PREFLIGHT_TABLES_MAX)
        look->readable[look->readable_count++] = t.table;
    return rc;
}

bool preflight_readable(const struct preflight *look, const char *table)
{
    for (size_t i = 0; i < look->readable_count; i++)
        if (strcmp(look->readable[i], table) == 0)
            return true;
    return false;
}

enum rc preflight_tables(struct preflight *look, bool ours, struct err *e)
{
    const char *last = "";
    enum rc rc = RC_OK;
    for (const struct right *r = rights_all; r->table && rc == RC_OK; r++) {
        bool is_next = strcmp(r->table, last) != 0 && right_applies(r, look->cfg) &&
                       right_is_ours(r->table) == ours;
        if (!is_next)
            continue;
        last = r->table;
        rc = look_at_table(look, r, e);
    }
    return rc;
}
