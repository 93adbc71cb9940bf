/* bus_rebalance: what a consumer does when the group gives it partitions or takes them,
 * and which of them it does not read for now.
 *
 * The batch calls of librdkafka 2.0.2 are avoided (they lose offsets around pause and
 * rebalance), and only what was paused here is resumed.
 */
#include "io/bus_consumer.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"

#include <stdlib.h>

enum {
    HAND_BACK_MS = 5000, /* the commit on revoke: the group waits for it */
    SLICE_MS = 100,
};

/* ---- commit ---- */

struct commit {
    bool done;
    rd_kafka_resp_err_t code;
};

static void on_committed(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *arg)
{
    (void)rk;
    (void)list;
    *(struct commit *)arg = (struct commit){.done = true, .code = code};
}

/* librdkafka's own synchronous commit has no deadline: a queue of our own gives one. An
 * answer that comes after it is dropped with the queue. */
rd_kafka_resp_err_t bus_commit_within(rd_kafka_t *rk, int timeout_ms)
{
    struct commit commit = {.code = RD_KAFKA_RESP_ERR__TIMED_OUT};
    int64_t until_ms = clock_monotonic_ms() + timeout_ms;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_resp_err_t code =
        rd_kafka_commit_queue(rk, NULL, queue, on_committed, &commit);
    while (!code && !commit.done && clock_monotonic_ms() < until_ms)
        rd_kafka_queue_poll_callback(queue, SLICE_MS);
    rd_kafka_queue_destroy(queue);
    code = code ? code : commit.code;
    return code == RD_KAFKA_RESP_ERR__NO_OFFSET ? RD_KAFKA_RESP_ERR_NO_ERROR : code;
}

/* ---- rebalance ---- */

static struct bus_partition *copy_list(const rd_kafka_topic_partition_list_t *list)
{
    struct bus_partition *copy = calloc((size_t)list->cnt + 1, sizeof(*copy));
    if (!copy)
        abort(); /* out of memory: as in arena.h */
    for (int i = 0; i < list->cnt; i++)
        copy[i] = (struct bus_partition){.topic = list->elems[i].topic,
                                         .partition = list->elems[i].partition,
                                         .offset = list->elems[i].offset};
    return copy;
}

