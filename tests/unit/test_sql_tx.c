/* test_sql_tx: transactions, locks, time limits and lost connections; on SQLite and, when
 * at hand, PostgreSQL. */
#include "db.h"
#include "io/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static enum rc insert(struct sql *sql, int64_t id, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(sql, "INSERT INTO t (id) VALUES (?)", &stmt, e);
    if (rc)
        return rc;
    sql_bind_int(stmt, id);
    return sql_exec(stmt, NULL, e);
}

static int64_t rows_in(struct sql *sql)
{
    return db_number(sql, "SELECT count(*) FROM t");
}

static void make_table(const struct db *db)
{
    db_must(db->sql, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
}

/* ---- commit and rollback ---- */

static void a_commit_keeps_and_a_rollback_drops(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(insert(db->sql, 1, &e), &e);
    assert_ok(sql_commit(db->sql, &e), &e);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(insert(db->sql, 2, &e), &e);
    sql_rollback(db->sql);
    assert_int_equal(rows_in(db->sql), 1);
    assert_false(sql_lost(db->sql));
}

static void another_connection_sees_it_after_the_commit(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    struct sql *other = db_connect(db, 10);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(insert(db->sql, 1, &e), &e);
    assert_int_equal(rows_in(other), 0);
    assert_ok(sql_commit(db->sql, &e), &e);
    assert_int_equal(rows_in(other), 1);
    sql_close(other);
}

static void after_an_error_only_a_rollback_is_left(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(insert(db->sql, 1, &e), &e);
    assert_rc(RC_REJECT, insert(db->sql, 1, &e), &e);
    assert_rc(RC_FATAL, insert(db->sql, 2, &e), &e);
    assert_contains(e.text, "only a rollback is left");
    assert_rc(RC_FATAL, sql_commit(db->sql, &e), &e);
    assert_false(sql_outcome_unknown(db->sql));
    sql_rollback(db->sql);
    assert_int_equal(rows_in(db->sql), 0);
    assert_ok(insert(db->sql, 3, &e), &e);
    assert_false(sql_lost(db->sql));
}

static void what_is_refused_before_it_is_sent_counts_as_an_error(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    make_table(db);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(sql_prepare(db->sql, "SELECT ?", &stmt, &e), &e);
    sql_bind_text(stmt, "\xff");
    assert_rc(RC_REJECT, sql_exec(stmt, NULL, &e), &e);
    assert_rc(RC_FATAL, sql_commit(db->sql, &e), &e);
    sql_rollback(db->sql);
}

static void calls_out_of_order_are_fatal(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    assert_rc(RC_FATAL, sql_commit(db->sql, &e), &e);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_rc(RC_FATAL, sql_begin(db->sql, &e), &e);
    sql_rollback(db->sql);
    sql_rollback(db->sql);
    assert_false(sql_lost(db->sql));
}

static void an_open_result_does_not_hinder_the_commit(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    bool got = false;
    make_table(db);
    db_must(db->sql, "INSERT INTO t (id) VALUES (1), (2)");
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(insert(db->sql, 3, &e), &e);
    assert_ok(sql_prepare(db->sql, "SELECT id FROM t ORDER BY id", &stmt, &e), &e);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    assert_ok(sql_next(stmt, &got, &e), &e);
    assert_ok(sql_commit(db->sql, &e), &e);
    assert_int_equal(rows_in(db->sql), 3);
}

static void closing_with_an_open_transaction_drops_it(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    struct sql *other = db_connect(db, 10);
    assert_ok(sql_begin(other, &e), &e);
    assert_ok(insert(other, 1, &e), &e);
    sql_close(other);
    assert_int_equal(rows_in(db->sql), 0);
    assert_ok(insert(db->sql, 1, &e), &e); /* and no lock stays behind */
}

/* ---- locks ---- */

static struct sql *connect_impatient(const struct db *db)
{
    struct err e = {0};
    struct sql *sql = NULL;
    char connection[1000];
    if (db->dialect == SQL_POSTGRES)
        return db_connect(db, 1); /* a third of a second for a lock */
    snprintf(connection, sizeof(connection), "%s;Timeout=300", db->connection);
    assert_ok(sql_open(connection, 30, &sql, &e), &e);
    return sql;
}

/* Reads before it writes, as the reconciler does: SQLite's plain BEGIN would let two
 * readers in and then refuse the second writer at once. */
static enum rc bump(struct sql *sql, struct err *e)
{
    enum rc rc = sql_begin(sql, e);
    if (rc)
        return rc;
    rc = sql_run(sql, "SELECT n FROM t WHERE id = 1", e);
    if (rc == RC_OK)
        rc = sql_run(sql, "UPDATE t SET n = n + 1 WHERE id = 1", e);
    if (rc == RC_OK)
        rc = sql_commit(sql, e);
    if (rc)
        sql_rollback(sql);
    return rc;
}

static void a_lock_held_by_another_is_a_retry(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    db_must(db->sql, "INSERT INTO t (id, n) VALUES (1, 0)");
    struct sql *other = connect_impatient(db);
    assert_ok(sql_begin(db->sql, &e), &e);
    db_must(db->sql, "UPDATE t SET n = 5 WHERE id = 1");
    int64_t from_ms = clock_monotonic_ms();
    assert_rc(RC_RETRY, bump(other, &e), &e);
    int64_t took_ms = clock_monotonic_ms() - from_ms;
    assert_in_range(took_ms, 250, 5000);
    assert_false(sql_lost(other));
    assert_ok(sql_commit(db->sql, &e), &e);
    assert_ok(bump(other, &e), &e);
    assert_int_equal(db_number(db->sql, "SELECT n FROM t WHERE id = 1"), 6);
    sql_close(other);
}

enum {
    WRITERS = 3,
    BUMPS = 40,
};

static int write_many(const struct db *db)
{
    struct err e = {0};
    struct sql *sql = db_connect(db, 60);
    int done = 0;
    while (done < BUMPS && bump(sql, &e) == RC_OK)
        done++;
    sql_close(sql);
    return done == BUMPS ? 0 : 1;
}

static void writers_wait_for_each_other(void **state)
{
    const struct db *db = *state;
    pid_t pids[WRITERS];
    make_table(db);
    db_must(db->sql, "INSERT INTO t (id, n) VALUES (1, 0)");
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0)
            _exit(write_many(db));
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(db_number(db->sql, "SELECT n FROM t WHERE id = 1"), WRITERS * BUMPS);
}

