/* batch: see batch.h. */
#include "batch.h"

#include "io/log.h"

#include <string.h>
#include <strings.h>

static bool alone(const struct work *work)
{
    return work->dry_run || !work->readable || work->attempt;
}

static bool same_shop(const struct snapshot *a, const struct snapshot *b)
{
    return strcmp(a->shop, b->shop) == 0;
}

/* One e-mail address is one person, whatever customer ids the shop gave him. */
static bool same_person(const struct snapshot *a, const struct snapshot *b)
{
    const char *mine = snapshot_email(a);
    const char *other = snapshot_email(b);
    return mine && other && strcasecmp(mine, other) == 0;
}

static bool clash(const struct snapshot *a, const struct snapshot *b,
                  bool one_per_customer)
{
    bool same_order = a->id == b->id;
    bool same_customer = a->customer && b->customer && a->customer->id == b->customer->id;
    if (one_per_customer && same_person(a, b))
        return true; /* of any shop */
    return (same_order || (one_per_customer && same_customer)) && same_shop(a, b);
}

size_t batch_cut(const struct work *works, size_t count, bool one_per_customer)
{
    if (alone(&works[0]))
        return 1;
    for (size_t n = 1; n < count; n++) {
        if (alone(&works[n]))
            return n;
        for (size_t i = 0; i < n; i++)
            if (clash(&works[i].snapshot, &works[n].snapshot, one_per_customer))
                return n;
    }
    return count;
}

/* The group in the form rms takes it. */
struct group {
    struct rms *rms;
    struct work *works;
    size_t count;
    int64_t now_ms;
    const char *refusal; /* the database refused it, why: only the guard is written */
    struct arena *arena;
    const struct snapshot **orders;
    struct rms_state *states;
    struct plan *plans;
    bool *answered; /* by the guard: met again */
    /* What is to be written: messages met again are left out. */
    const struct snapshot **write_orders;
    struct rms_state *write_states;
    struct plan *write_plans;
    size_t *write_of;
    size_t write_count;
};

static void group_init(struct group *g)
{
    g->orders = arena_array(g->arena, g->count, sizeof(struct snapshot *));
    g->states = arena_array(g->arena, g->count, sizeof(*g->states));
    g->plans = arena_array(g->arena, g->count, sizeof(*g->plans));
    g->answered = arena_array(g->arena, g->count, sizeof(*g->answered));
    g->write_orders = arena_array(g->arena, g->count, sizeof(struct snapshot *));
    g->write_states = arena_array(g->arena, g->count, sizeof(*g->write_states));
    g->write_plans = arena_array(g->arena, g->count, sizeof(*g->write_plans));
    g->write_of = arena_array(g->arena, g->count, sizeof(*g->write_of));
    for (size_t i = 0; i < g->count; i++)
        g->orders[i] = &g->works[i].snapshot;
}

struct plan_input batch_plan_input(const struct rms *rms, const struct work *work,
                                   const struct rms_state *state, int64_t now_ms,
                                   struct arena *arena)
{
    const struct plan_settings *settings = rms_plan_settings(rms);
    const int64_t day_ms = INT64_C(86400000);
    return (struct plan_input){
        .order = &work->snapshot,
        .rms = state,
        .settings = settings,
        .force = work->force,
        .force_older = work->force_older,
        .replay = strcmp(work->source, SOURCE_REPLAY) == 0,
        .now = rms_local_time(now_ms, arena),
        .time = rms_local_time(work->snapshot.created_ms, arena),
        .due = rms_local_time(work->snapshot.created_ms + settings->due_days * day_ms,
                              arena),
    };
}

static enum rc plan_one(struct group *g, size_t i, bool again, struct err *e)
{
    struct plan_input in =
        batch_plan_input(g->rms, &g->works[i], &g->states[i], g->now_ms, g->arena);
    in.replay |= again; /* what was told is told again, not kept quiet */
    if (!g->refusal)
        return plan_build(&in, g->arena, &g->plans[i], e);
    plan_refuse(&in, g->refusal, g->arena, &g->plans[i]);
    return RC_OK;
}

/* Met again: after a crash, or because the group was moved back. What was written is not
 * looked at again. What was refused or conflicted is: staff may have mended it since. */
