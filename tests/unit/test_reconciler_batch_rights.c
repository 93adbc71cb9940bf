/* test_reconciler_batch_rights: a login of PostgreSQL that has just the rights of
 * rights.def does all of the reconciler's work, and without any one of them it does not,
 * which the preflight says together with the GRANT that mends it. */
#include "reconciler/rig.h"

#include "rights.h"
#include "rms_internal.h"
#include "rms_preflight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct rig rig;
static char login[60];

static const char *const settings[] = {
    "RMS_CREATE_CUSTOMERS=true", "RMS_UPDATE_CUSTOMERS=all", "RMS_SHIPPING_ITEM=SHIPPING",
    "RMS_SALES_REP_ID=5", NULL};

/* The connection string with another login. */
static void become_login(void)
{
    static char connection[1200];
    const char *uid = strstr(rig.connection, "UID=");
    const char *rest = strstr(rig.connection, "SSLmode=");
    assert_true(uid && rest && uid < rest);
    snprintf(connection, sizeof(connection), "%.*sUID=%s;PWD=hush;%s",
             (int)(uid - rig.connection), rig.connection, login, rest);
    rig.cfg.rms_odbc = connection;
    rig_restart(&rig);
}

static void run_grants(const char *text)
{
    for (const char *p = text; *p;) {
        int len = (int)strcspn(p, "\n");
        rig_must(&rig, "%.*s", len, p);
        p += len + (p[len] == '\n');
    }
}

static void grant_all(void)
{
    struct buf text;
    buf_init(&text, 100000);
    rights_grant_all(SQL_POSTGRES, &rig.cfg, login, &text);
    run_grants(buf_str(&text));
    buf_done(&text);
}

static void open_as_login(void **state)
{
    static int made; /* roles belong to the server: one test's must not be another's */
    rig_open(&rig, state, settings);
    snprintf(login, sizeof(login), "till_login_%d_%d", (int)getpid(), ++made);
    rig_must(&rig, "CREATE TABLE \"SalesRep\" (\"ID\" integer NOT NULL)");
    rig_must(&rig, "INSERT INTO \"SalesRep\" VALUES (5)");
    rig_must(&rig, "CREATE ROLE %s LOGIN PASSWORD 'hush'", login);
    rig_must(&rig, "GRANT USAGE ON SCHEMA tillbridge_unit_%d TO %s", (int)getpid(),
             login);
    grant_all();
    become_login();
}

static void close_login(void)
{
    rms_free(rig.rms); /* its connection is the login's */
    rig.rms = NULL;
    rig_must(&rig, "DROP OWNED BY %s", login);
    rig_must(&rig, "DROP ROLE %s", login);
    rig_close(&rig);
}

/* ---- what the preflight says to the login ---- */

static size_t look(struct findings *found)
{
    struct err e = {0};
    struct sql *sql = NULL;
    size_t width[COL_COUNT];
    findings_init(found);
    assert_ok(sql_open(rig.cfg.rms_odbc, 10, &sql, &e), &e);
    assert_ok(rms_preflight_look(sql, &rig.cfg, width, found, &e), &e);
    sql_close(sql);
    return found->count;
}

static void expect_none(void)
{
    struct findings found;
    size_t count = look(&found);
    for (size_t i = 0; i < count; i++)
        print_error("%s %s: %s: %s\n", found.at[i].kind, found.at[i].where,
                    found.at[i].what, found.at[i].remedy);
    findings_done(&found);
    assert_int_equal(count, 0);
}

/* One finding, about this; its remedy is run, and all is well. */
static void expect_mended(enum finding_level level, const char *where, const char *word)
{
    struct findings found;
    size_t count = look(&found);
    for (size_t i = 0; i < count && count != 1; i++)
        print_error("%s: %s\n", found.at[i].where, found.at[i].what);
    assert_int_equal(count, 1);
    assert_int_equal(found.at[0].level, level);
    assert_string_equal(found.at[0].kind, "right");
    assert_string_equal(found.at[0].where, where);
    assert_contains(found.at[0].what, word);
    rig_must(&rig, "%s", found.at[0].remedy);
    findings_done(&found);
    expect_none();
}

/* ---- all of the work ---- */

static const struct snapshot_address *address(const char *city)
{
    struct snapshot_address *made = arena_alloc(&rig.arena, sizeof(*made));
    *made = (struct snapshot_address){.first_name = "Ana", .city = city};
    return made;
}

static bool is_done(const struct work *work, const char *action)
{
    return strcmp(action_word(work->action), action) == 0;
}

static bool try_one(const struct snapshot *order, const char *action)
{
    struct err e = {0};
    rig.count = 0;
    rig_send(&rig, order);
    return rig_try(&rig, &e) == RC_OK && is_done(&rig.works[0], action);
}

/* A customer made, then changed; an order made, a line taken away and another changed,
 * cancelled. Without the preflight, which would not let it begin. */
