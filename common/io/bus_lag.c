/* bus_lag: how far a consumer is behind, and since when it is leaving its partitions,
 * from librdkafka's own statistics: it knows each partition's end from its fetches, so
 * that nothing more is asked of the broker. */
#include "base/json.h"
#include "io/bus_consumer.h"
#include "io/clock.h"
#include "io/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t number(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(member) ? (int64_t)member->valuedouble : -1;
}

/* Nothing was handed out yet: what is between the fetch position and the end, and what
 * was fetched already. */
static int64_t lag_at_start(const cJSON *partition)
{
    int64_t end = number(partition, "hi_offset");
    int64_t next = number(partition, "next_offset");
    return end < 0 || next < 0 || next > end
               ? -1
               : end - next + number(partition, "fetchq_cnt");
}

/* Behind what is done, where something was done already; else behind what was handed out
 * or committed. -1: not known yet. */
static int64_t lag_of(const cJSON *partition)
{
    int64_t done = number(partition, "consumer_lag_stored");
    int64_t seen = number(partition, "consumer_lag");
    if (number(partition, "stored_offset") >= 0 && done >= 0)
        return done;
    return seen >= 0 ? seen : lag_at_start(partition);
}

/* Only what is held now: the statistics may be older than the last rebalance. */
static void tell(const char *group, const cJSON *topics,
                 const rd_kafka_topic_partition_t *held)
{
    char name[16];
    snprintf(name, sizeof(name), "%" PRId32, held->partition);
    const cJSON *topic = cJSON_GetObjectItemCaseSensitive(topics, held->topic);
    const cJSON *partitions = cJSON_GetObjectItemCaseSensitive(topic, "partitions");
    int64_t lag = lag_of(cJSON_GetObjectItemCaseSensitive(partitions, name));
    if (lag >= 0)
        metrics_set_of(METRIC_CONSUMER_LAG, group, held->topic, name, lag);
}

/* In this state it waits for the answers to its last commits. One that never comes would
 * keep librdkafka 2.0.2 in it for a minute, without a place in the group. */
static void note_leaving(struct bus_consumer *consumer, const cJSON *root)
{
    const cJSON *group = cJSON_GetObjectItemCaseSensitive(root, "cgrp");
    const char *state =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(group, "join_state"));
    if (!state || strcmp(state, "wait-unassign-to-complete") != 0)
        consumer->leaving_ms = 0;
    else if (!consumer->leaving_ms)
        consumer->leaving_ms = clock_monotonic_ms();
}

int bus_lag(rd_kafka_t *rk, char *json, size_t len, void *link)
{
    struct bus_consumer *consumer = ((struct bus_link *)link)->owner;
    rd_kafka_topic_partition_list_t *list = NULL;
    cJSON *root = cJSON_ParseWithLength(json, len);
    const cJSON *topics = cJSON_GetObjectItemCaseSensitive(root, "topics");
    note_leaving(consumer, root);
    if (topics && !rd_kafka_assignment(rk, &list)) {
        for (int i = 0; i < list->cnt; i++)
            tell(consumer->group.group, topics, &list->elems[i]);
        rd_kafka_topic_partition_list_destroy(list);
    }
    cJSON_Delete(root);
    return 0; /* librdkafka frees the text */
}
