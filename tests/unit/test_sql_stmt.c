/* test_sql_stmt: statements and the errors of single ones; on SQLite and, when at hand,
 * PostgreSQL. */
#include "sql_rig.h"

#include <stdio.h>

static void rows_written_are_counted(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    int64_t rows = -2;
    db_must(db->sql, table);
    db_must(db->sql, "INSERT INTO t (id, big) VALUES (1, 1), (2, 2), (3, 3)");
    struct sql_stmt *stmt = prepared(db, "UPDATE t SET big = 0 WHERE id >= ?");
    sql_bind_int(stmt, 2);
    assert_ok(sql_exec(stmt, &rows, &e), &e);
    assert_int_equal(rows, 2);
    sql_bind_int(stmt, 9);
    assert_ok(sql_exec(stmt, &rows, &e), &e);
    assert_int_equal(rows, 0);
    stmt = prepared(db, "DELETE FROM t WHERE id = ?");
    sql_bind_int(stmt, 1);
    assert_ok(sql_exec(stmt, &rows, &e), &e);
    assert_int_equal(rows, 1);
}

static void too_few_or_many_parameters_are_fatal(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    struct sql_stmt *stmt = prepared(db, "INSERT INTO t (id, words) VALUES (?, '?')");
    assert_rc(RC_FATAL, sql_exec(stmt, NULL, &e), &e);
    sql_bind_int(stmt, 1);
    sql_bind_int(stmt, 1);
    assert_rc(RC_FATAL, sql_exec(stmt, NULL, &e), &e);
    sql_bind_int(stmt, 1);
    run_bound(stmt);
}

static void an_unread_result_is_given_up(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    bool got = true;
    db_must(db->sql, table);
    db_must(db->sql, "INSERT INTO t (id) VALUES (1), (2), (3)");
    struct sql_stmt *first = first_row(db, "SELECT id FROM t ORDER BY id");
    assert_int_equal(db_number(db->sql, "SELECT count(*) FROM t"), 3);
    assert_ok(sql_next(first, &got, &e), &e);
    assert_false(got);
    assert_true(sql_is_null(first, 0));
    db_must(db->sql, "DROP TABLE t"); /* no cursor holds on to it */
}

static void statements_are_kept_by_text(void **state)
{
    struct db *db = *state;
    char text[40];
    struct sql_stmt *one = prepared(db, "SELECT 1");
    assert_ptr_equal(one, prepared(db, "SELECT 1"));
    assert_ptr_not_equal(one, prepared(db, "SELECT 2"));
    for (int i = 0; i < 600; i++) { /* more than are kept */
        snprintf(text, sizeof(text), "SELECT %d", 1000 + i);
        assert_int_equal(db_number(db->sql, text), 1000 + i);
    }
    assert_int_equal(db->sql->stmt_count, SQL_STMTS_MAX);
    assert_int_equal(db_number(db->sql, "SELECT 1"), 1);
}

static void a_kept_statement_survives_a_change_of_schema(void **state)
{
    struct db *db = *state;
    db_must(db->sql, table);
    struct sql_stmt *stmt = prepared(db, "INSERT INTO t (id) VALUES (?)");
    sql_bind_int(stmt, 1);
    run_bound(stmt);
    db_must(db->sql, "ALTER TABLE t ADD COLUMN more INTEGER");
    sql_bind_int(stmt, 2);
    run_bound(stmt);
}

static void errors_say_what_to_do_next(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    db_must(db->sql, "INSERT INTO t (id) VALUES (1)");
    assert_rc(RC_REJECT, sql_run(db->sql, "INSERT INTO t (id) VALUES (1)", &e), &e);
    assert_contains(e.text, "INSERT INTO t");
    assert_rc(RC_FATAL, sql_run(db->sql, "SELECT * FROM nowhere", &e), &e);
    assert_contains(e.text, "nowhere");
    assert_contains(e.text, "tillctl schema install");
    assert_rc(RC_FATAL, sql_run(db->sql, "SELECT nothing FROM t", &e), &e);
    assert_rc(RC_FATAL, sql_run(db->sql, "SELEC", &e), &e);
    assert_false(sql_lost(db->sql));
    assert_int_equal(db_number(db->sql, "SELECT count(*) FROM t"), 1);
}

static void several_statements_run_until_one_fails(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, "CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER);\n");
    db_must(db->sql, "INSERT INTO b VALUES (1);\n");
    assert_rc(
        RC_FATAL,
        sql_run(db->sql, "CREATE TABLE c (x INTEGER); INSERT INTO d VALUES (1)", &e), &e);
    assert_contains(e.text, db->dialect == SQL_SQLITE ? "no such table: d" : "\"d\"");
}

/* Its driver takes several only when the first is DDL; it must not drop the others. */
static void sqlite_refuses_several_writes(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, "CREATE TABLE a (x INTEGER)");
    assert_rc(RC_FATAL,
              sql_run(db->sql, "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)", &e),
              &e);
    assert_contains(e.text, "only one SQL statement allowed");
    assert_int_equal(db_number(db->sql, "SELECT count(*) FROM a"), 0);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(rows_written_are_counted),
        DB_BOTH(too_few_or_many_parameters_are_fatal),
        DB_BOTH(an_unread_result_is_given_up),
        DB_BOTH(statements_are_kept_by_text),
        DB_BOTH(a_kept_statement_survives_a_change_of_schema),
        DB_BOTH(errors_say_what_to_do_next),
        DB_BOTH(several_statements_run_until_one_fails),
        DB_SQLITE(sqlite_refuses_several_writes),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
