/* test_tillctl_view: tables, and answers of the API as a person reads them. */
#include "core/table.h"
#include "core/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct buf text;

static int start(void **state)
{
    (void)state;
    arena_init(&arena);
    buf_init(&text, 65536);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_done(&arena);
    buf_done(&text);
    return 0;
}

static void test_columns(void **state)
{
    struct table table;
    (void)state;
    table_init(&table, &arena, 3);
    table_head(&table, TABLE_CELLS("TOPIC", "N", "STATE"));
    table_add(&table, TABLE_GOOD, TABLE_CELLS("shopify.orders", "12", "made"));
    table_add(&table, TABLE_PLAIN, TABLE_CELLS("café", NULL, NULL));
    table_print(&table, false, &text);
    assert_string_equal(buf_str(&text), "TOPIC           N   STATE\n"
                                        "shopify.orders  12  made\n"
                                        "café\n");
}

static void test_width_is_in_characters(void **state)
{
    struct table table;
    (void)state;
    table_init(&table, &arena, 2);
    table_add(&table, TABLE_PLAIN, TABLE_CELLS("ñandú", "a"));
    table_add(&table, TABLE_PLAIN, TABLE_CELLS("nandu", "b"));
    table_print(&table, false, &text);
    assert_string_equal(buf_str(&text), "ñandú  a\nnandu  b\n");
}

static void test_colors_only_when_asked(void **state)
{
    struct table table;
    (void)state;
    table_init(&table, &arena, 2);
    table_head(&table, TABLE_CELLS("A", "B"));
    table_add(&table, TABLE_BAD, TABLE_CELLS("x", "wrong"));
    table_print(&table, true, &text);
    assert_string_equal(buf_str(&text), "\033[1mA\033[0m  \033[1mB\033[0m\n"
                                        "x  \033[31mwrong\033[0m\n");
    buf_clear(&text);
    table_print(&table, false, &text);
    assert_null(strchr(buf_str(&text), '\033'));
}

static void test_servers_do_not_steer_the_terminal(void **state)
{
    struct table table;
    (void)state;
    table_init(&table, &arena, 2);
    table_add(&table, TABLE_PLAIN, TABLE_CELLS("a\033[2Jb", "c\nd\x7f"));
    table_add(&table, TABLE_PLAIN,
              TABLE_CELLS("\xc2\x9b"
                          "2J",
                          "\xc2\xa0\xc3\x9b"));
    table_print(&table, false, &text);
    assert_string_equal(buf_str(&text), "a?[2Jb  c?d?\n"
                                        "?2J     \xc2\xa0\xc3\x9b\n");
}

static void show(const char *json, bool color)
{
    cJSON *data = cJSON_Parse(json);
    assert_non_null(data);
    buf_clear(&text);
    view_object(data, &arena, color, &text);
    cJSON_Delete(data);
}

static void test_object(void **state)
{
    (void)state;
    show("{\"status\":\"waiting_for_interval\",\"enabled\":true,\"paused\":false,"
         "\"last_poll_time\":\"2026-11-22T10:00:00+00:00\",\"next\":null,"
         "\"seconds_until_next_poll\":412,\"names\":[\"a\",\"b\"],\"none\":[],"
         "\"statistics\":{\"total_polled\":25,\"success_rate\":98.64},\"after\":1}",
         false);
    assert_string_equal(buf_str(&text),
                        "status                   waiting_for_interval\n"
                        "enabled                  yes\n"
                        "paused                   no\n"
                        "last poll time           2026-11-22 10:00:00 UTC\n"
                        "next                     -\n"
                        "seconds until next poll  412\n"
                        "names                    a, b\n"
                        "none                     -\n"
                        "after                    1\n"
                        "statistics\n"
                        "  total polled           25\n"
                        "  success rate           98.64\n");
}

static void test_large_numbers_stay_whole(void **state)
{
    (void)state;
    show("{\"n\":123456789012}", false);
    assert_string_equal(buf_str(&text), "n  123456789012\n");
}

static void test_only_whole_times_are_times(void **state)
{
    (void)state;
    show("{\"a\":\"2026-11-22T10:00:00+00:00 or so\",\"b\":\"2026-11-22T10:00:00\"}",
         false);
    assert_string_equal(buf_str(&text), "a  2026-11-22T10:00:00+00:00 or so\n"
                                        "b  2026-11-22T10:00:00\n");
}

static void test_list_of_objects(void **state)
{
    (void)state;
    show("{\"shops\":[{\"shop\":\"one.example\",\"polling\":true},"
         "{\"shop\":\"another.example\",\"polling\":false,\"more\":1},{\"polling\":true}]"
         "}",
         false);
    assert_string_equal(buf_str(&text), "\nshop             polling\n"
                                        "one.example      yes\n"
                                        "another.example  no\n"
                                        "-                yes\n");
}

static void test_zeros_of_little_interest(void **state)
{
    (void)state;
    show("{\"skipped\":0,\"dry_run_skipped\":0,\"replayed_updated\":3,"
         "\"reasons\":{\"stale\":0,\"unknown_sku\":2}}",
         false);
    assert_string_equal(buf_str(&text), "skipped           0\n"
                                        "replayed updated  3\n"
                                        "reasons\n"
                                        "  unknown sku     2\n");
}

static void test_trouble_is_colored(void **state)
{
    (void)state;
    show("{\"status\":\"error\",\"sync_errors\":1,\"conflicts\":0}", true);
    assert_string_equal(buf_str(&text), "status       \033[31merror\033[0m\n"
                                        "sync errors  \033[31m1\033[0m\n"
                                        "conflicts    0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_columns, start, stop),
        cmocka_unit_test_setup_teardown(test_width_is_in_characters, start, stop),
        cmocka_unit_test_setup_teardown(test_colors_only_when_asked, start, stop),
        cmocka_unit_test_setup_teardown(test_servers_do_not_steer_the_terminal, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_object, start, stop),
        cmocka_unit_test_setup_teardown(test_large_numbers_stay_whole, start, stop),
        cmocka_unit_test_setup_teardown(test_only_whole_times_are_times, start, stop),
        cmocka_unit_test_setup_teardown(test_list_of_objects, start, stop),
        cmocka_unit_test_setup_teardown(test_zeros_of_little_interest, start, stop),
        cmocka_unit_test_setup_teardown(test_trouble_is_colored, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
