/* bus_consumer: a member of a consumer group, with the range assignor and offsets stored
 * by hand.
 *
 * The batch calls of librdkafka 2.0.2 are avoided (they lose offsets around pause and
 * rebalance), and only what was paused here is resumed.
 */
#include "io/bus_internal.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    COMMIT_MS = 10000,
    HAND_BACK_MS = 5000, /* the commit on revoke: the group waits for it */
    CLOSE_MS = 10000,
    SLICE_MS = 100,
};

struct bus_consumer {
    struct bus_link *link;
    struct bus_group group; /* topics are not kept */
    size_t assigned;
    bool joined, paused;
    rd_kafka_topic_partition_list_t *held; /* paused one by one, whatever the rest is */
    int event_fd;                          /* -1 until asked for */
    rd_kafka_queue_t *queue;
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
static rd_kafka_resp_err_t commit_within(rd_kafka_t *rk, int timeout_ms)
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

enum rc bus_commit(struct bus_consumer *consumer, struct err *e)
{
    rd_kafka_resp_err_t code = commit_within(consumer->link->rk, COMMIT_MS);
    if (code)
        return bus_fail(consumer->link, code, "bus.commit", consumer->group.group, e);
    return RC_OK;
}

/* ---- rebalance ---- */

static struct bus_partition *copy_list(const rd_kafka_topic_partition_list_t *list)
{
    struct bus_partition *copy = calloc((size_t)list->cnt, sizeof(*copy));
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
    metrics_set(METRIC_ASSIGNED, 0);
    metrics_forget(METRIC_CONSUMER_LAG);
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
    metrics_add(METRIC_REBALANCES, 1);
    metrics_set(METRIC_ASSIGNED, list->cnt);
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
        code = commit_within(rk, HAND_BACK_MS);
    if (code) /* the new owner does a few messages again */
        log_warn("kafka.commit_on_revoke_failed", KV("text", rd_kafka_err2str(code)));
    let_go(consumer);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
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

/* ---- opening and closing ---- */

static enum rc subscribe(struct bus_consumer *consumer, const char *const *topics,
                         struct err *e)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
    for (; *topics; topics++)
        rd_kafka_topic_partition_list_add(list, *topics, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->link->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return bus_fail(consumer->link, code, "bus.subscribe", consumer->group.group, e);
    return RC_OK;
}

static enum rc open_link(const struct bus_conf *conf, struct bus_consumer *consumer,
                         struct err *e)
{
    char session_ms[24];
    char heartbeat_ms[24];
    char max_bytes[16];
    int64_t timeout_ms = conf->session_timeout_ms ? conf->session_timeout_ms : 10000;
    snprintf(session_ms, sizeof(session_ms), "%lld", (long long)timeout_ms);
    snprintf(heartbeat_ms, sizeof(heartbeat_ms), "%lld",
             (long long)(timeout_ms < 9000 ? timeout_ms / 3 : 3000));
    snprintf(max_bytes, sizeof(max_bytes), "%d", BUS_MESSAGE_MAX_BYTES);
    bool is_static = conf->group_instance_id && conf->group_instance_id[0];
    const struct bus_header properties[] = {
        {"group.id", consumer->group.group},
        {"session.timeout.ms", session_ms},
        {"heartbeat.interval.ms", heartbeat_ms},
        {"partition.assignment.strategy", "range"},
        {"enable.auto.offset.store", "false"},
        {"enable.auto.commit", "true"},
        {"auto.commit.interval.ms", "1000"},
        {"auto.offset.reset", consumer->group.from_end ? "latest" : "earliest"},
        {"queued.max.messages.kbytes", "16384"},
        {"message.max.bytes", max_bytes},
        {"statistics.interval.ms", "5000"},
        {"group.instance.id", is_static ? conf->group_instance_id : ""}, /* the last */
    };
    const struct bus_spec spec = {
        .type = RD_KAFKA_CONSUMER,
        .properties = properties,
        .property_count =
            sizeof(properties) / sizeof(properties[0]) - (is_static ? 0 : 1),
        .rebalance = on_rebalance,
        .statistics = bus_lag,
        .owner = consumer,
    };
    return bus_link_open(conf, &spec, &consumer->link, e);
}

enum rc bus_consumer_open(const struct bus_conf *conf, const struct bus_group *group,
                          struct bus_consumer **out, struct err *e)
{
    struct bus_consumer *consumer = calloc(1, sizeof(*consumer));
    if (!consumer)
        abort();
    consumer->group = *group;
    consumer->group.topics = NULL;
    consumer->event_fd = -1;
    consumer->held = rd_kafka_topic_partition_list_new(1);
    enum rc rc = open_link(conf, consumer, e);
    if (rc == RC_OK) {
        rd_kafka_poll_set_consumer(consumer->link->rk);
        rc = subscribe(consumer, group->topics, e);
    }
    if (rc != RC_OK) {
        bus_link_close(consumer->link);
        rd_kafka_topic_partition_list_destroy(consumer->held);
        free(consumer);
        return rc;
    }
    *out = consumer;
    return RC_OK;
}

/* As rd_kafka_consumer_close, which has no deadline: the last rebalance is served from a
 * queue of our own. */
static void leave_group(struct bus_consumer *consumer)
{
    rd_kafka_t *rk = consumer->link->rk;
    int64_t until_ms = clock_monotonic_ms() + CLOSE_MS;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(rk, queue);
    while (!error && !rd_kafka_consumer_closed(rk) && clock_monotonic_ms() < until_ms) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(queue, SLICE_MS);
        if (message)
            rd_kafka_message_destroy(message);
    }
    if (error || !rd_kafka_consumer_closed(rk))
        log_warn("kafka.leave_failed", KV("group", consumer->group.group),
                 KV("text", error ? rd_kafka_error_string(error) : "no answer in time"));
    rd_kafka_error_destroy(error);
    rd_kafka_queue_destroy(queue);
}

void bus_consumer_close(struct bus_consumer *consumer)
{
    if (!consumer)
        return;
    leave_group(consumer);
    if (consumer->queue) {
        rd_kafka_queue_io_event_enable(consumer->queue, -1, NULL, 0);
        rd_kafka_queue_destroy(consumer->queue);
    }
    bus_link_close(consumer->link);
    rd_kafka_topic_partition_list_destroy(consumer->held);
    if (consumer->event_fd >= 0)
        close(consumer->event_fd);
    free(consumer);
}

/* ---- reading ---- */

/* What came instead of a message. */
static enum rc judge(struct bus_consumer *consumer, const rd_kafka_message_t *message,
                     struct err *e)
{
    char what[320];
    if (message->err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
        log_warn("kafka.poll_too_late", KV("group", consumer->group.group),
                 KV("text", rd_kafka_message_errstr(message)));
        return RC_OK; /* librdkafka joins the group again by itself */
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        return RC_OK;
    snprintf(what, sizeof(what), "group %s: %s", consumer->group.group,
             rd_kafka_message_errstr(message));
    return bus_fail(consumer->link, message->err, "bus.poll", what, e);
}

enum rc bus_poll(struct bus_consumer *consumer, int64_t timeout_ms,
                 struct bus_message *out, bool *got, struct err *e)
{
    rd_kafka_message_t *message =
        rd_kafka_consumer_poll(consumer->link->rk, (int)timeout_ms);
    if (!message) {
        enum rc rc = bus_link_check(consumer->link, "bus.poll", e);
        if (rc == RC_OK)
            *got = false;
        return rc;
    }
    if (message->err) {
        enum rc rc = judge(consumer, message, e);
        rd_kafka_message_destroy(message);
        if (rc == RC_OK)
            *got = false;
        return rc;
    }
    consumer->link->trouble[0] = '\0';
    bus_message_view(message, out);
    *got = true;
    return RC_OK;
}

enum rc bus_store(struct bus_consumer *consumer, const struct bus_partition *partitions,
                  size_t count, struct err *e)
{
    if (!count)
        return RC_OK;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, partitions[i].topic,
                                          partitions[i].partition)
            ->offset = partitions[i].offset;
    rd_kafka_resp_err_t code = rd_kafka_offsets_store(consumer->link->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    /* Both: not ours any more. */
    if (!code || code == RD_KAFKA_RESP_ERR__STATE ||
        code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        return RC_OK;
    return bus_fail(consumer->link, code, "bus.store", consumer->group.group, e);
}

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

size_t bus_assigned(const struct bus_consumer *consumer)
{
    return consumer->assigned;
}

bool bus_joined(const struct bus_consumer *consumer)
{
    return consumer->joined;
}

int bus_event_fd(struct bus_consumer *consumer)
{
    static const uint64_t one = 1;
    if (consumer->event_fd >= 0)
        return consumer->event_fd;
    /* Readable from the start: what came before does not signal again. */
    consumer->event_fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    if (consumer->event_fd < 0)
        return -1;
    consumer->queue = rd_kafka_queue_get_consumer(consumer->link->rk);
    rd_kafka_queue_io_event_enable(consumer->queue, consumer->event_fd, &one,
                                   sizeof(one));
    return consumer->event_fd;
}

enum rc bus_watermarks(struct bus_consumer *consumer, const char *topic,
                       int32_t partition, int64_t *low, int64_t *high, struct err *e)
{
    int64_t first = 0;
    int64_t next = 0;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        consumer->link->rk, topic, partition, &first, &next, BUS_REQUEST_MS);
    if (code)
        return bus_fail(consumer->link, code, "bus.watermarks", topic, e);
    *low = first;
    *high = next;
    return RC_OK;
}
