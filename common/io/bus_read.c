/* bus_read: a topic, or what it holds of one key, from a point in time to where it ended
 * when reading began.
 *
 * The end is judged by position, never by counting: compaction and transaction markers
 * leave gaps. No group is joined; librdkafka only wants a name for one.
 */
#include "io/bus_internal.h"
#include "io/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLICE_MS = 200,
    STALL_MS = 20000, /* without a message or an end of partition */
};

struct span { /* what is to be read of one partition; its index is the partition */
    int64_t next, end;
};

struct reader {
    struct bus_link *link;
    const char *topic;
    const char *key; /* NULL: everything */
    size_t key_len;
    int64_t from_ms;
    const struct bus_partition *places; /* NULL: everything */
    size_t place_count;
    struct span *spans;
    int32_t count, open; /* partitions; those not at their end */
    int64_t progress_ms; /* monotonic */
};

static enum rc open_link(const struct bus_conf *conf, struct bus_link **out,
                         struct err *e)
{
    static const struct bus_header properties[] = {
        {"group.id", "tillbridge-read"},       {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"}, {"enable.partition.eof", "true"},
        {"auto.offset.reset", "earliest"},     {"queued.max.messages.kbytes", "16384"},
    };
    const struct bus_spec spec = {
        .type = RD_KAFKA_CONSUMER,
        .properties = properties,
        .property_count = sizeof(properties) / sizeof(properties[0]),
    };
    return bus_link_open(conf, &spec, out, e);
}

/* ---- where to begin and end ---- */

/* Whether the partition can hold what is looked for. */
static bool is_wanted(const struct reader *reader, int32_t partition)
{
    return !reader->key ||
           partition == bus_partition_of(reader->key, reader->key_len, reader->count);
}

static enum rc find_ends(struct reader *reader, struct err *e)
{
    for (int32_t i = 0; i < reader->count; i++) {
        struct span *span = &reader->spans[i];
        if (!is_wanted(reader, i))
            continue;
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            reader->link->rk, reader->topic, i, &span->next, &span->end, BUS_REQUEST_MS);
        if (code)
            return bus_fail(reader->link, code, "bus.read", reader->topic, e);
    }
    return RC_OK;
}

static void take_starts(struct reader *reader,
                        const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        struct span *span = &reader->spans[list->elems[i].partition];
        int64_t offset = list->elems[i].offset;
        if (offset < 0) /* nothing so young */
            span->next = span->end;
        else if (offset > span->next)
            span->next = offset;
    }
}

