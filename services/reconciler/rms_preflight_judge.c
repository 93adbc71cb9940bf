/* rms_preflight_judge: what a column or a server is, compared with what it must be. No
 * database is asked here. */
#include "rms_preflight.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    LEVEL_MIN = 100, /* SQL Server 2008: what the statements are written for */
};

#define NOT_RMS "see that the settings name the RMS database, and that it is RMS 2.0"

static void add(struct findings *out, enum finding_level level, const char *kind,
                const char *where, const char *what, const char *remedy)
{
    findings_add(out, &(struct finding){level, kind, where, what, remedy});
}

/* ---- kinds of types ---- */

enum value_kind { VALUE_NUMBER, VALUE_TEXT, VALUE_DATE, VALUE_OTHER, VALUE_UNKNOWN };

static const struct {
    const char *name;
    enum value_kind kind;
} type_kinds[] = {
    {"int", VALUE_NUMBER},
    {"integer", VALUE_NUMBER},
    {"smallint", VALUE_NUMBER},
    {"bigint", VALUE_NUMBER},
    {"tinyint", VALUE_NUMBER},
    {"bit", VALUE_NUMBER},
    {"money", VALUE_NUMBER},
    {"smallmoney", VALUE_NUMBER},
    {"numeric", VALUE_NUMBER},
    {"decimal", VALUE_NUMBER},
    {"float", VALUE_NUMBER},
    {"real", VALUE_NUMBER},
    {"double", VALUE_NUMBER},
    {"double precision", VALUE_NUMBER},
    {"nvarchar", VALUE_TEXT},
    {"varchar", VALUE_TEXT},
    {"nchar", VALUE_TEXT},
    {"char", VALUE_TEXT},
    {"ntext", VALUE_TEXT},
    {"text", VALUE_TEXT},
    {"character varying", VALUE_TEXT},
    {"character", VALUE_TEXT},
    {"citext", VALUE_TEXT},
    {"datetime", VALUE_DATE},
    {"datetime2", VALUE_DATE},
    {"smalldatetime", VALUE_DATE},
    {"date", VALUE_DATE},
    {"timestamp", VALUE_DATE},
    {"timestamp without time zone", VALUE_DATE},
    {"timestamp with time zone", VALUE_DATE},
    {"boolean", VALUE_OTHER},
    {"blob", VALUE_OTHER},
    {"bytea", VALUE_OTHER},
    {"binary", VALUE_OTHER},
    {"varbinary", VALUE_OTHER},
    {"image", VALUE_OTHER},
    {"uuid", VALUE_OTHER},
    {"uniqueidentifier", VALUE_OTHER},
    {"xml", VALUE_OTHER},
    {"json", VALUE_OTHER},
    {"jsonb", VALUE_OTHER},
    {"time", VALUE_OTHER},
    {"interval", VALUE_OTHER},
};

/* Length of the type's bare name: without "(19,4)" and blanks before it. */
static size_t bare_length(const char *type)
{
    size_t len = strcspn(type, "(");
    while (len && isspace((unsigned char)type[len - 1]))
        len--;
    return len;
}

static bool is_type(const char *type, const char *name)
{
    size_t len = bare_length(type);
    return len == strlen(name) && strncasecmp(type, name, len) == 0;
}

static enum value_kind value_kind(const char *type, enum sql_dialect dialect)
{
    if (dialect == SQL_SQLSERVER && is_type(type, "timestamp"))
        return VALUE_OTHER; /* a rowversion */
    for (size_t i = 0; i < sizeof(type_kinds) / sizeof(type_kinds[0]); i++)
        if (is_type(type, type_kinds[i].name))
            return type_kinds[i].kind;
    return VALUE_UNKNOWN;
}

static enum value_kind wanted_kind(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_INT:
    case COLUMN_MONEY:
    case COLUMN_QUANTITY:
        return VALUE_NUMBER;
    case COLUMN_TEXT:
    case COLUMN_LONGTEXT:
        return VALUE_TEXT;
    case COLUMN_TIME:
        return VALUE_DATE;
    }
    return VALUE_UNKNOWN;
}

static const char *kind_words(enum value_kind kind)
{
    switch (kind) {
    case VALUE_NUMBER:
        return "a number";
    case VALUE_TEXT:
        return "text";
    case VALUE_DATE:
        return "a date with its time";
    case VALUE_OTHER:
    case VALUE_UNKNOWN:
        break;
    }
    return "";
}

/* SQLite has no type for times: they are text. PostgreSQL's flags are made of numbers
 * when they are written. */
static bool serves(const struct column_need *need, const char *type,
                   enum sql_dialect dialect)
{
    enum value_kind wanted = wanted_kind(need->kind);
    enum value_kind found = value_kind(type, dialect);
    if (dialect == SQL_SQLITE && wanted == VALUE_DATE && found == VALUE_TEXT)
        return true;
    if (dialect == SQL_POSTGRES && need->kind == COLUMN_INT && is_type(type, "boolean"))
        return true;
    return wanted == found;
}

