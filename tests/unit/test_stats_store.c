/* test_stats_store: the scripts on a real Redis: one batch is applied once, whoever tries
 * how often; resets and settling. */
#include "store_rig.h"

#include "base/str.h"
#include "core/board.h"

static struct store *store, *other; /* two aggregators */
static struct arena texts;

static int begin(void **state)
{
    struct err e = {0};
    set_up(state);
    arena_init(&texts);
    store = open_store();
    other = open_store();
    assert_ok(store_write(store, &e, "FLUSHALL", NULL), &e);
    return 0;
}

static int end(void **state)
{
    store_close(store);
    store_close(other);
    arena_done(&texts);
    return tear_down(state);
}

static struct store_applied apply(struct store *by, const struct fold_state *from,
                                  const struct fold_out *out)
{
    struct err e = {0};
    struct store_applied applied = {0};
    assert_ok(store_apply(by, "rms.results/3", from->next, &out->ops, &applied, &e), &e);
    return applied;
}

static struct store_texts read_all(const char *command, const char *key)
{
    struct err e = {0};
    struct store_texts got = {0};
    if (strcmp(command, "LRANGE") == 0)
        assert_ok(store_read(store, &texts, &got, &e, command, key, "0", "-1", NULL), &e);
    else
        assert_ok(store_read(store, &texts, &got, &e, command, key, NULL), &e);
    return got;
}

static struct board board(void)
{
    struct board shown;
    struct store_texts fields = read_all("HGETALL", KEY_STATS);
    board_read(fields.at, fields.count, &texts, &shown);
    return shown;
}

static int64_t created(void)
{
    struct board shown = board();
    return tally_sum(&shown.shown, CLASS_LIVE, OUTCOME_NEWLY_SYNCED);
}

static void a_batch_tried_again_changes_nothing(void **state)
{
    (void)state;
    put_result(1, "created", POLL);
    put_result(2, "created", POLL);
    struct fold_out out = fold(&nothing);
    assert_false(apply(store, &nothing, &out).moved);
    for (int i = 0; i < 3; i++) { /* the answer was lost; or another has the same batch */
        struct store_applied again = apply(i % 2 ? store : other, &nothing, &out);
        assert_true(again.moved);
        assert_int_equal(again.stored, 2);
    }
    assert_int_equal(created(), 2);
    assert_int_equal(read_all("LRANGE", KEY_EVENTS).count, 2);
}

/* Two aggregators on one partition, in random turns, with batches of any size: whoever is
 * ahead, each result is counted once. */
static void two_aggregators_count_each_result_once(void **state)
{
    (void)state;
    enum { RESULTS = 400 };
    struct fold_state states[2] = {{0}, {0}};
    struct store *stores[2] = {store, other};
    unsigned x = 1;
    int moved = 0;
    while (states[0].next < RESULTS || states[1].next < RESULTS) {
        x = x * 1103515245U + 12345U;
        size_t who = (x >> 16) % 2;
        int64_t size = 1 + (int64_t)((x >> 18) % 20);
        record_count = 0;
        next_offset = states[who].next;
        while (next_offset < RESULTS && next_offset < states[who].next + size)
            put_result(next_offset, "created", POLL);
        if (record_count == 0)
            continue;
        struct fold_out out = fold(&states[who]);
        if (!apply(stores[who], &states[who], &out).moved) {
            states[who] = out.state;
            continue;
        }
        moved++;
        struct store_texts fields = read_all("HGETALL", KEY_STATS);
        fold_state_read(fields.at, fields.count, "rms.results/3", &arena, &states[who]);
    }
    assert_true(moved > 5);
    assert_int_equal(created(), RESULTS);
}

