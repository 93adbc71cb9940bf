/* bus_topics: asking for topics and making them. */
#include "io/bus_internal.h"
#include "io/clock.h"

#include <stdio.h>
#include <time.h>

enum {
    KNOWN_WITHIN_MS = 15000, /* a topic that was made has leaders by then */
    ASK_EVERY_MS = 100,
};

static enum rc open_link(const struct bus_conf *conf, struct bus_link **out,
                         struct err *e)
{
    const struct bus_spec spec = {.type = RD_KAFKA_PRODUCER};
    return bus_link_open(conf, &spec, out, e);
}

static enum rc judge_topic(const struct rd_kafka_metadata_topic *topic, int32_t *out,
                           struct err *e)
{
    if (topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return err_set(e, RC_REJECT, "bus.topic",
                       "there is no topic %s; make it with \"tillctl topics create\"",
                       topic->topic);
    if (topic->err)
        return bus_fail(NULL, topic->err, "bus.topic", topic->topic, e);
    for (int i = 0; i < topic->partition_cnt; i++)
        if (topic->partitions[i].leader < 0)
            return err_set(e, RC_RETRY, "bus.topic",
                           "topic %s: partition %d has no leader; is a broker away?",
                           topic->topic, (int)topic->partitions[i].id);
    *out = topic->partition_cnt;
    return RC_OK;
}

enum rc bus_count_partitions(const struct bus_link *link, const char *topic,
                             int32_t *partitions, struct err *e)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(link->rk, topic, NULL);
    if (!handle)
        return bus_fail(link, rd_kafka_last_error(), "bus.topic", topic, e);
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(link->rk, 0, handle, &metadata, BUS_REQUEST_MS);
    rd_kafka_topic_destroy(handle);
    rd_kafka_poll(link->rk, 0); /* the connections' complaints, for the text */
    enum rc rc = bus_link_check(link, "bus.topic", e);
    if (rc == RC_OK && code)
        rc = bus_fail(link, code, "bus.topic", topic, e);
    else if (rc == RC_OK && metadata->topic_cnt != 1)
        rc =
            err_set(e, RC_RETRY, "bus.topic", "%s: the broker told nothing of it", topic);
    else if (rc == RC_OK)
        rc = judge_topic(&metadata->topics[0], partitions, e);
    if (!code)
        rd_kafka_metadata_destroy(metadata);
    return rc;
}

enum rc bus_topic_partitions(const struct bus_conf *conf, const char *topic,
                             int32_t *partitions, struct err *e)
{
    struct bus_link *link = NULL;
    enum rc rc = open_link(conf, &link, e);
    if (rc == RC_OK)
        rc = bus_count_partitions(link, topic, partitions, e);
    bus_link_close(link);
    return rc;
}

/* ---- making ---- */

static rd_kafka_NewTopic_t *describe(const struct bus_topic *topic, struct err *e)
{
    char reason[256];
    rd_kafka_NewTopic_t *wish = rd_kafka_NewTopic_new(
        topic->name, topic->partitions, topic->replication, reason, sizeof(reason));
    if (!wish) {
        err_set(e, RC_FATAL, "bus.topic", "topic %s: %s", topic->name, reason);
        return NULL;
    }
    for (size_t i = 0; i < topic->config_count; i++)
        rd_kafka_NewTopic_set_config(wish, topic->config[i].name, topic->config[i].value);
    return wish;
}

/* The answer to one CreateTopics. */
static enum rc judge_event(const struct bus_link *link, const char *name,
                           rd_kafka_event_t *event, bool *made, struct err *e)
{
    size_t count = 0;
    if (!event)
        return err_set(e, RC_RETRY, "bus.topic", "%s: no broker answered in time", name);
    if (rd_kafka_event_error(event))
        return bus_fail(link, rd_kafka_event_error(event), "bus.topic", name, e);
    const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event), &count);
    if (count != 1)
        return err_set(e, RC_RETRY, "bus.topic", "%s: an empty answer", name);
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
    *made = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) /* made beside us */
        return RC_OK;
    const char *reason = rd_kafka_topic_result_error_string(results[0]);
    return err_set(e, bus_rc(code), "bus.topic", "topic %s: %s", name,
                   reason ? reason : rd_kafka_err2str(code));
}

static enum rc make(const struct bus_link *link, const struct bus_topic *topic,
                    bool *made, struct err *e)
{
    rd_kafka_NewTopic_t *wish = describe(topic, e);
    if (!wish)
        return RC_FATAL;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(link->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(link->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, BUS_REQUEST_MS, NULL, 0);
    rd_kafka_CreateTopics(link->rk, &wish, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, BUS_REQUEST_MS * 2);
    enum rc rc = judge_event(link, topic->name, event, made, e);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(wish);
    return rc;
}

/* Brokers hear of a new topic one after the other. */
static enum rc wait_known(const struct bus_link *link, const char *name,
                          int32_t *partitions, struct err *e)
{
    int64_t until_ms = clock_monotonic_ms() + KNOWN_WITHIN_MS;
    const struct timespec pause = {.tv_nsec = ASK_EVERY_MS * 1000000L};
    enum rc rc = bus_count_partitions(link, name, partitions, e);
    while ((rc == RC_RETRY || rc == RC_REJECT) && clock_monotonic_ms() < until_ms) {
        nanosleep(&pause, NULL);
        rc = bus_count_partitions(link, name, partitions, e);
    }
    return rc == RC_REJECT ? RC_RETRY : rc;
}

static enum rc create(const struct bus_link *link, const struct bus_topic *topic,
                      bool *made, struct err *e)
{
    int32_t partitions = 0;
    bool fresh = false;
    enum rc rc = bus_count_partitions(link, topic->name, &partitions, e);
    if (rc == RC_REJECT) {
        rc = make(link, topic, &fresh, e);
        if (rc == RC_OK)
            rc = wait_known(link, topic->name, &partitions, e);
    }
    if (rc != RC_OK)
        return rc;
    if (partitions != topic->partitions)
        return err_set(e, RC_REJECT, "bus.topic",
                       "topic %s is there with %d partitions, not %d; a change would "
                       "tear orders from their partitions: set KAFKA_PARTITIONS=%d",
                       topic->name, (int)partitions, (int)topic->partitions,
                       (int)partitions);
    *made = fresh;
    return RC_OK;
}

enum rc bus_topic_create(const struct bus_conf *conf, const struct bus_topic *topic,
                         bool *made, struct err *e)
{
    struct bus_link *link = NULL;
    enum rc rc = open_link(conf, &link, e);
    if (rc == RC_OK)
        rc = create(link, topic, made, e);
    bus_link_close(link);
    return rc;
}
