/* test_metrics: the table, its text form, and counting from several threads. */
#include "io/metrics.h"

#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;

static int start(void **state)
{
    (void)state;
    buf_init(&out, (size_t)4 * 1024 * 1024);
    metrics_open((enum metric_from)(METRIC_OF_FETCHER | METRIC_OF_RECONCILER), "both");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static const char *scrape(void)
{
    buf_clear(&out);
    metrics_write(&out);
    assert_false(out.full);
    return buf_str(&out);
}

#define assert_has(part) assert_contains(scrape(), part)
#define assert_not(part) assert_lacks(scrape(), part)

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Prometheus' conventions on names, and what the kinds need. */
static void the_table_keeps_the_conventions(void **state)
{
    (void)state;
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_row *row = metric_row((enum metric)i);
        size_t span = strspn(row->name, "abcdefghijklmnopqrstuvwxyz_");
        assert_int_equal(span, strlen(row->name));
        assert_true(strncmp(row->name, "tillbridge_", 11) == 0 ||
                    strncmp(row->name, "process_", 8) == 0);
        assert_int_equal(row->kind == METRIC_KIND_COUNTER,
                         ends_with(row->name, "_total"));
        if (row->unit == METRIC_UNIT_MS)
            assert_non_null(strstr(row->name, "_seconds"));
        assert_int_equal(row->kind == METRIC_KIND_HISTOGRAM, row->bound_count > 0);
        assert_true(row->bound_count <= METRIC_BOUNDS_MAX);
        for (size_t b = 1; b < row->bound_count; b++)
            assert_true(row->bounds[b - 1] < row->bounds[b]);
        assert_true(row->help[0] && ends_with(row->help, "."));
        assert_null(strpbrk(row->help, "\\\n"));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(row->name, metric_row((enum metric)k)->name);
    }
}

static void counters_and_gauges(void **state)
{
    (void)state;
    assert_has(
        "\ntillbridge_shopify_token_refusals_total 0\n"); /* there from the start */
    metrics_add(METRIC_TOKEN_REFUSALS, 2);
    metrics_add(METRIC_TOKEN_REFUSALS, 1);
    assert_has("# TYPE tillbridge_shopify_token_refusals_total counter\n"
               "tillbridge_shopify_token_refusals_total 3\n");
    metrics_set(METRIC_FETCHER_ACTIVE, 12);
    metrics_set(METRIC_FETCHER_ACTIVE, 6);
    assert_has("\ntillbridge_fetcher_active 6\n");
    assert_not("tillbridge_orders_in_flight");
    metrics_open(METRIC_OF_RECONCILER, "reconciler");
    assert_not("tillbridge_fetcher_active"); /* the fetcher's */
    assert_has("tillbridge_build_info{service=\"reconciler\",version=\"" TB_VERSION
               "\"} 1\n");
}

static void labels(void **state)
{
    (void)state;
    assert_not("tillbridge_results_total");
    metrics_add_of(METRIC_RESULTS, "created", "", "live", 1);
    metrics_add_of(METRIC_RESULTS, "error", "unknown_sku", "live", 1);
    metrics_add_of(METRIC_RESULTS, "created", "", "live", 4);
    assert_has("tillbridge_results_total{action=\"created\",reason=\"\",class=\"live\"} "
               "5\ntillbridge_results_total{action=\"error\",reason=\"unknown_sku\","
               "class=\"live\"} 1\n");
    metrics_set_of(METRIC_CONSUMER_LAG, "g", "a\"b\\c\nd", "3", 7);
    metrics_set_of(METRIC_CONSUMER_LAG, "other", "t", "3", 8);
    assert_has("{group=\"g\",topic=\"a\\\"b\\\\c\\nd\",partition=\"3\"} 7\n");
    metrics_forget(METRIC_CONSUMER_LAG, "g");
    assert_not("group=\"g\"");
    assert_has("{group=\"other\",topic=\"t\",partition=\"3\"} 8\n");
    metrics_forget(METRIC_CONSUMER_LAG, "other");
    assert_not("tillbridge_consumer_lag_records");
}

