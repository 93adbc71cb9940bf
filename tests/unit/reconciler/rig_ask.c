/* rig_ask: what stands in the database; see rig.h. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TB_PRINTF(2, 0)
static const char *make_text(struct rig *rig, const char *fmt, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, fmt, args) < 0)
        abort();
    const char *copy = arena_strdup(&rig->arena, text);
    free(text);
    return copy;
}

void rig_must(struct rig *rig, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    db_must(rig->look, make_text(rig, fmt, args));
    va_end(args);
}

int64_t rig_number(struct rig *rig, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int64_t number = db_number(rig->look, make_text(rig, fmt, args));
    va_end(args);
    return number;
}

static const char *ask(struct rig *rig, const char *query)
{
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    const char *text = NULL;
    bool got = false;
    assert_ok(sql_prepare(rig->look, query, &stmt, &e), &e);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    assert_ok(sql_next(stmt, &got, &e), &e);
    if (!got)
        fail_msg("no row: %s", query);
    assert_ok(sql_text(stmt, 0, &rig->arena, &text, &e), &e);
    sql_done(stmt);
    return text ? text : "";
}

const char *rig_text(struct rig *rig, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = ask(rig, make_text(rig, fmt, args));
    va_end(args);
    return text;
}

/* By the database's own tool, which shows every byte. */
static const char *dump_sqlite(struct rig *rig)
{
    char command[500];
    struct buf text;
    char chunk[4096];
    snprintf(command, sizeof(command), "sqlite3 '%s' .dump", unit_path("orders.db"));
    FILE *pipe = popen(command, "re"); // NOLINT(cert-env33-c)
    assert_non_null(pipe);
    buf_init(&text, (size_t)64 * 1024 * 1024);
    for (size_t len; (len = fread(chunk, 1, sizeof(chunk), pipe)) > 0;)
        buf_add(&text, chunk, len);
    assert_int_equal(pclose(pipe), 0);
    const char *copy = arena_strdup(&rig->arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

static const char *dump_postgres(struct rig *rig)
{
    static const char *const tables[] = {
        "\"Order\"",    "\"OrderEntry\"",  "\"Item\"",        "\"Alias\"",
        "\"Customer\"", "\"Transaction\"", "tillbridge_guard"};
    const char *all = "";
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        all = arena_printf(&rig->arena, "%s%s\n%s\n", all, tables[i],
                           rig_text(rig,
                                    "SELECT string_agg(t::text, E'\\n' ORDER BY t::text) "
                                    "FROM %s t",
                                    tables[i]));
    return all;
}

const char *rig_dump(struct rig *rig)
{
    const char *text =
        rig->db->dialect == SQL_SQLITE ? dump_sqlite(rig) : dump_postgres(rig);
    assert_true(strlen(text) > 1000);
    return text;
}

int64_t rig_committed(struct rig *rig, const char *code)
{
    return rig_number(rig,
                      "SELECT CAST(\"QuantityCommitted\" AS INTEGER) FROM \"Item\" "
                      "WHERE \"ItemLookupCode\" = '%s'",
                      code);
}

const char *rig_entries(struct rig *rig, int64_t order, const char *expression)
{
    const char *list = "";
    int64_t count =
        rig_number(rig, "SELECT count(*) FROM \"OrderEntry\" WHERE \"OrderID\" = %lld",
                   (long long)order);
    for (int64_t i = 0; i < count; i++)
        list = arena_printf(
            &rig->arena, "%s%s%s", list, i ? "," : "",
            rig_text(rig,
                     "SELECT CAST(%s AS VARCHAR(255)) FROM \"OrderEntry\" e JOIN "
                     "\"Item\" i ON i.\"ID\" = e.\"ItemID\" WHERE e.\"OrderID\" = %lld "
                     "ORDER BY e.\"ID\" LIMIT 1 OFFSET %lld",
                     expression, (long long)order, (long long)i));
    return list;
}

const char *rig_order_text(struct rig *rig, int64_t id, const char *expression)
{
    return rig_text(rig,
                    "SELECT CAST(%s AS VARCHAR(255)) FROM \"Order\" WHERE \"ID\" = %lld",
                    expression, (long long)id);
}
