/* customer: the row of Customer for someone RMS does not know, and the order's
 * CustomerID. A part of the plan. */
#ifndef TB_CUSTOMER_H
#define TB_CUSTOMER_H

#include "core/ops.h"

/* The CustomerID to write: the resolved one, or PLAN_NEW_ID after adding the operation
 * that makes him. */
int64_t customer_for_order(const struct plan_input *in, struct ops *ops);

/* True when the resolved customer says more than what the order has now: the guest never
 * replaces a customer that staff entered. */
bool customer_differs(const struct plan_input *in, int64_t present);

#endif
