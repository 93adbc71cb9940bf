/* test_tillctl_changes: what a dry run would change, collected from its results and shown
 * within bounds. */
#include "base/buf.h"
#include "core/changes.h"
#include "core/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct changes changes;
static struct buf text;

static int start(void **state)
{
    (void)state;
    changes_init(&changes, "t-1");
    buf_init(&text, (size_t)4 * 1024 * 1024);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    changes_done(&changes);
    buf_done(&text);
    return 0;
}

static void take_poll(const char *poll_id, const char *trigger_id, const char *started)
{
    char json[600];
    int len = snprintf(
        json, sizeof(json),
        "{\"v\":1,\"shop\":\"a.example\",\"pollId\":\"%s\",\"state\":\"finished\","
        "\"kind\":\"trigger\",\"triggerId\":\"%s\",\"at\":\"2026-11-22T10:00:00Z\","
        "\"startedAt\":\"%s\",\"pages\":1,\"orders\":1,\"publishedTotal\":1,"
        "\"dryRunTotal\":1}",
        poll_id, trigger_id, started);
    changes_take_poll(&changes, json, (size_t)len);
}

/* more: further members, with a comma before each. */
static void take(int order, const char *poll_id, const char *action, const char *more)
{
    char json[8000];
    int len =
        snprintf(json, sizeof(json),
                 "{\"v\":1,\"shop\":\"a.example\",\"order\":\"%d\",\"name\":\"#%d\","
                 "\"action\":\"%s\",\"source\":\"trigger\",\"pollId\":\"%s\","
                 "\"srcTopic\":\"shopify.orders\",\"srcPartition\":0,\"srcOffset\":%d,"
                 "\"decidedAt\":\"2026-11-22T10:00:01Z\"%s}",
                 order, order, action, poll_id, order, more);
    changes_take_result(&changes, json, (size_t)len);
}

#define DRY        ",\"dryRun\":true"
#define UNCHANGED  DRY ",\"reason\":\"unchanged\""
#define UNKNOWN    DRY ",\"reason\":\"unknown_sku\",\"detail\":\"line 1: add the item\""
#define DIFF(rows) DRY ",\"diff\":[" rows "]"
#define ROW(table, op, row, column, before, after)              \
    "{\"table\":\"" table "\",\"op\":\"" op "\",\"row\":\"" row \
    "\",\"column\":\"" column "\",\"before\":\"" before "\",\"after\":\"" after "\"}"
#define NEW(table, column, after)                                                        \
    "{\"table\":\"" table "\",\"op\":\"insert\",\"row\":\"line 0\",\"column\":\"" column \
    "\",\"after\":\"" after "\"}"

static const char *show(void)
{
    buf_clear(&text);
    changes_settle(&changes);
    changes_view(&changes, false, &text);
    return buf_str(&text);
}

static void test_only_the_results_of_its_polls(void **state)
{
    (void)state;
    take_poll("p-0", "t-0", "2026-11-22T09:00:00Z");
    take_poll("p-2", "t-1", "2026-11-22T10:00:05Z");
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z"); /* its next record */
    assert_int_equal(changes.poll_ids.count, 2);
    assert_int_equal(changes.started_ms, INT64_C(1795341600000));
    take(1, "p-1", "created", DRY);
    take(2, "p-0", "created", DRY); /* another trigger's */
    take(3, "p-1", "created", "");  /* no dry run */
    take(4, "p-2", "cancelled", DRY);
    changes_take_result(&changes, "{\"v\":1", 6);
    assert_string_equal(show(), "#1  created\n"
                                "#4  cancelled\n"
                                "\n");
}

static void test_rows_as_a_person_reads_them(void **state)
{
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    take(7, "p-1", "updated",
         DIFF(ROW("Order", "update", "17", "Total", "3.00", "4.00") "," ROW(
             "Order", "update", "17", "LastUpdated", "a",
             "b") "," ROW("Order", "update", "17", "Comment", "",
                          "a\\nb") ",{"
                                   "\"table\":\"OrderEntry\",\"op\":\"delete\",\"row\":"
                                   "\"5\",\"column\":"
                                   "\"ID\",\"before\":\"5\"}," NEW(
                                       "OrderEntry", "Price",
                                       "1.50") "," NEW("OrderEntry", "DetailID",
                                                       "0") "," NEW("OrderEntry",
                                                                    "Comment",
                                                                    "") ",{\"table\":"
                                                                        "\"Item\","
                                                                        "\"op\":"
                                                                        "\"update\","
                                                                        "\"row\":\"3\","
                                                                        "\"column\":"
                                                                        "\"QuantityCommit"
                                                                        "ted\","
                                                                        "\"after\":\"+2."
                                                                        "00\"}"));
    assert_string_equal(show(),
                        "#7  updated\n"
                        "  Order 17                   Total              3.00 -> 4.00\n"
                        "                             Comment            (empty) -> a b\n"
                        "  OrderEntry 5                                  deleted\n"
                        "  new OrderEntry (shipping)  Price              1.50\n"
                        "  Item 3                     QuantityCommitted  +2.00\n"
                        "\n");
}

