/* test_arena: alignment, zeroes, resets, and that sanitizer builds see what is wrong. */
#include "base/arena.h"
#include "unit.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
static bool is_poisoned(const void *p)
{
    return __asan_address_is_poisoned(p);
}
#endif

static bool is_zero(const unsigned char *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (p[i])
            return false;
    return true;
}

static void memory_is_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    struct arena arena;
    unsigned char *last = NULL;
    arena_init(&arena);
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *p = arena_alloc(&arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_true(is_zero(p, size));
        memset(p, 0xff, size);
        assert_ptr_not_equal(p, last);
        last = p;
    }
    arena_done(&arena);
}

static void a_reset_gives_zeroes_again(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 100; i++) {
            unsigned char *p = arena_alloc(&arena, 2000);
            assert_true(is_zero(p, 2000));
            memset(p, 0xaa, 2000);
        }
        assert_int_equal(arena.used, 200000);
        arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    arena_done(&arena);
    arena_done(&arena);
}

static void a_block_larger_than_all_is_not_kept(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    memset(arena_alloc(&arena, 1 << 20), 1, 1 << 20);
    arena_reset(&arena);
    assert_null(arena.head);
    assert_non_null(arena_alloc(&arena, 10));
    arena_done(&arena);
}

static void texts_are_copied(void **state)
{
    (void)state;
    struct arena arena;
    char text[] = "abcdef";
    arena_init(&arena);
    char *copy = arena_strdup(&arena, text);
    char *part = arena_strndup(&arena, text, 3);
    text[0] = 'X';
    assert_string_equal(copy, "abcdef");
    assert_string_equal(part, "abc");
    assert_null(arena_strdup(&arena, NULL));
    assert_string_equal(arena_strndup(&arena, "", 0), "");
    assert_string_equal(arena_printf(&arena, "%s/%d", "shop", 7), "shop/7");
    assert_string_equal(arena_printf(&arena, "%s", ""), "");
    arena_done(&arena);
}

static void an_array_is_whole(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    int64_t *numbers = arena_array(&arena, 1000, sizeof(*numbers));
    for (size_t i = 0; i < 1000; i++)
        numbers[i] = (int64_t)i;
    assert_int_equal(numbers[999], 999);
    assert_non_null(arena_array(&arena, 0, sizeof(*numbers)));
    arena_done(&arena);
}

#ifdef HAS_ASAN
static void what_is_behind_or_given_back_is_poisoned(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    char *p = arena_alloc(&arena, 10);
    char *next = arena_alloc(&arena, 10);
    assert_false(is_poisoned(p + 9));
    assert_true(is_poisoned(p + 10));
    assert_true(next - p >= 26); /* a red zone between */
    assert_true(is_poisoned(next - 1));
    arena_reset(&arena);
    assert_true(is_poisoned(p));
    assert_true(is_poisoned(next));
    arena_done(&arena);
}
#else
static void what_is_behind_or_given_back_is_poisoned(void **state)
{
    (void)state;
    skip(); /* only sanitizer builds can */
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(a_reset_gives_zeroes_again),
        cmocka_unit_test(a_block_larger_than_all_is_not_kept),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(an_array_is_whole),
        cmocka_unit_test(what_is_behind_or_given_back_is_poisoned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