/* ---- SQLite's settings ---- */

static void sqlite_is_durable_and_lets_readers_be(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    const char *mode = NULL;
    bool got = false;
    assert_int_equal(db_number(db->sql, "PRAGMA synchronous"), 2); /* FULL */
    assert_ok(sql_prepare(db->sql, "PRAGMA journal_mode", &stmt, &e), &e);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    assert_ok(sql_next(stmt, &got, &e), &e);
    assert_ok(sql_text(stmt, 0, (struct arena *)&db->arena, &mode, &e), &e);
    assert_string_equal(mode, "wal");
}

/* ---- PostgreSQL's time limit, and connections that die ---- */

static void a_statement_that_takes_too_long_is_a_retry(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    struct sql *sql = db_connect(db, 1);
    assert_rc(RC_RETRY, sql_run(sql, "SELECT pg_sleep(20)", &e), &e);
    assert_false(sql_lost(sql));
    assert_int_equal(db_number(sql, "SELECT 1"), 1);
    sql_close(sql);
}

static void kill_backend(const struct db *db, struct sql *victim)
{
    char text[100];
    int64_t pid = db_number(victim, "SELECT pg_backend_pid()");
    snprintf(text, sizeof(text), "SELECT pg_terminate_backend(%lld)::int",
             (long long)pid);
    assert_int_equal(db_number(db->sql, text), 1);
}

static void a_lost_connection_is_marked(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    struct sql *sql = db_connect(db, 10);
    assert_ok(sql_begin(sql, &e), &e);
    assert_ok(insert(sql, 1, &e), &e);
    kill_backend(db, sql);
    assert_rc(RC_RETRY, insert(sql, 2, &e), &e);
    assert_true(sql_lost(sql));
    assert_rc(RC_RETRY, sql_commit(sql, &e), &e);
    assert_false(sql_outcome_unknown(sql)); /* it was never asked for */
    sql_rollback(sql);
    assert_rc(RC_RETRY, sql_begin(sql, &e), &e);
    assert_contains(e.text, "lost");
    sql_close(sql);
    assert_int_equal(rows_in(db->sql), 0);
}

