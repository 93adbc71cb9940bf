/* test_sql: values in and out; on SQLite and, when at hand, PostgreSQL. */
#include "base/money.h"
#include "sql_rig.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- amounts ---- */

static void check_amount(const struct db *db, int64_t id, int64_t amount_e4)
{
    struct err e = {0};
    int64_t read_e4 = 1;
    bool got = false;
    struct sql_stmt *insert = prepared(db, "INSERT INTO t (id, amount) VALUES (?, ?)");
    sql_bind_int(insert, id);
    sql_bind_money(insert, amount_e4);
    run_bound(insert);
    struct sql_stmt *select = prepared(db, "SELECT amount FROM t WHERE id = ?");
    sql_bind_int(select, id);
    assert_ok(sql_exec(select, NULL, &e), &e);
    assert_ok(sql_next(select, &got, &e), &e);
    assert_ok(sql_money(select, 0, &read_e4, &e), &e);
    assert_int_equal(read_e4, amount_e4);
}

static void amounts_are_exact_both_ways(void **state)
{
    const struct db *db = *state;
    static const int64_t edges[] = {0,     1,     -1,     99,     100,    -100,
                                    10000, 12300, 123400, 999999, 1000001};
    struct err e = {0};
    int64_t id = 1;
    db_must(db->sql, table);
    assert_ok(sql_begin(db->sql, &e), &e);
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
        check_amount(db, id++, edges[i]);
    for (int64_t below = 0; below < 300; below++) {
        check_amount(db, id++, MONEY_MAX_E4 - below);
        check_amount(db, id++, -MONEY_MAX_E4 + below);
    }
    unsigned short seed[3] = {1, 2, 3};
    for (int i = 0; i < 1000; i++) {
        int64_t any = ((int64_t)nrand48(seed) << 31 | nrand48(seed)) % MONEY_MAX_E4;
        check_amount(db, id++, i % 2 ? any : -any);
    }
    assert_ok(sql_commit(db->sql, &e), &e);
}

static void an_amount_that_is_none_is_refused(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    int64_t amount_e4 = 7;
    struct sql_stmt *stmt =
        first_row(db, "SELECT '1.23456' AS five, 'x' AS word, '1e3' AS power, '.5' AS "
                      "half, '-.25' AS quarter, '12.' AS point, NULL AS none");
    assert_rc(RC_REJECT, sql_money(stmt, 0, &amount_e4, &e), &e);
    assert_contains(e.text, "column five");
    assert_contains(e.text, "1.23456");
    assert_rc(RC_REJECT, sql_money(stmt, 1, &amount_e4, &e), &e);
    assert_rc(RC_REJECT, sql_money(stmt, 2, &amount_e4, &e), &e);
    assert_int_equal(amount_e4, 7);
    assert_ok(sql_money(stmt, 3, &amount_e4, &e), &e);
    assert_int_equal(amount_e4, 5000);
    assert_ok(sql_money(stmt, 4, &amount_e4, &e), &e);
    assert_int_equal(amount_e4, -2500);
    assert_ok(sql_money(stmt, 5, &amount_e4, &e), &e);
    assert_int_equal(amount_e4, 120000);
    assert_ok(sql_money(stmt, 6, &amount_e4, &e), &e);
    assert_int_equal(amount_e4, 0);
    assert_true(sql_is_null(stmt, 6));
}

static void an_amount_out_of_range_is_not_bound(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    struct sql_stmt *stmt = prepared(db, "INSERT INTO t (id, amount) VALUES (1, ?)");
    sql_bind_money(stmt, MONEY_MAX_E4 + 1);
    assert_rc(RC_REJECT, sql_exec(stmt, NULL, &e), &e);
    assert_int_equal(db_number(db->sql, "SELECT count(*) FROM t"), 0);
}

/* ---- whole numbers ---- */

static void whole_numbers_are_exact(void **state)
{
    static const int64_t numbers[] = {
        0, 1, -1, 2147483648, 9007199254740993, -9007199254740993, INT64_MAX, INT64_MIN};
    const struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sql_stmt *stmt = prepared(db, "INSERT INTO t (id, big) VALUES (?, ?)");
        sql_bind_int(stmt, (int64_t)i);
        sql_bind_int(stmt, numbers[i]);
        run_bound(stmt);
    }
    struct sql_stmt *stmt = first_row(db, "SELECT big FROM t ORDER BY id");
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int64_t number = 0;
        bool got = false;
        assert_ok(sql_int(stmt, 0, &number, &e), &e);
        assert_int_equal(number, numbers[i]);
        assert_ok(sql_next(stmt, &got, &e), &e);
    }
}

static void a_float_column_holds_whole_numbers(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    int64_t number = 9;
    db_must(db->sql, table);
    db_must(db->sql, "INSERT INTO t (id, quantity, big) VALUES (1, 3, 1)");
    db_must(db->sql, "INSERT INTO t (id, quantity, big) VALUES (2, 2.5, 1)");
    struct sql_stmt *stmt = first_row(db, "SELECT quantity AS qty FROM t ORDER BY id");
    bool got = false;
    assert_ok(sql_int(stmt, 0, &number, &e), &e);
    assert_int_equal(number, 3);
    assert_ok(sql_next(stmt, &got, &e), &e);
    assert_rc(RC_REJECT, sql_int(stmt, 0, &number, &e), &e);
    assert_contains(e.text, "column qty");
    assert_int_equal(number, 3);
}

