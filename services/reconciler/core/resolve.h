/* resolve: which RMS item each Shopify line is: by its SKU, else by its barcode, else the
 * item for anything. A part of the plan. */
#ifndef TB_RESOLVE_H
#define TB_RESOLVE_H

#include "core/amounts.h"
#include "core/plan.h"

/* The item of one line. REASON_NONE, or why there is none; *item is then untouched or
 * NULL. */
enum reason resolve_one(const struct plan_input *in, const struct snapshot_line *line,
                        const struct rms_item **item);

/* The items of the lines with quantity > 0, in the order of amounts. REASON_NONE, or why
 * the order is refused, with a detail that names line and SKU. */
enum reason resolve_all(const struct plan_input *in, const struct amounts *amounts,
                        struct arena *arena, const struct rms_item ***items,
                        const char **detail);

#endif
