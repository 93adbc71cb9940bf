/* lists: what Redis keeps as wire messages -> the lists of the interface.
 *
 * values are the elements as they are in Redis, newest first; one that can't be read is
 * left out. What a person must do is looked up here, so that it is always this release's
 * advice.
 */
#ifndef TB_STATS_LISTS_H
#define TB_STATS_LISTS_H

#include "base/arena.h"
#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct lists_values {
    const char *const *at;
    size_t count;
};

/* total: how many there are, of which values are the newest. */
void lists_open(struct lists_values values, int64_t total, struct arena *arena,
                struct buf *out);
void lists_polls(struct lists_values values, struct arena *arena, struct buf *out);
void lists_events(struct lists_values values, struct arena *arena, struct buf *out);

/* The number of one of the events; 0: it has none. */
int64_t lists_event_number(const char *value);
/* It as text of a stream of events, "id: 17\nevent: order\ndata: ...\n\n"; "": it can't
 * be read. */
const char *lists_event_text(const char *value, struct arena *arena);

struct lists_order {
    const char *shop, *id;
    struct lists_values decisions;
};

/* The orders that answer to one id or name: one, or one a shop. */
void lists_orders(const struct lists_order *orders, size_t count, struct arena *arena,
                  struct buf *out);

#endif
