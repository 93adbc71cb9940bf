/* test_reconciler_worker: the worker's loop against a scripted Kafka, since a rebalance
 * within one poll, a message within a wait or a full queue can't be had at will from a
 * real one. The messages are no orders, so no database is asked.
 *
 * The linker puts the __wrap functions in the place of bus's (CMakeLists.txt).
 */
#include "base/instant.h"
#include "io/clock.h"
#include "unit.h"
#include "work.h"
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum what { MESSAGE, REVOKED, REVOKED_THEN_MESSAGE };

struct step {
    enum what what;
    int64_t offset;
    int64_t due_ms; /* of the retry topic, from now; 0: an order */
    bool waiting;   /* comes only while the worker waits, paused */
};

#define ORDER(n)                       \
    {                                  \
        .what = MESSAGE, .offset = (n) \
    }
#define RETRY(n, due)                                   \
    {                                                   \
        .what = MESSAGE, .offset = (n), .due_ms = (due) \
    }
#define WAITING(n)                                      \
    {                                                   \
        .what = MESSAGE, .offset = (n), .waiting = true \
    }
#define JUST_REVOKED    \
    {                   \
        .what = REVOKED \
    }
#define WAITING_REVOKED                  \
    {                                    \
        .what = REVOKED, .waiting = true \
    }
#define REVOKED_THEN(n)                             \
    {                                               \
        .what = REVOKED_THEN_MESSAGE, .offset = (n) \
    }
#define WAITING_REVOKED_THEN(n)                                      \
    {                                                                \
        .what = REVOKED_THEN_MESSAGE, .offset = (n), .waiting = true \
    }

enum { LOG_MAX = 20 };

static const struct step *script;
static size_t step_count, step_at;
static struct bus_group group;
static bool paused, finished;
static int idle_polls;
/* So many records find the queue full, the first one aside; and all, while the script has
 * something for a worker that waits. */
static int refusals;
static size_t produced;
static int64_t told[LOG_MAX], stored[LOG_MAX], letters[LOG_MAX];
static size_t told_count, stored_count, letter_count;
static int holds, releases;
static char due_texts[LOG_MAX][INSTANT_TEXT_MAX], offset_texts[LOG_MAX][24];

/* ---- what stands for Kafka ---- */

enum rc __wrap_bus_producer_open(const struct bus_conf *conf, struct bus_producer **out,
                                 struct err *e);
enum rc __wrap_bus_consumer_open(const struct bus_conf *conf, const struct bus_group *g,
                                 struct bus_consumer **out, struct err *e);
void __wrap_bus_producer_close(struct bus_producer *producer);
void __wrap_bus_consumer_close(struct bus_consumer *consumer);
enum rc __wrap_bus_poll(struct bus_consumer *consumer, int64_t timeout_ms,
                        struct bus_message *out, bool *got, struct err *e);
enum rc __wrap_bus_store(struct bus_consumer *consumer, const struct bus_partition *at,
                         size_t count, struct err *e);
enum rc __wrap_bus_produce(struct bus_producer *producer, const struct bus_record *record,
                           struct err *e);
enum rc __wrap_bus_flush(struct bus_producer *producer, int64_t timeout_ms,
                         size_t *failed, struct err *e);
void __wrap_bus_pause(struct bus_consumer *consumer);
void __wrap_bus_resume(struct bus_consumer *consumer);
void __wrap_bus_hold(struct bus_consumer *consumer, const struct bus_partition *partition,
                     bool hold);
struct rms *__wrap_rms_new(const struct cfg *cfg);
enum rc __wrap_rms_connect(struct rms *rms, struct err *e);
bool __wrap_stop_requested(void);

enum rc __wrap_bus_producer_open(const struct bus_conf *conf, struct bus_producer **out,
                                 struct err *e)
{
    (void)conf, (void)out, (void)e;
    return RC_OK;
}

enum rc __wrap_bus_consumer_open(const struct bus_conf *conf, const struct bus_group *g,
                                 struct bus_consumer **out, struct err *e)
{
    (void)conf, (void)out, (void)e;
    group = *g;
    return RC_OK;
}

void __wrap_bus_producer_close(struct bus_producer *producer)
{
    (void)producer;
}

void __wrap_bus_consumer_close(struct bus_consumer *consumer)
{
    (void)consumer;
}

