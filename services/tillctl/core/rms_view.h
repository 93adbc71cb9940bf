/* rms_view: what RMS and our guard hold of an order, for people. Pure. */
#ifndef TB_RMS_VIEW_H
#define TB_RMS_VIEW_H

#include "core/facts.h"

void rms_view_orders(const struct facts *facts, struct arena *arena, bool color,
                     struct buf *out);
void rms_view_guard(const struct facts *facts, struct arena *arena, bool color,
                    struct buf *out);

/* The lookup code of an item that the order's SKUs, or the settings, name; NULL. */
const char *rms_view_code(const struct rms_state *state, int64_t item);
/* The guard's line for an entry; NULL: not ours. */
const struct line_map *rms_view_line(const struct guard *guard, int64_t entry);

#endif
