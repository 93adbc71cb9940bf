/* sql_rig: one table with a column of each type, and short ways to use sql on it. */
#ifndef TB_TEST_SQL_RIG_H
#define TB_TEST_SQL_RIG_H

#include "db.h"
#include "io/sql_internal.h"

/* FLOAT and BIGINT are there because RMS has them: quantities are float. */
static const char table[] =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, amount DECIMAL(19,4), quantity FLOAT, "
    "at TIMESTAMP, words VARCHAR(255), note TEXT, big BIGINT)";

static inline struct sql_stmt *prepared(const struct db *db, const char *text)
{
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    assert_ok(sql_prepare(db->sql, text, &stmt, &e), &e);
    return stmt;
}

static inline void run_bound(struct sql_stmt *stmt)
{
    struct err e = {0};
    int64_t rows = -2;
    assert_ok(sql_exec(stmt, &rows, &e), &e);
    assert_int_equal(rows, 1);
}

/* The statement with its first row fetched. */
static inline struct sql_stmt *first_row(const struct db *db, const char *text)
{
    struct err e = {0};
    bool got = false;
    struct sql_stmt *stmt = prepared(db, text);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    assert_ok(sql_next(stmt, &got, &e), &e);
    assert_true(got);
    return stmt;
}

static inline void bind_all_null_but_id(struct sql_stmt *stmt, int64_t id)
{
    sql_bind_int(stmt, id);
    for (int i = 0; i < 6; i++)
        sql_bind_text(stmt, NULL);
}

static const char insert_all[] = "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)";

#endif