static void the_history_collapses_what_repeats(void **state)
{
    (void)state;
    put_result(1, "created", POLL);
    for (int64_t i = 2; i < 7; i++)
        put_result(i, "skipped", POLL ",\"reason\":\"unchanged\"");
    put_result(7, "updated", POLL);
    put_result(8, "updated", POLL);
    struct fold_out out = fold(&nothing);
    assert_false(apply(store, &nothing, &out).moved);
    struct store_texts list = read_all("LRANGE", KEY_ORDER "a/1");
    assert_int_equal(list.count, 4);
    assert_true(strncmp(list.at[0], "1\n\n{", 4) == 0);
    assert_true(strncmp(list.at[2], "5\nlive skipped unchanged\n{", 26) == 0);
    assert_contains(list.at[2], "\"srcOffset\":6");
    struct err e = {0};
    struct store_texts ttl;
    assert_ok(store_read(store, &texts, &ttl, &e, "TTL", KEY_ORDER "a/1", NULL), &e);
    int64_t left_s = 0;
    assert_true(str_int64(ttl.at[0], KEEP_ORDER_S - 60, KEEP_ORDER_S, &left_s));
}

static void lists_are_bounded(void **state)
{
    (void)state;
    struct fold_state at = nothing;
    for (int64_t round = 0; round < 8; round++) {
        for (int64_t i = 0; i < 30; i++)
            put_result(round * 30 + i, "updated", POLL);
        struct fold_out out = fold(&at);
        assert_false(apply(store, &at, &out).moved);
        at = out.state;
    }
    assert_int_equal(read_all("LRANGE", KEY_EVENTS).count, KEEP_EVENTS);
    assert_int_equal(read_all("LRANGE", KEY_ORDER "a/1").count, KEEP_DECISIONS);
    assert_true(strncmp(read_all("LRANGE", KEY_EVENTS).at[0], "240 {", 5) == 0);
}

static void a_new_count_begins_with_empty_lists(void **state)
{
    (void)state;
    struct err e = {0};
    put_result(1, "error", POLL ",\"reason\":\"unknown_sku\"");
    struct fold_out out = fold(&nothing);
    assert_false(apply(store, &nothing, &out).moved);
    assert_ok(store_write(store, &e, "DEL", KEY_STATS, NULL), &e);
    assert_false(apply(store, &nothing, &out).moved);
    assert_int_equal(read_all("LRANGE", KEY_EVENTS).count, 1);
    assert_int_equal(created(), 0);
}

static void a_reset_is_atomic_and_repeatable(void **state)
{
    (void)state;
    struct err e = {0};
    put_result(1, "created", POLL);
    struct fold_out out = fold(&nothing);
    assert_false(apply(store, &nothing, &out).moved);
    assert_ok(store_reset(store, 1234, &e), &e);
    assert_int_equal(created(), 0);
    assert_int_equal(board().reset_ms, 1234);
    struct fold_state at = out.state;
    put_result(2, "created", POLL);
    out = fold(&at);
    assert_false(apply(store, &at, &out).moved);
    assert_int_equal(created(), 1);
    assert_ok(store_reset(other, 2345, &e), &e);
    assert_ok(store_reset(other, 3456, &e), &e);
    assert_int_equal(created(), 0);
    assert_int_equal(board().counters_all[COUNTER_TOTAL_POLLED], 2);
}

static void settling_takes_out_what_never_comes(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t lost = -1;
    put_result(1, "created", POLL);
    struct fold_out out = fold(&nothing);
    assert_false(apply(store, &nothing, &out).moved);
    assert_ok(store_write(store, &e, "HSET", KEY_STATS, "p|a", "10", "p|b", "4", NULL),
              &e);
    assert_ok(store_settle(store, &lost, &e), &e); /* nothing had expired */
    assert_int_equal(lost, 0);
    assert_int_equal(board().counters[COUNTER_IN_FLIGHT], 13);
    assert_ok(store_write(store, &e, "HSET", KEY_STATS, "cut", "1", NULL), &e);
    assert_ok(store_settle(store, &lost, &e), &e);
    assert_int_equal(lost, 13);
    assert_int_equal(board().counters[COUNTER_IN_FLIGHT], 0);
    assert_false(board().cut);
}

