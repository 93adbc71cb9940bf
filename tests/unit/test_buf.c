/* test_buf: growing, the maximum, and what is left after it was passed. */
#include "base/buf.h"
#include "unit.h"

#include <string.h>

static void it_grows_and_ends_with_a_nul(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100000);
    assert_string_equal(buf_str(&buf), "");
    for (int i = 0; i < 10000; i++)
        buf_text(&buf, "abc");
    buf_printf(&buf, "%d", 42);
    assert_false(buf.full);
    assert_int_equal(buf.len, 30002);
    assert_int_equal(buf.data[buf.len], '\0');
    assert_string_equal(buf.data + 29997, "abc42");
    buf_done(&buf);
}

static void it_may_be_filled_to_the_last_byte(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    buf_add(&buf, "0123456789", 10);
    assert_false(buf.full);
    assert_string_equal(buf_str(&buf), "0123456789");
    buf_add(&buf, "", 0);
    assert_false(buf.full);
    buf_text(&buf, "x");
    assert_true(buf.full);
    buf_done(&buf);
}

static void what_does_not_fit_leaves_no_part_behind(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    buf_text(&buf, "12345");
    buf_printf(&buf, "%s", "123456");
    assert_true(buf.full);
    assert_string_equal(buf_str(&buf), "12345");
    buf_text(&buf, "1"); /* would fit, but the content is incomplete already */
    assert_string_equal(buf_str(&buf), "12345");
    buf_clear(&buf);
    assert_false(buf.full);
    buf_text(&buf, "again");
    assert_string_equal(buf_str(&buf), "again");
    buf_done(&buf);
}

static void any_bytes_go_in(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    buf_add(&buf, "a\0b", 3);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
    buf_done(&buf);
    buf_done(&buf);
    assert_string_equal(buf_str(&buf), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_and_ends_with_a_nul),
        cmocka_unit_test(it_may_be_filled_to_the_last_byte),
        cmocka_unit_test(what_does_not_fit_leaves_no_part_behind),
        cmocka_unit_test(any_bytes_go_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