static void columns_may_be_read_in_any_order_and_twice(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    int64_t number = 0;
    const char *text = NULL;
    struct sql_stmt *stmt = first_row(db, "SELECT 1 AS a, 'two' AS b, NULL AS c");
    for (int i = 0; i < 2; i++) {
        assert_ok(sql_text(stmt, 2, (struct arena *)&db->arena, &text, &e), &e);
        assert_null(text);
        assert_ok(sql_text(stmt, 1, (struct arena *)&db->arena, &text, &e), &e);
        assert_string_equal(text, "two");
        assert_ok(sql_int(stmt, 0, &number, &e), &e);
        assert_int_equal(number, 1);
    }
    assert_false(sql_is_null(stmt, 0));
    assert_true(sql_is_null(stmt, 2));
    assert_rc(RC_FATAL, sql_int(stmt, 3, &number, &e), &e);
}

/* ---- text ---- */

static void check_text(struct db *db, const char *text)
{
    struct err e = {0};
    const char *read = NULL;
    db_must(db->sql, "DELETE FROM t");
    struct sql_stmt *insert = prepared(db, "INSERT INTO t (id, note) VALUES (1, ?)");
    sql_bind_long_text(insert, text);
    run_bound(insert);
    struct sql_stmt *select = first_row(db, "SELECT note FROM t");
    assert_ok(sql_text(select, 0, &db->arena, &read, &e), &e);
    if (text)
        assert_string_equal(read, text);
    else
        assert_null(read);
    sql_done(select);
}

static void text_comes_back_whole(void **state)
{
    struct db *db = *state;
    db_must(db->sql, table);
    check_text(db, "");
    check_text(db, NULL);
    check_text(db, "it's \"quoted\", 100% \\ {a,b} ? ; -- end");
    check_text(db, "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80"); /* é, 日, an emoji */
    check_text(db, "one\ntwo\r\n\tthree");
    char *long_text = calloc(1, 300001);
    assert_non_null(long_text);
    for (size_t len = 1000; len < 1050; len++) { /* around the size of a piece */
        for (size_t i = 0; i + 3 <= len; i += 3)
            memcpy(long_text + i, "\xe6\x97\xa5", 3);
        memset(long_text + len / 3 * 3, 'x', len % 3);
        long_text[len] = '\0';
        check_text(db, long_text);
    }
    memset(long_text, 'x', 300000);
    check_text(db, long_text);
    free(long_text);
}

static void text_that_is_not_utf8_is_not_bound(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    struct sql_stmt *stmt = prepared(db, "INSERT INTO t (id, words) VALUES (?, ?)");
    sql_bind_int(stmt, 1);
    sql_bind_text(stmt, "caf\xe9");
    assert_rc(RC_REJECT, sql_exec(stmt, NULL, &e), &e);
    assert_contains(e.text, "parameter 2");
    assert_int_equal(db_number(db->sql, "SELECT count(*) FROM t"), 0);
}

/* PostgreSQL takes no such text in the first place. */
static void text_that_is_not_utf8_is_not_read(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    const char *text = NULL;
    struct sql_stmt *stmt = first_row(db, "SELECT CAST(x'4361e9' AS TEXT) AS words");
    assert_rc(RC_REJECT, sql_text(stmt, 0, &db->arena, &text, &e), &e);
    assert_contains(e.text, "column words");
    assert_null(text);
}

static void nulls_of_every_column_are_bound(void **state)
{
    struct db *db = *state;
    db_must(db->sql, table);
    struct sql_stmt *stmt = prepared(db, insert_all);
    bind_all_null_but_id(stmt, 1);
    run_bound(stmt);
    stmt = first_row(db, "SELECT * FROM t");
    for (int column = 1; column < 7; column++)
        assert_true(sql_is_null(stmt, column));
}

/* ---- times ---- */

static void times_are_kept_to_the_millisecond(void **state)
{
    static const char *const times[] = {"2026-11-22 10:00:00.125", "2024-02-29 23:59:59",
                                        "1899-12-30 00:00:00"};
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const char *read = NULL;
        db_must(db->sql, "DELETE FROM t");
        struct sql_stmt *insert = prepared(db, "INSERT INTO t (id, at) VALUES (1, ?)");
        sql_bind_time(insert, times[i]);
        run_bound(insert);
        struct sql_stmt *select = first_row(db, "SELECT at FROM t");
        assert_ok(sql_text(select, 0, &db->arena, &read, &e), &e);
        assert_string_equal(read, times[i]);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "2026-11-22",
                                        "2026-11-22T10:00:00",
                                        "2026-02-30 10:00:00",
                                        "tomorrow",
                                        "2026-11-22 24:00:00",
                                        "2026-11-22 10:00:60",
                                        "2026-11-22 10:00:00 x",
                                        "2026-1-22 10:00:00"};
    struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, table);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct sql_stmt *insert = prepared(db, "INSERT INTO t (id, at) VALUES (1, ?)");
        sql_bind_time(insert, wrong[i]);
        assert_rc(RC_REJECT, sql_exec(insert, NULL, &e), &e);
    }
    assert_int_equal(db_number(db->sql, "SELECT count(*) FROM t"), 0);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(amounts_are_exact_both_ways),
        DB_BOTH(an_amount_that_is_none_is_refused),
        DB_BOTH(an_amount_out_of_range_is_not_bound),
        DB_BOTH(whole_numbers_are_exact),
        DB_BOTH(a_float_column_holds_whole_numbers),
        DB_BOTH(columns_may_be_read_in_any_order_and_twice),
        DB_BOTH(text_comes_back_whole),
        DB_BOTH(text_that_is_not_utf8_is_not_bound),
        DB_SQLITE(text_that_is_not_utf8_is_not_read),
        DB_BOTH(nulls_of_every_column_are_bound),
        DB_BOTH(times_are_kept_to_the_millisecond),
        DB_BOTH(what_is_no_time_is_refused),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