static struct bus_message message_of(const struct step *step)
{
    struct bus_message m = {.topic = step->due_ms ? TOPIC_RETRY : TOPIC_ORDERS,
                            .offset = step->offset,
                            .key = "a/1",
                            .key_len = 3,
                            .value = "{",
                            .value_len = 1};
    if (!step->due_ms)
        return m;
    instant_format(clock_now_ms() + step->due_ms, due_texts[step_at]);
    snprintf(offset_texts[step_at], sizeof(offset_texts[0]), "%lld",
             (long long)step->offset);
    const struct bus_header headers[] = {{HEADER_ATTEMPT, "1"},
                                         {HEADER_RETRY_NOT_BEFORE, due_texts[step_at]},
                                         {HEADER_RETRY_TOPIC, "old"},
                                         {HEADER_RETRY_PARTITION, "0"},
                                         {HEADER_RETRY_OFFSET, offset_texts[step_at]}};
    m.header_count = sizeof(headers) / sizeof(headers[0]);
    memcpy(m.headers, headers, sizeof(headers));
    return m;
}

enum rc __wrap_bus_poll(struct bus_consumer *consumer, int64_t timeout_ms,
                        struct bus_message *out, bool *got, struct err *e)
{
    (void)consumer, (void)timeout_ms, (void)e;
    static const struct bus_partition partition = {.topic = TOPIC_ORDERS};
    *got = false;
    /* The first time nothing more comes, what is in hand is done; the second time all. */
    idle_polls += step_at == step_count && !paused;
    finished = idle_polls > 1;
    if (step_at == step_count || script[step_at].waiting != paused)
        return RC_OK;
    const struct step *step = &script[step_at];
    if (step->what != MESSAGE)
        group.revoked(group.ctx, &partition, 1, false);
    *got = step->what != REVOKED;
    if (*got)
        *out = message_of(step);
    step_at++;
    return RC_OK;
}

enum rc __wrap_bus_store(struct bus_consumer *consumer, const struct bus_partition *at,
                         size_t count, struct err *e)
{
    (void)consumer, (void)e;
    assert_true(count == 1 && stored_count < LOG_MAX);
    stored[stored_count++] = at->offset;
    return RC_OK;
}

enum rc __wrap_bus_produce(struct bus_producer *producer, const struct bus_record *record,
                           struct err *e)
{
    (void)producer;
    bool waits = step_at < step_count && script[step_at].waiting;
    if (produced > 0 && (refusals > 0 || waits)) {
        refusals -= refusals > 0;
        return err_set(e, RC_RETRY, "bus.produce", "the queue is full");
    }
    produced++;
    bool result = strcmp(record->topic, TOPIC_RESULTS) == 0;
    const char *name = result ? "\"srcOffset\":" : NULL;
    const char *at = result ? strstr(record->value, name) : NULL;
    assert_true(told_count < LOG_MAX && letter_count < LOG_MAX);
    if (result)
        told[told_count++] = at ? strtoll(at + strlen(name), NULL, 10) : -1;
    else
        letters[letter_count++] = (int64_t)record->value_len;
    return RC_OK;
}

enum rc __wrap_bus_flush(struct bus_producer *producer, int64_t timeout_ms,
                         size_t *failed, struct err *e)
{
    (void)producer, (void)timeout_ms, (void)e;
    *failed = 0;
    return RC_OK;
}

void __wrap_bus_pause(struct bus_consumer *consumer)
{
    (void)consumer;
    paused = true;
}

void __wrap_bus_resume(struct bus_consumer *consumer)
{
    (void)consumer;
    paused = false;
}

void __wrap_bus_hold(struct bus_consumer *consumer, const struct bus_partition *partition,
                     bool hold)
{
    (void)consumer;
    assert_string_equal(partition->topic, TOPIC_RETRY);
    holds += hold;
    releases += !hold;
}

struct rms *__wrap_rms_new(const struct cfg *cfg)
{
    (void)cfg;
    return NULL;
}

enum rc __wrap_rms_connect(struct rms *rms, struct err *e)
{
    (void)rms, (void)e;
    return RC_OK;
}

bool __wrap_stop_requested(void)
{
    return finished;
}

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
        cmocka_unit_test(what_is_not_due_waits_and_holds_nothing_up),
        cmocka_unit_test(of_a_partition_none_is_before_the_first),
        cmocka_unit_test(what_is_due_is_taken_once),
        cmocka_unit_test(a_value_no_letter_holds_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
