/* worker: see worker.h. The order of truth: RMS committed, results acknowledged, offsets
 * stored. A crash between any two of them makes messages come again, which the guard
 * answers with the same results. */
#include "worker.h"

#include "base/backoff.h"
#include "batch.h"
#include "counts.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    POLL_MS = 200,
    FLUSH_MS = 1000,
};

static const struct backoff retry_backoff = {.base_ms = 200, .max_ms = 15000};

static void on_assigned(void *ctx, struct bus_partition *partitions, size_t count)
{
    (void)ctx;
    (void)partitions;
    log_info("partitions.assigned", KV("count", count));
}

/* Every partition goes and comes again with the range assignor, from the offsets that
 * were stored: what is in hand is not among them and will be read again. */
static void on_revoked(void *ctx, const struct bus_partition *partitions, size_t count,
                       bool lost)
{
    struct worker *worker = ctx;
    (void)partitions;
    worker->revoked = true;
    log_info("partitions.revoked", KV("count", count), KV("lost", lost));
}

static enum rc open_bus(struct worker *worker, const struct cfg *cfg, struct err *e)
{
    static const char *const topics[] = {TOPIC_ORDERS, NULL};
    const struct bus_conf conf = {.brokers = cfg->kafka_brokers,
                                  .extra = cfg->kafka_conf,
                                  .client_id = "tillbridge-reconciler",
                                  .group_instance_id = cfg->kafka_group_instance_id,
                                  .session_timeout_ms = cfg->kafka_session_timeout_ms};
    const struct bus_group group = {.group = "reconciler",
                                    .topics = topics,
                                    .assigned = on_assigned,
                                    .revoked = on_revoked,
                                    .ctx = worker};
    enum rc rc = bus_producer_open(&conf, &worker->producer, e);
    return rc ? rc : bus_consumer_open(&conf, &group, &worker->consumer, e);
}

static char *worker_name(void)
{
    char host[128] = "";
    char *name = NULL;
    gethostname(host, sizeof(host) - 1);
    if (asprintf(&name, "%s:%d", host, (int)getpid()) < 0)
        abort(); /* out of memory: as in arena.h */
    return name;
}

enum rc worker_open(struct worker *worker, const struct cfg *cfg, struct err *e)
{
    *worker = (struct worker){.cfg = cfg, .rms = rms_new(cfg), .name = worker_name()};
    arena_init(&worker->group_arena);
    enum rc rc = health_open(cfg->health_listen, &worker->health, e);
    if (rc == RC_OK) {
        health_ready(worker->health, false, "starting");
        rc = open_bus(worker, cfg, e);
    }
    return rc;
}

void worker_close(struct worker *worker)
{
    if (worker->has_kept) /* before the consumer that it belongs to */
        bus_message_free(&worker->kept);
    bus_consumer_close(worker->consumer);
    bus_producer_close(worker->producer);
    rms_free(worker->rms);
    arena_done(&worker->group_arena);
    free(worker->name);
    health_close(worker->health);
}

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

/* Polls the paused consumer so that the group keeps us. False: stop, or partitions gone.
 */
static bool wait_paused(struct worker *worker, int64_t ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    bus_pause(worker->consumer);
    while (clock_monotonic_ms() < until_ms && !stop_requested() && !worker->revoked) {
        struct bus_message message;
        struct err e;
        bool got = false;
        health_tick(worker->health, clock_monotonic_ms());
        if (bus_poll(worker->consumer, POLL_MS, &message, &got, &e) == RC_OK && got)
            keep_for_later(worker, &message);
    }
    bus_resume(worker->consumer);
    return !stop_requested() && !worker->revoked;
}

/* True: try again. */
static bool wait_retry(struct worker *worker, const char *event, unsigned attempt,
                       const struct err *e)
{
    int64_t delay_ms =
        backoff_delay_ms(&retry_backoff, attempt, (uint64_t)clock_monotonic_ms());
    metrics_add_of(METRIC_RETRIES, event, NULL, NULL, 1);
    log_err(LOG_WARN, event, e,
            LOG_FIELDS(KV("attempt", (int64_t)attempt), KV("wait_ms", delay_ms)));
    health_ready(worker->health, false, e->text);
    return wait_paused(worker, delay_ms);
}

/* ---- one commit group ---- */

static void log_result(const struct work *work)
{
    log_write(work->action == ACTION_ERROR || work->action == ACTION_CONFLICT ? LOG_WARN
                                                                              : LOG_INFO,
              "order.decided",
              LOG_FIELDS(KV("order", work->result.order), KV("name", work->result.name),
                         KV("action", work->result.action),
                         KV("reason", work->result.reason), KV("detail", work->detail),
                         KV("rms_order", work->result.rms_order),
                         KV("topic", work->message.topic),
                         KV("partition", (int64_t)work->message.partition),
                         KV("offset", work->message.offset), KV("source", work->source),
                         KV("poll_id", work->poll_id), KV("dry_run", work->dry_run)));
}

/* Hands one result over. A full queue is waited for: what RMS holds must be told.
 * RC_RETRY: stopped, or the partitions went away. */
static enum rc hand_over(struct worker *worker, const struct work *work, struct err *e)
{
    enum rc rc;
    while ((rc = work_publish(work, worker->producer, clock_now_ms(), worker->name, e)) ==
           RC_RETRY)
        if (!wait_retry(worker, "results.wait", 1, e))
            return RC_RETRY;
    if (rc ==
        RC_REJECT) /* going on would lose the result: better to stand still, loudly */
        return err_set(e, RC_FATAL, "results.publish",
                       "partition %d offset %lld: its result or dead letter is refused: "
                       "raise max.message.bytes of their topics (tillctl topics check)",
                       (int)work->message.partition, (long long)work->message.offset);
    return rc;
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
        counts_result(&works[i], clock_now_ms());
    }
    enum rc rc;
    while ((rc = bus_flush(worker->producer, FLUSH_MS, &failed, e)) == RC_RETRY) {
        /* A broker may be away for seconds; the records are queued and stay so. */
        health_tick(worker->health, clock_monotonic_ms());
        if (stop_requested() || !wait_paused(worker, POLL_MS))
            return RC_RETRY;
    }
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

