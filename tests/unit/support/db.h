/* db: the databases that sql is tested on: SQLite always, PostgreSQL when the environment
 * variable TB_TEST_POSTGRES holds a connection string. */
#ifndef TB_UNIT_DB_H
#define TB_UNIT_DB_H

#include "io/sql.h"
#include "unit.h"

#include <stdbool.h>

struct db {
    enum sql_dialect dialect;
    const char *connection; /* NULL: not at hand, the tests are skipped */
    struct sql *sql;        /* opened for each test on an empty database */
    struct arena arena;
};

/* A test, and which of the databases it is for. */
struct db_case {
    const char *name;
    CMUnitTestFunction run;
    bool on[2]; /* by dialect */
};
#define DB_BOTH(function)      \
    {                          \
#function, (function), \
        {                      \
            true, true         \
        }                      \
    }
#define DB_SQLITE(function)    \
    {                          \
#function, (function), \
        {                      \
            true, false        \
        }                      \
    }
#define DB_POSTGRES(function)  \
    {                          \
#function, (function), \
        {                      \
            false, true        \
        }                      \
    }

/* Runs every case on its databases, or on the one named by the program's argument;
 * returns the number of failures, or DB_SKIPPED when the one named is not at hand. */
enum {
    DB_SKIPPED = 77,
};
int db_run(int argc, char **argv, const struct db_case *cases, size_t count);

/* One more connection to the same database, with its own time-out. */
struct sql *db_connect(const struct db *db, int64_t timeout_s);

/* Executes a text that must work; shorthands for tests. */
void db_must(struct sql *sql, const char *text);
int64_t db_number(struct sql *sql, const char *text);

#endif
