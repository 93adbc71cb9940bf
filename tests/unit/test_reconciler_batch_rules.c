/* test_reconciler_batch_rules: rules of orders that rest on what the look-ups find: items
 * by barcode, several shops. On a real RMS database; the decisions themselves:
 * tests/golden. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

static void a_barcode_stands_for_a_sku_that_is_not_there(void **state)
{
    static const char *const settings[] = {"SKU_FALLBACK=barcode", NULL};
    rig_open(&rig, state, settings);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_line(order, 0)->sku = "NOT-IN-RMS";
    rig_line(order, 0)->barcode = "mug-stone-350 ";
    rig_line(order, 1)->sku = NULL;
    rig_line(order, 1)->barcode = "GLASS-TUMBLER-4"; /* an alias */
    const struct work *work = rig_do(&rig, order);
    rig_expect(work, "created", "");
    assert_string_equal(rig_entries(&rig, work->result.rms_order, "i.\"ItemLookupCode\""),
                        "MUG-STONE-350,POS-GLASS-TUMBLER-4");
    rig_close(&rig);
}

static void without_the_setting_it_does_not(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_line(order, 0)->sku = "NOT-IN-RMS";
    rig_line(order, 0)->barcode = "MUG-STONE-350";
    rig_expect(rig_do(&rig, order), "error", "unknown_sku");
    rig_close(&rig);
}

static void an_active_alias_goes_before_an_inactive_code(void **state)
{
    rig_open(&rig, state, NULL);
    rig_must(&rig, "UPDATE \"Item\" SET \"Inactive\" = 1 WHERE \"ItemLookupCode\" = "
                   "'MUG-STONE-350'");
    rig_expect(rig_do(&rig, rig_order(&rig, 7001)), "error", "unknown_sku");
    rig_must(&rig, "INSERT INTO \"Alias\" (\"ItemID\", \"Alias\") SELECT \"ID\", "
                   "'MUG-STONE-350' FROM \"Item\" WHERE \"ItemLookupCode\" = "
                   "'BOWL-SOUP-16'");
    const struct work *work = rig_do(&rig, rig_order(&rig, 7002));
    rig_expect(work, "created", "");
    assert_string_equal(rig_entries(&rig, work->result.rms_order, "i.\"ItemLookupCode\""),
                        "BOWL-SOUP-16,PLATE-DIN-27");
    rig_close(&rig);
}

static void an_order_of_another_type_is_staffs(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 7001);
    long long id = rig_do(&rig, order)->result.rms_order;
    rig_must(&rig, "UPDATE \"Order\" SET \"Type\" = 3 WHERE \"ID\" = %lld", id);
    rig_later(order);
    rig_line(order, 0)->quantity = rig_line(order, 0)->current_quantity = 3;
    rig_total(order);
    rig_expect(rig_do(&rig, order), "conflict", "other_type");
    assert_string_equal(rig_entries(&rig, id, RIG_QUANTITIES), "2,1");
    rig_must(&rig, "UPDATE \"Order\" SET \"Type\" = 2 WHERE \"ID\" = %lld", id);
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "updated", "");
    rig_close(&rig);
}

/* Less than nothing of a line, as a return is entered, must not damage the map. */
static void a_line_below_nothing_is_survived(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 7001);
    long long id = rig_do(&rig, order)->result.rms_order;
    rig_must(&rig,
             "UPDATE \"OrderEntry\" SET \"QuantityOnOrder\" = -1 WHERE \"OrderID\" "
             "= %lld",
             id);
    rig.cfg.rms_commit_stock = false;
    rig_restart(&rig);
    rig_later(order);
    order->cancelled_ms = order->updated_ms;
    rig_expect(rig_do(&rig, order), "cancelled", "");
    rig_later(order);
    rig_expect(rig_do(&rig, order), "skipped", "unchanged");
    rig_close(&rig);
}

/* ---- several shops ---- */

static const char shops[] =
    "RMS_SHOPS=demo.myshopify.com=store:2,rep:5,shipping:WEB-MISC,guest:2";

