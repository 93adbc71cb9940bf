/* test_stats_view: the answers' shapes, the metrics, and the lists. */
#include "core/lists.h"
#include "core/view.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static const int64_t now_ms = INT64_C(1737646200000); /* 2025-01-23T15:30:00Z */

static struct arena arena;
static struct buf out;
static cJSON *answer;
static struct board board;
static struct runtime_config config;
static struct poll_record last;
static struct status_shop shop;

static int set_up(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "p|demo.myshopify.com",
        "150",
        "c|live|poll|created||demo.myshopify.com",
        "120",
        "c|live|poll|updated||demo.myshopify.com",
        "25",
        "c|live|poll|skipped|unchanged|demo.myshopify.com",
        "3",
        "c|live|poll|error|unknown_sku|demo.myshopify.com",
        "2",
        "c|replayed|replay|updated||demo.myshopify.com",
        "4"};
    arena_init(&arena);
    buf_init(&out, 1024UL * 1024);
    board_read(fields, sizeof(fields) / sizeof(fields[0]), &arena, &board);
    config = (struct runtime_config){.interval_minutes = 10,
                                     .lookback_minutes = 15,
                                     .batch_size = 50,
                                     .max_pages = 10,
                                     .enabled = true};
    last = (struct poll_record){.shop = "demo.myshopify.com",
                                .state = "finished",
                                .kind = "timer",
                                .started_ms = now_ms - 60000,
                                .at_ms = now_ms,
                                .watermark_ms = now_ms - 1000};
    shop = (struct status_shop){
        .shop = last.shop, .latest = &last, .timer = &last, .ended = &last};
    answer = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cJSON_Delete(answer);
    buf_done(&out);
    arena_done(&arena);
    return 0;
}

static struct view view(void)
{
    return (struct view){.board = &board,
                         .config = &config,
                         .shops = &shop,
                         .shop_count = 1,
                         .status = status_of(&config, &shop, 1, now_ms),
                         .open_count = 2,
                         .now_ms = now_ms};
}

/* "data.statistics.total_polled" of what was written. */
static const cJSON *at(const char *path)
{
    char copy[200];
    char *save = NULL;
    if (!answer)
        answer = cJSON_Parse(buf_str(&out));
    assert_non_null(answer);
    const cJSON *value = answer;
    snprintf(copy, sizeof(copy), "%s", path);
    for (char *name = strtok_r(copy, ".", &save); name; name = strtok_r(NULL, ".", &save))
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, name[0] - '0')
                                     : cJSON_GetObjectItemCaseSensitive(value, name);
    if (!value)
        fail_msg("%s is missing in %s", path, buf_str(&out));
    return value;
}

static void assert_text(const char *path, const char *want)
{
    assert_true(cJSON_IsString(at(path)));
    assert_string_equal(at(path)->valuestring, want);
}

static void assert_number(const char *path, int want)
{
    assert_true(cJSON_IsNumber(at(path)));
    assert_int_equal(at(path)->valueint, want);
}

static void status_has_the_names_and_types_of_the_interface(void **state)
{
    (void)state;
    struct view v = view();
    view_status(&v, &out);
    assert_text("status", "success");
    assert_true(cJSON_IsTrue(at("data.enabled")));
    assert_number("data.interval_minutes", 10);
    assert_number("data.lookback_minutes", 15);
    assert_number("data.batch_size", 50);
    assert_text("data.last_poll_time", "2025-01-23T15:30:00+00:00");
    assert_true(cJSON_IsTrue(at("data.polling_service_initialized")));
    assert_true(cJSON_IsFalse(at("data.will_execute_next_cycle")));
    assert_number("data.seconds_until_next_poll", 540);
    assert_true(cJSON_IsFalse(at("data.webhooks_enabled")));
    assert_text("data.status", "waiting_for_interval");
    assert_number("data.statistics.total_polled", 150);
    assert_number("data.statistics.already_synced", 3);
    assert_number("data.statistics.newly_synced", 120);
    assert_number("data.statistics.updated", 25);
    assert_number("data.statistics.sync_errors", 2);
    assert_number("data.statistics.in_flight", 0);
    assert_contains(buf_str(&out), "\"success_rate\":98.64,");
    assert_text("data.statistics.last_poll_time", "2025-01-23T15:30:00+00:00");
    assert_text("data.shops.0.last_poll_outcome", "finished");
}

