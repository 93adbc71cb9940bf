/* test_stats_board: numbers from the fields of the stats hash; resets; the equation. */
#include "core/board.h"

#include "arena_rig.h"
#include "base/str.h"
#include "core/keys.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A stats hash as Redis would hold it. */
struct hash {
    char names[200][120], values[200][32];
    const char *fields[400];
    size_t count;
};

static size_t find(struct hash *hash, const char *name)
{
    size_t i = 0;
    while (i < hash->count && strcmp(hash->names[i], name) != 0)
        i++;
    if (i == hash->count) {
        assert_true(i < 200);
        snprintf(hash->names[i], sizeof(hash->names[i]), "%s", name);
        snprintf(hash->values[i], sizeof(hash->values[i]), "0");
        hash->count++;
    }
    return i;
}

static void set(struct hash *hash, const char *name, int64_t value)
{
    size_t i = find(hash, name);
    snprintf(hash->values[i], sizeof(hash->values[i]), "%" PRId64, value);
}

static void add(struct hash *hash, const char *name, int64_t delta)
{
    size_t i = find(hash, name);
    int64_t number = 0;
    assert_true(str_int64(hash->values[i], INT64_MIN, INT64_MAX, &number));
    set(hash, name, number + delta);
}

/* What reset.lua does. */
static void reset(struct hash *hash)
{
    size_t count = hash->count;
    for (size_t i = 0; i < count; i++) {
        char name[120];
        int64_t number = 0;
        if (strncmp(hash->names[i], "c|", 2) != 0)
            continue;
        assert_true(str_int64(hash->values[i], INT64_MIN, INT64_MAX, &number));
        snprintf(name, sizeof(name), "b|%.110s", hash->names[i] + 2);
        set(hash, name, number);
    }
}

static struct board read(struct hash *hash)
{
    struct board board;
    for (size_t i = 0; i < hash->count; i++) {
        hash->fields[2 * i] = hash->names[i];
        hash->fields[2 * i + 1] = hash->values[i];
    }
    board_read(hash->fields, hash->count * 2, &arena, &board);
    return board;
}

static int64_t shown(const struct board *board)
{
    return tally_total(&board->shown, CLASS_LIVE) + board->counters[COUNTER_IN_FLIGHT];
}

static void an_empty_hash_shows_zeros(void **state)
{
    (void)state;
    struct board board;
    board_read(NULL, 0, &arena, &board);
    assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], 0);
    assert_int_equal(board.shop_count, 0);
    assert_null(board.config);
    assert_int_equal(tally_success_e2(&board.shown, CLASS_LIVE), 10000);
}

static void fields_are_read_by_class_and_shop(void **state)
{
    (void)state;
    struct hash hash = {0};
    set(&hash, "c|live|poll|created||a.myshopify.com", 5);
    set(&hash, "c|live|trigger|created||a.myshopify.com", 2);
    set(&hash, "c|live|poll|skipped|unchanged|b.myshopify.com", 3);
    set(&hash, "c|replayed|replay|updated||a.myshopify.com", 11);
    set(&hash, "c|dry_run|trigger|created||a.myshopify.com", 13);
    set(&hash, "c|live|replay|error|malformed|", 1); /* a message without a shop */
    set(&hash, "c|malformed|rms.results", 4);
    set(&hash, "c|duplicate|rms.results", 6);
    set(&hash, "p|a.myshopify.com", 9);
    set(&hash, "p|b.myshopify.com", 3);
    set(&hash, "q|a.myshopify.com", 13);
    set(&hash, "n|rms.results/0", 99);
    set(&hash, "c|live|poll|exploded||a.myshopify.com", 77); /* not a known action */
    set(&hash, "c|live", 77);
    struct board board = read(&hash);
    assert_int_equal(tally_sum(&board.shown, CLASS_LIVE, OUTCOME_NEWLY_SYNCED), 7);
    assert_int_equal(tally_sum(&board.shown, CLASS_LIVE, OUTCOME_ALREADY_SYNCED), 3);
    assert_int_equal(tally_sum(&board.shown, CLASS_LIVE, OUTCOME_SYNC_ERRORS), 1);
    assert_int_equal(tally_sum(&board.shown, CLASS_REPLAYED, OUTCOME_UPDATED), 11);
    assert_int_equal(tally_sum(&board.shown, CLASS_DRY_RUN, OUTCOME_NEWLY_SYNCED), 13);
    assert_int_equal(board.counters[COUNTER_MALFORMED], 4);
    assert_int_equal(board.counters[COUNTER_DUPLICATES], 6);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 2);
    assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], 13);
    assert_int_equal(board.surplus, 0);
    assert_int_equal(board.shop_count, 2);
}

