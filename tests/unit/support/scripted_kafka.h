/* scripted_kafka: what stands for Kafka where a worker's loop is tested: its steps come
 * from a script, and what it produces and stores is kept. The linker puts the __wrap
 * functions in the place of bus's (CMakeLists.txt), so one test only can include it. */
#ifndef TB_TEST_SCRIPTED_KAFKA_H
#define TB_TEST_SCRIPTED_KAFKA_H

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
static int unacknowledged; /* so many flushes end before all is acknowledged */
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
    (void)producer, (void)timeout_ms;
    *failed = 0;
    if (unacknowledged == 0)
        return RC_OK;
    unacknowledged--;
    return err_set(e, RC_RETRY, "bus.flush", "a topic is not there");
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

#endif
