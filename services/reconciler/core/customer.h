/* customer: the row of Customer for someone RMS does not know, and the order's
 * CustomerID. A part of the plan. */
#ifndef TB_CUSTOMER_H
#define TB_CUSTOMER_H

#include "core/ops.h"

/* The CustomerID to write: the resolved one, or PLAN_NEW_ID after adding the operation
 * that makes him. */
int64_t customer_for_order(const struct plan_input *in, struct ops *ops);

/* The columns that customer_update may write, as rms_load reads them. */
extern const enum column customer_columns[CUSTOMER_COLUMNS];

/* Adds the operation that brings the customer's row up to date, as far as
 * RMS_UPDATE_CUSTOMERS lets it; never his names or account number. */
void customer_update(const struct plan_input *in, struct ops *ops);

/* True when the resolved customer says more than what the order has now: the guest never
 * replaces a customer that staff entered. */
bool customer_differs(const struct plan_input *in, int64_t present);

#endif