static void nothing_known_is_null_and_not_a_time(void **state)
{
    (void)state;
    board_read(NULL, 0, &arena, &board);
    struct view v = view();
    v.shop_count = 0;
    v.status = status_of(&config, NULL, 0, now_ms);
    view_status(&v, &out);
    assert_true(cJSON_IsNull(at("data.last_poll_time")));
    assert_true(cJSON_IsFalse(at("data.polling_service_initialized")));
    assert_text("data.status", "waiting");
    assert_contains(buf_str(&out), "\"success_rate\":100.0,");
}

static void stats_tell_all_counters(void **state)
{
    (void)state;
    struct view v = view();
    view_stats(&v, &out);
    assert_number("data.total_polled", 150);
    assert_number("data.replayed_updated", 4);
    assert_number("data.dry_run_newly_synced", 0);
    assert_number("data.malformed_records", 0);
    assert_number("data.duplicate_results", 0);
    assert_number("data.reasons.unknown_sku", 2);
    assert_number("data.reasons.unchanged", 3);
    assert_true(cJSON_IsTrue(at("data.completeness.closed")));
    assert_number("data.completeness.accounted", 150);
    assert_true(cJSON_IsNull(at("data.counting_since")));
}

static void completeness_fails_on_results_of_no_poll(void **state)
{
    (void)state;
    board.surplus = 3;
    struct view v = view();
    view_stats(&v, &out);
    assert_true(cJSON_IsFalse(at("data.completeness.closed")));
    assert_number("data.completeness.unannounced_results", 3);
    cJSON_Delete(answer);
    answer = NULL;
    buf_clear(&out);
    last.state = "progress"; /* the poll's next record will announce them */
    v = view();
    view_stats(&v, &out);
    assert_true(cJSON_IsTrue(at("data.completeness.closed")));
}

static void health_names_what_is_wrong(void **state)
{
    (void)state;
    static const struct view_checks fine = {.redis = true, .kafka = true, .reason = ""};
    static const struct view_checks away = {.kafka = true, .reason = "Redis is away"};
    struct view v = view();
    assert_true(view_health(&v, &fine, &out));
    assert_contains(buf_str(&out), "\"status\":\"healthy\"");
    assert_contains(buf_str(&out), "\"detail\":null");

    buf_clear(&out);
    assert_false(view_health(NULL, &away, &out));
    assert_contains(buf_str(&out), "Redis is away");

    buf_clear(&out);
    config.enabled = false;
    v = view();
    assert_false(view_health(&v, &fine, &out));
    assert_contains(buf_str(&out), "switched off");

    buf_clear(&out);
    config.enabled = true;
    last.error = "the token was refused";
    v = view();
    assert_false(view_health(&v, &fine, &out));
    assert_contains(buf_str(&out), "the token was refused");

    buf_clear(&out);
    last.error = NULL;
    last.started_ms = now_ms - INT64_C(22) * 60000;
    v = view();
    assert_false(view_health(&v, &fine, &out));
    assert_contains(buf_str(&out), "overdue by 720 s");

    buf_clear(&out);
    v.status = status_of(&config, NULL, 0, now_ms);
    assert_false(view_health(&v, &fine, &out));
    assert_contains(buf_str(&out), "no fetcher has spoken");
}

static void metrics_are_all_time_and_escaped(void **state)
{
    (void)state;
    static const char *const fields[] = {"c|live|poll|created||a",          "120",
                                         "b|live|poll|created||a",          "70",
                                         "c|live|poll|error|unknown_sku|a", "2"};
    board_read(fields, 6, &arena, &board);
    struct view v = view();
    shop.shop = "a\"b\\c\nd";
    view_metrics(&v, &out);
    const char *text = buf_str(&out);
    assert_contains(text,
                    "\ntillbridge_orders_total{class=\"live\",outcome=\"newly_synced\"}"
                    " 120\n");
    assert_contains(text, "\n# TYPE tillbridge_orders_in_flight gauge\n");
    assert_contains(text,
                    "tillbridge_results_by_reason_total{reason=\"unknown_sku\"} 2\n");
    assert_contains(text, "{shop=\"a\\\"b\\\\c\\nd\"} 1737646200\n");
    assert_contains(text, "tillbridge_open_issues 2\n");
    assert_true(text[strlen(text) - 1] == '\n');
}

