/* worker: see worker.h. The order of truth: RMS committed, results acknowledged, offsets
 * stored. A crash between any two of them makes messages come again, which the guard
 * answers with the same results. */
#include "worker.h"

#include "batch.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/stop.h"
#include "worker_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_assigned(void *ctx, struct bus_partition *partitions, size_t count)
{
    (void)ctx;
    (void)partitions;
    log_info("partitions.assigned", KV("count", count));
}

/* What waits here will be read again, by whoever gets its partition. */
static void drop_waiting(struct worker *worker)
{
    if (worker->has_kept)
        bus_message_free(&worker->kept);
    worker->has_kept = false;
    worker_later_drop(worker);
}

/* Every partition goes and comes again with the range assignor, from the offsets that
 * were stored: what is in hand is not among them and will be read again. */
static void on_revoked(void *ctx, const struct bus_partition *partitions, size_t count,
                       bool lost)
{
    struct worker *worker = ctx;
    (void)partitions;
    worker->revoked = true;
    drop_waiting(worker);
    log_info("partitions.revoked", KV("count", count), KV("lost", lost));
}

static enum rc open_bus(struct worker *worker, const struct cfg *cfg, struct err *e)
{
    static const char *const topics[] = {TOPIC_ORDERS, TOPIC_RETRY, NULL};
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
    drop_waiting(worker); /* before the consumer that they belong to */
    bus_consumer_close(worker->consumer);
    bus_producer_close(worker->producer);
    rms_free(worker->rms);
    arena_done(&worker->group_arena);
    free(worker->name);
    health_close(worker->health);
}

/* ---- the loop ---- */

static enum rc do_works(struct worker *worker, struct work *works, size_t count,
                        struct err *e)
{
    for (size_t done = 0; done < count && !worker->revoked && !stop_requested();) {
        size_t n =
            batch_cut(works + done, count - done, worker->cfg->rms_create_customers);
        enum rc rc = worker_group(worker, works + done, n, e);
        if (rc)
            return rc == RC_RETRY ? RC_OK : rc;
        done += n;
        health_ready(worker->health, true, "");
    }
    return RC_OK;
}

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

static enum rc next_from_kafka(struct worker *worker, int64_t wait_ms,
                               struct bus_message *message, bool *got, struct err *e)
{
    if (!worker->has_kept)
        return bus_poll(worker->consumer, wait_ms > 0 ? wait_ms : 0, message, got, e);
    *message = worker->kept;
    worker->has_kept = false;
    *got = true;
    return RC_OK;
}

/* The next message: what has become due first. None, too, when it is one for later. */
static enum rc next_message(struct worker *worker, int64_t wait_ms,
                            struct bus_message *message, bool *got, struct err *e)
{
    *got = worker_due(worker, message);
    if (*got)
        return RC_OK;
    enum rc rc = next_from_kafka(worker, wait_ms, message, got, e);
    if (rc == RC_OK && *got && worker_later(worker, message))
        *got = false;
    return rc;
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
        int64_t left_ms = *count ? deadline_ms - clock_monotonic_ms() : WORKER_POLL_MS;
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
        (void)worker_wait_retry(worker, "rms.away", NULL, attempt, e);
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
            (void)worker_wait_retry(worker, "kafka.away", NULL, attempt++, e);
    }
    arena_done(&arena);
    free(works);
    return rc == RC_RETRY ? RC_OK : rc;
}
