/* test_stats_store_gone: orders that the shop deleted, on a real Redis: who is asked to
 * see to them, in whatever order partitions are folded. */
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
static void tell(const struct told *told, int64_t n)
{
    struct fold_state at = {.next = n};
    next_offset = n;
    put("a/1", arena_printf(&arena,
                            "{\"v\":1,\"shop\":\"a\",\"order\":\"1\",\"action\":"
                            "\"%s\",\"srcTopic\":\"t\",\"srcPartition\":3,"
                            "\"srcOffset\":%d,\"source\":\"poll\"%s}",
                            told->action, (int)n, told->more));
    struct fold_out out = fold(&at);
    assert_false(apply(store, &at, &out).moved);
}

static size_t open_after(const struct told *told, size_t count)
{
    struct err e = {0};
    assert_ok(store_write(store, &e, "FLUSHALL", NULL), &e);
    for (size_t i = 0; i < count; i++)
        tell(&told[i], (int64_t)i);
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
    EXPECT_OPEN(0, {"conflict", REASON("tendered") AT(LATE)}, SAID("updated", EARLY));
}

#define REDIS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REDIS_TEST(what_rms_may_hold_is_open),
        REDIS_TEST(what_rms_holds_nothing_of_is_not),
        REDIS_TEST(a_decision_before_it_may_come_after_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
