/* bus: Kafka through librdkafka 2.0.2 (Debian 12): producing with delivery confirmed,
 * consuming in a group, reading a topic whole, making topics.
 *
 * Blocking calls, one thread. Handles are owned by the caller: x_open / x_close. Errors:
 * RC_RETRY  broker away, not (yet) acknowledged: go on waiting, nothing is lost
 * RC_FATAL  rights, settings, an idempotent producer that lost its sequence: end the
 *           process, the supervisor starts it again
 */
#ifndef TB_BUS_H
#define TB_BUS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus_conf {
    const char *brokers;
    /* KAFKA_CONF: a=b,c=d; a comma within a value is written \, and a backslash before a
     * comma \\. What delivery and offsets depend on (acks, enable.idempotence, group.id,
     * ...) is refused. */
    const char *extra;
    const char *client_id;
    const char *group_instance_id; /* "" = dynamic membership */
    int64_t session_timeout_ms;
};

/* Whether librdkafka knows the properties of `extra` and takes their values. RC_FATAL:
 * not; the error names the property. Asks no broker. */
enum rc bus_conf_check(const char *extra, struct err *e) TB_MUST_CHECK;

struct bus_header {
    const char *name, *value; /* text */
};

enum {
    BUS_HEADERS_MAX = 32,
};

struct bus_message {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* CreateTime; 0 when there is none */
    const char *key;      /* not NUL-terminated; NULL when there is none */
    size_t key_len;
    const char *value; /* not NUL-terminated; NULL is a tombstone */
    size_t value_len;
    struct bus_header headers[BUS_HEADERS_MAX]; /* further ones are left out */
    size_t header_count;
    void *native; /* for bus_message_free */
};

/* The header's value, or NULL. */
const char *bus_header(const struct bus_message *message, const char *name);
void bus_message_free(struct bus_message *message);

/* ---- producing: idempotent, acks=all, murmur2_random, zstd ---- */

struct bus_producer;
enum rc bus_producer_open(const struct bus_conf *conf, struct bus_producer **out,
                          struct err *e) TB_MUST_CHECK;
void bus_producer_close(
    struct bus_producer *producer); /* NULL accepted; waits 5 s at most */

struct bus_record {
    const char *topic;
    int32_t partition;    /* -1: by the key */
    int64_t timestamp_ms; /* 0: now */
    const char *key;
    size_t key_len;
    const char *value; /* NULL: a tombstone */
    size_t value_len;
    const struct bus_header *headers;
    size_t header_count;
};

/* Hands one record to the client's queue (key, value and headers are copied). Waits
 * while the queue is full, ten seconds at most. Acknowledged only after bus_flush said
 * so. RC_RETRY: the queue stayed full, the record was not taken: produce it again.
 * RC_REJECT: larger than the producer takes (9 MiB with its headers). */
enum rc bus_produce(struct bus_producer *producer, const struct bus_record *record,
                    struct err *e) TB_MUST_CHECK;

/* A text of ours, whose key is a text, too, and chooses the partition. */
enum rc bus_produce_text(struct bus_producer *producer, const char *topic,
                         const char *key, const struct buf *value,
                         struct err *e) TB_MUST_CHECK;
/* The record that brings a message again, as it is, to where its key leads; without a key
 * to its own partition. The time is that of sending. Borrows. */
struct bus_record bus_record_again(const struct bus_message *message, const char *topic);

/* Waits until every record produced since the last flush is acknowledged.
 * RC_RETRY: the deadline passed, some are still on their way, or their topic is not there
 * yet: call again, do not produce them again. Nothing is given up by itself, however long
 * it takes; what is not acknowledged at the end of the process is lost with it.
 * RC_REJECT: the broker refused some for good (too large); *failed says how many since
 * the last flush. RC_FATAL: see above. */
enum rc bus_flush(struct bus_producer *producer, int64_t timeout_ms, size_t *failed,
                  struct err *e) TB_MUST_CHECK;

/* ---- consuming in a group: range assignor, offsets stored by hand ---- */

struct bus_consumer;
struct bus_partition {
    const char *topic;
    int32_t partition;
    int64_t offset; /* meaning depends on the call */
};

struct bus_group {
    const char *group;
    const char *const *topics; /* NULL-terminated */
    bool from_end; /* without a committed offset: start at the end, not the beginning */
    /* Called from bus_poll and bus_consumer_close, in this thread; each may be NULL.
     * assigned: may set .offset of each partition to where reading shall start (it comes
     * in as -1001: the committed offset). revoked: after it returns the stored offsets
     * are committed, unless lost: then the partitions are already another's. */
    void (*assigned)(void *ctx, struct bus_partition *partitions, size_t count);
    void (*revoked)(void *ctx, const struct bus_partition *partitions, size_t count,
                    bool lost);
    void *ctx;
};

