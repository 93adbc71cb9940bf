/* test_fetcher_cost: waits for Shopify's bucket and the size of pages. */
#include "core/cost.h"
#include "unit.h"

#include <string.h>

static struct cost read_cost(const char *text)
{
    cJSON *tree = cJSON_Parse(text);
    assert_non_null(tree);
    struct json_at at = json_root(tree);
    struct cost cost = cost_read(&at);
    cJSON_Delete(tree);
    return cost;
}

static void test_reading(void **unused)
{
    (void)unused;
    struct cost cost = read_cost(
        "{\"cost\":{\"requestedQueryCost\":394,\"actualQueryCost\":99,\"throttleStatus\":"
        "{\"maximumAvailable\":2000.0,\"currentlyAvailable\":1901,\"restoreRate\":100.0}"
        "}}");
    assert_int_equal(cost.requested, 394);
    assert_int_equal(cost.actual, 99);
    assert_int_equal(cost.maximum, 2000);
    assert_int_equal(cost.available, 1901);
    assert_int_equal(cost.restore_per_s, 100);
    cost = read_cost("{\"cost\":{\"requestedQueryCost\":-5,\"actualQueryCost\":null,"
                     "\"throttleStatus\":{\"restoreRate\":\"fast\",\"currentlyAvailable\""
                     ":1e300}}}");
    const struct cost none = {-1, -1, -1, -1, -1};
    assert_memory_equal(&cost, &none, sizeof(cost));
    cost = read_cost("{}");
    assert_memory_equal(&cost, &none, sizeof(cost));
}

static void test_waits(void **unused)
{
    (void)unused;
    static const struct {
        int64_t available, restore_per_s, needed, keep, later_ms, wait_ms;
    } rows[] = {
        {2000, 100, 394, 10, 0, 0}, /* enough */
        {594, 100, 394, 10, 0, 0},  /* exactly: 394 and the 10 % that are kept */
        {593, 100, 394, 10, 0, 10}, /* a point short */
        {94, 100, 394, 10, 0, 5000},
        {94, 100, 394, 10, 2000, 3000}, /* it filled meanwhile */
        {94, 100, 394, 10, 9000, 0},
        {94, 1000, 394, 10, 0, 500},  /* a dearer plan fills faster */
        {0, 100, 1950, 10, 0, 20000}, /* never more than the bucket holds */
        {0, 0, 100, 10, 0, 30000},    /* a rate of 0 was seen: not for ever */
        {0, 100, 0, 10, 0, 0},        /* not known what it takes */
        {1393, 100, 394, 50, 0, 10},  /* half of it left to others */
        {394, 100, 394, 0, 0, 0},     /* nothing left to others */
        {1999, 100, 394, 90, 0, 10},  /* the rest can't hold it: a full one */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cost_bucket bucket = {0};
        const struct cost cost = {.maximum = 2000,
                                  .available = rows[i].available,
                                  .restore_per_s = rows[i].restore_per_s};
        cost_note(&bucket, &cost, 1000);
        assert_int_equal(
            cost_wait_ms(&bucket, rows[i].needed, rows[i].keep, 1000 + rows[i].later_ms),
            rows[i].wait_ms);
    }
    const struct cost_bucket unknown = {0};
    assert_int_equal(cost_wait_ms(&unknown, 394, 10, 5), 0);
}

static void test_an_answer_without_status_changes_nothing(void **unused)
{
    (void)unused;
    struct cost_bucket bucket = {0};
    const struct cost known = {.maximum = 2000, .available = 5, .restore_per_s = 100};
    const struct cost none = {-1, -1, -1, -1, -1};
    cost_note(&bucket, &known, 1000);
    cost_note(&bucket, &none, 2000);
    assert_int_equal(bucket.available, 5);
    assert_int_equal(bucket.at_ms, 1000);
}

static void test_throttled(void **unused)
{
    (void)unused;
    const struct {
        struct cost cost;
        int64_t wait_ms;
    } rows[] = {
        {{.requested = 862, .available = 62, .restore_per_s = 100}, 8000},
        {{.requested = 100, .available = 99, .restore_per_s = 1000}, 100},
        {{.requested = 100, .available = 500, .restore_per_s = 100}, 100},
        {{.requested = 900, .available = 0, .restore_per_s = 0}, 60000},
        {{.requested = -1, .available = 0, .restore_per_s = 100}, 2000},
        {{.requested = 100, .available = -1, .restore_per_s = 100}, 2000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(cost_throttled_ms(&rows[i].cost), rows[i].wait_ms);
}

/* s: shrink, d: shrink since it was too dear, g: a good page, bN: begin with N wanted. */
static void test_page_sizes(void **unused)
{
    (void)unused;
    static const struct {
        const char *what, *steps;
        int first;
    } rows[] = {
        {"as configured", "", 50},
        {"halved", "s", 25},
        {"down to one", "ssssssss", 1},
        {"up again after four good pages", "sgggg", 50},
        {"three are not enough", "sggg", 25},
        {"a fault between starts the count anew", "sggsgg", 12},
        {"in steps", "ssgggg", 24},
        {"not over what was wanted", "sggggggggggggg", 50},
        {"too dear: never as much again", "dgggggggggggg", 49},
        {"too dear twice", "ddgggggggggggggggg", 24},
        {"more is wanted", "B", 100},
        {"more is wanted while halved: by growing", "sB", 25},
        {"and then grows to it", "sBgggggggg", 100},
        {"less is wanted", "b", 10},
        {"less is wanted while halved below it", "sssb", 6},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cost_size size = {0};
        cost_size_begin(&size, 50);
        for (const char *step = rows[i].steps; *step; step++) {
            if (*step == 's' || *step == 'd')
                (void)cost_size_shrink(&size, *step == 'd');
            else if (*step == 'g')
                cost_size_good(&size);
            else
                cost_size_begin(&size, *step == 'B' ? 100 : 10);
        }
        if (size.first != rows[i].first)
            fail_msg("%s: %d", rows[i].what, size.first);
    }
}

static void test_one_order_can_t_be_less(void **unused)
{
    (void)unused;
    struct cost_size size = {0};
    cost_size_begin(&size, 2);
    assert_true(cost_size_shrink(&size, true));
    assert_int_equal(size.first, 1);
    assert_false(cost_size_shrink(&size, true));
    assert_int_equal(size.first, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_an_answer_without_status_changes_nothing),
        cmocka_unit_test(test_throttled),
        cmocka_unit_test(test_page_sizes),
        cmocka_unit_test(test_one_order_can_t_be_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
