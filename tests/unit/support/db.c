/* db: see db.h. On PostgreSQL each test has a schema of its own. */
#include "db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TIMEOUT_S = 30,
    CASES_MAX = 64,
};

static char sqlite_connection[400];
static int owner; /* the test's process id: its children use the same schema */

static const char *schema_text(bool make)
{
    static char text[300];
    if (make)
        snprintf(text, sizeof(text),
                 "DROP SCHEMA IF EXISTS tillbridge_unit_%d CASCADE; "
                 "CREATE SCHEMA tillbridge_unit_%d; SET search_path = tillbridge_unit_%d",
                 owner, owner, owner);
    else
        snprintf(text, sizeof(text), "DROP SCHEMA IF EXISTS tillbridge_unit_%d CASCADE",
                 owner);
    return text;
}

static struct sql *open_db(const struct db *db, int64_t timeout_s)
{
    struct err e = {0};
    struct sql *sql = NULL;
    assert_ok(sql_open(db->connection, timeout_s, &sql, &e), &e);
    return sql;
}

struct sql *db_connect(const struct db *db, int64_t timeout_s)
{
    struct sql *sql = open_db(db, timeout_s);
    char text[100];
    snprintf(text, sizeof(text), "SET search_path = tillbridge_unit_%d", owner);
    if (db->dialect == SQL_POSTGRES)
        db_must(sql, text);
    return sql;
}

static int setup(void **state)
{
    struct db *db = *state;
    arena_init(&db->arena);
    if (!db->connection)
        return 0;
    db->sql = open_db(db, TIMEOUT_S);
    if (db->dialect == SQL_POSTGRES)
        db_must(db->sql, schema_text(true));
    return 0;
}

static void drop_all(const struct db *db)
{
    if (db->dialect == SQL_SQLITE) {
        unlink(unit_path("rms.db"));
        unlink(unit_path("rms.db-wal"));
        unlink(unit_path("rms.db-shm"));
        return;
    }
    struct sql *sql = open_db(db, TIMEOUT_S);
    db_must(sql, schema_text(false));
    sql_close(sql);
}

static int teardown(void **state)
{
    struct db *db = *state;
    arena_done(&db->arena);
    sql_close(db->sql);
    db->sql = NULL;
    if (db->connection)
        drop_all(db);
    return 0;
}

void db_must(struct sql *sql, const char *text)
{
    struct err e = {0};
    assert_ok(sql_run(sql, text, &e), &e);
}

int64_t db_number(struct sql *sql, const char *text)
{
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    bool got = false;
    int64_t number = 0;
    assert_ok(sql_prepare(sql, text, &stmt, &e), &e);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    assert_ok(sql_next(stmt, &got, &e), &e);
    assert_true(got);
    assert_ok(sql_int(stmt, 0, &number, &e), &e);
    sql_done(stmt);
    return number;
}

static void not_at_hand(void **state)
{
    (void)state;
    skip();
}

static struct db databases[] = {{.dialect = SQL_SQLITE}, {.dialect = SQL_POSTGRES}};

static struct CMUnitTest test_of(const struct db_case *test, struct db *db)
{
    static char names[2 * CASES_MAX][100];
    static size_t used;
    char *name = names[used++];
    snprintf(name, sizeof(names[0]), "%s: %s", sql_dialect_name(db->dialect), test->name);
    return (struct CMUnitTest){.name = name,
                               .test_func = db->connection ? test->run : not_at_hand,
                               .setup_func = setup,
                               .teardown_func = teardown,
                               .initial_state = db};
}

static bool is_wanted(const struct db *db, const char *name)
{
    return !name || strcmp(name, sql_dialect_name(db->dialect)) == 0;
}

int db_run(int argc, char **argv, const struct db_case *cases, size_t count)
{
    static struct CMUnitTest tests[2 * CASES_MAX];
    const char *name = argc > 1 ? argv[1] : NULL;
    size_t made = 0;
    owner = (int)getpid();
    databases[1].connection = getenv("TB_TEST_POSTGRES");
    if (!databases[1].connection && is_wanted(&databases[1], name))
        print_message("TB_TEST_POSTGRES is not set: PostgreSQL is skipped\n");
    if (!databases[1].connection && name && is_wanted(&databases[1], name))
        return DB_SKIPPED;
    snprintf(sqlite_connection, sizeof(sqlite_connection),
             "Driver=SQLite3;Database=%s;NoCreat=0", unit_path("rms.db"));
    databases[0].connection = sqlite_connection;
    assert_true(count <= CASES_MAX);
    for (size_t d = 0; d < 2; d++)
        for (size_t i = 0; i < count; i++)
            if (cases[i].on[d] && is_wanted(&databases[d], name))
                tests[made++] = test_of(&cases[i], &databases[d]);
    int failed = _cmocka_run_group_tests(argv[0], tests, made, NULL, NULL);
    unit_remove_folder();
    return failed;
}
