/* test_json: parsing strictly, getters, and errors that name the path. */
#include "base/json.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *parsed(const char *text)
{
    struct err e = {0};
    cJSON *tree = NULL;
    assert_ok(json_parse(text, strlen(text), &tree, &e), &e);
    return tree;
}

static void one_value_and_nothing_after_it(void **state)
{
    (void)state;
    static const char *const good[] = {"{}", " [1, 2] \n", "\"x\"", "5", "null", "true"};
    static const char *const bad[] = {"",      " ",    "{",   "{}{}",     "[1,]",
                                      "{a:1}", "nope", "\"x", "{\"a\":}", "[1 2]"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cJSON_Delete(parsed(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err e = {0};
        cJSON *tree = NULL;
        assert_rc(RC_REJECT, json_parse(bad[i], strlen(bad[i]), &tree, &e), &e);
        assert_null(tree);
        assert_contains(e.text, "not JSON at byte");
    }
}

static void the_place_of_a_fault_is_told(void **state)
{
    (void)state;
    struct err e = {0};
    cJSON *tree = NULL;
    assert_rc(RC_REJECT, json_parse("[1,2,x]", 7, &tree, &e), &e);
    assert_string_equal(e.text, "not JSON at byte 5 of 7");
}

static void bytes_that_are_not_utf8_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    cJSON *tree = NULL;
    assert_rc(RC_REJECT, json_parse("\"\xff\"", 3, &tree, &e), &e);
    assert_rc(RC_REJECT, json_parse("\"a\0b\"", 5, &tree, &e), &e);
    assert_contains(e.text, "UTF-8");
}

static void an_escaped_nul_becomes_a_replacement_character(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"\"a\\u0000b\"", "a\xef\xbf\xbd"
                          "b"},
        {"\"\\u0000\"", "\xef\xbf\xbd"},
        {"\"\\\\u0000\"", "\\u0000"},          /* an escaped backslash: no escape */
        {"\"\\\\\\u0000\"", "\\\xef\xbf\xbd"}, /* and one behind it */
        {"\"\\\"\\u0000\"", "\"\xef\xbf\xbd"},
        {"\"\\u00001\"", "\xef\xbf\xbd"
                         "1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cJSON *tree = parsed(cases[i].json);
        assert_string_equal(cJSON_GetStringValue(tree), cases[i].text);
        cJSON_Delete(tree);
    }
    struct err e = {0};
    cJSON *tree = parsed("{\"k\\u0000\":1}"); /* in a name too */
    struct json_at root = json_root(tree);
    struct json_at member = json_member(&root, "k\xef\xbf\xbd");
    int64_t one = 0;
    assert_ok(json_int(&member, 0, 1, &one, &e), &e);
    cJSON_Delete(tree);
}

static void nesting_too_deep_is_refused(void **state)
{
    (void)state;
    struct err e = {0};
    cJSON *tree = NULL;
    char *deep = malloc(200001);
    assert_non_null(deep);
    memset(deep, '[', 100000);
    memset(deep + 100000, ']', 100000);
    assert_rc(RC_REJECT, json_parse(deep, 200000, &tree, &e), &e);
    memset(deep + 500, ']', 500);
    assert_ok(json_parse(deep, 1000, &tree, &e), &e);
    cJSON_Delete(tree);
    free(deep);
}

static void errors_name_the_path(void **state)
{
    (void)state;
    struct err e = {0};
    const char *text = NULL;
    cJSON *tree = parsed("{\"data\":{\"nodes\":[{\"id\":5},{\"id\":\"x\"}]}}");
    struct json_at root = json_root(tree);
    struct json_at data = json_member(&root, "data");
    struct json_at nodes = json_member(&data, "nodes");
    struct json_at node = json_element(&nodes, 0);
    struct json_at id = json_member(&node, "id");
    struct json_at none = json_member(&node, "name");
    struct json_at nowhere = json_member(&none, "deeper");
    assert_rc(RC_REJECT, json_text(&id, &text, &e), &e);
    assert_string_equal(e.text, "data.nodes[0].id: expected text, found a number");
    assert_rc(RC_REJECT, json_text(&nowhere, &text, &e), &e);
    assert_string_equal(e.text,
                        "data.nodes[0].name.deeper: expected text, found nothing");
    assert_rc(RC_REJECT, json_text(&root, &text, &e), &e);
    assert_string_equal(e.text, "the value: expected text, found an object");
    assert_null(text);
    cJSON_Delete(tree);
}

