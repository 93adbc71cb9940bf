/* rms: the RMS database as the worker uses it: load the state of a batch of orders by a
 * few set queries, apply a list of plans, all in one transaction.
 *
 * Order of calls: rms_begin, rms_load, (plan each), rms_apply, then rms_commit or
 * rms_rollback. After any error only rms_rollback is allowed. RC_RETRY: roll back, wait,
 * begin again with the same orders; the connection is opened anew when it was lost.
 * RC_REJECT: one order of the list can't be read or written; take them one by one.
 */
#ifndef TB_RMS_H
#define TB_RMS_H

#include "core/plan.h"
#include "io/cfg.h"
#include "io/sql.h"

struct rms;

/* Does not connect yet. cfg must outlive it. */
struct rms *rms_new(const struct cfg *cfg);
void rms_free(struct rms *rms); /* NULL accepted */

/* Connects when there is no connection, and checks at the first one what must be there:
 * tables, columns, our own schema, the items named by settings. RC_FATAL: it isn't. */
enum rc rms_connect(struct rms *rms, struct err *e) TB_MUST_CHECK;

/* The settings of the plan, with the widths that the database really has. Valid after
 * rms_connect. */
const struct plan_settings *rms_plan_settings(const struct rms *rms);

enum rc rms_begin(struct rms *rms, struct err *e) TB_MUST_CHECK;

/* states[i] for orders[i]; an order must not occur twice. Locks their guards. Text and
 * rows are in the arena. */
enum rc rms_load(struct rms *rms, const struct snapshot *const *orders, size_t count,
                 struct arena *arena, struct rms_state *states,
                 struct err *e) TB_MUST_CHECK;

/* Writes the row operations and guards of plans[0..count). Fills the new ids into
 * plan->next (rms_order, lines[].entry). orders[i] and states[i] go with plans[i]; each
 * plan's next has its src and outcome set, except for what new ids fill. */
enum rc rms_apply(struct rms *rms, const struct snapshot *const *orders,
                  const struct rms_state *states, struct plan *plans, size_t count,
                  struct err *e) TB_MUST_CHECK;

/* RC_RETRY: not committed, or not known whether; loading again tells. */
enum rc rms_commit(struct rms *rms, struct err *e) TB_MUST_CHECK;
void rms_rollback(struct rms *rms);

/* A time as RMS holds it: the store's local "YYYY-MM-DD hh:mm:ss.fff". */
const char *rms_local_time(int64_t ms, struct arena *arena);

#endif