static enum rc find_starts(struct reader *reader, struct err *e)
{
    if (reader->from_ms <= 0)
        return RC_OK;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(reader->count);
    for (int32_t i = 0; i < reader->count; i++)
        rd_kafka_topic_partition_list_add(list, reader->topic, i)->offset =
            reader->from_ms;
    rd_kafka_resp_err_t code =
        rd_kafka_offsets_for_times(reader->link->rk, list, BUS_REQUEST_MS);
    for (int i = 0; i < list->cnt && !code; i++)
        code = list->elems[i].err;
    if (!code)
        take_starts(reader, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return bus_fail(reader->link, code, "bus.read", reader->topic, e);
    return RC_OK;
}

/* From the first place of each partition to its last. */
static void narrow(struct reader *reader)
{
    for (int32_t i = 0; reader->places && i < reader->count; i++) {
        struct span *span = &reader->spans[i];
        int64_t first = span->end;
        int64_t last = -1;
        for (size_t j = 0; j < reader->place_count; j++) {
            const struct bus_partition *place = &reader->places[j];
            if (place->partition == i && place->offset < first)
                first = place->offset;
            if (place->partition == i && place->offset > last)
                last = place->offset;
        }
        if (first > span->next)
            span->next = first;
        if (last + 1 < span->end)
            span->end = last + 1;
    }
}

/* Partitions with nothing to read are not even asked for. */
static enum rc begin(struct reader *reader, struct err *e)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(reader->count);
    for (int32_t i = 0; i < reader->count; i++)
        if (reader->spans[i].next < reader->spans[i].end)
            rd_kafka_topic_partition_list_add(list, reader->topic, i)->offset =
                reader->spans[i].next;
    reader->open = list->cnt;
    rd_kafka_resp_err_t code = rd_kafka_assign(reader->link->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return bus_fail(reader->link, code, "bus.read", reader->topic, e);
    return RC_OK;
}

static enum rc prepare(struct reader *reader, struct err *e)
{
    rd_kafka_poll_set_consumer(reader->link->rk);
    enum rc rc = bus_count_partitions(reader->link, reader->topic, &reader->count, e);
    if (rc != RC_OK)
        return rc;
    reader->spans = calloc((size_t)reader->count, sizeof(*reader->spans));
    if (!reader->spans)
        abort(); /* out of memory: as in arena.h */
    rc = find_ends(reader, e);
    if (rc == RC_OK)
        rc = find_starts(reader, e);
    if (rc == RC_OK)
        narrow(reader);
    if (rc == RC_OK)
        rc = begin(reader, e);
    return rc;
}

/* ---- reading ---- */

static void advance(struct reader *reader, int32_t partition, int64_t next)
{
    struct span *span = &reader->spans[partition];
    bool was_open = span->next < span->end;
    span->next = next;
    reader->progress_ms = clock_monotonic_ms();
    if (was_open && span->next >= span->end)
        reader->open--;
}

static bool is_at_place(const struct reader *reader, const rd_kafka_message_t *native)
{
    for (size_t i = 0; i < reader->place_count; i++)
        if (reader->places[i].partition == native->partition &&
            reader->places[i].offset == native->offset)
            return true;
    return !reader->places;
}

static bool is_of_key(const struct reader *reader, const rd_kafka_message_t *native)
{
    if (!reader->key)
        return true;
    return native->key && native->key_len == reader->key_len &&
           memcmp(native->key, reader->key, reader->key_len) == 0;
}

/* *go_on false: the visitor has seen enough. */
static enum rc take(struct reader *reader, rd_kafka_message_t *native, bus_visit *visit,
                    void *ctx, bool *go_on)
{
    struct bus_message message;
    int32_t partition = native->partition;
    if (native->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        advance(reader, partition, reader->spans[partition].end);
        return RC_OK;
    }
    /* The name of the group is a dummy: rights to it are not needed. */
    if (native->err)
        return native->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED
                   ? RC_OK
                   : bus_rc(native->err);
    if (native->offset >= reader->spans[partition].end) { /* came after reading began */
        advance(reader, partition, reader->spans[partition].end);
        return RC_OK;
    }
    if (is_of_key(reader, native) && is_at_place(reader, native)) {
        bus_message_view(native, &message);
        *go_on = visit(ctx, &message);
    }
    advance(reader, partition, native->offset + 1);
    return RC_OK;
}

static enum rc read_on(struct reader *reader, bus_visit *visit, void *ctx, struct err *e)
{
    bool go_on = true;
    reader->progress_ms = clock_monotonic_ms();
    while (reader->open && go_on) {
        rd_kafka_message_t *native = rd_kafka_consumer_poll(reader->link->rk, SLICE_MS);
        enum rc rc = bus_link_check(reader->link, "bus.read", e);
        if (native && rc == RC_OK) {
            rc = take(reader, native, visit, ctx, &go_on);
            if (rc == RC_FATAL)
                bus_fail(reader->link, native->err, "bus.read", reader->topic, e);
        }
        if (native)
            rd_kafka_message_destroy(native);
        if (rc == RC_FATAL)
            return rc;
        if (clock_monotonic_ms() - reader->progress_ms > STALL_MS)
            return bus_fail(reader->link, RD_KAFKA_RESP_ERR__TIMED_OUT, "bus.read",
                            reader->topic, e);
    }
    return RC_OK;
}

static enum rc read_topic(const struct bus_conf *conf, struct reader *reader,
                          bus_visit *visit, void *ctx, struct err *e)
{
    enum rc rc = open_link(conf, &reader->link, e);
    if (rc == RC_OK)
        rc = prepare(reader, e);
    if (rc == RC_OK)
        rc = read_on(reader, visit, ctx, e);
    bus_link_close(reader->link);
    free(reader->spans);
    return rc;
}

enum rc bus_read_all(const struct bus_conf *conf, const char *topic, int64_t from_ms,
                     bus_visit *visit, void *ctx, struct err *e)
{
    struct reader reader = {.topic = topic, .from_ms = from_ms};
    return read_topic(conf, &reader, visit, ctx, e);
}

enum rc bus_read_key(const struct bus_conf *conf, const char *topic, const char *key,
                     bus_visit *visit, void *ctx, struct err *e)
{
    struct reader reader = {.topic = topic, .key = key, .key_len = strlen(key)};
    return read_topic(conf, &reader, visit, ctx, e);
}

enum rc bus_read_at(const struct bus_conf *conf, const char *topic,
                    const struct bus_places *places, bus_visit *visit, void *ctx,
                    struct err *e)
{
    struct reader reader = {
        .topic = topic, .places = places->at, .place_count = places->count};
    return read_topic(conf, &reader, visit, ctx, e);
}

int32_t bus_partition_of(const char *key, size_t len, int32_t partitions)
{
    /* The topic's handle is for the partitioners that choose at random. */
    return rd_kafka_msg_partitioner_murmur2(NULL, key, len, partitions, NULL, NULL);
}
