/* topics: which topics there are and how they are kept, from topics.def. Pure. */
#ifndef TB_TOPICS_H
#define TB_TOPICS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct topic {
    const char *name;
    int32_t partitions; /* 0: as many as KAFKA_PARTITIONS says */
    bool is_compacted;
    bool is_capped;  /* a message over max_bytes could not become a dead letter */
    int64_t kept_ms; /* 0 for compacted ones */
    int64_t max_bytes;
    const char *help;
};

extern const struct topic topics_all[];
extern const size_t topics_count;

struct topics_property {
    const char *name, *value;
};

enum {
    TOPICS_PROPERTIES_MAX = 4,
};

/* How a topic is to be. */
struct topics_wish {
    int32_t partitions, replication;
    struct topics_property properties[TOPICS_PROPERTIES_MAX];
    size_t count;
};

/* partitions, replication: as the settings say. Values live in the arena. */
struct topics_wish topics_wish(const struct topic *topic, int64_t partitions,
                               int64_t replication, struct arena *arena);

/* "30 days", "last per key". */
const char *topics_kept(const struct topic *topic, struct arena *arena);

/* How a property that the broker has compares with the one wished for. */
enum topics_verdict {
    TOPICS_SAME,   /* or roomier */
    TOPICS_OTHER,  /* a site's own choice: worth a word */
    TOPICS_BROKEN, /* tillbridge loses something by it */
};
enum topics_verdict topics_judge(const struct topic *topic, const char *property,
                                 const char *wished, const char *found);
/* Why it matters that the property is otherwise; "" when the names say it. */
const char *topics_why(const struct topic *topic, const char *property,
                       const char *wished, const char *found);
/* Whether the difference is to be put right; a retention may well be meant. */
bool topics_is_ours(const char *property);

#endif
