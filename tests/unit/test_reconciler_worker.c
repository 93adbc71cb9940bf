/* test_reconciler_worker: the worker's loop against a scripted Kafka, since a rebalance
 * within one poll, a message within a wait or a full queue can't be had at will from a
 * real one. The messages are no orders, so no database is asked.
 */
#include "io/metrics.h"
#include "scripted_kafka.h"

/* ---- the cases ---- */

static void run(const struct step *steps, size_t count, int full)
{
    static const struct cfg cfg = {.health_listen = "",
                                   .batch_max_orders = 10,
                                   .batch_max_wait_ms = 5000,
                                   .retry_max_s = 900};
    struct worker worker;
    struct err e = {0};
    script = steps;
    step_count = count;
    step_at = told_count = stored_count = letter_count = produced = 0;
    paused = finished = false;
    holds = releases = idle_polls = 0;
    refusals = full;
    assert_ok(worker_open(&worker, &cfg, &e), &e);
    assert_ok(worker_run(&worker, &e), &e);
    worker_close(&worker);
    assert_int_equal(step_at, step_count);
}

static void expect(const int64_t *offsets, size_t count)
{
    assert_int_equal(told_count, count);
    assert_int_equal(stored_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(told[i], offsets[i]);
        assert_int_equal(stored[i], offsets[i] + 1);
    }
}

#define RUN(full, ...)                                      \
    do {                                                    \
        const struct step steps[] = {__VA_ARGS__};          \
        run(steps, sizeof(steps) / sizeof(steps[0]), full); \
    } while (0)
#define EXPECT(...)                                            \
    do {                                                       \
        const int64_t offsets[] = {__VA_ARGS__};               \
        expect(offsets, sizeof(offsets) / sizeof(offsets[0])); \
    } while (0)

static void each_is_told_and_stored_in_order(void **state)
{
    (void)state;
    RUN(0, ORDER(5), ORDER(6), ORDER(7));
    EXPECT(5, 6, 7);
}

/* One poll serves the revoke and brings the first message of what is assigned then. */
static void what_a_rebalance_brings_is_kept(void **state)
{
    (void)state;
    RUN(0, ORDER(5), REVOKED_THEN(20), ORDER(21));
    EXPECT(20, 21);
}

static void what_is_in_hand_goes_with_its_partitions(void **state)
{
    (void)state;
    RUN(0, ORDER(5), ORDER(6), JUST_REVOKED);
    assert_int_equal(told_count + stored_count + letter_count, 0);
}

static void what_comes_while_waiting_is_next(void **state)
{
    (void)state;
    RUN(1, ORDER(5), WAITING(7), ORDER(8));
    EXPECT(5, 7, 8);
}

/* It was of partitions that went again: their new owner reads it. */
static void what_came_while_waiting_goes_with_its_partitions(void **state)
{
    (void)state;
    RUN(1, ORDER(5), WAITING(7), WAITING_REVOKED, ORDER(9));
    EXPECT(9);
}

static void a_rebalance_while_waiting_keeps_its_message(void **state)
{
    (void)state;
    RUN(1, ORDER(5), WAITING(7), WAITING_REVOKED_THEN(30), ORDER(31));
    EXPECT(30, 31);
}

/* A letter handed over is not made a second time for the sake of its result. */
static void a_full_queue_is_waited_for(void **state)
{
    (void)state;
    RUN(3, ORDER(5), ORDER(6));
    EXPECT(5, 6);
    assert_int_equal(letter_count, 2);
}

/* Said once, however long it lasts: else a missing topic would be waited for in silence.
 */
static void what_is_not_acknowledged_is_waited_for_and_said(void **state)
{
    (void)state;
    struct buf text;
    metrics_open(METRIC_OF_RECONCILER, "reconciler");
    unacknowledged = 3;
    RUN(0, ORDER(5), ORDER(6));
    EXPECT(5, 6);
    assert_int_equal(unacknowledged, 0);
    buf_init(&text, (size_t)1024 * 1024);
    metrics_write(&text);
    assert_contains(buf_str(&text),
                    "\ntillbridge_retries_total{what=\"results.wait\"} 1\n");
    buf_done(&text);
}

static void what_is_not_due_waits_and_holds_nothing_up(void **state)
{
    (void)state;
    RUN(0, RETRY(3, 600000), ORDER(5), ORDER(6));
    EXPECT(5, 6);
    assert_true(holds == 1 && releases == 0);
}

/* Its offset would be stored, and the one before it lost. */
static void of_a_partition_none_is_before_the_first(void **state)
{
    (void)state;
    RUN(0, RETRY(3, 600000), RETRY(4, -1000), ORDER(5));
    EXPECT(5);
}

static void what_is_due_is_taken_once(void **state)
{
    (void)state;
    RUN(0, RETRY(3, 600000), JUST_REVOKED, RETRY(3, -1000), ORDER(5));
    EXPECT(3, 5);
}

/* ---- what is too large ---- */

static size_t letter_of(size_t value_len)
{
    struct arena arena;
    struct work work;
    struct err e = {0};
    char *value = calloc(1, value_len);
    assert_non_null(value);
    memset(value, ' ', value_len);
    const struct bus_message message = {.topic = TOPIC_ORDERS,
                                        .key = "a/1",
                                        .key_len = 3,
                                        .value = value,
                                        .value_len = value_len};
    letter_count = told_count = produced = 0;
    refusals = 0;
    arena_init(&arena);
    work_read(&work, &message, &arena);
    assert_false(work.readable);
    work_result_of_refusal(&work, REASON_MALFORMED, work.refusal, &arena);
    assert_ok(work_publish(&work, NULL, 1, "worker", &e), &e);
    arena_done(&arena);
    free(value);
    assert_true(letter_count == 1 && told_count == 1);
    return (size_t)letters[0];
}

static void a_value_no_letter_holds_stays_where_it_is(void **state)
{
    (void)state;
    const size_t most = (size_t)8704 * 1024;
    assert_int_equal(letter_of(most), most);
    assert_int_equal(letter_of(most + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_told_and_stored_in_order),
        cmocka_unit_test(what_a_rebalance_brings_is_kept),
        cmocka_unit_test(what_is_in_hand_goes_with_its_partitions),
        cmocka_unit_test(what_comes_while_waiting_is_next),
        cmocka_unit_test(what_came_while_waiting_goes_with_its_partitions),
        cmocka_unit_test(a_rebalance_while_waiting_keeps_its_message),
        cmocka_unit_test(a_full_queue_is_waited_for),
        cmocka_unit_test(what_is_not_acknowledged_is_waited_for_and_said),
        cmocka_unit_test(what_is_not_due_waits_and_holds_nothing_up),
        cmocka_unit_test(of_a_partition_none_is_before_the_first),
        cmocka_unit_test(what_is_due_is_taken_once),
        cmocka_unit_test(a_value_no_letter_holds_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