static void test_why_and_what_to_do(void **state)
{
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    take(1, "p-1", "error", UNKNOWN); /* its detail has the remedy already */
    take(2, "p-1", "error", DRY ",\"reason\":\"rms_refused\",\"detail\":\"too long\"");
    take(3, "p-1", "conflict", DRY ",\"reason\":\"tendered\"");
    take(4, "p-1", "skipped", UNCHANGED);
    take(5, "p-1", "skipped", UNCHANGED);
    take(6, "p-1", "skipped", DRY ",\"reason\":\"test_order\"");
    take(7, "p-1", "skipped", DRY ",\"reason\":\"of_a_newer_release\"");
    assert_string_equal(show(),
                        "#1  error unknown_sku\n"
                        "  line 1: add the item\n"
                        "#2  error rms_refused\n"
                        "  too long\n"
                        "  see the detail; mend the row or the trigger it names, then "
                        "redrive the order\n"
                        "#3  conflict tendered\n"
                        "  the order was already tendered in RMS\n"
                        "  book a return or a new sale for the difference\n"
                        "1 skipped: for another reason\n"
                        "2 skipped: RMS already holds this content\n"
                        "1 skipped: a test order of the shop\n"
                        "\n");
}

static void test_trouble_is_colored(void **state)
{
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    take(1, "p-1", "error", DRY);
    take(2, "p-1", "conflict", DRY);
    take(3, "p-1", "updated", DRY);
    take(4, "p-1", "of_a_newer_release", DRY);
    changes_view(&changes, true, &text);
    assert_string_equal(buf_str(&text), "\033[31m#1  error\033[0m\n"
                                        "\033[33m#2  conflict\033[0m\n"
                                        "\033[32m#3  updated\033[0m\n"
                                        "#4  of_a_newer_release\n"
                                        "\n");
}

static void test_what_came_twice_counts_once(void **state)
{
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    for (int i = 0; i < 2; i++) {
        take(1, "p-1", "created", DRY);
        take(2, "p-1", "skipped", UNCHANGED);
    }
    assert_string_equal(show(), "#1  created\n"
                                "1 skipped: RMS already holds this content\n"
                                "\n");
}

static size_t lines_that_begin(const char *shown, const char *begin)
{
    size_t count = 0;
    for (const char *p = shown; *p; p += strcspn(p, "\n") + 1)
        count += strncmp(p, begin, strlen(begin)) == 0;
    return count;
}

static cJSON *json(void)
{
    cJSON *data = cJSON_CreateObject();
    changes_settle(&changes);
    changes_json(&changes, data);
    return data;
}

static double left_out(const cJSON *data)
{
    return cJSON_GetObjectItemCaseSensitive(data, "orders_left_out")->valuedouble;
}

static int listed(const cJSON *data)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(data, "orders"));
}

static void test_people_are_shown_some(void **state)
{
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    for (int i = 0; i < CHANGES_SHOWN_MAX + 3; i++)
        take(100 + i, "p-1", "created", DRY);
    assert_int_equal(lines_that_begin(show(), "#"), CHANGES_SHOWN_MAX);
    assert_non_null(strstr(
        show(), "... and 3 more orders that would be acted on; --json has them all\n"));
    cJSON *data = json();
    assert_int_equal(listed(data), CHANGES_SHOWN_MAX + 3);
    assert_true(left_out(data) == 0.0);
    cJSON_Delete(data);
}

static void test_more_than_is_kept(void **state)
{
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    for (int i = 0; i < CHANGES_KEPT_MAX + 5; i++)
        take(1 + i, "p-1", "created", DRY);
    assert_non_null(strstr(
        show(), "... and 980 more orders that would be acted on; --json has more\n"));
    cJSON *data = json();
    assert_int_equal(listed(data), CHANGES_KEPT_MAX);
    assert_true(left_out(data) == 5.0);
    cJSON_Delete(data);
}

static void test_large_results_are_kept_up_to_a_size(void **state)
{
    static const char head[] = DRY ",\"detail\":\"";
    static char large[7000];
    (void)state;
    take_poll("p-1", "t-1", "2026-11-22T10:00:00Z");
    memset(large, 'x', sizeof(large) - 1);
    memcpy(large, head, sizeof(head) - 1);
    large[sizeof(large) - 2] = '"';
    changes.bytes = CHANGES_BYTES_MAX - 10000; /* as after many others */
    take(1, "p-1", "created", large);
    take(2, "p-1", "created", large);
    cJSON *data = json();
    assert_int_equal(listed(data), 1);
    assert_true(left_out(data) == 1.0);
    cJSON_Delete(data);
}

static void test_long_diffs_are_cut(void **state)
{
    struct arena arena;
    struct table table;
    struct result_diff rows[6];
    const struct codec_list diff = {.at = rows, .count = 6};
    (void)state;
    for (size_t i = 0; i < 6; i++)
        rows[i] = (struct result_diff){.table = "Order",
                                       .op = "update",
                                       .row = "1",
                                       .column = i == 5 ? "LastUpdated" : "Total",
                                       .before = "1",
                                       .after = "2"};
    arena_init(&arena);
    table_init(&table, &arena, DIFF_COLUMNS);
    diff_add(&diff, 2, &table);
    table_print(&table, false, &text);
    assert_string_equal(buf_str(&text), "  Order 1                 Total  1 -> 2\n"
                                        "                          Total  1 -> 2\n"
                                        "  ... and 3 more changes\n");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_only_the_results_of_its_polls, start, stop),
        cmocka_unit_test_setup_teardown(test_rows_as_a_person_reads_them, start, stop),
        cmocka_unit_test_setup_teardown(test_why_and_what_to_do, start, stop),
        cmocka_unit_test_setup_teardown(test_trouble_is_colored, start, stop),
        cmocka_unit_test_setup_teardown(test_what_came_twice_counts_once, start, stop),
        cmocka_unit_test_setup_teardown(test_people_are_shown_some, start, stop),
        cmocka_unit_test_setup_teardown(test_more_than_is_kept, start, stop),
        cmocka_unit_test_setup_teardown(test_large_results_are_kept_up_to_a_size, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_long_diffs_are_cut, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