static void one_shops_surplus_hides_no_other_shops_orders(void **state)
{
    (void)state;
    struct hash hash = {0};
    set(&hash, "c|live|poll|created||a", 5);
    set(&hash, "p|a", 3); /* its results overtook the poll record */
    set(&hash, "p|b", 4); /* four in flight */
    struct board board = read(&hash);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 4);
    assert_int_equal(board.surplus, 2);
    assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], 9);
}

static void a_reset_keeps_what_is_in_flight(void **state)
{
    (void)state;
    struct hash hash = {0};
    set(&hash, "p|a", 10);
    set(&hash, "c|live|poll|created||a", 6);
    set(&hash, "c|replayed|replay|created||a", 2);
    set(&hash, "c|malformed|rms.results", 1);
    reset(&hash);
    struct board board = read(&hash);
    assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], 4);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 4);
    assert_int_equal(board.counters[COUNTER_MALFORMED], 0);
    assert_int_equal(tally_total(&board.shown, CLASS_LIVE), 0);
    assert_int_equal(tally_total(&board.shown, CLASS_REPLAYED), 0);
    assert_int_equal(board.counters_all[COUNTER_TOTAL_POLLED], 10);
    add(&hash, "c|live|poll|updated||a", 4); /* their results come */
    board = read(&hash);
    assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], 4);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 0);
    assert_int_equal(tally_sum(&board.shown, CLASS_LIVE, OUTCOME_UPDATED), 4);
}

static void what_expired_is_not_in_flight(void **state)
{
    (void)state;
    struct hash hash = {0};
    set(&hash, "p|a", 100);
    set(&hash, "c|live|poll|created||a", 10);
    set(&hash, "cut", 1);
    struct board board = read(&hash);
    assert_true(board.cut);
    hash.count--; /* as settle.lua does */
    set(&hash, "l|a", 90);
    board = read(&hash);
    assert_false(board.cut);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 0);
    set(&hash, "p|a", 103);
    board = read(&hash);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 3);
    assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], 13);
}

/* A doorbell of a deleted order has a result, but no poll publishes anything for it. */
static void a_deletion_is_missing_from_no_source(void **state)
{
    (void)state;
    struct hash hash = {0};
    set(&hash, "p|a", 3);
    set(&hash, "k|webhook|a", 3);
    set(&hash, "c|live|webhook|updated||a", 2);
    set(&hash, "c|live|webhook|conflict|deleted_in_shop|a", 5);
    set(&hash, "u|a", 5);
    struct board board = read(&hash);
    assert_int_equal(board.surplus, 0);
    assert_int_equal(board.counters[COUNTER_IN_FLIGHT], 1);
    assert_int_equal(board.published_by[TALLY_SOURCE_WEBHOOK], 3);
    assert_int_equal(board.accounted_by[TALLY_SOURCE_WEBHOOK], 2);
}

/* Polls, results and resets in any order: what is shown always adds up, and when all is
 * quiet it is exactly what came since the reset. */
static void the_equation_closes_in_any_order(void **state)
{
    (void)state;
    static const char *const cells[] = {"c|live|poll|created||a",
                                        "c|live|poll|updated||a",
                                        "c|live|trigger|cancelled||a",
                                        "c|live|poll|skipped|unchanged|a",
                                        "c|live|webhook|skipped|stale|a",
                                        "c|live|poll|conflict|tendered|a",
                                        "c|live|backfill|error|unknown_sku|a"};
    for (unsigned seed = 1; seed <= 200; seed++) {
        struct hash hash = {0};
        unsigned x = seed * 2654435761U;
        int64_t published = 0;
        int64_t results = 0;
        int64_t at_reset = 0;
        for (int step = 0; step < 60; step++) {
            x = x * 1103515245U + 12345U;
            unsigned what = (x >> 16) % 10;
            if (what < 4)
                set(&hash, "p|a", published += (x >> 20) % 5);
            else if (what < 9 && results < published)
                add(&hash, cells[(x >> 22) % 7], (results++, 1));
            else if (what == 9)
                reset(&hash), at_reset = results;
            struct board board = read(&hash);
            assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], shown(&board));
            assert_int_equal(board.counters[COUNTER_IN_FLIGHT], published - results);
            assert_int_equal(board.counters[COUNTER_TOTAL_POLLED], published - at_reset);
            assert_int_equal(board.surplus, 0);
        }
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_hash_shows_zeros),
        cmocka_unit_test(fields_are_read_by_class_and_shop),
        cmocka_unit_test(one_shops_surplus_hides_no_other_shops_orders),
        cmocka_unit_test(a_reset_keeps_what_is_in_flight),
        cmocka_unit_test(what_expired_is_not_in_flight),
        cmocka_unit_test(a_deletion_is_missing_from_no_source),
        cmocka_unit_test(the_equation_closes_in_any_order),
    };
    return cmocka_run_group_tests(tests, arena_start, arena_stop);
}
