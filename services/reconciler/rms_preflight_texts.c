/* rms_preflight_texts: the preflight's queries by dialect, and running one. They ask of
 * the table that an unqualified name finds: another schema may hold tables of these
 * names, too. */
#include "rms_preflight_internal.h"

#define PG_TABLE "to_regclass(quote_ident(CAST(? AS text)))"
#define MS_TABLE "OBJECT_ID(QUOTENAME(?))"

/* Each text is named, so none runs into the next. */
/* NOLINTBEGIN(bugprone-suspicious-missing-comma) */
static const char *const texts[][PREFLIGHT_TEXT_COUNT] = {
    [SQL_SQLITE] =
        {
            [PREFLIGHT_COLUMNS] =
                "SELECT name, type, 0, '', \"notnull\" = 1 AND dflt_value IS NULL AND pk "
                "= 0 FROM pragma_table_info(?)",
            [PREFLIGHT_TRIGGERS] = "SELECT name FROM sqlite_master WHERE type = "
                                   "'trigger' AND lower(tbl_name) = lower(?) ORDER BY "
                                   "name",
        },
    [SQL_POSTGRES] =
        {
            /* atttypmod of varchar(n) is n + 4. */
            [PREFLIGHT_COLUMNS] =
                "SELECT a.attname, format_type(a.atttypid, NULL), CASE WHEN a.atttypmod "
                "> 4 THEN a.atttypmod - 4 ELSE 0 END, '', CASE WHEN a.attnotnull AND NOT "
                "a.atthasdef AND a.attidentity = '' THEN 1 ELSE 0 END FROM pg_attribute "
                "a WHERE a.attrelid = " PG_TABLE
                " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            [PREFLIGHT_TRIGGERS] =
                "SELECT t.tgname FROM pg_trigger t WHERE t.tgrelid = " PG_TABLE
                " AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY t.tgname",
            [PREFLIGHT_RIGHT] = "SELECT CASE WHEN has_table_privilege(" PG_TABLE
                                ", CAST(? AS text)) THEN 1 ELSE 0 END",
            [PREFLIGHT_COLUMN_RIGHT] =
                "SELECT CASE WHEN has_column_privilege(to_regclass(quote_ident(k.t)), "
                "k.c, k.r) THEN 1 ELSE 0 END FROM (SELECT CAST(? AS text) AS t, CAST(? "
                "AS "
                "text) AS r, CAST(? AS text) AS c) k",
            [PREFLIGHT_SEQUENCE] =
                "SELECT s.q, CASE WHEN has_sequence_privilege(s.q, 'USAGE') THEN 1 ELSE "
                "0 END FROM (SELECT pg_get_serial_sequence(quote_ident(CAST(? AS text)), "
                "'ID') AS q) s",
            [PREFLIGHT_LOGIN] = "SELECT quote_ident(current_user)",
            [PREFLIGHT_SERVER] = "SELECT 0, pg_encoding_to_char(d.encoding) FROM "
                                 "pg_database d WHERE d.datname = current_database()",
        },
    [SQL_SQLSERVER] =
        {
            /* max_length counts bytes, -1 for (max); nvarchar and nchar take two each. */
            [PREFLIGHT_COLUMNS] =
                "SELECT c.name, t.name, CASE WHEN c.max_length < 0 THEN 0 WHEN t.name IN "
                "(N'nvarchar', N'nchar') THEN c.max_length / 2 ELSE c.max_length END, "
                "COALESCE(c.collation_name, N''), CASE WHEN c.is_nullable = 0 AND "
                "c.default_object_id = 0 AND c.is_identity = 0 AND c.is_computed = 0 AND "
                "c.system_type_id <> 189 THEN 1 ELSE 0 END FROM sys.columns c JOIN "
                "sys.types t ON t.user_type_id = c.system_type_id WHERE c.object_id "
                "= " MS_TABLE " ORDER BY c.column_id",
            [PREFLIGHT_TRIGGERS] =
                "SELECT t.name FROM sys.triggers t WHERE t.parent_id = " MS_TABLE
                " AND t.is_disabled = 0 ORDER BY t.name",
            [PREFLIGHT_RIGHT] =
                "SELECT COALESCE(HAS_PERMS_BY_NAME(QUOTENAME(?), N'OBJECT', ?), 0)",
            /* The column's name stands without brackets there. */
            [PREFLIGHT_COLUMN_RIGHT] = "SELECT COALESCE(HAS_PERMS_BY_NAME(QUOTENAME(?), "
                                       "N'OBJECT', ?, ?, N'COLUMN'), 0)",
            [PREFLIGHT_LOGIN] = "SELECT QUOTENAME(USER_NAME())",
            [PREFLIGHT_SERVER] = "SELECT CAST(d.compatibility_level AS int), N'' FROM "
                                 "sys.databases d WHERE d.database_id = DB_ID()",
        },
};

/* The same words in all three. */
static const char *const common_texts[PREFLIGHT_TEXT_COUNT] = {
    [PREFLIGHT_STORE] = "SELECT \"StoreID\" FROM \"Configuration\"",
    [PREFLIGHT_STORES] = "SELECT \"ID\" FROM \"Store\"",
    [PREFLIGHT_CUSTOMER] =
        "SELECT COUNT(*) FROM \"Customer\" WHERE \"ID\" = CAST(? AS int)",
    [PREFLIGHT_SALES_REP] =
        "SELECT COUNT(*) FROM \"SalesRep\" WHERE \"ID\" = CAST(? AS int)",
    [PREFLIGHT_DOUBLE] =
        "SELECT MIN(d.rms_order), COUNT(*) FROM (SELECT g.rms_order FROM "
        "tillbridge_guard g WHERE g.rms_order > 0 GROUP BY g.rms_order HAVING COUNT(*) > "
        "1) d",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

const char *preflight_text(enum sql_dialect dialect, enum preflight_text which)
{
    return common_texts[which] ? common_texts[which] : texts[dialect][which];
}

enum rc preflight_query(struct preflight *look, enum preflight_text which,
                        const char *const *params, preflight_row *row, void *ctx,
                        struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = true;
    enum rc rc =
        sql_prepare(look->sql, preflight_text(sql_dialect(look->sql), which), &stmt, e);
    if (rc)
        return rc;
    for (; params && *params; params++)
        sql_bind_text(stmt, *params);
    rc = sql_exec(stmt, NULL, e);
    while (rc == RC_OK && (rc = sql_next(stmt, &got, e)) == RC_OK && got)
        rc = row(ctx, stmt, e);
    sql_done(stmt);
    return rc;
}

struct first {
    int64_t number;
    bool has;
};

static enum rc first_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct first *first = ctx;
    if (first->has)
        return RC_OK;
    first->has = true;
    return sql_int(stmt, 0, &first->number, e);
}

enum rc preflight_number(struct preflight *look, enum preflight_text which,
                         const char *const *params, int64_t *number, struct err *e)
{
    struct first first = {0};
    enum rc rc = preflight_query(look, which, params, first_row, &first, e);
    if (rc == RC_OK && first.has)
        *number = first.number;
    return rc;
}

void preflight_add(struct preflight *look, enum finding_level level, const char *kind,
                   const char *where, const char *what, const char *remedy)
{
    findings_add(look->out, &(struct finding){level, kind, where, what, remedy});
}
