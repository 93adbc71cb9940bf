/* test_sql_diag: judging diagnostic records, made up after what drivers were seen to say;
 * and connection strings: what is added, guessed and kept secret. */
#include "base/buf.h"
#include "io/sql_internal.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sql_record record(const char *sqlstate, long native, const char *text)
{
    struct sql_record made = {.native = native};
    snprintf(made.sqlstate, sizeof(made.sqlstate), "%s", sqlstate);
    snprintf(made.text, sizeof(made.text), "%s", text);
    return made;
}

static const struct {
    enum sql_dialect dialect;
    const char *sqlstate;
    long native;
    const char *text;
    enum rc rc;
    bool lost;
} single[] = {
    /* FreeTDS gives deadlocks and lock time-outs as 42000. */
    {SQL_SQLSERVER, "42000", 1205, "deadlocked on lock resources", RC_RETRY, false},
    {SQL_SQLSERVER, "42000", 1222, "Lock request time out", RC_RETRY, false},
    {SQL_SQLSERVER, "42000", 3960, "Snapshot isolation", RC_RETRY, false},
    {SQL_SQLSERVER, "HYT00", 0, "Timeout expired", RC_RETRY, false},
    {SQL_SQLSERVER, "40001", 0, "Serialization failure", RC_RETRY, false},
    {SQL_SQLSERVER, "42000", 9002, "The transaction log is full", RC_RETRY, false},
    {SQL_SQLSERVER, "23000", 2627, "Violation of UNIQUE KEY", RC_REJECT, false},
    {SQL_SQLSERVER, "23000", 2601, "Cannot insert duplicate key", RC_REJECT, false},
    {SQL_SQLSERVER, "23000", 547, "FOREIGN KEY constraint", RC_REJECT, false},
    {SQL_SQLSERVER, "23000", 515, "Cannot insert the value NULL", RC_REJECT, false},
    {SQL_SQLSERVER, "22001", 8152, "String or binary data", RC_REJECT, false},
    {SQL_SQLSERVER, "42000", 2628, "String or binary data in", RC_REJECT, false},
    {SQL_SQLSERVER, "22003", 8115, "Arithmetic overflow", RC_REJECT, false},
    {SQL_SQLSERVER, "42000", 50000, "refused by a trigger", RC_REJECT, false},
    {SQL_SQLSERVER, "42000", 50000, "[SQL Server]tillbridge: a row", RC_RETRY, false},
    {SQL_SQLSERVER, "42000", 229, "permission was denied", RC_FATAL, false},
    {SQL_SQLSERVER, "42S02", 208, "Invalid object name", RC_FATAL, false},
    {SQL_SQLSERVER, "42S22", 207, "Invalid column name", RC_FATAL, false},
    {SQL_SQLSERVER, "42000", 102, "Incorrect syntax near", RC_FATAL, false},
    {SQL_SQLSERVER, "42000", 8003, "too many parameters", RC_FATAL, false},
    {SQL_SQLSERVER, "42000", 18456, "Login failed for user", RC_FATAL, false},
    {SQL_SQLSERVER, "08004", 4060, "Cannot open database", RC_FATAL, false},
    {SQL_SQLSERVER, "08S01", 20009, "Unable to connect", RC_RETRY, true},
    {SQL_SQLSERVER, "08001", 20013, "Unknown host machine name", RC_RETRY, true},
    {SQL_SQLSERVER, "HY000", 2402, "Error converting characters", RC_RETRY, true},
    {SQL_SQLSERVER, "24000", 0, "Invalid cursor state", RC_RETRY, true},
    {SQL_SQLSERVER, "HY000", 0, "Unknown error", RC_RETRY, true},
    {SQL_SQLSERVER, "08S01", 0, "Communication link failure", RC_RETRY, true},
    {SQL_SQLSERVER, "25000", 3903, "ROLLBACK has no BEGIN", RC_RETRY, true},
    {SQL_SQLSERVER, "42000", 777, "some other error", RC_FATAL, false},

    {SQL_POSTGRES, "40001", 1, "could not serialize access", RC_RETRY, false},
    {SQL_POSTGRES, "40P01", 1, "deadlock detected", RC_RETRY, false},
    {SQL_POSTGRES, "55P03", 1, "canceling statement due to lock", RC_RETRY, false},
    {SQL_POSTGRES, "0A000", 1, "cached plan must not change result type", RC_RETRY, true},
    {SQL_POSTGRES, "0A000", 1, "cannot do this", RC_FATAL, false},
    {SQL_POSTGRES, "57014", 1, "canceling statement due to st", RC_RETRY, false},
    {SQL_POSTGRES, "53300", 1, "too many clients already", RC_RETRY, false},
    {SQL_POSTGRES, "53100", 1, "could not extend file", RC_RETRY, false},
    {SQL_POSTGRES, "57P01", 1, "terminating connection", RC_RETRY, true},
    {SQL_POSTGRES, "08S01", 26, "the connection was lost", RC_RETRY, true},
    {SQL_POSTGRES, "08001", 101, "Connection refused", RC_RETRY, true},
    {SQL_POSTGRES, "08001", 101, "FATAL:  password authentication failed for user \"u\"",
     RC_FATAL, false},
    {SQL_POSTGRES, "08001", 101, "FATAL:  database \"x\" does not exist", RC_FATAL,
     false},
    {SQL_POSTGRES, "08001", 101, "no pg_hba.conf entry for host", RC_FATAL, false},
    {SQL_POSTGRES, "23505", 1, "duplicate key value", RC_REJECT, false},
    {SQL_POSTGRES, "23503", 1, "violates foreign key", RC_REJECT, false},
    {SQL_POSTGRES, "22001", 1, "value too long", RC_REJECT, false},
    {SQL_POSTGRES, "22003", 1, "out of range", RC_REJECT, false},
    {SQL_POSTGRES, "P0001", 1, "raised by a function", RC_REJECT, false},
    {SQL_POSTGRES, "42501", 1, "permission denied", RC_FATAL, false},
    {SQL_POSTGRES, "42P01", 1, "relation does not exist", RC_FATAL, false},
    {SQL_POSTGRES, "42601", 1, "syntax error", RC_FATAL, false},
    {SQL_POSTGRES, "XX000", 1, "internal error", RC_FATAL, false},

    {SQL_SQLITE, "HY000", 5, "database is locked (5)", RC_RETRY, false},
    {SQL_SQLITE, "HY000", 6, "database table is locked", RC_RETRY, false},
    {SQL_SQLITE, "HY000", 13, "database or disk is full", RC_RETRY, false},
    {SQL_SQLITE, "HY000", 10, "disk I/O error", RC_RETRY, true},
    {SQL_SQLITE, "HY000", 19, "UNIQUE constraint failed", RC_REJECT, false},
    {SQL_SQLITE, "HY000", 20, "datatype mismatch", RC_REJECT, false},
    {SQL_SQLITE, "HY000", 8, "attempt to write a readonly", RC_FATAL, false},
    {SQL_SQLITE, "HY000", 14, "connect failed", RC_FATAL, false},
    {SQL_SQLITE, "HY000", 11, "database disk image is mal", RC_FATAL, false},
    {SQL_SQLITE, "HY000", 1, "no such table: x", RC_FATAL, false},
    {SQL_SQLITE, "HY000", 1, "near \"SELEC\": syntax error", RC_FATAL, false},

    {SQL_SQLITE, "IM002", 0, "Data source name not found", RC_FATAL, false},
    {SQL_SQLSERVER, "01000", 0, "Can't open lib 'NoSuch'", RC_FATAL, false},
    {SQL_SQLITE, "HY010", 0, "Function sequence error", RC_FATAL, false},
};

