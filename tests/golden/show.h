/* show: a plan as text for people: action, reason, detail, one row operation per line,
 * the guard as it is to be written. */
#ifndef TB_GOLDEN_SHOW_H
#define TB_GOLDEN_SHOW_H

#include "base/buf.h"
#include "core/plan.h"

void show_plan(const struct plan *plan, const struct guard *before,
               const struct snapshot *order, struct buf *out);

#endif
