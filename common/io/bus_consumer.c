/* bus_consumer: a member of a consumer group, with the range assignor and offsets stored
 * by hand. A member with a fixed id that was fenced without a twin joins again, and so
 * does one whose last commits are not answered.
 */
#include "io/bus_consumer.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    COMMIT_MS = 10000,
    CLOSE_MS = 10000,
    SLICE_MS = 100,
    STUCK_MS = 5000, /* beyond the session's time */
    TWIN_MS = 60000, /* fenced again within that: there is another with our id */
};

/* Commits of a session that ran out, which librdkafka 2.0.2 may send when the broker is
 * back, look to the broker like those of a twin with our id. */
static bool is_fenced(const struct bus_consumer *consumer)
{
    char reason[256];
    return rd_kafka_fatal_error(consumer->link->rk, reason, sizeof(reason)) ==
           RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

enum rc bus_commit(struct bus_consumer *consumer, struct err *e)
{
    rd_kafka_resp_err_t code = bus_commit_within(consumer->link->rk, COMMIT_MS);
    if (!code)
        return RC_OK;
    enum rc rc = bus_fail(consumer->link, code, "bus.commit", consumer->group.group, e);
    if (rc != RC_FATAL || !is_fenced(consumer))
        return rc;
    if (e)
        e->rc = RC_RETRY; /* bus_poll joins again */
    return RC_RETRY;
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

static int64_t session_ms(const struct bus_conf *conf)
{
    return conf->session_timeout_ms ? conf->session_timeout_ms : 10000;
}

static enum rc open_link(const struct bus_conf *conf, struct bus_consumer *consumer,
                         struct err *e)
{
    char session[24];
    char heartbeat_ms[24];
    char max_bytes[16];
    int64_t timeout_ms = session_ms(conf);
    snprintf(session, sizeof(session), "%lld", (long long)timeout_ms);
    snprintf(heartbeat_ms, sizeof(heartbeat_ms), "%lld",
             (long long)(timeout_ms < 9000 ? timeout_ms / 3 : 3000));
    snprintf(max_bytes, sizeof(max_bytes), "%d", BUS_MESSAGE_MAX_BYTES);
    bool is_static = conf->group_instance_id && conf->group_instance_id[0];
    const struct bus_header properties[] = {
        {"group.id", consumer->group.group},
        {"session.timeout.ms", session},
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
        .rebalance = bus_on_rebalance,
        .statistics = bus_lag,
        .owner = consumer,
    };
    return bus_link_open(conf, &spec, &consumer->link, e);
}

static char *copy_text(const char *text)
{
    char *copy = strdup(text ? text : "");
    if (!copy)
        abort(); /* out of memory: as in arena.h */
    return copy;
}

static const char *const *copy_topics(const char *const *topics)
{
    size_t count = 0;
    while (topics[count])
        count++;
    char **copy = calloc(count + 1, sizeof(*copy));
    if (!copy)
        abort();
    for (size_t i = 0; i < count; i++)
        copy[i] = copy_text(topics[i]);
    return (const char *const *)copy;
}

/* For joining again later. */
static void keep_settings(struct bus_consumer *consumer, const struct bus_conf *conf,
                          const struct bus_group *group)
{
    consumer->conf = (struct bus_conf){
        .brokers = copy_text(conf->brokers),
        .extra = copy_text(conf->extra),
        .client_id = copy_text(conf->client_id),
        .group_instance_id = copy_text(conf->group_instance_id),
        .session_timeout_ms = conf->session_timeout_ms,
    };
    consumer->group = *group;
    consumer->group.group = copy_text(group->group);
    consumer->group.topics = copy_topics(group->topics);
}

static void free_consumer(struct bus_consumer *consumer)
{
    bus_link_close(consumer->link);
    bus_link_close(consumer->retired);
    rd_kafka_topic_partition_list_destroy(consumer->held);
    for (size_t i = 0; consumer->group.topics[i]; i++)
        free((char *)consumer->group.topics[i]);
    free((char **)consumer->group.topics);
    free((char *)consumer->group.group);
    free((char *)consumer->conf.brokers);
    explicit_bzero((char *)consumer->conf.extra, strlen(consumer->conf.extra));
    free((char *)consumer->conf.extra);
    free((char *)consumer->conf.client_id);
    free((char *)consumer->conf.group_instance_id);
    free(consumer);
}

static enum rc join(struct bus_consumer *consumer, struct err *e)
{
    enum rc rc = open_link(&consumer->conf, consumer, e);
    if (rc == RC_OK) {
        rd_kafka_poll_set_consumer(consumer->link->rk);
        rc = subscribe(consumer, consumer->group.topics, e);
    }
    return rc;
}

enum rc bus_consumer_open(const struct bus_conf *conf, const struct bus_group *group,
                          struct bus_consumer **out, struct err *e)
{
    struct bus_consumer *consumer = calloc(1, sizeof(*consumer));
    if (!consumer)
        abort();
    keep_settings(consumer, conf, group);
    consumer->event_fd = -1;
    consumer->held = rd_kafka_topic_partition_list_new(1);
    enum rc rc = join(consumer, e);
    if (rc == RC_OK)
        *out = consumer;
    else
        free_consumer(consumer);
    return rc;
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

static void watch(struct bus_consumer *consumer)
{
    static const uint64_t one = 1;
    consumer->queue = rd_kafka_queue_get_consumer(consumer->link->rk);
    rd_kafka_queue_io_event_enable(consumer->queue, consumer->event_fd, &one,
                                   sizeof(one));
}

static void unwatch(struct bus_consumer *consumer)
{
    if (!consumer->queue)
        return;
    rd_kafka_queue_io_event_enable(consumer->queue, -1, NULL, 0);
    rd_kafka_queue_destroy(consumer->queue);
    consumer->queue = NULL;
}

void bus_consumer_close(struct bus_consumer *consumer)
{
    if (!consumer)
        return;
    leave_group(consumer);
    unwatch(consumer);
    if (consumer->event_fd >= 0)
        close(consumer->event_fd);
    free_consumer(consumer);
}

/* The old handle is kept until the next time, or the end: its messages may be in hand. */
static enum rc replace_link(struct bus_consumer *consumer, struct err *e)
{
    bus_lose_all(consumer);
    unwatch(consumer);
    bus_link_close(consumer->retired);
    consumer->retired = consumer->link;
    consumer->link = NULL;
    consumer->leaving_ms = 0;
    enum rc rc = join(consumer, e);
    if (!consumer->link) { /* the process ends by this */
        consumer->link = consumer->retired;
        consumer->retired = NULL;
    }
    if (rc == RC_OK && consumer->event_fd >= 0)
        watch(consumer);
    return rc;
}

static enum rc join_after_fence(struct bus_consumer *consumer, struct err *e)
{
    int64_t now_ms = clock_monotonic_ms();
    if (consumer->fenced_ms && now_ms - consumer->fenced_ms < TWIN_MS)
        return err_set(e, RC_FATAL, "bus.poll",
                       "group %s: another process has the id %s, too: give each its own "
                       "KAFKA_GROUP_INSTANCE_ID",
                       consumer->group.group, consumer->conf.group_instance_id);
    log_warn("kafka.fenced", KV("group", consumer->group.group),
             KV("text", "the session ran out; joining again"));
    consumer->fenced_ms = now_ms;
    return replace_link(consumer, e);
}

/* A commit that waits for its coordinator is given up after the session's time. */
static bool is_stuck(const struct bus_consumer *consumer)
{
    int64_t most_ms = session_ms(&consumer->conf) + STUCK_MS;
    return consumer->leaving_ms && clock_monotonic_ms() - consumer->leaving_ms > most_ms;
}

/* The old handle must not come back to the group as this one's twin. */
static enum rc join_after_hanging(struct bus_consumer *consumer, struct err *e)
{
    log_warn("kafka.stuck", KV("group", consumer->group.group),
             KV("text", "the last commits are not answered; joining again"));
    rd_kafka_unsubscribe(consumer->link->rk);
    return replace_link(consumer, e);
}

/* ---- reading ---- */

/* Without the code's own words at the end, which bus_fail adds. */
static int len_of_cause(const char *text, rd_kafka_resp_err_t code)
{
    const char *words = rd_kafka_err2str(code);
    size_t len = strlen(text);
    size_t end = strlen(words) + strlen(": ");
    bool has = len > end && strcmp(text + len - strlen(words), words) == 0;
    return (int)(has ? len - end : len);
}

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
    const char *cause = rd_kafka_message_errstr(message);
    snprintf(what, sizeof(what), "group %s: %.*s", consumer->group.group,
             len_of_cause(cause, message->err), cause);
    return bus_fail(consumer->link, message->err, "bus.poll", what, e);
}

static enum rc poll_once(struct bus_consumer *consumer, int64_t timeout_ms,
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

enum rc bus_poll(struct bus_consumer *consumer, int64_t timeout_ms,
                 struct bus_message *out, bool *got, struct err *e)
{
    enum rc rc = poll_once(consumer, timeout_ms, out, got, e);
    if (rc == RC_FATAL && is_fenced(consumer))
        rc = join_after_fence(consumer, e);
    else if (rc == RC_OK && !*got && is_stuck(consumer))
        rc = join_after_hanging(consumer, e);
    else
        return rc;
    if (rc == RC_OK)
        *got = false;
    return rc;
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

bool bus_joined(const struct bus_consumer *consumer)
{
    return consumer->joined;
}

int bus_event_fd(struct bus_consumer *consumer)
{
    if (consumer->event_fd >= 0)
        return consumer->event_fd;
    /* Readable from the start: what came before does not signal again. */
    consumer->event_fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    if (consumer->event_fd < 0)
        return -1;
    watch(consumer);
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
