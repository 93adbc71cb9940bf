/* test_tillctl_search: which order is meant by what a person typed. */
#include "core/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct search search;

static void begin(const char *text, const char *shop)
{
    arena_init(&arena);
    search_init(&search, text, shop, &arena);
}

static void end(void)
{
    search_done(&search);
    arena_done(&arena);
}

/* name: NULL for none. */
static void take(const char *shop, int id, const char *name, int64_t timestamp_ms)
{
    char key[100];
    char value[200] = "{\"v\":1}";
    int key_len = snprintf(key, sizeof(key), "%s/%d", shop, id);
    if (name)
        snprintf(value, sizeof(value), "{\"v\":1,\"order\":\"%d\",\"name\":\"%s\"}", id,
                 name);
    search_take(&search, key, (size_t)key_len, value, strlen(value), timestamp_ms);
}

static void take_all(void)
{
    take("a.example", 501, "#1003", 1);
    take("a.example", 1003, "#2001", 2);
    take("b.example", 601, "#1003", 3);
    take("a.example", 502, "#10034", 4);
    take("a.example", 503, "ES-1003", 5);
    take("a.example", 504, NULL, 6);
    take("a.example", 505, "Pedido", 7);
}

/* The ids found, in order. */
static void assert_found(const char *text, const char *shop, const char *ids)
{
    char found[200] = "";
    begin(text, shop);
    take_all();
    for (size_t i = 0; i < search.count; i++)
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%d",
                 i ? " " : "", (int)search.hits[i].id);
    end();
    assert_string_equal(found, ids);
}

static void test_names_and_ids(void **state)
{
    (void)state;
    assert_found("#1003", "a.example", "501");
    assert_found("1003", "a.example", "501 1003"); /* a name, and an id */
    assert_found("#1003", NULL, "501 601");
    assert_found("#1003", "", "501 601");
    assert_found("#1003", "c.example", "");
    assert_found("es-1003", NULL, "503");
    assert_found("#ES-1003", NULL, "503");
    assert_found("pedido", NULL, "505");
    assert_found("504", NULL, "504");
    assert_found("100", NULL, "");
    assert_found("#", NULL, "");
}

static void test_an_order_counts_once(void **state)
{
    (void)state;
    begin("#1003", NULL);
    take("a.example", 501, "#1003", 30);
    take("a.example", 501, "#1003", 10);
    take("a.example", 501, "#1003", 40);
    take("a.example", 501, "#1003", 20);
    assert_int_equal(search.count, 1);
    assert_int_equal(search.hits[0].seen_ms, 40);
    assert_int_equal(search.looked_at, 4);
    assert_string_equal(search.hits[0].shop, "a.example");
    assert_string_equal(search.hits[0].name, "#1003");
    end();
}

static void test_no_more_than_there_is_room_for(void **state)
{
    (void)state;
    begin("#1003", NULL);
    for (int i = 1; i <= SEARCH_MAX + 5; i++)
        take("a.example", i, "#1003", i);
    assert_int_equal(search.count, SEARCH_MAX);
    end();
}

static void test_messages_of_another_form(void **state)
{
    static const char value[] = "{\"name\":\"#1003\"}";
    (void)state;
    begin("#1003", NULL);
    search_take(&search, NULL, 0, value, strlen(value), 1);
    search_take(&search, "config", 6, value, strlen(value), 1);
    search_take(&search, "a.example/x", 11, value, strlen(value), 1);
    search_take(&search, "a.example/5", 11, NULL, 0, 1);
    search_take(&search, "a.example/5", 11, "#1003", 5, 1);
    search_take(&search, "a.example/5", 11, "{\"name\":1003}", 13, 1);
    assert_int_equal(search.count, 0);
    search_take(&search, "a.example/5", 11, "\"name\"", 6, 1);
    search_take(&search, "a.example/5", 11, "{\"name\":\"#1003", 14, 1);
    search_take(&search, "a.example/5", 11, "{\"a\":{\"name\":\"#1003\"}}", 22, 1);
    assert_int_equal(search.count, 0);
    search_take(&search, "a.example/5", 11, value, strlen(value), 1);
    assert_int_equal(search.count, 1);
    static const char other[] = "{\"a\":{\"name\":\"x\"},\n \"name\" :\t\"#1003\"}";
    search_take(&search, "a.example/6", 11, other, strlen(other), 1);
    assert_int_equal(search.count, 2);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_ids),
        cmocka_unit_test(test_an_order_counts_once),
        cmocka_unit_test(test_no_more_than_there_is_room_for),
        cmocka_unit_test(test_messages_of_another_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
