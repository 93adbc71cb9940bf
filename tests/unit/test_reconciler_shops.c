/* test_reconciler_shops: RMS_SHOPS as text. A case is a row. */
#include "core/shops.h"
#include "unit.h"

#include <string.h>

/* Of 100 letters. */
#define TEN  "aaaaaaaaaa"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void what_is_said_is_read(void **state)
{
    (void)state;
    struct arena arena;
    struct shops shops;
    struct err e = {0};
    arena_init(&arena);
    assert_ok(shops_parse("a.myshopify.com=store:2,rep:5,shipping:SHIP2,guest:7;"
                          "b-2.myshopify.com=shipping:,store:0;c.myshopify.com=rep:1",
                          &arena, &shops, &e),
              &e);
    assert_int_equal(shops.count, 3);
    const struct shop_settings *a = shops_find(&shops, "a.myshopify.com");
    assert_int_equal(a->store_id, 2);
    assert_int_equal(a->sales_rep_id, 5);
    assert_int_equal(a->guest_customer_id, 7);
    assert_string_equal(a->shipping_item, "SHIP2");
    const struct shop_settings *b = shops_find(&shops, "b-2.myshopify.com");
    assert_int_equal(b->store_id, 0);
    assert_int_equal(b->sales_rep_id, -1);
    assert_string_equal(b->shipping_item, "");
    assert_null(shops_find(&shops, "c.myshopify.com")->shipping_item);
    assert_null(shops_find(&shops, "d.myshopify.com"));
    assert_ok(shops_parse("", &arena, &shops, &e), &e);
    assert_int_equal(shops.count, 0);
    assert_ok(shops_parse(NULL, &arena, &shops, &e), &e);
    arena_done(&arena);
}

static void what_does_not_fit_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"store:2", "RMS_SHOPS: \"store:2\" does not begin with a shop's domain"},
        {"=store:2", "does not begin with a shop's domain"},
        {"A.myshopify.com=store:2", "does not begin with a shop's domain"},
        {"b=store:1", "\"b=store:1\" does not begin with a shop's domain"},
        {".myshopify.com=store:1", "does not begin with a shop's domain"},
        {"-a.myshopify.com=store:1", "does not begin with a shop's domain"},
        {"a.myshopify.com.=store:1", "does not begin with a shop's domain"},
        {"a.myshopify.com =store:1", "does not begin with a shop's domain"},
        {"https://a.myshopify.com=store:1", "does not begin with a shop's domain"},
        {"a.myshopify.com=store:2;;b.myshopify.com=store:3",
         "RMS_SHOPS: part 2 is empty"},
        {"a.myshopify.com=store:2;", "RMS_SHOPS: part 2 is empty"},
        {";a.myshopify.com=store:2", "RMS_SHOPS: part 1 is empty"},
        {"a.myshopify.com=", "RMS_SHOPS: a.myshopify.com: part 1 is empty"},
        {"a.myshopify.com=store:2,", "RMS_SHOPS: a.myshopify.com: part 2 is empty"},
        {"a.myshopify.com=store:2,,rep:3", "a.myshopify.com: part 2 is empty"},
        {"a.myshopify.com=store", "RMS_SHOPS: a.myshopify.com: \"store\" is not name"},
        {"a.myshopify.com=store:x", "\"store:x\" is no whole number"},
        {"a.myshopify.com=store:", "\"store:\" is no whole number"},
        {"a.myshopify.com=store:2 ", "\"store:2 \" is no whole number"},
        {"a.myshopify.com=store:2.5", "\"store:2.5\" is no whole number"},
        {"a.myshopify.com=store:2=rep:3", "\"store:2=rep:3\" is no whole number"},
        {"a.myshopify.com=rep:-1", "\"rep:-1\" is no whole number"},
        {"a.myshopify.com=guest:2147483648", "from 0 to 2147483647"},
        {"a.myshopify.com=guest:99999999999999999999", "from 0 to 2147483647"},
        {"a.myshopify.com=stores:2", "\"stores:2\" is none of store, rep, shipping"},
        {"a.myshopify.com=store:2, rep:5", "\" rep:5\" is none of"},
        {"a.myshopify.com=:2", "\":2\" is none of"},
        {"a.myshopify.com=store:2,store:3", "\"store:3\" is said twice"},
        {"a.myshopify.com=shipping:A,shipping:B", "\"shipping:B\" is said twice"},
        {"a.myshopify.com=shipping:12345678901234567890123456", "is longer than"},
        {"a.myshopify.com=store:2;a.myshopify.com=store:3", "is there already"},
        {LONG "=store:2;" LONG, "...\" does not begin with a shop's domain"},
        {"a.myshopify.com=" LONG LONG LONG LONG LONG LONG, "\"aaaaaaaaaa"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena arena;
        struct shops shops;
        struct err e = {0};
        arena_init(&arena);
        print_message("  %s\n", cases[i].text);
        enum rc rc = shops_parse(cases[i].text, &arena, &shops, &e);
        assert_rc(RC_FATAL, rc, &e);
        assert_contains(e.text, "RMS_SHOPS: ");
        assert_contains(e.text, cases[i].says);
        assert_contains(e.text, "guest:7;b.myshopify.com=store:3"); /* how it is mended */
        arena_done(&arena);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_read),
        cmocka_unit_test(what_does_not_fit_is_said_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