static void each_record_has_its_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
        struct sql_record made =
            record(single[i].sqlstate, single[i].native, single[i].text);
        struct sql_verdict verdict = sql_diag_judge(single[i].dialect, &made, 1);
        if (verdict.rc != single[i].rc || verdict.lost != single[i].lost)
            fail_msg("%s %ld %s: %s%s", single[i].sqlstate, single[i].native,
                     single[i].text, err_rc_name(verdict.rc),
                     verdict.lost ? ", lost" : "");
        assert_ptr_equal(verdict.record, &made);
    }
}

static void an_error_without_records_is_a_lost_connection(void **state)
{
    (void)state;
    for (int dialect = SQL_SQLITE; dialect <= SQL_SQLSERVER; dialect++) {
        struct sql_verdict verdict = sql_diag_judge((enum sql_dialect)dialect, NULL, 0);
        assert_int_equal(verdict.rc, RC_RETRY);
        assert_true(verdict.lost);
        assert_null(verdict.record);
    }
}

static void the_record_that_says_most_decides_wherever_it_stands(void **state)
{
    (void)state;
    const struct sql_record records[] = {
        record("01000", 3621, "The statement has been terminated."),
        record("25000", 3902, "COMMIT has no BEGIN"),
        record("23000", 2627, "Violation of PRIMARY KEY constraint"),
        record("42000", 1205, "was deadlocked"),
    };
    struct sql_verdict verdict = sql_diag_judge(SQL_SQLSERVER, records, 1);
    assert_int_equal(verdict.rc, RC_FATAL); /* 3621 alone says nothing */
    verdict = sql_diag_judge(SQL_SQLSERVER, records, 2);
    assert_true(verdict.lost);
    verdict = sql_diag_judge(SQL_SQLSERVER, records, 3);
    assert_int_equal(verdict.rc, RC_REJECT);
    assert_false(verdict.lost);
    assert_int_equal(verdict.record->native, 2627);
    verdict = sql_diag_judge(SQL_SQLSERVER, records, 4);
    assert_int_equal(verdict.rc, RC_RETRY);
    assert_int_equal(verdict.record->native, 1205);
}

