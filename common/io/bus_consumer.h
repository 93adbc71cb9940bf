/* bus_consumer: what the parts of a consumer share. Nobody else includes it. */
#ifndef TB_BUS_CONSUMER_H
#define TB_BUS_CONSUMER_H

#include "io/bus_internal.h"

struct bus_consumer {
    struct bus_link *link;
    struct bus_link *retired; /* the one before: messages of it may still be in hand */
    int64_t fenced_ms;        /* monotonic; when it was fenced last; 0: never */
    struct bus_conf conf;     /* texts and topics are copies */
    struct bus_group group;
    size_t assigned;
    bool joined, paused;
    int64_t leaving_ms; /* monotonic; since when its partitions are being let go of; 0:
                         * they are not */
    rd_kafka_topic_partition_list_t *held; /* paused one by one, whatever the rest is */
    int event_fd;                          /* -1 until asked for */
    rd_kafka_queue_t *queue;
};

/* Commits what was stored; nothing stored is no error. */
rd_kafka_resp_err_t bus_commit_within(rd_kafka_t *rk, int timeout_ms);
/* librdkafka's callback. */
void bus_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *list, void *opaque);
/* Lets go of every partition, which is another's already. */
void bus_lose_all(struct bus_consumer *consumer);

#endif