static void a_commit_without_an_answer_is_of_unknown_outcome(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    make_table(db);
    struct sql *sql = db_connect(db, 10);
    assert_ok(sql_begin(sql, &e), &e);
    assert_ok(insert(sql, 1, &e), &e);
    kill_backend(db, sql);
    assert_rc(RC_RETRY, sql_commit(sql, &e), &e);
    assert_true(sql_outcome_unknown(sql));
    assert_true(sql_lost(sql));
    sql_close(sql);
}

static void a_commit_that_a_constraint_refuses_is_known_to_have_failed(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    db_must(db->sql, "CREATE TABLE t (id INTEGER PRIMARY KEY DEFERRABLE INITIALLY "
                     "DEFERRED, n INTEGER)");
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(insert(db->sql, 1, &e), &e);
    assert_ok(insert(db->sql, 1, &e), &e);
    assert_rc(RC_REJECT, sql_commit(db->sql, &e), &e);
    assert_false(sql_outcome_unknown(db->sql));
    sql_rollback(db->sql);
    assert_false(sql_lost(db->sql));
    assert_int_equal(rows_in(db->sql), 0);
}

/* ---- texts that are not met again ---- */

static void a_text_met_once_is_run_with_its_parameters(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    int64_t rows = 0;
    make_table(db);
    assert_ok(sql_once(db->sql, "INSERT INTO t (id, n) VALUES (?, ?)", &stmt, &e), &e);
    sql_bind_int(stmt, 1);
    sql_bind_int(stmt, 7);
    assert_ok(sql_exec(stmt, &rows, &e), &e);
    assert_int_equal(rows, 1);
    assert_int_equal(db_number(db->sql, "SELECT n FROM t WHERE id = 1"), 7);
}

/* A marker in quotes is none; the result that was open is read to its end. */
static void a_text_met_once_may_follow_an_open_result(void **state)
{
    struct db *db = *state;
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    const char *text = NULL;
    bool got = false;
    for (int i = 0; i < 3; i++) {
        assert_ok(
            sql_once(db->sql, "SELECT CAST(? AS VARCHAR(9)), '?' AS \"a?\"", &stmt, &e),
            &e);
        sql_bind_text(stmt, "it's ?");
        assert_ok(sql_exec(stmt, NULL, &e), &e);
        assert_ok(sql_next(stmt, &got, &e), &e);
        assert_ok(sql_text(stmt, 0, &db->arena, &text, &e), &e);
        assert_string_equal(text, "it's ?");
    }
}

static void a_text_met_once_may_fail(void **state)
{
    const struct db *db = *state;
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    make_table(db);
    assert_ok(sql_begin(db->sql, &e), &e);
    assert_ok(sql_once(db->sql, "INSERT INTO t (id) VALUES (?)", &stmt, &e), &e);
    assert_rc(RC_FATAL, sql_exec(stmt, NULL, &e), &e);
    assert_contains(e.text, "0 parameters for 1 markers");
    sql_rollback(db->sql);
    assert_ok(insert(db->sql, 1, &e), &e);
    assert_ok(sql_once(db->sql, "INSERT INTO t (id) VALUES (?)", &stmt, &e), &e);
    sql_bind_int(stmt, 1);
    assert_rc(RC_REJECT, sql_exec(stmt, NULL, &e), &e);
    assert_int_equal(rows_in(db->sql), 1);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(a_commit_keeps_and_a_rollback_drops),
        DB_BOTH(another_connection_sees_it_after_the_commit),
        DB_BOTH(after_an_error_only_a_rollback_is_left),
        DB_BOTH(what_is_refused_before_it_is_sent_counts_as_an_error),
        DB_BOTH(calls_out_of_order_are_fatal),
        DB_BOTH(an_open_result_does_not_hinder_the_commit),
        DB_BOTH(closing_with_an_open_transaction_drops_it),
        DB_BOTH(a_lock_held_by_another_is_a_retry),
        DB_BOTH(writers_wait_for_each_other),
        DB_BOTH(a_text_met_once_is_run_with_its_parameters),
        DB_BOTH(a_text_met_once_may_follow_an_open_result),
        DB_BOTH(a_text_met_once_may_fail),
        DB_SQLITE(sqlite_is_durable_and_lets_readers_be),
        DB_POSTGRES(a_statement_that_takes_too_long_is_a_retry),
        DB_POSTGRES(a_lost_connection_is_marked),
        DB_POSTGRES(a_commit_without_an_answer_is_of_unknown_outcome),
        DB_POSTGRES(a_commit_that_a_constraint_refuses_is_known_to_have_failed),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