static void long_text_in_an_error_is_cut_between_characters(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t n = 0;
    struct buf json;
    buf_init(&json, 300);
    buf_text(&json, "\"");
    for (int i = 0; i < 30; i++)
        buf_text(&json, "\xf0\x9f\x98\x80");
    buf_text(&json, "\"");
    cJSON *tree = parsed(buf_str(&json));
    buf_done(&json);
    struct json_at root = json_root(tree);
    assert_rc(RC_REJECT, json_int(&root, 0, 1, &n, &e), &e);
    size_t emoji = 0;
    for (const char *p = e.text; (p = strstr(p, "\xf0\x9f\x98\x80")); p++)
        emoji++;
    assert_int_equal(emoji, 20); /* 40 UTF-16 units */
    assert_int_equal(e.text[strlen(e.text) - 1], '"');
    cJSON_Delete(tree);
}

static void getters_take_their_kind_only(void **state)
{
    (void)state;
    static const char *const values[] = {"null", "true", "5", "\"x\"", "[]", "{}"};
    for (int i = 0; i < 6; i++) {
        struct err e = {0};
        const char *text = "untouched";
        bool flag = false;
        int64_t n = -7;
        int count = -7;
        cJSON *tree = parsed(values[i]);
        struct json_at at = json_root(tree);
        assert_rc(i == 3 ? RC_OK : RC_REJECT, json_text(&at, &text, &e), &e);
        assert_rc(i == 0 || i == 3 ? RC_OK : RC_REJECT, json_text_opt(&at, &text, &e),
                  &e);
        assert_rc(i == 1 ? RC_OK : RC_REJECT, json_bool(&at, &flag, &e), &e);
        assert_rc(i == 2 ? RC_OK : RC_REJECT, json_int(&at, 0, 9, &n, &e), &e);
        assert_rc(RC_REJECT, json_money(&at, &n, &e), &e);
        assert_rc(RC_REJECT, json_time(&at, &n, &e), &e);
        assert_rc(i == 4 ? RC_OK : RC_REJECT, json_array(&at, &count, &e), &e);
        assert_rc(i == 5 ? RC_OK : RC_REJECT, json_object(&at, &e), &e);
        assert_int_equal(n, i == 2 ? 5 : -7);
        cJSON_Delete(tree);
    }
}

static void whole_numbers_are_exact_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool taken;
        int64_t value;
    } cases[] = {
        {"9007199254740991", true, JSON_INT_MAX},
        {"-9007199254740991", true, -JSON_INT_MAX},
        {"9007199254740992", false, 0},
        {"9007199254740993", false, 0},
        {"\"9007199254740993\"", true, INT64_C(9007199254740993)},
        {"\"9223372036854775807\"", true, INT64_MAX},
        {"1.0", true, 1},
        {"1e3", true, 1000},
        {"1.5", false, 0},
        {"1e400", false, 0},
        {"-1e400", false, 0},
        {"\"\"", false, 0},
        {"\"1.0\"", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        int64_t value = -77;
        cJSON *tree = parsed(cases[i].json);
        struct json_at at = json_root(tree);
        assert_rc(cases[i].taken ? RC_OK : RC_REJECT,
                  json_int(&at, INT64_MIN, INT64_MAX, &value, &e), &e);
        assert_int_equal(value, cases[i].taken ? cases[i].value : -77);
        cJSON_Delete(tree);
    }
}

static void ranges_are_named(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t value = 0;
    cJSON *tree = parsed("251");
    struct json_at at = json_root(tree);
    assert_rc(RC_REJECT, json_int(&at, 1, 250, &value, &e), &e);
    assert_contains(e.text, "a number from 1 to 250");
    cJSON_Delete(tree);
}

static void a_number_is_no_amount(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t amount_e4 = 0;
    cJSON *tree = parsed("[\"12.34\", 12.34]");
    struct json_at root = json_root(tree);
    struct json_at text = json_element(&root, 0);
    struct json_at number = json_element(&root, 1);
    assert_ok(json_money(&text, &amount_e4, &e), &e);
    assert_int_equal(amount_e4, 123400);
    assert_rc(RC_REJECT, json_money(&number, &amount_e4, &e), &e);
    cJSON_Delete(tree);
}

static void printing_is_compact(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100);
    cJSON *tree = parsed("{ \"a\" : [ 1 , \"x\\n\" ] }");
    json_print(tree, &out);
    assert_string_equal(buf_str(&out), "{\"a\":[1,\"x\\n\"]}");
    cJSON_Delete(tree);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_and_nothing_after_it),
        cmocka_unit_test(the_place_of_a_fault_is_told),
        cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
        cmocka_unit_test(an_escaped_nul_becomes_a_replacement_character),
        cmocka_unit_test(nesting_too_deep_is_refused),
        cmocka_unit_test(errors_name_the_path),
        cmocka_unit_test(long_text_in_an_error_is_cut_between_characters),
        cmocka_unit_test(getters_take_their_kind_only),
        cmocka_unit_test(whole_numbers_are_exact_or_refused),
        cmocka_unit_test(ranges_are_named),
        cmocka_unit_test(a_number_is_no_amount),
        cmocka_unit_test(printing_is_compact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
