/* member: a consumer in a group of the mock cluster, with a record of what befell it. */
#ifndef TB_TEST_MEMBER_H
#define TB_TEST_MEMBER_H

#include "mock_kafka.h"

struct member {
    struct bus_consumer *consumer;
    int64_t start_at; /* offset given to each partition when assigned; -1001: committed */
    size_t assigned_calls, revoked_calls, held; /* partitions, by the callbacks */
    bool lost;
    size_t messages, gaps;         /* a gap is any offset but the one after the last */
    int64_t next[MOCK_PARTITIONS]; /* -1 before the first */
    bool stores;                   /* each message as soon as it came */
};

static inline void member_assigned(void *ctx, struct bus_partition *partitions,
                                   size_t count)
{
    struct member *member = ctx;
    member->assigned_calls++;
    member->held = count;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(partitions[i].offset, -1001);
        partitions[i].offset = member->start_at;
        member->next[partitions[i].partition] = -1;
    }
}

static inline void member_revoked(void *ctx, const struct bus_partition *partitions,
                                  size_t count, bool lost)
{
    struct member *member = ctx;
    assert_int_equal(count, member->held);
    assert_non_null(partitions[0].topic);
    member->revoked_calls++;
    member->held = 0;
    member->lost = lost;
}

static inline void member_open(struct member *member, const char *group,
                               const char *topic, bool from_end)
{
    struct err e = {0};
    const char *const topics[] = {topic, NULL};
    const struct bus_group spec = {.group = group,
                                   .topics = topics,
                                   .from_end = from_end,
                                   .assigned = member_assigned,
                                   .revoked = member_revoked,
                                   .ctx = member};
    *member = (struct member){.start_at = -1001};
    assert_ok(bus_consumer_open(&mock_conf, &spec, &member->consumer, &e), &e);
}

static inline void member_take(struct member *member, struct bus_message *message)
{
    struct err e = {0};
    int64_t *next = &member->next[message->partition];
    member->messages++;
    member->gaps += *next >= 0 && message->offset != *next;
    *next = message->offset + 1;
    const struct bus_partition done = {message->topic, message->partition, *next};
    if (member->stores)
        assert_ok(bus_store(member->consumer, &done, 1, &e), &e);
    bus_message_free(message);
}

/* One poll; trouble with the broker is passed over. */
static inline void member_poll(struct member *member, int64_t timeout_ms)
{
    struct err e = {0};
    struct bus_message message;
    bool got = false;
    enum rc rc = bus_poll(member->consumer, timeout_ms, &message, &got, &e);
    if (rc == RC_OK && got)
        member_take(member, &message);
    else if (rc == RC_FATAL)
        fail_msg("%s", e.text);
}

/* Polls until so many messages came in all, or patience ended. */
static inline void member_read(struct member *member, size_t messages)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (member->messages < messages && clock_monotonic_ms() < until_ms)
        member_poll(member, 50);
    assert_int_equal(member->messages, messages);
    assert_int_equal(member->gaps, 0);
}

static inline void member_read_for(struct member *member, int64_t ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    while (clock_monotonic_ms() < until_ms)
        member_poll(member, 50);
}

static inline void member_wait_assigned(struct member *member)
{
    int64_t until_ms = clock_monotonic_ms() + MOCK_WAIT_MS;
    while (!member->held && clock_monotonic_ms() < until_ms)
        member_poll(member, 50);
    assert_true(member->held > 0);
}

static inline void member_close(struct member *member)
{
    bus_consumer_close(member->consumer);
    member->consumer = NULL;
}

#endif
