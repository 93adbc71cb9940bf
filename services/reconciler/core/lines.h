/* lines: which OrderEntry each Shopify line already has, and the row operations that make
 * the entries equal the lines. A part of the plan. */
#ifndef TB_LINES_H
#define TB_LINES_H

#include "core/amounts.h"
#include "core/ops.h"

struct lines_plan {
    struct line_map *map; /* as it is to be written */
    size_t map_count;
    int64_t added, changed, deleted;
};

/* existing: the order in RMS, or NULL when it is to be made. Entries that are not ours
 * (staff added them to an order we made) are left alone. */
void lines_plan(const struct plan_input *in, const struct rms_order *existing,
                const struct amounts *amounts, const struct rms_item *const *items,
                struct ops *ops, struct lines_plan *out);

/* Every entry of ours in the order as RMS has it: from the guard's map, or adopted. */
void lines_known(const struct plan_input *in, const struct rms_order *existing,
                 struct arena *arena, struct line_map **map, size_t *count);

#endif
