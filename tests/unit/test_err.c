/* test_err: errors are filled, cut and named. */
#include "unit.h"

#include <string.h>

static void an_error_is_filled_whole(void **state)
{
    (void)state;
    struct err e = {.native = 5, .sqlstate = "08S01"};
    assert_int_equal(err_set(&e, RC_REJECT, "order.decode", "line %d: %s", 3, "no"),
                     RC_REJECT);
    assert_int_equal(e.rc, RC_REJECT);
    assert_string_equal(e.op, "order.decode");
    assert_string_equal(e.text, "line 3: no");
    assert_int_equal(e.native, 0); /* nothing stays of the one before */
    assert_string_equal(e.sqlstate, "");
}

static void nowhere_to_put_it_is_fine(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, RC_FATAL, "x", "%s", "y"), RC_FATAL);
}

static void what_does_not_fit_is_cut(void **state)
{
    (void)state;
    struct err e;
    char op[200];
    memset(op, 'o', sizeof(op) - 1);
    op[sizeof(op) - 1] = '\0';
    err_set(&e, RC_RETRY, op, "%0600d", 7);
    assert_int_equal(strlen(e.op), sizeof(e.op) - 1);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void an_error_may_be_made_of_itself(void **state)
{
    (void)state;
    struct err e;
    err_set(&e, RC_RETRY, "rms.load", "broken");
    err_set(&e, RC_RETRY, e.op, "again: %s (%s)", e.text, e.op);
    assert_string_equal(e.op, "rms.load");
    assert_string_equal(e.text, "again: broken (rms.load)");
}

static void every_code_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(err_rc_name(RC_OK), "ok");
    assert_string_equal(err_rc_name(RC_RETRY), "retry");
    assert_string_equal(err_rc_name(RC_REJECT), "reject");
    assert_string_equal(err_rc_name(RC_FATAL), "fatal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_filled_whole),
        cmocka_unit_test(nowhere_to_put_it_is_fine),
        cmocka_unit_test(what_does_not_fit_is_cut),
        cmocka_unit_test(an_error_may_be_made_of_itself),
        cmocka_unit_test(every_code_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
