/* test_outcome: the words of actions and reasons, there and back. */
#include "unit.h"
#include "wire/outcome.h"

#include <string.h>

static void every_action_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < ACTION_COUNT; i++) {
        enum action back = ACTION_COUNT;
        assert_true(action_parse(action_word((enum action)i), &back));
        assert_int_equal(back, i);
        assert_true(strlen(action_help((enum action)i)) > 5);
    }
}

static void every_reason_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason back = REASON_COUNT;
        const char *word = reason_word((enum reason)i);
        assert_true(reason_parse(word, &back));
        assert_int_equal(back, i);
        assert_true(strlen(reason_help((enum reason)i)) > 5);
        assert_non_null(reason_remedy((enum reason)i));
        /* a header's value: see messages.h */
        assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz_"), strlen(word));
    }
}

static void other_words_are_refused(void **state)
{
    (void)state;
    enum action action = ACTION_SKIPPED;
    enum reason reason = REASON_STALE;
    assert_false(action_parse("Created", &action));
    assert_false(action_parse("", &action));
    assert_false(action_parse(NULL, &action));
    assert_int_equal(action, ACTION_SKIPPED);
    assert_false(reason_parse("stale ", &reason));
    assert_false(reason_parse(NULL, &reason));
    assert_int_equal(reason, REASON_STALE);
    assert_true(reason_parse("", &reason)); /* no reason is one */
    assert_int_equal(reason, REASON_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_has_a_word_of_its_own),
        cmocka_unit_test(every_reason_has_a_word_of_its_own),
        cmocka_unit_test(other_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