/* RC_RETRY: stopped, or the partitions went away; the group is dropped and read again. */
static enum rc do_group(struct worker *worker, struct work *works, size_t count,
                        struct err *e)
{
    enum rc rc;
    for (unsigned attempt = 1;; attempt++) {
        int64_t began_ms = clock_monotonic_ms();
        arena_reset(&worker->group_arena); /* an outage must not gather memory */
        rc = batch_commit(worker->rms, works, count, clock_now_ms(), &worker->group_arena,
                          e);
        metrics_observe(METRIC_TRANSACTION_TIME, clock_monotonic_ms() - began_ms);
        if (rc != RC_RETRY)
            break;
        if (!wait_retry(worker, "batch.retry", attempt, e))
            return RC_RETRY;
    }
    metrics_observe(METRIC_BATCH_ORDERS, (int64_t)count);
    if (rc == RC_OK)
        rc = publish(worker, works, count, e);
    return rc ? rc : store_offsets(worker, works, count, e);
}

static enum rc do_works(struct worker *worker, struct work *works, size_t count,
                        struct err *e)
{
    for (size_t done = 0; done < count && !worker->revoked && !stop_requested();) {
        size_t n =
            batch_cut(works + done, count - done, worker->cfg->rms_create_customers);
        enum rc rc = do_group(worker, works + done, n, e);
        if (rc)
            return rc == RC_RETRY ? RC_OK : rc;
        done += n;
        health_ready(worker->health, true, "");
    }
    return RC_OK;
}

/* ---- the loop ---- */

/* A rebalance took away whose messages are in hand: they will be read again. One call of
 * bus_poll may serve the rebalance and bring the first message of what was assigned then,
 * so this comes before that message is taken. */
static void drop_revoked(struct worker *worker, struct work *works, size_t *count)
{
    if (!worker->revoked)
        return;
    for (size_t i = 0; i < *count; i++)
        work_free(&works[i]);
    *count = 0;
    worker->revoked = false;
}

/* The next message; a kept one first. */
static enum rc next_message(struct worker *worker, int64_t wait_ms,
                            struct bus_message *message, bool *got, struct err *e)
{
    if (!worker->has_kept)
        return bus_poll(worker->consumer, wait_ms > 0 ? wait_ms : 0, message, got, e);
    *message = worker->kept;
    worker->has_kept = false;
    *got = true;
    return RC_OK;
}

/* Waits for a first message, then takes what is there, up to the batch's size and time.
 */
static enum rc collect(struct worker *worker, struct work *works, size_t *count,
                       struct arena *arena, struct err *e)
{
    int64_t deadline_ms = 0;
    size_t max = (size_t)worker->cfg->batch_max_orders;
    *count = 0;
    worker->revoked = false; /* what it took away was let go of before */
    while (*count < max && !stop_requested()) {
        struct bus_message message;
        bool got = false;
        int64_t left_ms = *count ? deadline_ms - clock_monotonic_ms() : POLL_MS;
        enum rc rc = next_message(worker, left_ms, &message, &got, e);
        drop_revoked(worker, works, count);
        if (rc == RC_RETRY && *count)
            break; /* what is in hand is done first: it would not be read again */
        if (rc)
            return rc;
        if (!got)
            break;
        if (*count == 0)
            deadline_ms = clock_monotonic_ms() + worker->cfg->batch_max_wait_ms;
        work_read(&works[(*count)++], &message, arena);
    }
    return RC_OK;
}

static enum rc turn(struct worker *worker, struct work *works, struct arena *arena,
                    struct err *e)
{
    size_t count = 0;
    health_tick(worker->health, clock_monotonic_ms());
    enum rc rc = collect(worker, works, &count, arena, e);
    if (rc == RC_OK && count)
        rc = do_works(worker, works, count, e);
    for (size_t i = 0; i < count; i++)
        work_free(&works[i]);
    arena_reset(arena);
    return rc;
}

/* RMS must answer once before orders are taken; a wrong schema ends the process here. */
static enum rc wait_for_rms(struct worker *worker, struct err *e)
{
    for (unsigned attempt = 1; !stop_requested(); attempt++) {
        enum rc rc = rms_connect(worker->rms, e);
        if (rc != RC_RETRY)
            return rc;
        worker->revoked = false;
        (void)wait_retry(worker, "rms.away", attempt, e);
    }
    return RC_OK;
}

enum rc worker_run(struct worker *worker, struct err *e)
{
    struct arena arena;
    size_t max = (size_t)worker->cfg->batch_max_orders;
    enum rc rc = wait_for_rms(worker, e);
    if (rc)
        return rc;
    struct work *works = calloc(max, sizeof(*works));
    if (!works)
        abort(); /* out of memory: as in arena.h */
    arena_init(&arena);
    health_ready(worker->health, true, "");
    for (unsigned attempt = 1; !stop_requested() && (rc == RC_OK || rc == RC_RETRY);) {
        rc = turn(worker, works, &arena, e);
        if (rc == RC_OK)
            attempt = 1;
        else if (rc == RC_RETRY)
            (void)wait_retry(worker, "kafka.away", attempt++, e);
    }
    arena_done(&arena);
    free(works);
    return rc == RC_RETRY ? RC_OK : rc;
}
