/* header: the row of [Order]: its insert, and the update of the columns that are ours.
 * A part of the plan. */
#ifndef TB_HEADER_H
#define TB_HEADER_H

#include "core/amounts.h"
#include "core/ops.h"

/* Digest of the notes written goes to next->notes. */
void header_insert(const struct plan_input *in, const struct amounts *amounts,
                   struct ops *ops, struct guard *next);

/* amounts NULL: the sums are left as they are. Only what differs and is ours: never
 * Closed, Deposit, QuantityRTD, tracking, nor notes that staff changed. True when
 * anything differs. */
bool header_update(const struct plan_input *in, const struct rms_order *existing,
                   const struct amounts *amounts, struct ops *ops, struct guard *next);

/* Closed = 1 and the reason appended to the comment, within its width. */
void header_close(const struct plan_input *in, const struct rms_order *existing,
                  struct ops *ops);

#endif
