/* test_tillctl_drift: what the results of a dry run and RMS's own list say of each order,
 * counted once however often it is met; and points in time as people give them. */
#include "base/buf.h"
#include "core/drift.h"
#include "core/moment.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct drift drift;

static int start(void **state)
{
    (void)state;
    drift_init(&drift, "b-1");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    drift_done(&drift);
    return 0;
}

static void take_poll(const char *poll_id, const char *run)
{
    char json[600];
    int len = snprintf(
        json, sizeof(json),
        "{\"v\":1,\"shop\":\"a.example\",\"pollId\":\"%s\",\"state\":\"finished\","
        "\"kind\":\"backfill\",\"triggerId\":\"%s\",\"at\":\"2026-11-22T10:00:00Z\","
        "\"startedAt\":\"2026-11-22T10:00:00Z\",\"pages\":0,\"orders\":1,"
        "\"publishedTotal\":1,\"dryRunTotal\":1}",
        poll_id, run);
    drift_take_poll(&drift, json, (size_t)len);
}

static void take(int order, int offset, const char *poll_id, const char *decision)
{
    char json[800];
    int len =
        snprintf(json, sizeof(json),
                 "{\"v\":1,\"shop\":\"a.example\",\"order\":\"%d\",\"name\":\"#%d\","
                 "\"dryRun\":true,\"source\":\"backfill\",\"pollId\":\"%s\","
                 "\"srcTopic\":\"shopify.orders\",\"srcPartition\":0,"
                 "\"srcOffset\":%d,\"decidedAt\":\"2026-11-22T10:00:00Z\",%s}",
                 order, order, poll_id, offset, decision);
    drift_take_result(&drift, json, (size_t)len);
}

static void take_shown(int order, int units, const char *more)
{
    char json[1000];
    int len = snprintf(
        json, sizeof(json),
        "{\"v\":1,\"shop\":\"a.example\",\"id\":\"%d\",\"name\":\"#%d\",\"updatedAt\":"
        "\"2026-11-22T10:00:00Z\",\"fetchedAt\":\"2026-11-22T10:00:00Z\",\"createdAt\":"
        "\"2026-11-22T10:00:00Z\",\"currency\":\"USD\",\"total\":\"1.00\",\"subtotal\":"
        "\"1.00\",\"tax\":\"0.00\",\"itemQuantity\":%d,\"lines\":[{\"id\":\"1\","
        "\"title\":\"T\",\"quantity\":1,\"currentQuantity\":%d,\"unitPrice\":\"1.00\","
        "\"total\":"
        "\"1.00\",\"taxable\":true,\"requiresShipping\":true}]%s}",
        order, order, units, units, more);
    drift_take_order(&drift, "p-1", json, (size_t)len);
}

static enum drift_kind kind_of(int64_t id)
{
    const struct drift_order *order = drift_find(&drift, id);
    assert_non_null(order);
    return order->kind;
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *decision;
        enum drift_kind kind;
    } rows[] = {
        {"\"action\":\"skipped\",\"reason\":\"unchanged\"", DRIFT_SAME},
        {"\"action\":\"skipped\",\"reason\":\"stale\"", DRIFT_SAME},
        {"\"action\":\"skipped\",\"reason\":\"financial_status\"", DRIFT_UNWANTED},
        {"\"action\":\"created\"", DRIFT_MISSING},
        {"\"action\":\"updated\"", DRIFT_DIFFERS},
        {"\"action\":\"cancelled\"", DRIFT_CANCELLED},
        {"\"action\":\"conflict\",\"reason\":\"tendered\"", DRIFT_HELD},
        {"\"action\":\"error\",\"reason\":\"unknown_sku\"", DRIFT_REFUSED},
        {"\"action\":\"of a newer release\"", DRIFT_REFUSED},
    };
    enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
    take_poll("p-1", "b-1");
    for (int i = 0; i < COUNT; i++)
        take(i + 1, i, "p-1", rows[i].decision);
    drift_settle(&drift);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(kind_of(i + 1), rows[i].kind);
    assert_int_equal(drift_results(&drift), COUNT);
    assert_int_equal(drift_differing(&drift), COUNT - 3);
}

static void test_others_and_repeated(void **state)
{
    (void)state;
    take_poll("p-1", "b-1");
    take_poll("p-2", "b-other");
    take(1, 1, "p-2", "\"action\":\"created\""); /* of another run */
    take(2, 2, "p-1", "\"action\":\"created\"");
    take(2, 2, "p-1", "\"action\":\"created\"");                          /* told again */
    take(2, 3, "p-1", "\"action\":\"skipped\",\"reason\":\"unchanged\""); /* the last */
    drift_settle(&drift);
    assert_null(drift_find(&drift, 1));
    assert_int_equal(drift_results(&drift), 2);
    assert_int_equal(drift.count, 1);
    assert_int_equal(kind_of(2), DRIFT_SAME);
}

static void test_rms_side(void **state)
{
    (void)state;
    take_poll("p-1", "b-1");
    for (int i = 1; i <= 5; i++)
        take(i, i, "p-1", "\"action\":\"skipped\",\"reason\":\"unchanged\"");
    take_shown(1, 1, "");
    take_shown(2, 1, ",\"closedAt\":\"2026-11-22T10:00:00Z\"");
    take_shown(3, 1, ",\"fulfillmentStatus\":\"FULFILLED\"");
    take_shown(4, 1, ",\"fulfillmentStatus\":\"UNFULFILLED\"");
    take_shown(5, 0, ""); /* all refunded: closed by the reconciler */
    drift_settle(&drift);
    for (int i = 1; i <= 3; i++)
        drift_take_rms(&drift, i, 100 + i, true);
    drift_take_rms(&drift, 4, 104, false);
    drift_take_rms(&drift, 5, 105, true);
    drift_add_extra(&drift, 9, 109);
    drift_settle(&drift);
    assert_int_equal(kind_of(1), DRIFT_CLOSED);
    assert_int_equal(kind_of(2), DRIFT_SAME);
    assert_int_equal(kind_of(3), DRIFT_SAME);
    assert_int_equal(kind_of(4), DRIFT_SAME);
    assert_int_equal(kind_of(5), DRIFT_SAME);
    assert_int_equal(kind_of(9), DRIFT_EXTRA);
    struct buf text;
    buf_init(&text, 1 << 20);
    drift_view(&drift, false, &text);
    assert_contains(buf_str(&text), "#1  closed, RMS order 101");
    assert_contains(buf_str(&text), "9  extra, RMS order 109");
    buf_done(&text);
}

static void test_moments(void **state)
{
    (void)state;
    int64_t ms = 0;
    struct err e = {0};
    assert_ok(moment_parse("--from", "2026-11-22", 5, &ms, &e), &e);
    assert_int_equal(ms, INT64_C(1795305600000));
    assert_ok(moment_parse("--from", "2026-11-22T10:00:00+02:00", 5, &ms, &e), &e);
    assert_int_equal(ms, INT64_C(1795334400000));
    assert_ok(moment_parse("--from", "now", 5, &ms, &e), &e);
    assert_int_equal(ms, 5);
    static const char *const wrong[] = {"", "yesterday", "2026-13-01",
                                        "2026-11-22T10:00"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_rc(RC_REJECT, moment_parse("--from", wrong[i], 5, &ms, &e), &e);
        assert_contains(e.text, "--from");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, start, stop),
        cmocka_unit_test_setup_teardown(test_others_and_repeated, start, stop),
        cmocka_unit_test_setup_teardown(test_rms_side, start, stop),
        cmocka_unit_test(test_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