enum rc bus_consumer_open(const struct bus_conf *conf, const struct bus_group *group,
                          struct bus_consumer **out, struct err *e) TB_MUST_CHECK;
/* Commits what was stored, leaves the group. NULL accepted. */
void bus_consumer_close(struct bus_consumer *consumer);

/* The next message, or none within timeout_ms: *got says which. Must be called often
 * (max.poll.interval.ms), in an outage too. A member with a fixed id whose session ran
 * out while the broker was away may be fenced: it joins again by itself (revoked is
 * called, lost); messages in hand stay valid for a minute. RC_RETRY: a topic that is not
 * there (yet), or trouble with a partition; nothing was skipped, poll on. */
enum rc bus_poll(struct bus_consumer *consumer, int64_t timeout_ms,
                 struct bus_message *out, bool *got, struct err *e) TB_MUST_CHECK;

/* Marks everything before `offset` as done; committed every second, on revoke and on
 * close. Partitions no longer ours are left out silently: their new owner redoes them. */
enum rc bus_store(struct bus_consumer *consumer, const struct bus_partition *partitions,
                  size_t count, struct err *e) TB_MUST_CHECK;
/* Commits what is stored now, synchronously. */
enum rc bus_commit(struct bus_consumer *consumer, struct err *e) TB_MUST_CHECK;

/* Pauses or resumes the whole assignment (an outage behind us). New partitions that are
 * assigned meanwhile are paused too. While paused bus_poll gives no messages. */
void bus_pause(struct bus_consumer *consumer);
void bus_resume(struct bus_consumer *consumer);

/* Holds one partition of the assignment, or lets it go: bus_resume leaves it paused. Ends
 * by itself when the partition is taken away. What was fetched of it before may still
 * come. */
void bus_hold(struct bus_consumer *consumer, const struct bus_partition *partition,
              bool hold);

/* True once the group has given this member its part, even when that is nothing: it then
 * stands by. */
bool bus_joined(const struct bus_consumer *consumer);

/* An eventfd that becomes readable when bus_poll has something (for an event loop), or
 * -1. Owned by the consumer; read its 8 bytes, then call bus_poll(0) until nothing comes.
 */
int bus_event_fd(struct bus_consumer *consumer);

/* ---- without a group ---- */

/* Reads every message of a topic that is there now, from `from_ms` (0: the beginning),
 * and calls visit for each, in order within a partition; visit returns false to stop.
 * The message is freed after visit returns. RC_RETRY: no broker, or nothing came for
 * 20 s; some may have been visited: begin again. RC_REJECT: no such topic. */
typedef bool bus_visit(void *ctx, const struct bus_message *message);
enum rc bus_read_all(const struct bus_conf *conf, const char *topic, int64_t from_ms,
                     bus_visit *visit, void *ctx, struct err *e) TB_MUST_CHECK;

/* As bus_read_all, from the beginning, but only the messages of one key, of which only
 * one partition is read. What was put elsewhere by hand is not found. */
enum rc bus_read_key(const struct bus_conf *conf, const char *topic, const char *key,
                     bus_visit *visit, void *ctx, struct err *e) TB_MUST_CHECK;

struct bus_places {
    const struct bus_partition *at; /* their topics are not looked at */
    size_t count;
};

/* As bus_read_all, but only the messages at these places that are still there. */
enum rc bus_read_at(const struct bus_conf *conf, const char *topic,
                    const struct bus_places *places, bus_visit *visit, void *ctx,
                    struct err *e) TB_MUST_CHECK;

/* Where the messages of a key are, of so many partitions. */
int32_t bus_partition_of(const char *key, size_t len, int32_t partitions);

struct bus_topic {
    const char *name;
    int32_t partitions;
    int32_t replication;
    const struct bus_header *config; /* topic properties */
    size_t config_count;
};

/* Makes the topic when it is not there; *made says whether. RC_REJECT: it is there with
 * another number of partitions. Waits until the broker knows it. */
enum rc bus_topic_create(const struct bus_conf *conf, const struct bus_topic *topic,
                         bool *made, struct err *e) TB_MUST_CHECK;

/* Partitions of a topic. RC_REJECT: no such topic. RC_RETRY: no broker answered. */
enum rc bus_topic_partitions(const struct bus_conf *conf, const char *topic,
                             int32_t *partitions, struct err *e) TB_MUST_CHECK;

/* The properties of a topic as the broker has them, names and values in the arena.
 * RC_REJECT: no such topic. RC_RETRY: no broker answered. */
enum rc bus_topic_config(const struct bus_conf *conf, const char *topic,
                         struct arena *arena, struct bus_header **out, size_t *count,
                         struct err *e) TB_MUST_CHECK;

/* First and next offset of a partition, asked of the broker. */
enum rc bus_watermarks(struct bus_consumer *consumer, const char *topic,
                       int32_t partition, int64_t *low, int64_t *high,
                       struct err *e) TB_MUST_CHECK;

#endif
