/* test_digest: SHA-256's own examples, and that parts are kept apart. */
#include "base/digest.h"
#include "unit.h"

#include <string.h>

static void it_is_sha_256(void **state)
{
    (void)state;
    char text[DIGEST_TEXT_MAX];
    /* FIPS 180-2, "abc" and the empty message, first 128 bits */
    assert_string_equal(digest_hex("abc", 3, text), "ba7816bf8f01cfea414140de5dae2223");
    assert_string_equal(digest_hex("", 0, text), "e3b0c44298fc1c149afbf4c8996fb924");
}

static void parts_give_what_the_whole_gives(void **state)
{
    (void)state;
    struct digest digest;
    char text[DIGEST_TEXT_MAX];
    digest_init(&digest);
    digest_add(&digest, "a", 1);
    digest_add(&digest, "", 0);
    digest_add(&digest, "bc", 2);
    assert_string_equal(digest_end(&digest, text), "ba7816bf8f01cfea414140de5dae2223");
}

static void texts_and_numbers_are_kept_apart(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"ab", "c"}, {"a", "bc"}, {"abc", ""}};
    char made[4][DIGEST_TEXT_MAX];
    struct digest digest;
    for (size_t i = 0; i < 3; i++) {
        digest_init(&digest);
        digest_add_text(&digest, pairs[i][0]);
        digest_add_text(&digest, pairs[i][1]);
        digest_end(&digest, made[i]);
    }
    digest_init(&digest);
    digest_add_int(&digest, 1);
    digest_add_int(&digest, -1);
    digest_end(&digest, made[3]);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(made[i], made[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_sha_256),
        cmocka_unit_test(parts_give_what_the_whole_gives),
        cmocka_unit_test(texts_and_numbers_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