/* Four results of orders that a killed fetcher published and could not record. */
static void settling_takes_in_what_no_poll_tells_of(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t orders = -1;
    for (int64_t i = 1; i <= 10; i++)
        put_result(i, "created", POLL);
    struct fold_out out = fold(&nothing);
    assert_false(apply(store, &nothing, &out).moved);
    assert_ok(store_write(store, &e, "HSET", KEY_STATS, "p|a", "6", "p|b", "2", NULL),
              &e);
    assert_int_equal(board().surplus, 4);
    assert_ok(store_settle(store, &orders, &e), &e);
    assert_int_equal(orders, 4); /* b's two are in flight and stay so */
    struct board settled = board();
    assert_int_equal(settled.surplus, 0);
    assert_int_equal(settled.unrecorded, 4);
    assert_int_equal(settled.counters[COUNTER_IN_FLIGHT], 2);
    assert_ok(store_settle(store, &orders, &e), &e);
    assert_int_equal(orders, 0);
    assert_ok(store_write(store, &e, "HSET", KEY_STATS, "p|a", "9", NULL), &e);
    assert_int_equal(board().counters[COUNTER_IN_FLIGHT], 5);
    assert_int_equal(board().counters[COUNTER_TOTAL_POLLED], 15);
}

/* Its fetcher was killed before its first record, or the records were lost. */
static void settling_takes_in_a_shop_without_a_poll(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t orders = -1;
    put_result(1, "created", POLL);
    put_result(2, "created", REPLAY);
    put("x", "{\"v\":1,\"action\":\"error\",\"source\":\"poll\",\"srcTopic\":\"t\","
             "\"srcPartition\":3,\"srcOffset\":1,"
             "\"decidedAt\":\"2026-11-22T10:00:00Z\"}"); /* of no shop */
    struct fold_out out = fold(&nothing);
    assert_int_equal(out.malformed, 0);
    assert_false(apply(store, &nothing, &out).moved);
    assert_int_equal(board().surplus, 1);
    assert_ok(store_settle(store, &orders, &e), &e);
    assert_int_equal(orders, 1);
    assert_int_equal(board().surplus, 0);
    assert_int_equal(board().unrecorded, 1);
}

static void a_key_of_another_type_stops_no_count(void **state)
{
    (void)state;
    struct err e = {0};
    assert_ok(store_write(store, &e, "SET", KEY_ORDER "a/1", "text", NULL), &e);
    put_result(1, "created", POLL);
    struct fold_state at = {.next = 1}; /* not the first batch: nothing is emptied */
    assert_ok(store_write(store, &e, "HSET", KEY_STATS, "n|rms.results/3", "1", NULL),
              &e);
    records[0].offset = 1;
    struct fold_out out = fold(&at);
    assert_false(apply(store, &at, &out).moved);
    assert_int_equal(created(), 1);
    assert_int_equal(read_all("LRANGE", KEY_EVENTS).count, 1);
}

/* ---- dead letters ---- */

#define MARK(state) "{\"v\":1,\"state\":\"" state "\",\"at\":\"2026-11-22T10:00:00Z\"}"

static void apply_to(const char *topic)
{
    static int64_t next;
    struct err e = {0};
    struct store_applied applied = {0};
    struct fold_state at = {.next = ++next}; /* not the first batch: nothing is emptied */
    const char *partition = arena_printf(&arena, "%s/3", topic);
    assert_ok(store_write(store, &e, "HSET", KEY_STATS,
                          arena_printf(&arena, "n|%s", partition),
                          ops_number(&arena, next), NULL),
              &e);
    for (size_t i = 0; i < record_count; i++)
        records[i].offset = next + (int64_t)i;
    next += (int64_t)record_count - 1;
    struct fold_out out = fold_on(topic, &at);
    assert_ok(store_apply(store, partition, at.next, &out.ops, &applied, &e), &e);
    assert_false(applied.moved);
}

