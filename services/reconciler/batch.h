/* batch: a commit group of messages through RMS: load, plan, apply, commit, or find out
 * which of them can't be.
 *
 * After batch_commit returned RC_OK every work has its result, and what RMS was to hold
 * is durable; nothing is published yet. RC_RETRY: nothing of it was written (or it is not
 * known: doing it again tells), do the whole group again later. RC_FATAL: end the
 * process.
 */
#ifndef TB_BATCH_H
#define TB_BATCH_H

#include "rms.h"
#include "work.h"

/* How many of works[0..count) make the next commit group: no order twice, a dry run, an
 * unreadable message and one that was put aside before alone; with one_per_customer
 * (where customers are made) none of them twice either, so that the second order finds
 * who the first made. At least 1. */
size_t batch_cut(const struct work *works, size_t count, bool one_per_customer);

enum rc batch_commit(struct rms *rms, struct work *works, size_t count, int64_t now_ms,
                     struct arena *arena, struct err *e) TB_MUST_CHECK;

/* What the plan of a readable work is made from; its times are in the arena. For whoever
 * wants to know what would be decided, without deciding it. */
struct plan_input batch_plan_input(const struct rms *rms, const struct work *work,
                                   const struct rms_state *state, int64_t now_ms,
                                   struct arena *arena);

#endif
