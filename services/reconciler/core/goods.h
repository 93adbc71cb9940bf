/* goods: what of an order makes its lines and sums in RMS, as a digest. A part of the
 * plan.
 *
 * Shops change orders all the time without changing what was sold: tags, addresses, the
 * state of the delivery. While this digest is what was applied, entries and sums are left
 * to staff, who may have changed them since. */
#ifndef TB_GOODS_H
#define TB_GOODS_H

#include "base/digest.h"
#include "core/plan.h"

/* The settings that lines and sums follow are part of it. */
const char *goods_digest(const struct plan_input *in, char out[DIGEST_TEXT_MAX]);

#endif
