/* ops: what one batch changes in Redis, as data for fold.lua.
 *
 * Three lists: fields of the stats hash to set, counters to add to (summed up here, so
 * that a batch of 500 results sends few of them), and further commands, which are done in
 * order after the first two. Texts are borrowed: they must live as long as the arena.
 */
#ifndef TB_STATS_OPS_H
#define TB_STATS_OPS_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

struct ops_text {
    const char **at;
    size_t count, cap;
};

struct ops_count {
    const char *key, *field;
    int64_t delta;
};

struct ops {
    struct arena *arena;
    struct ops_text sets;     /* field, value, field, value ... of the stats hash */
    struct ops_text commands; /* number of words, words ... */
    struct ops_count *counts;
    size_t count_count, count_cap;
};

void ops_init(struct ops *ops, struct arena *arena);

/* A field of the stats hash. */
void ops_set(struct ops *ops, const char *field, const char *value);

/* Adds to a field of a hash: KEY_STATS, or a poll's, which expires, or that of an hour or
 * a day: KEY_HISTORY "hour:<name>". */
void ops_add(struct ops *ops, const char *key, const char *field, int64_t delta);

/* A command: words up to a NULL. Besides those of Redis, fold.lua knows
 *   FRESH key ...                            deletes these when nothing was counted yet
 *   HISTORY key signature value max keep_s   one more decision of an order; one with the
 *               signature of the newest ("" never is) replaces it and counts
 *   EVENT key numbers value max              one more event, numbered
 *   TRIM_OPEN key values max                 lets the oldest go
 *   OPEN key values member score value       needs a person, unless one has seen to it
 *   OPEN_GONE key values member score value history over
 *               the shop deleted it: open unless its history ends with one of over
 *   CLOSE key values member score over       settled, unless a later deletion is open
 *   DISMISS key values member score max      a person saw to what was decided up to then
 *   BUCKET index name field delta max        counts in an hour's or a day's hash
 *   FRESH_BUCKETS index                      deletes all of them when nothing was counted
 *   LETTER key id score value max            one more dead letter
 *   MARK key id state                        what was done with one */
void ops_command(struct ops *ops, ...) __attribute__((sentinel));

/* All of it as arguments of fold.lua behind the positions: the number of sets, the sets,
 * the number of counters of the stats hash, those, the commands, the other counters. From
 * the arena. */
struct ops_text ops_arguments(const struct ops *ops);

/* Decimal text from the arena. */
const char *ops_number(struct arena *arena, int64_t value);

#endif
