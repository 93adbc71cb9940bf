/* till: one order and an RMS in memory, for tests of the plan that read like the story of
 * an order: lines are added and taken off, the order is delivered, the row is looked at.
 */
#ifndef TB_UNIT_TILL_H
#define TB_UNIT_TILL_H

#include "model.h"

struct till {
    struct model model;
    struct arena arena;
    struct plan_settings settings;
    struct snapshot order;
    struct snapshot_line lines[8];
    struct plan plan; /* the last one */
};
extern struct till till;

int till_start(void **state);
int till_stop(void **state);

/* One more line; its price counts into the total. */
struct snapshot_line *till_add_line(const char *sku, int64_t quantity, int64_t unit_e4);
/* Units taken off a line, as an edit or a refund does; quantity stays as ordered. */
void till_remove_units(struct snapshot_line *line, int64_t units);

/* Plans and applies; a fault of the plan fails the test. */
const struct plan *till_deliver(void);
const struct plan *till_deliver_later(void); /* as a newer version */

struct rms_order *till_row(void); /* of the one order that RMS has */
/* The last plan writes the column; the value it writes there. */
bool till_writes(enum column column);
const struct column_value *till_written(enum column column);
void till_expect(enum action action, enum reason reason);
/* Whole units of Item.QuantityCommitted. */
int64_t till_committed(int64_t item);

#define TILL_CASE(function) \
    cmocka_unit_test_setup_teardown(function, till_start, till_stop)

#endif
