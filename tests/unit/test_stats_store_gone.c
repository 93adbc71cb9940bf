/* test_stats_store_gone: orders that the shop deleted, and what a person has seen to, on
 * a real Redis: who is asked to see to them, in whatever order partitions are folded. */
#include "store_rig.h"

static struct store *store;
static struct arena texts;

static int begin(void **state)
{
    struct err e = {0};
    set_up(state);
    arena_init(&texts);
    store = open_store();
    assert_ok(store_write(store, &e, "FLUSHALL", NULL), &e);
    return 0;
}

static int end(void **state)
{
    store_close(store);
    arena_done(&texts);
    return tear_down(state);
}

static int64_t results_next, control_next;

/* What was put, as the next batch of its partition. */
static void apply(const char *topic, int64_t *next)
{
    struct err e = {0};
    struct store_applied applied = {0};
    const struct fold_state at = {.next = *next};
    const struct fold_out out = fold_on(topic, &at);
    assert_int_equal(out.malformed, 0);
    assert_ok(store_apply(store, arena_printf(&arena, "%s/3", topic), at.next, &out.ops,
                          &applied, &e),
              &e);
    assert_false(applied.moved);
    *next = out.state.next;
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

#define AT(time)   ",\"decidedAt\":\"2026-11-22T" time ":00Z\""
#define REASON(it) ",\"reason\":\"" it "\""
#define DRY        ",\"dryRun\":true"
#define EARLY      "10:00"
#define LATE       "11:00"
#define LATEST     "12:00"

struct told {
    const char *action, *more;
};

/* One decision, folded by itself; the offsets go on. */
static void tell(const struct told *told)
{
    next_offset = results_next;
    put("a/1", arena_printf(&arena,
                            "{\"v\":1,\"shop\":\"a\",\"order\":\"1\",\"action\":"
                            "\"%s\",\"srcTopic\":\"t\",\"srcPartition\":3,"
                            "\"srcOffset\":%d,\"source\":\"poll\"%s}",
                            told->action, (int)results_next, told->more));
    apply(TOPIC_RESULTS, &results_next);
}

/* A person has seen to what was decided at that time; NULL: the record was taken away. */
static void dismiss(const char *time)
{
    next_offset = control_next;
    put("dismissal/a/1", time ? arena_printf(&arena,
                                             "{\"v\":1,\"decidedAt\":"
                                             "\"2026-11-22T%s:00Z\","
                                             "\"at\":\"2026-11-22T09:00:00Z\"}",
                                             time)
                              : NULL);
    apply(TOPIC_CONTROL, &control_next);
}

static size_t open_after(const struct told *told, size_t count)
{
    struct err e = {0};
    assert_ok(store_write(store, &e, "FLUSHALL", NULL), &e);
    results_next = control_next = 0;
    for (size_t i = 0; i < count; i++) {
        if (told[i].action)
            tell(&told[i]);
        else
            dismiss(told[i].more);
    }
    size_t open = read_all("HVALS", KEY_OPEN_DATA).count;
    struct store_texts card = {0};
    assert_ok(store_read(store, &texts, &card, &e, "ZCARD", KEY_OPEN, NULL), &e);
    assert_string_equal(card.at[0], open ? "1" : "0");
    return open;
}

#define GONE(at)                                     \
    {                                                \
        "conflict", REASON("deleted_in_shop") AT(at) \
    }
#define SAID(action, at) \
    {                    \
        action, AT(at)   \
    }
#define SKIPPED(why, at)              \
    {                                 \
        "skipped", REASON(why) AT(at) \
    }
#define TENDERED(at)                          \
    {                                         \
        "conflict", REASON("tendered") AT(at) \
    }
#define DISMISSED(time) \
    {                   \
        NULL, time      \
    }
#define EXPECT_OPEN(n, ...)                                                  \
    do {                                                                     \
        const struct told told[] = {__VA_ARGS__};                            \
        assert_int_equal(open_after(told, sizeof(told) / sizeof(*told)), n); \
    } while (0)

static void what_rms_may_hold_is_open(void **state)
{
    (void)state;
    EXPECT_OPEN(1, GONE(LATE));
    EXPECT_OPEN(1, SAID("created", EARLY), GONE(LATE));
    EXPECT_OPEN(1, SKIPPED("test_order", EARLY), SAID("created", EARLY), GONE(LATE));
    EXPECT_OPEN(1, {"conflict", REASON("tendered") AT(EARLY)}, GONE(LATE));
    EXPECT_OPEN(1, SAID("created", EARLY), SKIPPED("unchanged", EARLY), GONE(LATE),
                GONE(LATEST));
    EXPECT_OPEN(1, {"skipped", REASON("test_order") DRY AT(EARLY)}, GONE(LATE));
}

static void what_rms_holds_nothing_of_is_not(void **state)
{
    (void)state;
    EXPECT_OPEN(0, SKIPPED("test_order", EARLY), GONE(LATE));
    EXPECT_OPEN(0, SKIPPED("cancelled_before_create", EARLY), SKIPPED("stale", EARLY),
                GONE(LATE));
    EXPECT_OPEN(0, SAID("created", EARLY), SAID("cancelled", EARLY),
                SKIPPED("unchanged", EARLY), GONE(LATE), GONE(LATEST));
    EXPECT_OPEN(0, SKIPPED("no_lines", EARLY), {"created", DRY AT(EARLY)}, GONE(LATE));
}

/* Partitions are folded one after the other when Redis was emptied. */
static void a_decision_before_it_may_come_after_it(void **state)
{
    (void)state;
    EXPECT_OPEN(1, GONE(LATE), SAID("created", EARLY));
    EXPECT_OPEN(1, GONE(LATE), SAID("created", EARLY), SKIPPED("unchanged", EARLY));
    EXPECT_OPEN(0, GONE(LATE), SAID("created", EARLY), SAID("cancelled", EARLY));
    EXPECT_OPEN(0, GONE(LATE), SKIPPED("financial_status", EARLY));
    EXPECT_OPEN(0, GONE(LATE), SAID("updated", LATEST)); /* the shop has it after all */
    EXPECT_OPEN(0, TENDERED(LATE), SAID("updated", EARLY));
}

static void what_a_person_saw_to_is_not(void **state)
{
    (void)state;
    EXPECT_OPEN(0, GONE(LATE), DISMISSED(LATE));
    EXPECT_OPEN(0, SAID("created", EARLY), GONE(LATE), DISMISSED(LATE));
    EXPECT_OPEN(0, TENDERED(LATE), DISMISSED(LATE));
    EXPECT_OPEN(1, GONE(LATE), DISMISSED(EARLY));
    EXPECT_OPEN(1, TENDERED(LATE), DISMISSED(EARLY));
    EXPECT_OPEN(1, TENDERED(EARLY), DISMISSED(EARLY), TENDERED(LATE)); /* news */
    EXPECT_OPEN(1, TENDERED(EARLY), DISMISSED(EARLY), GONE(LATE));
    EXPECT_OPEN(0, TENDERED(EARLY), DISMISSED(EARLY), TENDERED(LATE), DISMISSED(LATE));
}

/* The topic of what people did may be folded before that of the results, or between two
 * of its partitions. */
static void it_may_be_told_before_what_it_is_about(void **state)
{
    (void)state;
    EXPECT_OPEN(0, DISMISSED(LATE), GONE(LATE));
    EXPECT_OPEN(0, DISMISSED(LATE), SAID("created", EARLY), GONE(LATE));
    EXPECT_OPEN(0, DISMISSED(LATE), TENDERED(EARLY), TENDERED(LATE));
    EXPECT_OPEN(1, DISMISSED(LATE), TENDERED(LATE), TENDERED(LATEST));
    EXPECT_OPEN(1, DISMISSED(EARLY), GONE(LATE));
    EXPECT_OPEN(0, DISMISSED(LATE), GONE(LATE), TENDERED(EARLY));
    EXPECT_OPEN(0, TENDERED(EARLY), DISMISSED(LATE), GONE(LATE));
    EXPECT_OPEN(1, DISMISSED(LATE), DISMISSED(NULL), GONE(LATE)); /* its record is gone */
}

/* Two people, two aggregators: what the one saw to may come behind what the other did. */
static void an_earlier_dismissal_takes_none_back(void **state)
{
    (void)state;
    EXPECT_OPEN(0, DISMISSED(LATE), DISMISSED(EARLY), TENDERED(LATE));
    EXPECT_OPEN(0, TENDERED(LATE), DISMISSED(LATE), DISMISSED(EARLY), TENDERED(LATE));
    EXPECT_OPEN(1, DISMISSED(LATE), DISMISSED(EARLY), TENDERED(LATEST));
}

/* As another writer of results may put it. */
static void null_is_as_if_it_were_not_there(void **state)
{
    (void)state;
    EXPECT_OPEN(1, {"created", ",\"reason\":null" AT(EARLY)}, GONE(LATE));
    EXPECT_OPEN(0, {"cancelled", ",\"dryRun\":null" AT(EARLY)}, GONE(LATE));
}

/* So that a dismissal of the deletion, of which alone a person was told, is of both. */
static void an_earlier_conflict_does_not_hide_a_deletion(void **state)
{
    (void)state;
    EXPECT_OPEN(1, GONE(LATE), TENDERED(EARLY));
    EXPECT_OPEN(0, GONE(LATE), TENDERED(EARLY), DISMISSED(LATE));
    EXPECT_OPEN(1, GONE(LATE), TENDERED(EARLY), DISMISSED(EARLY));
}

static void what_an_earlier_counting_left_is_let_go(void **state)
{
    struct err e = {0};
    const struct told gone = GONE(EARLY);
    (void)state;
    results_next = 0;
    assert_ok(store_write(store, &e, "ZADD", KEY_OPEN_SEEN, "9999999999999", "a/1", NULL),
              &e);
    tell(&gone);
    assert_int_equal(read_all("HVALS", KEY_OPEN_DATA).count, 1);
}

static void those_seen_to_are_bounded(void **state)
{
    struct err e = {0};
    struct store_texts got = {0};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct ops ops;
        struct store_applied applied = {0};
        ops_init(&ops, &arena);
        ops_command(&ops, "DISMISS", KEY_OPEN, KEY_OPEN_DATA,
                    arena_printf(&arena, "a/%d", i), ops_number(&arena, 100 - i), "3",
                    NULL);
        assert_ok(store_apply(store, "", 0, &ops, &applied, &e), &e);
    }
    assert_ok(
        store_read(store, &texts, &got, &e, "ZRANGE", KEY_OPEN_SEEN, "0", "-1", NULL),
        &e);
    assert_int_equal(got.count, 3);
    assert_string_equal(got.at[0], "a/2"); /* a/3 was the oldest */
}

#define REDIS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REDIS_TEST(what_rms_may_hold_is_open),
        REDIS_TEST(what_rms_holds_nothing_of_is_not),
        REDIS_TEST(a_decision_before_it_may_come_after_it),
        REDIS_TEST(what_a_person_saw_to_is_not),
        REDIS_TEST(it_may_be_told_before_what_it_is_about),
        REDIS_TEST(an_earlier_dismissal_takes_none_back),
        REDIS_TEST(null_is_as_if_it_were_not_there),
        REDIS_TEST(an_earlier_conflict_does_not_hide_a_deletion),
        REDIS_TEST(what_an_earlier_counting_left_is_let_go),
        REDIS_TEST(those_seen_to_are_bounded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
