/* worker_group: one commit group: decided on by RMS, told to Kafka, its offsets stored.
 *
 * What can't be done now is tried again while the consumer is polled, paused, so that the
 * group of consumers keeps us. An order whose rows somebody else holds is found by trying
 * each of the group alone, and put aside, so that it holds up no other.
 */
#include "base/backoff.h"
#include "batch.h"
#include "counts.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/stop.h"
#include "worker_internal.h"

#include <stdlib.h>

enum {
    FLUSH_MS = 1000,
};

static const struct backoff retry_backoff = {.base_ms = 200, .max_ms = 15000};

/* ---- waiting without leaving the group ---- */

/* A message that came while waiting: the first of partitions that were just assigned. The
 * consumer's position is past it, so it must be taken, not dropped. */
static void keep_for_later(struct worker *worker, const struct bus_message *message)
{
    if (worker->has_kept) { /* can't be; from the committed offsets nothing is lost */
        log_error("worker.lost_count", KV("offset", message->offset));
        exit(1);
    }
    worker->kept = *message;
    worker->has_kept = true;
}

bool worker_wait(struct worker *worker, int64_t ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    bus_pause(worker->consumer);
    while (clock_monotonic_ms() < until_ms && !stop_requested() && !worker->revoked) {
        struct bus_message message;
        struct err e;
        bool got = false;
        health_tick(worker->health, clock_monotonic_ms());
        if (bus_poll(worker->consumer, WORKER_POLL_MS, &message, &got, &e) == RC_OK &&
            got)
            keep_for_later(worker, &message);
    }
    bus_resume(worker->consumer);
    return !stop_requested() && !worker->revoked;
}

bool worker_wait_retry(struct worker *worker, const char *event, const struct work *work,
                       unsigned attempt, const struct err *e)
{
    static const struct work none;
    const struct work *w = work ? work : &none;
    int64_t delay_ms =
        backoff_delay_ms(&retry_backoff, attempt, (uint64_t)clock_monotonic_ms());
    metrics_add_of(METRIC_RETRIES, event, NULL, NULL, 1);
    log_err(LOG_WARN, event, e,
            LOG_FIELDS(KV("attempt", (int64_t)attempt), KV("wait_ms", delay_ms),
                       KV("order", w->snapshot.id), KV("name", w->snapshot.name),
                       KV("topic", w->message.topic),
                       KV("partition", (int64_t)w->message.partition),
                       KV("offset", w->message.offset), KV("poll_id", w->poll_id)));
    health_ready(worker->health, false, e->text);
    return worker_wait(worker, delay_ms);
}

/* ---- telling ---- */

static void log_result(const struct work *work)
{
    bool waits = work->aside_until_ms;
    bool warns = work->action == ACTION_ERROR || work->action == ACTION_CONFLICT;
    log_write(
        warns ? LOG_WARN : LOG_INFO, waits ? "order.put_aside" : "order.decided",
        LOG_FIELDS(KV("order", work->result.order), KV("name", work->result.name),
                   KV("action", work->result.action), KV("reason", work->result.reason),
                   KV("detail", work->detail), KV("rms_order", work->result.rms_order),
                   KV("topic", work->message.topic),
                   KV("partition", (int64_t)work->message.partition),
                   KV("offset", work->message.offset),
                   KV("src_offset", work->origin.offset),
                   KV("attempts", work->result.attempts), KV("source", work->source),
                   KV("poll_id", work->poll_id), KV("dry_run", work->dry_run)));
}

/* Hands one result over. A full queue is waited for: what RMS holds must be told.
 * RC_RETRY: stopped, or the partitions went away. */
static enum rc hand_over(struct worker *worker, struct work *work, struct err *e)
{
    enum rc rc;
    while ((rc = work_publish(work, worker->producer, clock_now_ms(), worker->name, e)) ==
           RC_RETRY)
        if (!worker_wait_retry(worker, "results.wait", work, 1, e))
            return RC_RETRY;
    if (rc ==
        RC_REJECT) /* going on would lose the result: better to stand still, loudly */
        return err_set(e, RC_FATAL, "results.publish",
                       "partition %d offset %lld: its result or dead letter is refused: "
                       "raise max.message.bytes of their topics (tillctl topics check)",
                       (int)work->message.partition, (long long)work->message.offset);
    return rc;
}

/* A broker may be away for seconds; the records are queued and stay so. Said once. */
static bool wait_for_broker(struct worker *worker, const struct err *e, bool *told)
{
    if (!*told) {
        log_err(LOG_WARN, "results.wait", e, LOG_FIELDS());
        metrics_add_of(METRIC_RETRIES, "results.wait", NULL, NULL, 1);
        *told = true;
    }
    health_ready(worker->health, false, e->text);
    health_tick(worker->health, clock_monotonic_ms());
    return !stop_requested() && worker_wait(worker, WORKER_POLL_MS);
}