static void histograms(void **state)
{
    (void)state;
    metrics_observe(METRIC_TRANSACTION_TIME, 5);
    metrics_observe(METRIC_TRANSACTION_TIME, 6);
    metrics_observe(METRIC_TRANSACTION_TIME, 99999999);
    assert_has("tillbridge_transaction_duration_seconds_bucket{le=\"0.005\"} 1\n"
               "tillbridge_transaction_duration_seconds_bucket{le=\"0.01\"} 2\n");
    assert_has("_seconds_bucket{le=\"60\"} 2\n"
               "tillbridge_transaction_duration_seconds_bucket{le=\"+Inf\"} 3\n"
               "tillbridge_transaction_duration_seconds_sum 100000.01\n"
               "tillbridge_transaction_duration_seconds_count 3\n");
    metrics_observe(METRIC_LATENCY, -1500); /* the shop's clock is ahead of ours */
    assert_has("tillbridge_order_latency_seconds_sum -1.5\n");
}

static void names_without_end_are_bounded(void **state)
{
    (void)state;
    char name[100];
    for (int i = 0; i < METRICS_SERIES_MAX + 100; i++) {
        snprintf(name, sizeof(name), "reason-%d", i);
        metrics_add_of(METRIC_DEAD_LETTERS, name, NULL, NULL, 1);
    }
    assert_has("tillbridge_dead_letters_total{reason=\"reason-4095\"} 1\n");
    assert_has("tillbridge_dead_letters_total{reason=\"other\"} 100\n");
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    metrics_open(METRIC_OF_RECONCILER, "reconciler");
    metrics_add_of(METRIC_DEAD_LETTERS, name, NULL, NULL, 1);
    metrics_add_of(METRIC_DEAD_LETTERS, name, NULL, NULL, 1);
    name[METRICS_LABEL_MAX - 1] = '\0';
    char line[200];
    snprintf(line, sizeof(line), "{reason=\"%s\"} 2\n", name);
    assert_has(line);
}

static void figures_of_the_process(void **state)
{
    (void)state;
    const char *text = scrape();
    const char *memory = strstr(text, "\nprocess_resident_memory_bytes ");
    const char *files = strstr(text, "\nprocess_open_fds ");
    const char *since = strstr(text, "\nprocess_start_time_seconds ");
    assert_non_null(memory);
    assert_non_null(files);
    assert_non_null(since);
    assert_true(strtoll(memory + 31, NULL, 10) > 1000000);
    assert_in_range(strtoll(files + 18, NULL, 10), 3, 200);
    assert_true(strtoll(since + 28, NULL, 10) > 1700000000);
    assert_has("\nprocess_cpu_seconds_total 0.");
}

enum {
    THREADS = 4,
    ROUNDS = 20000,
};

static void *count_much(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        metrics_add(METRIC_TOKEN_REFUSALS, 1);
        metrics_add_of(METRIC_RESULTS, i % 2 ? "created" : "updated", "", "live", 1);
        metrics_observe(METRIC_LATENCY, 1000);
    }
    return arg;
}

static void several_threads(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    char line[100];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_much, NULL), 0);
    for (int i = 0; i < 20; i++)
        scrape();
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    snprintf(line, sizeof(line), "tillbridge_shopify_token_refusals_total %d\n",
             THREADS * ROUNDS);
    assert_has(line);
    snprintf(line, sizeof(line), "{action=\"created\",reason=\"\",class=\"live\"} %d\n",
             THREADS * ROUNDS / 2);
    assert_has(line);
    snprintf(line, sizeof(line), "_seconds_count %d\n", THREADS * ROUNDS);
    assert_has(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_keeps_the_conventions),
        cmocka_unit_test_setup_teardown(counters_and_gauges, start, stop),
        cmocka_unit_test_setup_teardown(labels, start, stop),
        cmocka_unit_test_setup_teardown(histograms, start, stop),
        cmocka_unit_test_setup_teardown(names_without_end_are_bounded, start, stop),
        cmocka_unit_test_setup_teardown(figures_of_the_process, start, stop),
        cmocka_unit_test_setup_teardown(several_threads, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
