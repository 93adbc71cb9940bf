/* model: an RMS in memory for tests of the plan: rows to load from, plans to apply to,
 * and what staff do to the rows meanwhile.
 *
 * It is written apart from the reconciler's shell and checks more than a database can: an
 * operation that names a row of another order, or whose "before" is not what stands in
 * the row, ends the test. Everything lives in the model's arena until model_done.
 */
#ifndef TB_MODEL_H
#define TB_MODEL_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/plan.h"

enum {
    MODEL_ITEMS_MAX = 64,
    MODEL_ORDERS_MAX = 32,
    MODEL_TEXT_MAX = 1024 * 1024,
};

struct model_item {
    struct rms_item row;
    const char *alias; /* a second code, or NULL */
    int64_t committed_e4;
};

struct model_guard {
    const char *shop;
    int64_t order;
    struct guard guard;
};

struct model {
    struct arena arena;
    struct model_item items[MODEL_ITEMS_MAX];
    size_t item_count;
    struct rms_order orders[MODEL_ORDERS_MAX];
    size_t order_count;
    struct model_guard guards[MODEL_ORDERS_MAX];
    size_t guard_count;
    int64_t next_order, next_entry;
    const char *shipping_code, *misc_code; /* NULL: the setting is not set */
    int64_t customer_id;                   /* what every order resolves to */
    bool creates_customers; /* nobody is known: made with the first order that asks */
    int64_t made_customer;  /* 0: not yet */
    const char *customer_problem;
    const char *fault; /* what a plan did that no plan may, or NULL */
};

void model_init(struct model *model);
void model_done(struct model *model);
void model_add_item(struct model *model, const struct rms_item *item, const char *alias);
/* The order's rows are copied; ids are kept, new ones go on after them. */
void model_add_order(struct model *model, const struct rms_order *order);

/* The state of one order as the shell would load it. */
void model_load(const struct model *model, const struct snapshot *order,
                struct arena *arena, struct rms_state *out);
/* Writes the plan's rows and guard. Sets model->fault when it may not be written. */
void model_apply(struct model *model, const struct snapshot *order,
                 const struct plan *plan);

/* NULL: there is none. */
struct guard *model_guard(struct model *model, const struct snapshot *order);
struct rms_order *model_order(struct model *model, int64_t id);
struct model_item *model_item(struct model *model, int64_t id);
struct rms_entry *model_entry(struct rms_order *order, int64_t id);
/* An empty one with an id, at the end of the order's. */
struct rms_entry *model_new_entry(struct model *model, struct rms_order *order);

/* What staff do in the POS: it moves QuantityCommitted by itself. */
void model_staff_delete_entry(struct model *model, struct rms_order *order, size_t at);
void model_staff_set_quantity(struct model *model, struct rms_order *order, size_t at,
                              int64_t quantity_e4);
void model_staff_add_entry(struct model *model, struct rms_order *order, int64_t item,
                           int64_t quantity_e4);
void model_staff_delete_order(struct model *model, int64_t id);

/* Sum of round(Price x Quantity) over an order's entries. */
int64_t model_sum(const struct rms_order *order, int64_t unit_e4);
/* Sum of QuantityOnOrder of an item over the orders that are not closed. */
int64_t model_open_quantity(const struct model *model, int64_t item_id);
/* Every row as text, one a line: to compare, and to show. */
void model_print(const struct model *model, struct buf *out);
void model_print_order(const struct rms_order *order, struct buf *out);

#endif
