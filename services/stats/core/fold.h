/* fold: records of one partition -> what they change in Redis.
 *
 * The state is what Redis holds for the partition; the caller applies the operations only
 * if Redis still holds that state's `next`, so each record is folded exactly once,
 * however many aggregators run and however often a batch is tried. A result that a
 * restarted reconciler reported again has a source offset that is not above the last one
 * folded, and is dropped. Texts of the outputs live in the arena or are borrowed from the
 * input.
 */
#ifndef TB_STATS_FOLD_H
#define TB_STATS_FOLD_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "core/ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far the results of one source partition were folded, within one result partition:
 * only there does their order hold. */
struct fold_source {
    const char *id; /* "shopify.orders/3" */
    int64_t offset;
    int64_t published_ms;   /* latest Kafka time of its messages folded; 0: none given */
    const int64_t *awaited; /* offsets below that are put aside: their result comes */
    size_t awaited_count;
    bool changed; /* by this batch */
};

struct fold_state {
    int64_t next;     /* next offset to fold; 0: nothing was folded */
    const char *mark; /* digest of the record before; NULL: not known */
    struct fold_source *sources;
    size_t source_count;
};

struct fold_header {
    const char *name, *value;
};

struct fold_record {
    int64_t offset;
    int64_t timestamp_ms;              /* Kafka's; 0: none */
    const struct fold_header *headers; /* of dead letters only */
    size_t header_count;
    const char *key; /* not NUL-terminated; may be NULL */
    size_t key_len;
    const char *value; /* not NUL-terminated; NULL: a tombstone */
    size_t value_len;
};

struct fold_in {
    const char *topic;
    const char *partition; /* "rms.results/3" */
    int64_t low;           /* records below this offset are no longer in Kafka; 0: none */
    const struct fold_record *records; /* ascending; those below state.next are passed */
    size_t count;
};

enum {
    FOLD_FAULTS = 8,
};

struct fold_fault {
    int64_t offset;
    struct err err;
};

struct fold_out {
    struct fold_state state;
    struct ops ops;
    size_t folded;     /* records that counted */
    size_t duplicates; /* results met again */
    size_t malformed;  /* records passed over; the first of them in faults */
    struct fold_fault faults[FOLD_FAULTS];
    int64_t expired;       /* records that Kafka dropped before they could be folded */
    const char *restarted; /* a source whose offsets began anew: its topic was made anew;
                              NULL: none */
};

void fold_batch(const struct fold_in *in, const struct fold_state *state,
                struct arena *arena, struct fold_out *out);

/* Whether the record at next - 1 is the one that was folded: false means that the topic
 * was deleted and made anew. */
bool fold_same_history(const struct fold_state *state, const struct fold_record *record);

/* Sets *state to what the fields of the stats hash (name, value, name, value ...) hold
 * for the partition. Texts are copied into the arena. */
void fold_state_read(const char *const *fields, size_t count, const char *partition,
                     struct arena *arena, struct fold_state *state);

/* A copy into another arena. */
void fold_state_copy(const struct fold_state *from, struct arena *arena,
                     struct fold_state *to);

#endif
