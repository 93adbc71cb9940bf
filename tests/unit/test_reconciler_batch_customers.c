/* test_reconciler_batch_customers: who ordered, on a real RMS database: made once, moved
 * with the order, and what of his row follows the shop. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

enum {
    SAME_PERSON = 6,
};

static void set_customer(struct snapshot *order, int64_t id, const char *email)
{
    struct snapshot_customer *customer = arena_alloc(&rig.arena, sizeof(*customer));
    struct snapshot_address *address = arena_alloc(&rig.arena, sizeof(*address));
    *customer = (struct snapshot_customer){
        .id = id, .first_name = "Ana", .last_name = "Mora", .email = email};
    *address = (struct snapshot_address){
        .address1 = "Avenida 1", .city = "Heredia", .phone = "2222-1111"};
    order->customer = customer;
    order->billing_address = address;
}

static int64_t add_customer(int64_t id, const char *email, const char *city)
{
    rig_must(&rig,
             "INSERT INTO \"Customer\" (\"ID\", \"AccountNumber\", \"EmailAddress\", "
             "\"City\", \"Address\", \"PhoneNumber\", \"LastName\") VALUES (%lld, "
             "'C%lld', '%s', '%s', '', '', 'Soto')",
             (long long)id, (long long)id, email, city);
    return id;
}

static const char *customer_text(int64_t id, const char *column)
{
    return rig_text(&rig, "SELECT \"%s\" FROM \"Customer\" WHERE \"ID\" = %lld", column,
                    (long long)id);
}

static const char *customer_of(const struct work *work)
{
    return rig_order_text(&rig, work->result.rms_order, "\"CustomerID\"");
}

/* Ids of their own do not make them six people. */
static void one_address_is_one_person(void **state)
{
    static const char *const settings[] = {"RMS_CREATE_CUSTOMERS=true", NULL};
    rig_open(&rig, state, settings);
    int64_t before = rig_number(&rig, "SELECT count(*) FROM \"Customer\"");
    for (int64_t i = 0; i < SAME_PERSON; i++) {
        struct snapshot *order = rig_order(&rig, 7001 + i);
        set_customer(order, 500 + i, i % 2 ? "new@example.com" : "New@Example.com");
        rig_send(&rig, order);
    }
    rig_commit(&rig);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Customer\"") - before, 1);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM tillbridge_customer"),
                     SAME_PERSON);
    assert_int_equal(rig_number(&rig, "SELECT count(DISTINCT rms_customer) FROM "
                                      "tillbridge_customer"),
                     1);
    for (size_t i = 0; i < SAME_PERSON; i++)
        assert_string_equal(customer_of(&rig.works[i]), customer_of(&rig.works[0]));
    rig_close(&rig);
}

static void an_order_moves_to_its_new_customer(void **state)
{
    rig_open(&rig, state, NULL);
    add_customer(801, "one@example.com", "");
    add_customer(802, "two@example.com", "");
    struct snapshot *order = rig_order(&rig, 7001);
    set_customer(order, 501, "one@example.com");
    assert_string_equal(customer_of(rig_do(&rig, order)), "801");
    rig_later(order);
    set_customer(order, 502, "two@example.com");
    const struct work *work = rig_do(&rig, order);
    rig_expect(work, "updated", "");
    assert_string_equal(customer_of(work), "802");
    rig_close(&rig);
}

static void two_of_one_address_are_told(void **state)
{
    rig_open(&rig, state, NULL);
    add_customer(801, "one@example.com", "");
    add_customer(802, "One@example.com", "");
    struct snapshot *order = rig_order(&rig, 7001);
    set_customer(order, 501, "one@example.com");
    const struct work *work = rig_do(&rig, order);
    assert_string_equal(customer_of(work), "0");
    assert_contains(work->detail, "two or more customers");
    rig_close(&rig);
}