/* Acknowledged before the next group commits: then the guard's one source offset is
 * enough to answer a message met again. */
static enum rc publish(struct worker *worker, struct work *works, size_t count,
                       struct err *e)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        enum rc rc = hand_over(worker, &works[i], e);
        if (rc)
            return rc;
        log_result(&works[i]);
        if (!works[i].aside_until_ms)
            counts_result(&works[i], clock_now_ms());
    }
    enum rc rc;
    bool told = false;
    while ((rc = bus_flush(worker->producer, FLUSH_MS, &failed, e)) == RC_RETRY)
        if (!wait_for_broker(worker, e, &told))
            return RC_RETRY;
    if (rc == RC_REJECT)
        return err_set(e, RC_FATAL, "results.publish",
                       "the broker refused %zu results or dead letters: raise "
                       "max.message.bytes of their topics (tillctl topics create)",
                       failed);
    return rc;
}

static enum rc store_offsets(struct worker *worker, const struct work *works,
                             size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        const struct bus_partition next = {.topic = works[i].message.topic,
                                           .partition = works[i].message.partition,
                                           .offset = works[i].message.offset + 1};
        enum rc rc = bus_store(worker->consumer, &next, 1, e);
        if (rc == RC_FATAL)
            return rc; /* else: not stored now, so read again after a restart */
    }
    return RC_OK;
}

/* ---- deciding ---- */

/* True when the order has had its tries here. From the retry topic it gets one. */
static bool had_its_tries(const struct worker *worker, const struct work *work,
                          unsigned tries)
{
    return work->attempt || tries >= (unsigned)worker->cfg->retry_after_tries;
}

/* It goes to the retry topic, or, put aside often enough, to the dead letters. */
static void put_aside(struct worker *worker, struct work *work, const struct err *e)
{
    const struct cfg *cfg = worker->cfg;
    struct arena *arena = &worker->group_arena;
    const struct backoff wait = {.base_ms = cfg->retry_base_s * 1000,
                                 .max_ms = cfg->retry_max_s * 1000};
    arena_reset(arena);
    if (work->attempt >= cfg->retry_max_attempts) {
        work_result_of_refusal(work, REASON_LOCKED, e->text, arena);
        return;
    }
    int64_t now_ms = clock_now_ms();
    unsigned attempt = (unsigned)work->attempt + 1;
    work_put_aside(work, e->text,
                   now_ms + backoff_delay_ms(&wait, attempt, (uint64_t)now_ms), arena);
}

static enum rc try_commit(struct worker *worker, struct work *works, size_t count,
                          struct err *e)
{
    int64_t began_ms = clock_monotonic_ms();
    arena_reset(&worker->group_arena); /* an outage must not gather memory */
    enum rc rc =
        batch_commit(worker->rms, works, count, clock_now_ms(), &worker->group_arena, e);
    metrics_observe(METRIC_TRANSACTION_TIME, clock_monotonic_ms() - began_ms);
    return rc;
}

/* *split: somebody else holds rows of one of them; nothing is decided. */
static enum rc decide(struct worker *worker, struct work *works, size_t count,
                      bool *split, struct err *e)
{
    unsigned locked = 0;
    for (unsigned attempt = 1;; attempt++) {
        enum rc rc = try_commit(worker, works, count, e);
        if (rc != RC_RETRY)
            return rc;
        locked += sql_lock_timed_out(e);
        *split = locked && count > 1;
        if (*split) {
            log_err(LOG_WARN, "batch.locked", e, LOG_FIELDS(KV("orders", count)));
            return RC_OK;
        }
        if (sql_lock_timed_out(e) && had_its_tries(worker, works, locked)) {
            put_aside(worker, works, e);
            return RC_OK;
        }
        const struct work *only = count == 1 ? works : NULL;
        if (!worker_wait_retry(worker, "batch.retry", only, attempt, e))
            return RC_RETRY;
    }
}

static enum rc one_group(struct worker *worker, struct work *works, size_t count,
                         bool *split, struct err *e)
{
    *split = false;
    enum rc rc = decide(worker, works, count, split, e);
    if (rc || *split)
        return rc;
    metrics_observe(METRIC_BATCH_ORDERS, (int64_t)count);
    rc = publish(worker, works, count, e);
    return rc ? rc : store_offsets(worker, works, count, e);
}

enum rc worker_group(struct worker *worker, struct work *works, size_t count,
                     struct err *e)
{
    bool split = false;
    enum rc rc = one_group(worker, works, count, &split, e);
    for (size_t i = 0; split && i < count && rc == RC_OK; i++) {
        bool again = false; /* one is not split */
        rc = one_group(worker, &works[i], 1, &again, e);
    }
    return rc;
}
