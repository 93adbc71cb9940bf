/* stats_batch: batches of records for tests of fold, and looks at what they change. */
#ifndef TB_TEST_STATS_BATCH_H
#define TB_TEST_STATS_BATCH_H

#include "core/fold.h"
#include "core/keys.h"
#include "unit.h"
#include "wire/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_MAX = 40,
};

static struct arena arena;
static struct fold_record records[BATCH_MAX];
static size_t record_count;
static int64_t next_offset;

static inline int set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    record_count = 0;
    next_offset = 0;
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static inline void put(const char *key, const char *value)
{
    assert_true(record_count < BATCH_MAX);
    records[record_count++] =
        (struct fold_record){.offset = next_offset++,
                             .key = key,
                             .key_len = key ? strlen(key) : 0,
                             .value = value,
                             .value_len = value ? strlen(value) : 0};
}

/* One result of order 1 as a reconciler writes it; more: further members. */
static inline void put_result(int64_t src_offset, const char *action, const char *more)
{
    put("a/1",
        arena_printf(&arena,
                     "{\"v\":1,\"shop\":\"a\",\"order\":\"1\",\"name\":\"#1\",\"action\":"
                     "\"%s\",\"srcTopic\":\"shopify.orders\",\"srcPartition\":3,"
                     "\"srcOffset\":%" PRId64 ",\"decidedAt\":\"2026-11-22T10:00:00Z\""
                     "%s}",
                     action, src_offset, more));
}

#define POLL   ",\"source\":\"poll\""
#define REPLAY ",\"source\":\"replay\""

static inline struct fold_out fold_on(const char *topic, const struct fold_state *state)
{
    struct fold_out out;
    const struct fold_in in = {.topic = topic,
                               .partition = arena_printf(&arena, "%s/3", topic),
                               .records = records,
                               .count = record_count};
    fold_batch(&in, state, &arena, &out);
    record_count = 0;
    return out;
}

static inline struct fold_out fold(const struct fold_state *state)
{
    return fold_on(TOPIC_RESULTS, state);
}

static const struct fold_state nothing;

/* What the batch adds to a counter of a hash. */
static inline int64_t added_to(const struct fold_out *out, const char *key,
                               const char *field)
{
    for (size_t i = 0; i < out->ops.count_count; i++)
        if (strcmp(out->ops.counts[i].key, key) == 0 &&
            strcmp(out->ops.counts[i].field, field) == 0)
            return out->ops.counts[i].delta;
    return 0;
}

static inline int64_t added(const struct fold_out *out, const char *field)
{
    return added_to(out, KEY_STATS, field);
}

static inline int64_t all_results(const struct fold_out *out)
{
    int64_t sum = 0;
    for (size_t i = 0; i < out->ops.count_count; i++)
        if (strcmp(out->ops.counts[i].key, KEY_STATS) == 0 &&
            strchr(out->ops.counts[i].field + 2, '|') !=
                strrchr(out->ops.counts[i].field, '|'))
            sum += out->ops.counts[i].delta;
    return sum;
}

/* The value that the batch gives a field of the stats hash; NULL: none. */
static inline const char *is_set(const struct fold_out *out, const char *field)
{
    for (size_t i = 0; i + 1 < out->ops.sets.count; i += 2)
        if (strcmp(out->ops.sets.at[i], field) == 0)
            return out->ops.sets.at[i + 1];
    return NULL;
}

/* How many of the batch's commands begin with these words. */
static inline int commands(const struct fold_out *out, const char *name, const char *key)
{
    int found = 0;
    const struct ops_text *words = &out->ops.commands;
    for (size_t i = 0; i < words->count;) {
        if (strcmp(words->at[i + 1], name) == 0 && strcmp(words->at[i + 2], key) == 0)
            found++;
        i += (size_t)strtol(words->at[i], NULL, 10) + 1;
    }
    return found;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