/* ---- lists ---- */

static const char error_json[] =
    "{\"v\":1,\"shop\":\"a\",\"order\":\"6001\",\"name\":\"#1001\",\"action\":\"error\","
    "\"reason\":\"unknown_sku\",\"detail\":\"SKU X\",\"source\":\"poll\",\"srcTopic\":"
    "\"shopify.orders\",\"srcPartition\":3,\"srcOffset\":8,\"decidedAt\":"
    "\"2025-01-23T15:30:00.125Z\"}";
static const char poll_json[] =
    "{\"v\":1,\"shop\":\"a\",\"pollId\":\"p\",\"state\":\"failed\",\"kind\":\"timer\","
    "\"at\":"
    "\"2025-01-23T15:30:01.250Z\",\"startedAt\":\"2025-01-23T15:30:00Z\",\"pages\":1,"
    "\"orders\":5,\"publishedTotal\":5,\"dryRunTotal\":0,\"error\":\"HTTP 500\"}";

static const char *prefixed(const char *prefix, const char *json)
{
    return arena_printf(&arena, "%s%s", prefix, json);
}

static void what_needs_a_person_comes_with_its_remedy(void **state)
{
    (void)state;
    const char *const values[] = {error_json, "{", ""};
    lists_open((struct lists_values){values, 3}, 17, &arena, &out);
    assert_number("data.total", 17);
    assert_int_equal(cJSON_GetArraySize(at("data.conflicts")), 1);
    assert_text("data.conflicts.0.name", "#1001");
    assert_text("data.conflicts.0.order", "6001");
    assert_text("data.conflicts.0.at", "2025-01-23T15:30:00+00:00");
    assert_text("data.conflicts.0.remedy", reason_remedy(REASON_UNKNOWN_SKU));
    assert_text("data.conflicts.0.message", "shopify.orders/3/8");
}

static void events_and_polls_are_listed(void **state)
{
    (void)state;
    const char *const values[] = {prefixed("2 ", poll_json),
                                  prefixed("1 ", error_json),
                                  prefixed("x ", error_json),
                                  error_json,
                                  "3",
                                  ""};
    lists_events((struct lists_values){values, 6}, &arena, &out);
    assert_int_equal(cJSON_GetArraySize(at("data.events")), 2);
    assert_text("data.events.0.type", "poll");
    assert_number("data.events.0.seq", 2);
    assert_text("data.events.1.type", "order");
    cJSON_Delete(answer);
    answer = NULL;
    buf_clear(&out);
    const char *const polls[] = {poll_json, "[]"};
    lists_polls((struct lists_values){polls, 2}, &arena, &out);
    assert_int_equal(cJSON_GetArraySize(at("data.polls")), 1);
    assert_text("data.polls.0.error", "HTTP 500");
    assert_contains(buf_str(&out), "\"duration_seconds\":1.25,");
}

static void an_orders_story_tells_how_often(void **state)
{
    (void)state;
    const char *const values[] = {prefixed("4\nlive error unknown_sku\n", error_json),
                                  prefixed("0\n\n", error_json), "1\n", error_json};
    const struct lists_order order = {"a", "6001", {values, 4}};
    lists_orders(&order, 1, &arena, &out);
    assert_text("data.orders.0.order", "6001");
    assert_text("data.orders.0.name", "#1001");
    assert_true(cJSON_IsNull(at("data.orders.0.rms_order")));
    assert_int_equal(cJSON_GetArraySize(at("data.orders.0.decisions")), 1);
    assert_number("data.orders.0.decisions.0.times", 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_has_the_names_and_types_of_the_interface),
        TEST(nothing_known_is_null_and_not_a_time),
        TEST(stats_tell_all_counters),
        TEST(completeness_fails_on_results_of_no_poll),
        TEST(health_names_what_is_wrong),
        TEST(metrics_are_all_time_and_escaped),
        TEST(what_needs_a_person_comes_with_its_remedy),
        TEST(events_and_polls_are_listed),
        TEST(an_orders_story_tells_how_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
