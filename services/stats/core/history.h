/* history: what was counted in each hour and day (UTC), and how it is shown. Pure.
 *
 * Fields of the hash of an hour or a day: o|<class>|<outcome>, and of live results
 * r|<reason>, s|<outcome>|<shop>; o|other when the hash was full.
 */
#ifndef TB_STATS_HISTORY_H
#define TB_STATS_HISTORY_H

#include "base/buf.h"
#include "core/ops.h"
#include "core/tally.h"

struct history_entry {
    int64_t at_ms; /* when it was decided; 0: it is not counted here */
    enum tally_class class;
    enum action action;
    enum reason reason;
    const char *shop; /* NULL: none */
};

void history_count(const struct history_entry *entry, struct ops *ops);

struct history_bucket {
    const char *name;          /* "2026-11-22T10" or "2026-11-22" */
    const char *const *fields; /* field, value, field, value ... */
    size_t count;
};

/* Newest first. by: "hour" or "day". */
void history_write(const char *by, const struct history_bucket *buckets, size_t count,
                   struct arena *arena, struct buf *out);

#endif
