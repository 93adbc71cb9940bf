/* bus_internal: what the parts of bus share. Nobody else includes it.
 *
 * A link is one librdkafka handle with our callbacks on it. Its owner (a producer or a
 * consumer) is handed to the callbacks, which run inside our own polling calls; only the
 * log callback comes from librdkafka's threads.
 */
#ifndef TB_BUS_INTERNAL_H
#define TB_BUS_INTERNAL_H

#include "io/bus.h"

#include <librdkafka/rdkafka.h>

enum {
    /* An order of 8 MiB (wire/snapshot.h) with its key and headers. */
    BUS_MESSAGE_MAX_BYTES = 9 * 1024 * 1024,
    BUS_REQUEST_MS = 5000, /* what a single question to the broker may take */
};

struct bus_link {
    rd_kafka_t *rk;
    void *owner;
    char trouble[256];  /* what a connection complained about last; "" when all is well */
    bool login_refused; /* by the broker: waiting would not help */
};

struct bus_spec {
    rd_kafka_type_t type;
    const struct bus_header *properties; /* over the common ones, under KAFKA_CONF */
    size_t property_count;
    void (*delivered)(rd_kafka_t *rk, const rd_kafka_message_t *message, void *link);
    void (*rebalance)(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *list, void *link);
    int (*statistics)(rd_kafka_t *rk, char *json, size_t len, void *link);
    void *owner;
};

/* RC_FATAL: a property of KAFKA_CONF is unknown, has a wrong value or is one that
 * tillbridge depends on; the text names it. */
enum rc bus_link_open(const struct bus_conf *conf, const struct bus_spec *spec,
                      struct bus_link **out, struct err *e) TB_MUST_CHECK;
/* Ends the handle within a deadline; every list, message and queue of it is freed before.
 * NULL accepted. */
void bus_link_close(struct bus_link *link);

/* What to do about a code of librdkafka or the broker. */
enum rc bus_rc(rd_kafka_resp_err_t code);
/* err_set with the code's class, its text and the link's last trouble. what: "rms.results
 * [3]" or the like. */
enum rc bus_fail(const struct bus_link *link, rd_kafka_resp_err_t code, const char *op,
                 const char *what, struct err *e);
/* RC_OK, or RC_FATAL when the handle can't be used any more. */
enum rc bus_link_check(const struct bus_link *link, const char *op,
                       struct err *e) TB_MUST_CHECK;

/* Partitions of a topic, all with a leader. RC_REJECT: no such topic. */
enum rc bus_count_partitions(const struct bus_link *link, const char *topic,
                             int32_t *partitions, struct err *e) TB_MUST_CHECK;

/* A record with its headers in librdkafka's form. Borrowed, unless bus_letter_copy made
 * it. */
struct bus_letter {
    struct bus_letter *next; /* for the owner's list */
    const char *topic;
    int32_t partition;
    int64_t timestamp_ms;
    const void *key, *value;
    size_t key_len, value_len;
    rd_kafka_headers_t *headers; /* NULL: none, or taken by librdkafka */
};

/* *headers of the letter are the caller's until bus_letter_send took them. */
struct bus_letter bus_letter_of(const struct bus_record *record);
/* Into librdkafka's queue, which copies key and value. */
rd_kafka_resp_err_t bus_letter_send(rd_kafka_t *rk, struct bus_letter *letter);
/* For bus_letter_free. */
struct bus_letter *bus_letter_copy(const struct bus_letter *letter);
void bus_letter_free(struct bus_letter *letter);

/* librdkafka's statistics of a consumer -> the lag of the partitions it holds, and since
 * when it is leaving them. */
int bus_lag(rd_kafka_t *rk, char *json, size_t len, void *link);

/* Points *out into native; headers that are not text are left out. */
void bus_message_view(rd_kafka_message_t *native, struct bus_message *out);

#endif