static void a_bad_login_is_not_taken_for_a_lost_server(void **state)
{
    (void)state;
    const struct sql_record records[] = {
        record("08001", 0, "Unable to connect to data source"),
        record("42000", 18456, "Login failed for user 'till'."),
    };
    struct sql_verdict verdict = sql_diag_judge(SQL_SQLSERVER, records, 2);
    assert_int_equal(verdict.rc, RC_FATAL);
    assert_contains(verdict.remedy, "login");
}

/* ---- connection strings ---- */

static const char *completed(enum sql_dialect dialect, const char *given)
{
    static struct buf text;
    buf_done(&text);
    buf_init(&text, 4000);
    buf_text(&text, given);
    sql_link_complete(dialect, 30, &text);
    return buf_str(&text);
}

static void what_a_driver_needs_is_added(void **state)
{
    (void)state;
    assert_string_equal(completed(SQL_SQLITE, "Driver=SQLite3;Database=x.db"),
                        "Driver=SQLite3;Database=x.db;NoCreat=1;Timeout=10000;"
                        "JournalMode=WAL;SyncPragma=FULL");
    assert_string_equal(
        completed(SQL_SQLITE, "Driver=SQLite3;timeout=7000;JOURNALMODE=DELETE;"),
        "Driver=SQLite3;timeout=7000;JOURNALMODE=DELETE;NoCreat=1;SyncPragma=FULL");
    assert_contains(completed(SQL_POSTGRES, "Driver=PostgreSQL Unicode"),
                    ";Protocol=7.4-0;UseServerSidePrepare=1;CommLog=0;Debug=0;");
    const char *tds = completed(SQL_SQLSERVER, "Driver=FreeTDS;Server=x");
    assert_contains(tds, ";TDS_Version=7.4;ClientCharset=UTF-8;Timeout=35;");
    assert_contains(completed(SQL_SQLSERVER, "Driver=FreeTDS;PWD={a;Timeout=1}"),
                    "Timeout=35");
    completed(SQL_SQLITE, ""); /* the last one is kept: */
}