static enum rc ask_guard(struct group *g, size_t i, struct err *e)
{
    const struct guard *guard = &g->states[i].guard;
    bool again = work_met_again(&g->works[i], guard, g->arena);
    bool told = guard->action == ACTION_ERROR || guard->action == ACTION_CONFLICT;
    enum rc rc = RC_OK;
    if (!again || told)
        rc = plan_one(g, i, again, e);
    const struct plan *plan = &g->plans[i];
    g->answered[i] =
        again &&
        (!told || (plan->action == guard->action && plan->reason == guard->reason));
    return rc;
}

static enum rc plan_all(struct group *g, struct err *e)
{
    for (size_t i = 0; i < g->count; i++) {
        enum rc rc = ask_guard(g, i, e);
        if (rc)
            return rc;
        if (g->answered[i])
            continue;
        work_stamp(&g->works[i], &g->states[i].guard, &g->plans[i], g->now_ms, g->arena);
        size_t n = g->write_count++;
        g->write_of[n] = i;
        g->write_orders[n] = g->orders[i];
        g->write_states[n] = g->states[i];
        g->write_plans[n] = g->plans[i];
    }
    return RC_OK;
}

static void results(struct group *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->answered[i])
            work_result_of_guard(&g->works[i], &g->states[i].guard, g->arena);
    for (size_t n = 0; n < g->write_count; n++)
        work_result_of_plan(&g->works[g->write_of[n]], &g->write_plans[n], g->arena);
}

static enum rc write_all(struct group *g, struct err *e)
{
    enum rc rc = rms_load(g->rms, g->orders, g->count, g->arena, g->states, e);
    if (rc == RC_OK)
        rc = plan_all(g, e);
    return rc ? rc
              : rms_apply(g->rms, g->write_orders, g->write_states, g->write_plans,
                          g->write_count, e);
}

/* One transaction for the group; a dry run's is rolled back. */
static enum rc try_group(struct group *g, struct err *e)
{
    group_init(g);
    enum rc rc = rms_begin(g->rms, e);
    if (rc)
        return rc;
    rc = write_all(g, e);
    if (rc == RC_OK && !g->works[0].dry_run)
        rc = rms_commit(g->rms, e);
    if (rc || g->works[0].dry_run) /* a commit that failed leaves it open, too */
        rms_rollback(g->rms);
    if (rc == RC_OK)
        results(g);
    return rc;
}

/* The refusal is a decision like others: recorded, so that it is told once. Where even
 * its rows can't be read or its guard not written, it is told each time. */
static enum rc commit_refusal(struct group *g, struct err *e)
{
    struct group refused = {.rms = g->rms,
                            .works = g->works,
                            .count = 1,
                            .now_ms = g->now_ms,
                            .refusal = arena_strdup(g->arena, e->text),
                            .arena = g->arena};
    enum rc rc = try_group(&refused, e);
    if (rc != RC_REJECT)
        return rc;
    work_result_of_refusal(g->works, REASON_RMS_REFUSED, refused.refusal, g->arena);
    return RC_OK;
}

static enum rc commit_one(struct rms *rms, struct work *work, int64_t now_ms,
                          struct arena *arena, struct err *e)
{
    struct group g = {
        .rms = rms, .works = work, .count = 1, .now_ms = now_ms, .arena = arena};
    enum rc rc = try_group(&g, e);
    return rc == RC_REJECT ? commit_refusal(&g, e) : rc;
}

/* Something in the group can't be written: each order in its own transaction, so that
 * only that one is refused. */
static enum rc commit_each(struct rms *rms, struct work *works, size_t count,
                           int64_t now_ms, struct arena *arena, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = commit_one(rms, &works[i], now_ms, arena, e);
    return rc;
}

enum rc batch_commit(struct rms *rms, struct work *works, size_t count, int64_t now_ms,
                     struct arena *arena, struct err *e)
{
    if (!works[0].readable) {
        work_result_of_refusal(&works[0], REASON_MALFORMED, works[0].refusal, arena);
        return RC_OK;
    }
    if (count == 1)
        return commit_one(rms, works, now_ms, arena, e);
    struct group g = {
        .rms = rms, .works = works, .count = count, .now_ms = now_ms, .arena = arena};
    enum rc rc = try_group(&g, e);
    if (rc != RC_REJECT)
        return rc;
    log_err(LOG_WARN, "batch.split", e, LOG_FIELDS(KV("orders", count)));
    return commit_each(rms, works, count, now_ms, arena, e);
}