static bool is_inexact(const char *type)
{
    return is_type(type, "float") || is_type(type, "real") || is_type(type, "double") ||
           is_type(type, "double precision");
}

/* ---- a column ---- */

/* Texts that keys from the shop are compared with. */
static bool is_compared(const struct column_need *need)
{
    static const char *const compared[] = {"ItemLookupCode", "Alias", "EmailAddress",
                                           "AccountNumber", "ReferenceNumber"};
    for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++)
        if (strcmp(need->name, compared[i]) == 0)
            return true;
    return false;
}

static void judge_type(const struct column_need *need, const struct column_found *found,
                       enum sql_dialect dialect, const char *where, struct findings *out)
{
    enum value_kind wanted = wanted_kind(need->kind);
    const char *what = arena_printf(&out->arena, "its type is %s, and it must hold %s",
                                    found->type, kind_words(wanted));
    if (value_kind(found->type, dialect) == VALUE_UNKNOWN)
        add(out, FINDING_DIFFERS, "type", where, what, "see that it does");
    else if (!serves(need, found->type, dialect))
        add(out, FINDING_MISSING, "type", where, what, NOT_RMS);
    else if (need->kind == COLUMN_MONEY && is_inexact(found->type))
        add(out, FINDING_DIFFERS, "type", where,
            arena_printf(&out->arena, "amounts are kept as %s, which is not exact",
                         found->type),
            "make it money or numeric(19,4)");
}

static void judge_width(const struct column_need *need, const struct column_found *found,
                        const char *where, struct findings *out)
{
    if (!found->width || !need->width || found->width >= need->width)
        return;
    bool fits = found->width >= need->min_width;
    const char *what = arena_printf(
        &out->arena, "it has room for %zu characters where RMS 2.0 has %zu%s",
        found->width, need->width, fits ? ": longer text is cut" : "");
    add(out, fits ? FINDING_DIFFERS : FINDING_MISSING, "width", where, what,
        fits ? ""
             : arena_printf(&out->arena,
                            "widen it to %zu: what is written there must "
                            "not be cut",
                            need->width));
}

static void judge_collation(const struct column_found *found, const char *where,
                            struct findings *out)
{
    if (!strstr(found->collation, "_CS") && !strstr(found->collation, "_BIN"))
        return;
    add(out, FINDING_DIFFERS, "collation", where,
        arena_printf(&out->arena,
                     "%s tells upper case from lower: a code from the shop in another "
                     "case is not found",
                     found->collation),
        "see that both are written alike, or give the column a collation with _CI");
}

void preflight_judge_column(const struct column_need *need,
                            const struct column_found *found, enum sql_dialect dialect,
                            struct findings *out)
{
    const char *where = arena_printf(&out->arena, "%s.%s", need->table, need->name);
    if (!found) {
        add(out, FINDING_MISSING, "column", where, "there is no such column", NOT_RMS);
        return;
    }
    if (found->type[0]) /* SQLite takes anything in a column without a type */
        judge_type(need, found, dialect, where, out);
    judge_width(need, found, where, out);
    if (need->kind == COLUMN_LONGTEXT && found->width)
        add(out, FINDING_DIFFERS, "width", where,
            arena_printf(&out->arena,
                         "it has room for %zu characters where RMS 2.0 has no limit: an "
                         "order with a longer text is refused",
                         found->width),
            "widen it");
    if (dialect == SQL_SQLSERVER && is_compared(need))
        judge_collation(found, where, out);
}

void preflight_judge_unwritten(const char *table, const struct column_found *found,
                               struct findings *out)
{
    if (found->is_required)
        add(out, FINDING_MISSING, "column",
            arena_printf(&out->arena, "%s.%s", table, found->name),
            "it must not be NULL and has no default, and tillbridge does not write it: "
            "new rows would be refused",
            "give it a default");
}

/* ---- the server ---- */

void preflight_judge_level(int64_t level, struct findings *out)
{
    if (level >= LEVEL_MIN)
        return;
    add(out, FINDING_MISSING, "compatibility", "database",
        arena_printf(&out->arena, "its compatibility level is %d, and %d is needed",
                     (int)level, LEVEL_MIN),
        "ALTER DATABASE ... SET COMPATIBILITY_LEVEL = 100, on SQL Server 2008 or later");
}

void preflight_judge_encoding(const char *encoding, struct findings *out)
{
    if (strcmp(encoding, "UTF8") == 0)
        return;
    add(out, FINDING_DIFFERS, "encoding", "database",
        arena_printf(&out->arena, "it is %s: an order with other characters is refused",
                     encoding),
        "make the database with ENCODING 'UTF8'");
}
