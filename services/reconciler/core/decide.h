/* decide: the outcomes of the decision table: their action, reason and row operations. A
 * part of the plan. */
#ifndef TB_DECIDE_H
#define TB_DECIDE_H

#include "core/ops.h"

/* Everything one decision works with. */
struct decision {
    const struct plan_input *in; /* own, below */
    struct plan_input own;       /* with the settings of the order's shop */
    struct plan_settings settings;
    const struct rms_order *existing; /* NULL: RMS does not hold it */
    char digest[DIGEST_TEXT_MAX];     /* of all of the content */
    char goods[DIGEST_TEXT_MAX];      /* of what lines and sums are made of */
    struct arena *arena;
    struct ops ops;
    struct plan *plan;
};

/* The outcome as it is; rows planned stay. */
void decide_as(struct decision *d, enum action action, enum reason reason);

/* RMS does not hold the order: it is made, or refused. */
void decide_create(struct decision *d);

/* Nothing is written: staff have it in hand, for this reason. */
void decide_conflict(struct decision *d, enum reason reason);

/* RMS holds it: closed and its stock released; made equal; or all but the goods made
 * equal, where decide_same_goods says that those are what was applied. */
void decide_cancel(struct decision *d);
void decide_update(struct decision *d);
void decide_update_rest(struct decision *d);
bool decide_same_goods(const struct decision *d);

/* RMS was given this content before, and there is nothing to look at. */
bool decide_is_done_with(const struct decision *d);

#endif
