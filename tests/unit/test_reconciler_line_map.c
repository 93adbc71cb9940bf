/* test_reconciler_line_map: the guard's memory of lines, as text. */
#include "core/line_map.h"

#include "arena_rig.h"
#include "unit.h"

#include <string.h>

static const char *again(const char *text)
{
    const struct line_map *lines = NULL;
    size_t count = 0;
    struct err e = {0};
    struct buf out;
    assert_ok(line_map_parse(text, &arena, &lines, &count, &e), &e);
    buf_init(&out, 10000);
    line_map_format(lines, count, &out);
    const char *copy = arena_strdup(&arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static void is_read_as_it_was_written(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "11:9001:101:20000",
        "0:9002:110:0",
        "-1:9001:101:0 -2:9002:102:10000",
        "9223372036854775807:9223372036854775807:2147483647:9223372036854775807",
        "11:9001:101:20000 12:9002:102:0 0:9003:110:0"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_string_equal(again(texts[i]), texts[i]);
}

static void every_part_is_read(void **state)
{
    (void)state;
    const struct line_map *lines = NULL;
    size_t count = 0;
    struct err e = {0};
    assert_ok(line_map_parse("11:12:13:14  -5:6:7:8 ", &arena, &lines, &count, &e), &e);
    assert_int_equal(count, 2);
    assert_int_equal(lines[0].line, 11);
    assert_int_equal(lines[0].entry, 12);
    assert_int_equal(lines[0].item, 13);
    assert_int_equal(lines[0].committed_e4, 14);
    assert_int_equal(lines[1].line, -5);
    assert_ok(line_map_parse(NULL, &arena, &lines, &count, &e), &e);
    assert_int_equal(count, 0);
}

static void damage_is_told(void **state)
{
    (void)state;
    static const char *const texts[] = {"11",
                                        "11:12:13",
                                        "11:12:13:",
                                        "11:12:13:14:15",
                                        "a:12:13:14",
                                        "11:b:13:14",
                                        "11:12:13:14,1",
                                        "11:-2:13:14",
                                        ":1:2:3",
                                        "--1:2:3:4",
                                        "11:12::14",
                                        "11:12:13:14 x",
                                        "9223372036854775808:1:1:1",
                                        "11:12:13:99999999999999999999999999",
                                        "11.5:12:13:14",
                                        "1:2:3:4\n5:6:7:8"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct line_map *lines = NULL;
        size_t count = 77;
        struct err e = {0};
        assert_rc(RC_REJECT, line_map_parse(texts[i], &arena, &lines, &count, &e), &e);
        assert_contains(e.text, "line_map");
        assert_int_equal(count, 77);
        assert_null(lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_read_as_it_was_written, arena_start,
                                        arena_stop),
        cmocka_unit_test_setup_teardown(every_part_is_read, arena_start, arena_stop),
        cmocka_unit_test_setup_teardown(damage_is_told, arena_start, arena_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
