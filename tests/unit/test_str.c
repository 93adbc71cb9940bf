/* test_str: numbers, UTF-8, cuts in UTF-16 units, SKUs, word lists. */
#include "base/str.h"
#include "unit.h"

#include <string.h>

#define EMOJI   "\xf0\x9f\x98\x80" /* U+1F600: two UTF-16 units */
#define E_ACUTE "\xc3\xa9"
#define SUN     "\xe6\x97\xa5" /* U+65E5 */

static void only_whole_numbers_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t min, max;
        bool taken;
        int64_t value;
    } cases[] = {
        {"0", 0, 0, true, 0},
        {"-0", -1, 1, true, 0},
        {"007", 0, 10, true, 7},
        {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
        {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
        {"5", 1, 4, false, 0},
        {"0", 1, 4, false, 0},
        {"", 0, 9, false, 0},
        {"-", -9, 9, false, 0},
        {"+1", 0, 9, false, 0},
        {" 1", 0, 9, false, 0},
        {"1 ", 0, 9, false, 0},
        {"1.0", 0, 9, false, 0},
        {"0x1", 0, 9, false, 0},
        {"1e1", 0, 99, false, 0},
        {"- 1", -9, 9, false, 0},
        {"--1", -9, 9, false, 0},
        {NULL, 0, 9, false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = -77;
        bool taken = str_int64(cases[i].text, cases[i].min, cases[i].max, &value);
        if (taken != cases[i].taken || value != (taken ? cases[i].value : -77))
            fail_msg("\"%s\"", cases[i].text ? cases[i].text : "(null)");
    }
}

static void utf8_is_told_from_what_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        bool valid;
    } cases[] = {
        {"", 0, true},
        {"abc", 3, true},
        {E_ACUTE SUN EMOJI, 9, true},
        {"\x7f", 1, true},
        {"\xc2\x80", 2, true},         /* the first of two bytes */
        {"\xdf\xbf", 2, true},         /* the last */
        {"\xe0\xa0\x80", 3, true},     /* the first of three */
        {"\xed\x9f\xbf", 3, true},     /* the last before the surrogates */
        {"\xee\x80\x80", 3, true},     /* the first after them */
        {"\xef\xbf\xbf", 3, true},     /* U+FFFF */
        {"\xf0\x90\x80\x80", 4, true}, /* the first of four */
        {"\xf4\x8f\xbf\xbf", 4, true}, /* U+10FFFF */
        {"a\0b", 3, false},            /* NUL */
        {"\x80", 1, false},            /* a lone continuation */
        {"\xc3", 1, false},            /* cut */
        {"\xe6\x97", 2, false},
        {"\xf0\x9f\x98", 3, false},
        {"\xc3(", 2, false},
        {"\xe6\x97(", 3, false},
        {"\xc0\xaf", 2, false}, /* overlong */
        {"\xc1\xbf", 2, false},
        {"\xe0\x9f\xbf", 3, false},
        {"\xf0\x8f\xbf\xbf", 4, false},
        {"\xed\xa0\x80", 3, false}, /* surrogates */
        {"\xed\xbf\xbf", 3, false},
        {"\xf4\x90\x80\x80", 4, false}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", 4, false},
        {"\xff", 1, false},
        {"\xfe", 1, false},
        {"ok\xff", 3, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (str_utf8_valid(cases[i].bytes, cases[i].len) != cases[i].valid)
            fail_msg("case %zu", i);
}

static void length_is_counted_in_utf16_units(void **state)
{
    (void)state;
    assert_int_equal(str_utf16_len(""), 0);
    assert_int_equal(str_utf16_len("abc"), 3);
    assert_int_equal(str_utf16_len(E_ACUTE SUN), 2);
    assert_int_equal(str_utf16_len(EMOJI "x" EMOJI), 5);
}

static void a_cut_splits_no_character(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t units, bytes;
    } cases[] = {
        {"abc", 2, 2},     {"abc", 3, 3},       {"abc", 9, 3},     {"abc", 0, 0},
        {"", 5, 0},        {E_ACUTE "x", 1, 2}, {SUN SUN, 1, 3},   {EMOJI, 1, 0},
        {EMOJI, 2, 4},     {"a" EMOJI, 2, 1},   {"a" EMOJI, 3, 5}, {EMOJI EMOJI, 3, 4},
        {EMOJI "a", 2, 4}, {"ab" EMOJI, 3, 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t bytes = str_utf16_cut(cases[i].text, cases[i].units);
        if (bytes != cases[i].bytes)
            fail_msg("case %zu: %zu bytes", i, bytes);
        assert_true(str_utf8_valid(cases[i].text, bytes));
    }
}

static void skus_are_compared_as_sql_server_does(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"abc", "ABC", true},         {"abc", "abc  ", true},
        {"abc   ", "ABC ", true},     {"", "   ", true},
        {"abc", "abcd", false},       {" abc", "abc", false},
        {"a c", "ac", false},         {"abc", "abd", false},
        {E_ACUTE, "\xc3\x89", false}, {E_ACUTE "X", E_ACUTE "x", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int order = str_compare_sku(cases[i].a, cases[i].b);
        int back = str_compare_sku(cases[i].b, cases[i].a);
        if ((order == 0) != cases[i].same)
            fail_msg("\"%s\" and \"%s\"", cases[i].a, cases[i].b);
        assert_true((order > 0) == (back < 0));
    }
    assert_true(str_compare_sku("a", "B") < 0);
    assert_true(str_compare_sku("a", "ab") < 0);
}

static void words_are_found_in_lists(void **state)
{
    (void)state;
    static const char list[] = "PAID, PENDING ,AUTHORIZED,, PARTIALLY_PAID";
    assert_true(str_in_list(list, "PAID"));
    assert_true(str_in_list(list, "PENDING"));
    assert_true(str_in_list(list, "AUTHORIZED"));
    assert_true(str_in_list(list, "PARTIALLY_PAID"));
    assert_false(str_in_list(list, "paid"));
    assert_false(str_in_list(list, "PAI"));
    assert_false(str_in_list(list, "PARTIALLY"));
    assert_false(str_in_list(list, ""));
    assert_false(str_in_list(list, NULL));
    assert_false(str_in_list("", "PAID"));
    assert_false(str_in_list(NULL, "PAID"));
    assert_true(str_in_list("two words", "two words"));
}

static void nothing_is_empty(void **state)
{
    (void)state;
    assert_true(str_empty(NULL));
    assert_true(str_empty(""));
    assert_false(str_empty(" "));
}

static void distance_is_letters_to_change(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t far;
    } cases[] = {{"poll", "poll", 0},
                 {"pol", "poll", 1},
                 {"poll", "pol", 1},
                 {"", "ab", 2},
                 {"RMS_STOREID", "RMS_STORE_ID", 1},
                 {"dlq", "poll", 3}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(str_distance(cases[i].a, cases[i].b, strlen(cases[i].b)),
                         cases[i].far);
    char longest[STR_NEAR_MAX + 1];
    memset(longest, 'a', sizeof(longest));
    assert_int_equal(str_distance("a", longest, STR_NEAR_MAX), STR_NEAR_MAX - 1);
    assert_int_equal(str_distance("a", longest, STR_NEAR_MAX + 1), STR_NEAR_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_numbers_are_numbers),
        cmocka_unit_test(utf8_is_told_from_what_is_not),
        cmocka_unit_test(length_is_counted_in_utf16_units),
        cmocka_unit_test(a_cut_splits_no_character),
        cmocka_unit_test(skus_are_compared_as_sql_server_does),
        cmocka_unit_test(words_are_found_in_lists),
        cmocka_unit_test(nothing_is_empty),
        cmocka_unit_test(distance_is_letters_to_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