/* All but those held. */
static void pause_all(const struct bus_consumer *consumer, bool pause)
{
    rd_kafka_t *rk = consumer->link->rk;
    const rd_kafka_topic_partition_list_t *held = consumer->held;
    rd_kafka_topic_partition_list_t *list = NULL;
    if (rd_kafka_assignment(rk, &list))
        return;
    for (int i = 0; i < held->cnt; i++)
        rd_kafka_topic_partition_list_del(list, held->elems[i].topic,
                                          held->elems[i].partition);
    if (pause)
        rd_kafka_pause_partitions(rk, list);
    else
        rd_kafka_resume_partitions(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

static void forget_held(struct bus_consumer *consumer)
{
    rd_kafka_topic_partition_list_destroy(consumer->held);
    consumer->held = rd_kafka_topic_partition_list_new(1);
}

/* librdkafka 2.0.2 keeps a partition's pause after it was taken away: coming back later
 * it would never be read again. */
static void let_go(struct bus_consumer *consumer)
{
    if (consumer->paused)
        pause_all(consumer, false);
    if (consumer->held->cnt)
        rd_kafka_resume_partitions(consumer->link->rk, consumer->held);
    forget_held(consumer);
    rd_kafka_assign(consumer->link->rk, NULL);
    consumer->assigned = 0;
    metrics_set_of(METRIC_ASSIGNED, consumer->group.group, NULL, NULL, 0);
    metrics_forget(METRIC_CONSUMER_LAG, consumer->group.group);
}

void bus_lose_all(struct bus_consumer *consumer)
{
    rd_kafka_topic_partition_list_t *list = NULL;
    if (!consumer->assigned || rd_kafka_assignment(consumer->link->rk, &list))
        list = rd_kafka_topic_partition_list_new(0);
    if (consumer->group.revoked && consumer->assigned) {
        struct bus_partition *partitions = copy_list(list);
        consumer->group.revoked(consumer->group.ctx, partitions, (size_t)list->cnt, true);
        free(partitions);
    }
    rd_kafka_topic_partition_list_destroy(list);
    forget_held(consumer);
    consumer->assigned = 0;
    consumer->joined = false;
    metrics_set_of(METRIC_ASSIGNED, consumer->group.group, NULL, NULL, 0);
    metrics_forget(METRIC_CONSUMER_LAG, consumer->group.group);
}

static void on_assigned(struct bus_consumer *consumer,
                        rd_kafka_topic_partition_list_t *list)
{
    if (consumer->group.assigned && list->cnt) {
        struct bus_partition *partitions = copy_list(list);
        consumer->group.assigned(consumer->group.ctx, partitions, (size_t)list->cnt);
        for (int i = 0; i < list->cnt; i++)
            list->elems[i].offset = partitions[i].offset;
        free(partitions);
    }
    rd_kafka_assign(consumer->link->rk, list);
    consumer->assigned = (size_t)list->cnt;
    consumer->joined = true;
    metrics_add_of(METRIC_REBALANCES, consumer->group.group, NULL, NULL, 1);
    metrics_set_of(METRIC_ASSIGNED, consumer->group.group, NULL, NULL, list->cnt);
    if (consumer->paused)
        pause_all(consumer, true);
}

static void on_revoked(struct bus_consumer *consumer,
                       const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_t *rk = consumer->link->rk;
    bool lost = rd_kafka_assignment_lost(rk);
    if (consumer->group.revoked && list->cnt) {
        struct bus_partition *partitions = copy_list(list);
        consumer->group.revoked(consumer->group.ctx, partitions, (size_t)list->cnt, lost);
        free(partitions);
    }
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!lost && list->cnt)
        code = bus_commit_within(rk, HAND_BACK_MS);
    if (code) /* the new owner does a few messages again */
        log_warn("kafka.commit_on_revoke_failed", KV("text", rd_kafka_err2str(code)));
    let_go(consumer);
}

void bus_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct bus_consumer *consumer = ((struct bus_link *)opaque)->owner;
    bool lost =
        code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS && rd_kafka_assignment_lost(rk);
    log_info("kafka.rebalance", KV("group", consumer->group.group),
             KV("what", rd_kafka_err2name(code)), KV("partitions", (size_t)list->cnt),
             KV("lost", lost));
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assigned(consumer, list);
    } else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
        on_revoked(consumer, list);
    } else {
        let_go(consumer);
    }
}

/* ---- pausing ---- */

void bus_pause(struct bus_consumer *consumer)
{
    if (consumer->paused)
        return;
    consumer->paused = true;
    pause_all(consumer, true);
}

void bus_resume(struct bus_consumer *consumer)
{
    if (!consumer->paused)
        return;
    consumer->paused = false;
    pause_all(consumer, false);
}

void bus_hold(struct bus_consumer *consumer, const struct bus_partition *partition,
              bool hold)
{
    bool known = rd_kafka_topic_partition_list_find(consumer->held, partition->topic,
                                                    partition->partition) != NULL;
    if (known == hold)
        return;
    rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(one, partition->topic, partition->partition);
    if (hold)
        rd_kafka_topic_partition_list_add(consumer->held, partition->topic,
                                          partition->partition);
    else
        rd_kafka_topic_partition_list_del(consumer->held, partition->topic,
                                          partition->partition);
    if (!consumer->paused) {
        if (hold)
            rd_kafka_pause_partitions(consumer->link->rk, one);
        else
            rd_kafka_resume_partitions(consumer->link->rk, one);
    }
    rd_kafka_topic_partition_list_destroy(one);
}