static void the_dialect_is_guessed_from_the_driver(void **state)
{
    (void)state;
    enum sql_dialect dialect = SQL_SQLITE;
    assert_true(sql_link_guess("DRIVER={FreeTDS};Server=sqlite", &dialect));
    assert_int_equal(dialect, SQL_SQLSERVER);
    assert_true(sql_link_guess("Driver=/usr/lib/libsqlite3odbc.so", &dialect));
    assert_int_equal(dialect, SQL_SQLITE);
    assert_true(sql_link_guess("Driver=PostgreSQL Unicode", &dialect));
    assert_int_equal(dialect, SQL_POSTGRES);
    assert_false(sql_link_guess("DSN=postgres", &dialect));
    assert_false(sql_link_guess("", &dialect));
    assert_false(sql_link_guess("Driver", &dialect));
}

static void a_password_is_starred_out(void **state)
{
    (void)state;
    static const struct {
        const char *connection, *text, *want;
    } cases[] = {
        {"PWD=hunter2;UID=u", "login u/hunter2 failed", "login u/******* failed"},
        {"Pwd = hunter2 ;", "hunter2hunter2", "**************"},
        {"Password={a}};b}", "a};b and {a}};b}", "**** and *******"},
        {"PWD=", "nothing", "nothing"},
        {"MyToken=t0k;Secret=s3c", "t0k s3c", "*** ***"},
        {"UID=u;Server=s", "u at s", "u at s"},
        {"PWD={unclosed", "unclosed", "********"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[100];
        snprintf(text, sizeof(text), "%s", cases[i].text);
        sql_link_redact(cases[i].connection, text);
        assert_string_equal(text, cases[i].want);
    }
}

/* Data sources of the test's own, at a port that nothing listens on. */
static void make_dsns(void)
{
    const char *path = unit_path("odbc.ini");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file,
            "[postgres]\nDriver=PostgreSQL Unicode\nServername=127.0.0.1\nPort=1\n"
            "[freetds]\nDriver=FreeTDS\nServer=127.0.0.1\nPort=1\n"
            "[lite]\nDriver=SQLite3\nDatabase=%s\n",
            unit_path("lite.db"));
    fclose(file);
    setenv("ODBCINI", path, 1);
}

/* libodbcinst keeps what it read of odbc.ini in a list that is lost with the driver that
 * loaded it; that alone is not counted as a leak. */
static enum rc open_overlooked(const char *connection, struct sql **sql, struct err *e)
{
    unit_count_leaks(strncmp(connection, "DSN=", 4) != 0);
    enum rc rc = sql_open(connection, 5, sql, e);
    unit_count_leaks(true);
    return rc;
}

static void a_data_source_is_completed_too(void **state)
{
    (void)state;
    struct err e = {0};
    struct sql *sql = NULL;
    make_dsns();
    assert_rc(RC_FATAL, open_overlooked("DSN=lite", &sql, &e), &e);
    assert_contains(e.text, "check the path");
    assert_int_equal(access(unit_path("lite.db"), F_OK), -1); /* none was made */
    assert_ok(open_overlooked("DSN=lite;NoCreat=0", &sql, &e), &e);
    sql_close(sql);
    assert_ok(open_overlooked("DSN=lite", &sql, &e), &e);
    assert_int_equal(sql_dialect(sql), SQL_SQLITE);
    struct sql_stmt *stmt = NULL;
    int64_t level = 0;
    bool got = false;
    assert_ok(sql_prepare(sql, "PRAGMA synchronous", &stmt, &e), &e);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    assert_ok(sql_next(stmt, &got, &e), &e);
    assert_ok(sql_int(stmt, 0, &level, &e), &e);
    assert_int_equal(level, 2); /* FULL, as sql_link_complete has it */
    sql_close(sql);
    unit_remove_folder();
}