static bool works(int64_t id)
{
    struct snapshot_customer *customer = arena_alloc(&rig.arena, sizeof(*customer));
    struct snapshot *order = rig_order(&rig, id);
    struct err e = {0};
    rig.rms->checked = rms_connect(rig.rms, &e) != RC_RETRY; /* whatever it said */
    *customer = (struct snapshot_customer){
        .id = id,
        .first_name = "Ana",
        .last_name = "Mora",
        .email = arena_printf(&rig.arena, "ana%lld@example.com", (long long)id)};
    order->customer = customer;
    rig_line(order, 1)->sku = "GLASS-TUMBLER-4"; /* an alias */
    order->billing_address = address("Heredia");
    if (!try_one(order, "created"))
        return false;
    rig_later(order);
    rig_line(order, 0)->current_quantity = 0;
    rig_line(order, 1)->quantity = rig_line(order, 1)->current_quantity = 3;
    order->billing_address = address("Cartago");
    rig_total(order);
    if (!try_one(order, "updated"))
        return false;
    rig_later(order);
    order->cancelled_ms = order->updated_ms;
    return try_one(order, "cancelled");
}

/* ---- tests ---- */

static void just_these_rights_are_enough(void **state)
{
    open_as_login(state);
    expect_none();
    assert_true(works(7001));
    close_login();
}

static void take(const struct right *right, unsigned one, char *where, size_t room)
{
    rig_must(&rig, "REVOKE %s ON \"%s\" FROM %s", right_word(one), right->table, login);
    snprintf(where, room, "%s", right->table);
}

static void miss(const struct right *right, unsigned one, int64_t order)
{
    char where[60];
    bool optional = right_is_optional(right);
    bool only_looked_at = optional || strcmp(right->table, "tillbridge_meta") == 0;
    take(right, one, where, sizeof(where));
    rig_restart(&rig);
    if (works(order) != only_looked_at)
        fail_msg("without %s on %s", right_word(one), where);
    expect_mended(optional ? FINDING_DIFFERS : FINDING_MISSING, where, right_word(one));
}

/* And none of them is asked for in vain. */
static void each_right_is_missed(void **state)
{
    open_as_login(state);
    const int64_t first = 7100;
    int64_t count = 0;
    for (const struct right *r = rights_all; r->table; r++)
        for (unsigned i = 0; i < RIGHT_COUNT; i++)
            if (r->rights & 1U << i)
                miss(r, 1U << i, first + count++);
    assert_int_equal(count, 23);
    rig_restart(&rig);
    assert_true(works(first + count));
    close_login();
}

static void each_sequence_is_missed(void **state)
{
    static const char *const tables[] = {"Order", "OrderEntry", "Customer"};
    open_as_login(state);
    for (size_t i = 0; i < 3; i++) {
        char where[60];
        rig_must(&rig, "REVOKE USAGE ON SEQUENCE \"%s_ID_seq\" FROM %s", tables[i],
                 login);
        rig_restart(&rig);
        assert_false(works(7200 + (int64_t)i));
        snprintf(where, sizeof(where), "%s.ID", tables[i]);
        expect_mended(FINDING_MISSING, where, "sequence");
    }
    close_login();
}

/* As careful people grant them: on the columns that are written. */
static void rights_on_columns_do_too(void **state)
{
    open_as_login(state);
    rig_must(&rig, "REVOKE UPDATE ON \"Item\" FROM %s", login);
    rig_must(&rig, "GRANT UPDATE (\"QuantityCommitted\") ON \"Item\" TO %s", login);
    expect_mended(FINDING_MISSING, "Item", "UPDATE");
    rig_must(&rig, "REVOKE UPDATE ON \"Item\" FROM %s", login);
    rig_must(&rig,
             "GRANT UPDATE (\"QuantityCommitted\", \"LastUpdated\") ON \"Item\" TO %s",
             login);
    expect_none();
    assert_true(works(7001));
    close_login();
}

static void a_setting_that_is_off_asks_for_less(void **state)
{
    open_as_login(state);
    rig_must(&rig, "REVOKE UPDATE ON \"Item\" FROM %s", login);
    rig_must(&rig, "REVOKE INSERT, UPDATE ON \"Customer\" FROM %s", login);
    rig_must(&rig, "REVOKE SELECT ON \"SalesRep\" FROM %s", login);
    rig.cfg.rms_commit_stock = false;
    rig.cfg.rms_create_customers = false;
    rig.cfg.rms_update_customers = "none";
    rig.cfg.rms_sales_rep_id = 0;
    expect_none();
    rig_restart(&rig);
    assert_true(works(7001));
    close_login();
}

/* Nothing can be seen: every table is named, and our own tables as not installed. */
static void a_login_without_the_schema_is_told_of_all(void **state)
{
    struct findings found;
    open_as_login(state);
    rig_must(&rig, "REVOKE USAGE ON SCHEMA tillbridge_unit_%d FROM %s", (int)getpid(),
             login);
    look(&found);
    assert_int_equal(findings_missing(&found), 7);
    assert_string_equal(findings_first_missing(&found)->kind, "schema");
    findings_done(&found);
    close_login();
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_POSTGRES(just_these_rights_are_enough),
        DB_POSTGRES(each_right_is_missed),
        DB_POSTGRES(each_sequence_is_missed),
        DB_POSTGRES(rights_on_columns_do_too),
        DB_POSTGRES(a_setting_that_is_off_asks_for_less),
        DB_POSTGRES(a_login_without_the_schema_is_told_of_all),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
