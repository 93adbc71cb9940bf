/* topics: see topics.h. */
#include "core/topics.h"

#include "base/str.h"
#include "wire/messages.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define KIB    INT64_C(1024)

enum { COMPACT, DELETE };
enum { LEAST, MOST };

const struct topic topics_all[] = {
#define TOPIC(name_, partitions_, cleanup, kept_days, max_kib, limit, help_) \
    {                                                                        \
        .name = (name_),                                                     \
        .partitions = (partitions_),                                         \
        .is_compacted = (cleanup) == COMPACT,                                \
        .kept_ms = (kept_days)*DAY_MS,                                       \
        .max_bytes = (max_kib)*KIB,                                          \
        .is_capped = (limit) == MOST,                                        \
        .help = (help_),                                                     \
    },
#include "core/topics.def"
#undef TOPIC
};
const size_t topics_count = sizeof(topics_all) / sizeof(topics_all[0]);

static void add(struct topics_wish *wish, const char *name, const char *value)
{
    assert(wish->count < TOPICS_PROPERTIES_MAX);
    wish->properties[wish->count++] = (struct topics_property){name, value};
}

static const char *number(int64_t value, struct arena *arena)
{
    return arena_printf(arena, "%" PRId64, value);
}

struct topics_wish topics_wish(const struct topic *topic, int64_t partitions,
                               int64_t replication, struct arena *arena)
{
    enum { QUORUM = 3 };
    struct topics_wish wish = {
        .partitions = topic->partitions ? topic->partitions : (int32_t)partitions,
        .replication = (int32_t)replication,
    };
    add(&wish, "cleanup.policy", topic->is_compacted ? "compact" : "delete");
    if (!topic->is_compacted)
        add(&wish, "retention.ms", number(topic->kept_ms, arena));
    add(&wish, "max.message.bytes", number(topic->max_bytes, arena));
    /* With three replicas one may be away, and yet nothing is acknowledged that a single
     * failure loses. */
    add(&wish, "min.insync.replicas", replication >= QUORUM ? "2" : "1");
    return wish;
}

const char *topics_kept(const struct topic *topic, struct arena *arena)
{
    if (topic->is_compacted)
        return "last per key";
    return arena_printf(arena, "%" PRId64 " days", topic->kept_ms / DAY_MS);
}

/* -1 stands for "without limit". */
static bool is_at_least(const char *found, const char *wished)
{
    int64_t have = 0;
    int64_t want = 0;
    if (!str_int64(found, -1, INT64_MAX, &have) ||
        !str_int64(wished, 0, INT64_MAX, &want))
        return false;
    return have == -1 || have >= want;
}

static bool is_size(const char *property)
{
    return strcmp(property, "max.message.bytes") == 0;
}

enum topics_verdict topics_judge(const struct topic *topic, const char *property,
                                 const char *wished, const char *found)
{
    if (strcmp(wished, found) == 0)
        return TOPICS_SAME;
    if (is_at_least(found, wished))
        return topic->is_capped && is_size(property) ? TOPICS_OTHER : TOPICS_SAME;
    /* Deletion takes the watermark from tillbridge.polls, compaction all versions but the
     * last from the orders; a message that is too large for its topic stops a partition.
     */
    bool is_vital = strcmp(property, "cleanup.policy") == 0 || is_size(property);
    return is_vital ? TOPICS_BROKEN : TOPICS_OTHER;
}

const char *topics_why(const struct topic *topic, const char *property,
                       const char *wished, const char *found)
{
    if (!topic->is_capped || !is_size(property) || !is_at_least(found, wished))
        return "";
    return ": a larger message could not become a dead letter";
}

bool topics_is_ours(const char *property)
{
    return strcmp(property, "retention.ms") != 0;
}