static void a_failed_connection_says_why_and_no_secret(void **state)
{
    (void)state;
    make_dsns();
    static const struct {
        const char *connection;
        enum rc rc;
        const char *says;
    } cases[] = {
        {"Driver=NoSuch;PWD=hunter2", RC_FATAL, "odbcinst -q -d"},
        {"Driver=hunter2;PWD=hunter2", RC_FATAL, "odbcinst -q -d"},
        {"DSN=nowhere;PWD=hunter2", RC_FATAL, "odbcinst -q -d"},
        {"Driver=SQLite3;Database=/no/such/folder/x.db;PWD=hunter2", RC_FATAL,
         "check the path"},
        {"Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=1;PWD=hunter2;UID=hunter2",
         RC_RETRY, "check the server's address"},
        {"Driver=FreeTDS;Server=127.0.0.1;Port=1;PWD=hunter2;UID=hunter2", RC_RETRY,
         "check the server's address"},
        {"", RC_FATAL, ""},
        {"DSN=postgres;UID=hunter2", RC_RETRY, "check the server's address"},
        {"DSN=freetds;PWD=hunter2", RC_RETRY, "check the server's address"},
        {"PWD=hunter2;hunter2", RC_FATAL, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        struct sql *sql = NULL;
        assert_rc(cases[i].rc, open_overlooked(cases[i].connection, &sql, &e), &e);
        assert_null(sql);
        assert_contains(e.text, cases[i].says);
        assert_lacks(e.text, "hunter2");
    }
    unit_remove_folder();
}

static void values_of_rows_are_cut_off(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"Key (EmailAddress)=(jane@example.com) already exists.",
         "Key (EmailAddress)=(... left out: LOG_PERSONAL"},
        {"null value in column \"A\"; Failing row contains (7, Jane, 1 Main St).",
         "null value in column \"A\"; Failing row contains (... left out: LOG_PERSONAL"},
        {"String or binary data would be truncated in table 'Customer', column "
         "'FirstName'. Truncated value: 'Jane'.",
         "String or binary data would be truncated in table 'Customer', column "
         "'FirstName'. Truncated value: '... left out: LOG_PERSONAL"},
        {"Cannot insert duplicate key row in object 'Customer'. The duplicate key value "
         "is "
         "(jane@example.com).",
         "Cannot insert duplicate key row in object 'Customer'. The duplicate key value "
         "is "
         "(... left out: LOG_PERSONAL"},
        {"value too long for type character varying(30)",
         "value too long for type character varying(30)"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct sql_record cut = record("23000", 1, texts[i][0]);
        sql_diag_hide_values(cut.text, sizeof(cut.text));
        assert_string_equal(cut.text, texts[i][1]);
    }
    char full[40];
    snprintf(full, sizeof(full), "Failing row contains (123456789, Jane)");
    sql_diag_hide_values(full, sizeof(full)); /* no more than there is room for */
    assert_string_equal(full, "Failing row contains (... left out: LOG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_record_has_its_meaning),
        cmocka_unit_test(an_error_without_records_is_a_lost_connection),
        cmocka_unit_test(the_record_that_says_most_decides_wherever_it_stands),
        cmocka_unit_test(a_bad_login_is_not_taken_for_a_lost_server),
        cmocka_unit_test(what_a_driver_needs_is_added),
        cmocka_unit_test(the_dialect_is_guessed_from_the_driver),
        cmocka_unit_test(a_password_is_starred_out),
        cmocka_unit_test(a_data_source_is_completed_too),
        cmocka_unit_test(values_of_rows_are_cut_off),
        cmocka_unit_test(a_failed_connection_says_why_and_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
