/* stock: the operations on Item.QuantityCommitted, one per item, ascending by id: two
 * workers then lock items in the same order and can't deadlock. A part of the plan.
 *
 * Nothing is added while RMS_COMMIT_STOCK is off; the line map then says as if it were
 * on, and beside it what was not done, so that it can be done once it is on again.
 */
#ifndef TB_STOCK_H
#define TB_STOCK_H

#include "core/ops.h"

/* Adds the operations that release the stock of an order about to be closed: ours, and
 * that of the entries which staff added, since the POS committed it. */
void stock_release(const struct plan_input *in, const struct rms_order *existing,
                   const struct line_map *known, size_t count, struct ops *ops);

/* Adds the operations on Item.QuantityCommitted that take the stock from `before` to
 * `after`, ascending by item. */
void stock_move(const struct plan_input *in, const struct line_map *before,
                size_t before_count, const struct line_map *after, size_t after_count,
                struct ops *ops);

/* Instead of stock_move while the setting is off: adds to `after` what the stock would
 * have moved by, and returns how many lines it has then. It has room for one more a line
 * of both. */
size_t stock_note(const struct line_map *before, size_t before_count,
                  struct line_map *after, size_t after_count, struct arena *arena);

#endif
