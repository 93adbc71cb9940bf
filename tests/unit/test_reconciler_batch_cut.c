/* test_reconciler_batch_cut: which messages make a commit group. No database. */
#include "batch.h"

#include "unit.h"

static struct work some(int64_t id, bool readable, bool dry_run)
{
    return (struct work){.readable = readable,
                         .dry_run = dry_run,
                         .snapshot = {.id = id, .shop = "a.myshopify.com"}};
}

static void a_group_holds_no_order_twice(void **state)
{
    (void)state;
    struct work works[] = {some(1, true, false), some(2, true, false),
                           some(3, true, false), some(2, true, false)};
    assert_int_equal(batch_cut(works, 4, false), 3);
    assert_int_equal(batch_cut(works + 1, 3, false), 2);
    assert_int_equal(batch_cut(works + 3, 1, false), 1);
    works[3].snapshot.shop = "b.myshopify.com"; /* another shop's order of that id */
    assert_int_equal(batch_cut(works, 4, false), 4);
}

/* Where customers are made, the second order must find whom the first made. */
static void a_group_makes_no_customer_twice(void **state)
{
    (void)state;
    const struct snapshot_customer ana = {.id = 900};
    const struct snapshot_customer luis = {.id = 901};
    struct work works[] = {some(1, true, false), some(2, true, false),
                           some(3, true, false), some(4, true, false)};
    works[0].snapshot.customer = &ana;
    works[1].snapshot.customer = &luis;
    works[3].snapshot.customer = &ana;
    assert_int_equal(batch_cut(works, 4, false), 4);
    assert_int_equal(batch_cut(works, 4, true), 3);
    works[3].snapshot.shop = "b.myshopify.com";
    assert_int_equal(batch_cut(works, 4, true), 4);
}

static void dry_runs_and_unreadable_messages_are_alone(void **state)
{
    (void)state;
    struct work works[] = {some(1, true, false),  some(2, true, false),
                           some(3, true, true),   some(4, true, false),
                           some(0, false, false), some(5, true, false)};
    assert_int_equal(batch_cut(works, 6, false), 2);
    assert_int_equal(batch_cut(works + 2, 4, false), 1);
    assert_int_equal(batch_cut(works + 3, 3, false), 1);
    assert_int_equal(batch_cut(works + 4, 2, false), 1);
    assert_int_equal(batch_cut(works + 5, 1, false), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_holds_no_order_twice),
        cmocka_unit_test(a_group_makes_no_customer_twice),
        cmocka_unit_test(dry_runs_and_unreadable_messages_are_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
