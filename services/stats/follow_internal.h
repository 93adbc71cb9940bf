/* What the files of follow share. */
#ifndef TB_STATS_FOLLOW_INTERNAL_H
#define TB_STATS_FOLLOW_INTERNAL_H

#include "follow.h"

#include "base/arena.h"

#include <stddef.h>

#define FOLLOW_GROUP "tillbridge-stats"

enum {
    FOLLOW_BATCH = 25, /* records in hand: a turn takes a millisecond or two */
    FOLLOW_BATCH_BYTES = 256 * 1024, /* beyond this no further record is taken */
};

/* A partition that is ours now. */
struct follow_part {
    char *topic, *id; /* "rms.results", "rms.results/3" */
    int32_t partition;
    struct arena keep; /* the state's texts */
    struct fold_state state;
    bool same_history; /* its first record was looked at */
    int64_t low, high; /* the topic's offsets when it was assigned; 0: not known */
};

struct follow {
    const struct bus_conf *conf;
    struct store *store;
    struct bus_consumer
        *consumer; /* NULL: Redis was not there yet, or to be opened anew */
    unsigned generation;
    struct follow_part *parts;
    size_t part_count;
    bool paused; /* what is in hand could not be folded, or there is an alarm */
    bool rewind; /* to be opened anew: Redis holds older positions than we read from */
    struct bus_message in_hand[FOLLOW_BATCH];
    size_t in_hand_count, in_hand_bytes;
    struct arena arena;     /* of a turn */
    char alarm[640];        /* a person must look: nothing is counted until then */
    int64_t said_ms;        /* monotonic; when the alarm was last logged */
    int64_t checked_ms;     /* monotonic; when positions were last compared */
    int64_t folded_ms;      /* monotonic; when a record was last folded */
    bool is_off;            /* orders and results do not balance: see follow_settle */
    int64_t quiet_since_ms; /* monotonic; nothing was folded since */
    int end_topic;          /* how far the search for the topics' ends is */
    int32_t end_partition, end_partitions;
};

/* follow.c */
void follow_pause(struct follow *follow, bool pause);

/* follow_parts.c: what is assigned, and where its reading starts */
void follow_assigned(void *ctx, struct bus_partition *partitions, size_t count);
void follow_revoked(void *ctx, const struct bus_partition *partitions, size_t count,
                    bool lost);
void follow_drop_parts(struct follow *follow);
void follow_drop_in_hand(struct follow *follow);
void follow_adopt(struct follow_part *part, const struct fold_state *state);
/* Reads the part's state from Redis again. */
enum rc follow_reload(struct follow *follow, struct follow_part *part,
                      struct err *e) TB_MUST_CHECK;
void follow_raise(struct follow *follow, const struct follow_part *part,
                  const char *what);

/* follow_fold.c: what is in hand into Redis */
enum rc follow_fold(struct follow *follow, struct err *e) TB_MUST_CHECK;
/* Counts what Kafka dropped below `low`. */
enum rc follow_fold_gap(struct follow *follow, struct follow_part *part, int64_t low,
                        struct err *e) TB_MUST_CHECK;

/* follow_check.c: positions and topics compared */
/* While nothing is fetched yet, the broker answers at once. */
void follow_check_ranges(struct follow *follow);
enum rc follow_check(struct follow *follow, struct err *e) TB_MUST_CHECK;

/* follow_settle.c: orders and results balanced when nothing is on its way */
enum rc follow_settle(struct follow *follow, const struct store_texts *fields,
                      struct err *e) TB_MUST_CHECK;

#endif