static size_t letters_in(const char *state)
{
    struct err e = {0};
    struct store_texts got = {0};
    assert_ok(store_read(store, &texts, &got, &e, "ZRANGE",
                         arena_printf(&texts, "%s:%s", KEY_LETTERS, state), "0", "-1",
                         NULL),
              &e);
    return got.count;
}

static void a_letter_is_where_its_mark_says(void **state)
{
    (void)state;
    put("a/1", "{}");
    apply_to(TOPIC_DLQ);
    assert_int_equal(letters_in("open"), 1);
    const char *id = read_all("HKEYS", KEY_LETTERS ":data").at[0];
    const char *key = arena_printf(&arena, "letter/%s", id);
    put(key, MARK("parked"));
    apply_to(TOPIC_CONTROL);
    assert_int_equal(letters_in("open"), 0);
    assert_int_equal(letters_in("parked"), 1);
    put(key, NULL); /* taken away */
    apply_to(TOPIC_CONTROL);
    assert_int_equal(letters_in("open"), 1);
    assert_int_equal(letters_in("parked"), 0);
}

/* Each mark comes before its letter here. */
static void letters_are_bounded(void **state)
{
    (void)state;
    struct err e = {0};
    struct store_applied applied = {0};
    struct ops ops;
    ops_init(&ops, &arena);
    for (int64_t i = 1; i <= 8; i++) {
        const char *id = arena_printf(&arena, "3-%" PRId64, i);
        ops_command(&ops, "MARK", KEY_LETTERS, id, "parked", NULL);
        ops_command(&ops, "LETTER", KEY_LETTERS, id, ops_number(&arena, i), "{}", "5",
                    NULL);
    }
    assert_ok(store_apply(store, "shopify.orders.dlq/3", 0, &ops, &applied, &e), &e);
    assert_int_equal(letters_in("parked"), 5);
    assert_int_equal(read_all("HKEYS", KEY_LETTERS ":data").count, 5);
    assert_int_equal(read_all("HKEYS", KEY_LETTERS ":marks").count, 5);
}

static void redis_away_is_told_and_not_asked_again_at_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *away = NULL;
    struct store_texts got;
    assert_ok(store_open("redis://127.0.0.1:1/0", &away, &e), &e);
    assert_rc(RC_RETRY, store_read(away, &texts, &got, &e, "PING", NULL), &e);
    assert_false(store_is_there(away));
    assert_contains(store_trouble(away), "127.0.0.1:1");
    assert_true(store_may_write(away)); /* gated apart */
    assert_rc(RC_RETRY, store_write(away, &e, "DEL", "x", NULL), &e);
    assert_false(store_may_write(away));
    assert_rc(RC_RETRY, store_read(away, &texts, &got, &e, "PING", NULL), &e);
    store_close(away);
    assert_rc(RC_FATAL, store_open("http://127.0.0.1/", &away, &e), &e);
}

#define REDIS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REDIS_TEST(a_batch_tried_again_changes_nothing),
        REDIS_TEST(two_aggregators_count_each_result_once),
        REDIS_TEST(the_history_collapses_what_repeats),
        REDIS_TEST(lists_are_bounded),
        REDIS_TEST(a_new_count_begins_with_empty_lists),
        REDIS_TEST(a_reset_is_atomic_and_repeatable),
        REDIS_TEST(settling_takes_out_what_never_comes),
        REDIS_TEST(settling_takes_in_what_no_poll_tells_of),
        REDIS_TEST(settling_takes_in_a_shop_without_a_poll),
        REDIS_TEST(a_key_of_another_type_stops_no_count),
        REDIS_TEST(a_letter_is_where_its_mark_says),
        REDIS_TEST(letters_are_bounded),
        REDIS_TEST(redis_away_is_told_and_not_asked_again_at_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
