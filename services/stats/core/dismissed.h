/* dismissed: what came of a dismissal, as it is answered. Pure. */
#ifndef TB_STATS_DISMISSED_H
#define TB_STATS_DISMISSED_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An order that needs a person: its name in KEY_OPEN, and when that was decided. */
struct dismissed_item {
    const char *member;
    int64_t decided_ms;
};

struct dismissed_refused {
    const char *order, *why;
};

/* Texts are borrowed. */
struct dismissed {
    bool dry_run;
    struct dismissed_item *done;
    size_t done_count;
    struct dismissed_refused *refused;
    size_t refused_count;
};

void dismissed_write(const struct dismissed *dismissed, struct buf *out);

#endif