static void a_shop_has_its_own_store_and_guest(void **state)
{
    static const char *const settings[] = {shops, "RMS_STORE_ID=1", NULL};
    rig_open(&rig, state, settings);
    rig_must(&rig, "INSERT INTO \"Store\" (\"ID\", \"Name\") VALUES (2, 'Second')");
    struct snapshot *order = rig_order(&rig, 7001);
    order->shipping_e4 = 50000;
    rig_total(order);
    int64_t first = rig_do(&rig, order)->result.rms_order;
    order = rig_order(&rig, 7002);
    order->shop = "other.myshopify.com";
    int64_t second = rig_do(&rig, order)->result.rms_order;
    assert_string_equal(rig_order_text(&rig, first, "\"StoreID\""), "2");
    assert_string_equal(rig_order_text(&rig, first, "\"SalesRepID\""), "5");
    assert_string_equal(rig_order_text(&rig, first, "\"CustomerID\""), "2");
    assert_string_equal(rig_entries(&rig, first, "i.\"ItemLookupCode\""),
                        "MUG-STONE-350,PLATE-DIN-27,WEB-MISC");
    assert_string_equal(rig_entries(&rig, first, "e.\"StoreID\""), "2,2,2");
    assert_string_equal(rig_order_text(&rig, second, "\"StoreID\""), "1");
    assert_string_equal(rig_order_text(&rig, second, "\"CustomerID\""), "0");
    rig_close(&rig);
}

/* Order ids are each shop's own. */
static void two_shops_may_have_the_same_order_id(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *mine = rig_order(&rig, 7001);
    struct snapshot *theirs = rig_order(&rig, 7001);
    theirs->shop = "other.myshopify.com";
    int64_t first = rig_do(&rig, mine)->result.rms_order;
    const struct work *work = rig_do(&rig, theirs);
    rig_expect(work, "created", "");
    assert_int_not_equal(work->result.rms_order, first);
    rig_later(theirs);
    rig_line(theirs, 0)->quantity = rig_line(theirs, 0)->current_quantity = 7;
    rig_total(theirs);
    rig_expect(rig_do(&rig, theirs), "updated", "");
    assert_string_equal(rig_entries(&rig, first, RIG_QUANTITIES), "2,1");
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 9);
    rig_close(&rig);
}

/* Also when both come in one batch, and one of them was there before. */
static void in_one_batch_too(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *orders[] = {rig_order(&rig, 7001), rig_order(&rig, 7001),
                                 rig_order(&rig, 7001)};
    orders[0]->shop = "new.myshopify.com";
    orders[2]->shop = "other.myshopify.com";
    rig_do(&rig, orders[1]);
    rig.count = 0;
    for (size_t i = 0; i < 3; i++) {
        rig_later(orders[i]);
        rig_send(&rig, orders[i]);
    }
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_expect(&rig.works[1], "skipped", "unchanged");
    rig_expect(&rig.works[2], "created", "");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 3);
    rig_close(&rig);
}

static void a_shop_setting_that_does_not_fit_is_fatal(void **state)
{
    static const char *const bad[] = {"RMS_SHOPS=demo.myshopify.com=shop:2", NULL};
    static const char *const gone[] = {"RMS_SHOPS=demo.myshopify.com=shipping:NO-SUCH",
                                       NULL};
    struct err e = {0};
    rig_open(&rig, state, bad);
    rig_send(&rig, rig_order(&rig, 7001));
    assert_rc(RC_FATAL, rig_try(&rig, &e), &e);
    assert_contains(e.text, "RMS_SHOPS: demo.myshopify.com: \"shop:2\"");
    rig_close(&rig);
    rig_open(&rig, state, gone);
    rig_send(&rig, rig_order(&rig, 7001));
    assert_rc(RC_FATAL, rig_try(&rig, &e), &e);
    assert_contains(e.text, "NO-SUCH");
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(a_barcode_stands_for_a_sku_that_is_not_there),
        DB_BOTH(without_the_setting_it_does_not),
        DB_BOTH(an_active_alias_goes_before_an_inactive_code),
        DB_BOTH(an_order_of_another_type_is_staffs),
        DB_BOTH(a_line_below_nothing_is_survived),
        DB_BOTH(a_shop_has_its_own_store_and_guest),
        DB_BOTH(two_shops_may_have_the_same_order_id),
        DB_BOTH(in_one_batch_too),
        DB_BOTH(a_shop_setting_that_does_not_fit_is_fatal),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