/* What staff wrote stays; what is empty is filled; or the shop's word goes. */
static void a_row_follows_as_far_as_it_may(void **state)
{
    static const struct {
        const char *setting, *city, *address, *email;
    } cases[] = {
        {"RMS_UPDATE_CUSTOMERS=none", "Staff's", "", "one@example.com"},
        {"RMS_UPDATE_CUSTOMERS=empty", "Staff's", "Avenida 1", "one@example.com"},
        {"RMS_UPDATE_CUSTOMERS=all", "Heredia", "Avenida 1", "One@example.com"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const settings[] = {cases[i].setting, NULL};
        rig_open(&rig, state, settings);
        add_customer(801, "one@example.com", "Staff''s");
        struct snapshot *order = rig_order(&rig, 7001);
        set_customer(order, 501, "One@example.com");
        rig_expect(rig_do(&rig, order), "created", "");
        assert_string_equal(customer_text(801, "City"), cases[i].city);
        assert_string_equal(customer_text(801, "Address"), cases[i].address);
        assert_string_equal(customer_text(801, "EmailAddress"), cases[i].email);
        assert_string_equal(customer_text(801, "LastName"), "Soto");
        rig_close(&rig);
    }
}

static void a_move_of_the_person_is_an_update(void **state)
{
    static const char *const settings[] = {"RMS_UPDATE_CUSTOMERS=all", NULL};
    rig_open(&rig, state, settings);
    add_customer(801, "one@example.com", "");
    struct snapshot *order = rig_order(&rig, 7001);
    set_customer(order, 501, "one@example.com");
    rig_do(&rig, order);
    rig_later(order);
    set_customer(order, 501, "one@example.com");
    ((struct snapshot_address *)order->billing_address)->city = "Cartago";
    rig_expect(rig_do(&rig, order), "updated", "");
    assert_string_equal(customer_text(801, "City"), "Cartago");
    ((struct snapshot_address *)order->billing_address)->city = NULL;
    rig_later(order);
    rig_expect(rig_do(&rig, order), "skipped", "unchanged");
    assert_string_equal(customer_text(801, "City"), "Cartago");
    rig_close(&rig);
}

/* Staff's finished order is no conflict for a customer who moved. */
static void a_finished_order_moves_no_customer(void **state)
{
    static const char *const settings[] = {"RMS_UPDATE_CUSTOMERS=all", NULL};
    rig_open(&rig, state, settings);
    add_customer(801, "one@example.com", "");
    struct snapshot *order = rig_order(&rig, 7001);
    set_customer(order, 501, "one@example.com");
    rig_do(&rig, order);
    rig_must(&rig, "UPDATE \"Order\" SET \"Closed\" = 1");
    rig_later(order);
    ((struct snapshot_address *)order->billing_address)->city = "Cartago";
    rig_expect(rig_do(&rig, order), "skipped", "unchanged");
    assert_string_equal(customer_text(801, "City"), "Heredia");
    rig_close(&rig);
}

/* The shop and RMS compared: an order of before the move neither differs nor moves back.
 */
static void an_older_order_compared_moves_nobody_back(void **state)
{
    static const char *const settings[] = {"RMS_UPDATE_CUSTOMERS=all", NULL};
    rig_open(&rig, state, settings);
    add_customer(801, "one@example.com", "");
    struct snapshot *before = rig_order(&rig, 7001);
    set_customer(before, 501, "one@example.com");
    rig_do(&rig, before);
    struct snapshot *after = rig_order(&rig, 7002);
    set_customer(after, 501, "one@example.com");
    ((struct snapshot_address *)after->billing_address)->city = "Cartago";
    rig_do(&rig, after);
    rig.count = 0;
    rig_later(before);
    rig_send_with(&rig, before, HEADER_FORCE, FORCE_ROWS);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "skipped", "unchanged");
    assert_string_equal(customer_text(801, "City"), "Cartago");
    rig_close(&rig);
}

/* Two orders of one person in one batch write his row without tripping over each other.
 */
static void two_orders_of_one_person_in_a_batch(void **state)
{
    static const char *const settings[] = {"RMS_UPDATE_CUSTOMERS=all", NULL};
    rig_open(&rig, state, settings);
    add_customer(801, "one@example.com", "");
    for (int64_t i = 0; i < 2; i++) {
        struct snapshot *order = rig_order(&rig, 7001 + i);
        set_customer(order, 501, "one@example.com");
        rig_send(&rig, order);
    }
    rig_commit(&rig);
    assert_string_equal(customer_text(801, "City"), "Heredia");
    assert_string_equal(customer_of(&rig.works[1]), "801");
    rig_close(&rig);
}

/* Begins a group of one order, and reads what RMS has of it. */
static enum rc begin_with(struct rms *rms, const struct snapshot *order, struct err *e)
{
    struct rms_state state;
    enum rc rc = rms_begin(rms, e);
    return rc ? rc : rms_load(rms, &order, 1, &rig.arena, &state, e);
}

/* Both would find nobody there yet, and make him twice. */
static void two_workers_wait_for_one_address(void **state)
{
    static const char *const settings[] = {"RMS_CREATE_CUSTOMERS=true", "RMS_TIMEOUT_S=3",
                                           NULL};
    struct err e = {0};
    rig_open(&rig, state, settings);
    struct rms *other = rms_new(&rig.cfg);
    struct snapshot *orders[] = {rig_order(&rig, 1), rig_order(&rig, 2),
                                 rig_order(&rig, 3)};
    set_customer(orders[0], 501, "New@Example.com");
    set_customer(orders[1], 502, "new@example.com");
    set_customer(orders[2], 503, "else@example.com");
    assert_ok(begin_with(rig.rms, orders[0], &e), &e);
    assert_rc(RC_RETRY, begin_with(other, orders[1], &e), &e);
    assert_true(sql_lock_timed_out(&e));
    rms_rollback(other);
    assert_ok(begin_with(other, orders[2], &e), &e);
    rms_rollback(other);
    rms_rollback(rig.rms);
    assert_ok(begin_with(other, orders[1], &e), &e);
    rms_rollback(other);
    rms_free(other);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(one_address_is_one_person),
        DB_BOTH(an_order_moves_to_its_new_customer),
        DB_BOTH(two_of_one_address_are_told),
        DB_BOTH(a_row_follows_as_far_as_it_may),
        DB_BOTH(a_move_of_the_person_is_an_update),
        DB_BOTH(a_finished_order_moves_no_customer),
        DB_BOTH(an_older_order_compared_moves_nobody_back),
        DB_BOTH(two_orders_of_one_person_in_a_batch),
        DB_POSTGRES(two_workers_wait_for_one_address),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
