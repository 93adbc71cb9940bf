/* plan: the decision table, row by row; see plan.h and docs/design.md. */
#include "core/plan.h"

#include "base/str.h"
#include "core/decide.h"
#include "core/goods.h"
#include "core/services.h"

#include <string.h>

static bool is_older(const struct snapshot *o, const struct guard *guard)
{
    return guard->exists &&
           (o->updated_ms < guard->updated_ms ||
            (o->updated_ms == guard->updated_ms && o->fetched_ms < guard->fetched_ms));
}

static bool nothing_left(const struct snapshot *o)
{
    for (size_t i = 0; i < o->lines.count; i++)
        if (snapshot_lines(o)[i].current_quantity > 0)
            return false;
    return true;
}

static bool is_gone(const struct snapshot *o)
{
    return o->cancelled_ms != 0 || nothing_left(o);
}

/* ---- RMS does not hold the order ---- */

static enum reason why_not_create(const struct decision *d)
{
    const struct snapshot *o = d->in->order;
    if (o->cancelled_ms)
        return REASON_CANCELLED_BEFORE_CREATE;
    if (!str_in_list(d->in->settings->allowed_statuses, o->financial_status))
        return REASON_FINANCIAL_STATUS;
    if (o->test)
        return REASON_TEST_ORDER;
    return nothing_left(o) ? REASON_NO_LINES : REASON_NONE;
}

/* ---- RMS holds it ---- */

static void decide_existing(struct decision *d)
{
    const struct guard *guard = &d->in->rms->guard;
    bool gone = is_gone(d->in->order);
    d->plan->next.closed_by_us = guard->closed_by_us && d->existing->closed;
    if (d->plan->next.closed_by_us) {
        if (gone)
            decide_as(d, ACTION_SKIPPED, REASON_UNCHANGED);
        else
            decide_conflict(d, REASON_REOPENED_IN_SHOP);
    } else if (decide_is_done_with(d)) {
        decide_as(d, ACTION_SKIPPED, REASON_UNCHANGED);
    } else if (gone) {
        decide_cancel(d);
    } else if (decide_same_goods(d)) {
        decide_update_rest(d);
    } else {
        decide_update(d);
    }
}

/* A dead letter redriven: the order was refused, later polls met the same content and
 * moved the fence on, and now a person sends it again. The same content is no older
 * state. */
static bool is_held_content(const struct decision *d)
{
    const struct guard *guard = &d->in->rms->guard;
    return d->in->replay && guard->held && strcmp(guard->seen, d->digest) == 0;
}

static bool is_stale(const struct decision *d)
{
    return is_older(d->in->order, &d->in->rms->guard) && !d->in->force_older &&
           !is_held_content(d);
}

static void decide_all(struct decision *d)
{
    const struct rms_state *rms = d->in->rms;
    if (is_stale(d)) {
        decide_as(d, ACTION_SKIPPED, REASON_STALE);
    } else if (rms->order_count > 1) {
        decide_conflict(d, REASON_DUPLICATE_IN_RMS);
    } else if (d->existing) {
        decide_existing(d);
    } else if (rms->guard.rms_order) {
        decide_conflict(d, REASON_DELETED_IN_RMS);
    } else {
        enum reason reason = why_not_create(d);
        if (reason == REASON_NONE)
            decide_create(d);
        else
            decide_as(d, ACTION_SKIPPED, reason);
    }
}

/* ---- the guard ---- */

/* A refusal or conflict is told once per content; a person who sent it again is told
 * again. */
static bool already_told(const struct decision *d)
{
    const struct guard *guard = &d->in->rms->guard;
    return !d->in->replay && !d->in->force && guard->held &&
           guard->held_for == d->plan->reason && strcmp(guard->seen, d->digest) == 0;
}

static void finish_guard(struct decision *d)
{
    struct plan *plan = d->plan;
    struct guard *next = &plan->next;
    const struct snapshot *o = d->in->order;
    if (plan->reason == REASON_STALE)
        return; /* the fence stays where it is */
    bool held = plan->action == ACTION_CONFLICT || plan->action == ACTION_ERROR;
    if (held && already_told(d)) {
        plan->detail = arena_printf(d->arena, "still %s", reason_word(plan->reason));
        decide_as(d, ACTION_SKIPPED, REASON_ALREADY_REPORTED);
    } else if (held) {
        next->held_for = plan->reason;
        plan->reported = plan->action == ACTION_ERROR;
    }
    next->held = held;
    if (!is_older(o, &d->in->rms->guard)) { /* forced: the fence stays at the newest */
        next->updated_ms = o->updated_ms;
        next->fetched_ms = o->fetched_ms;
    }
    memcpy(next->seen, d->digest, sizeof(d->digest));
}

/* Customer, header, one for each line there is or was, items twice that, and the entries
 * of shipping and of what was kept. */
static size_t room_for_ops(const struct plan_input *in, const struct rms_order *existing)
{
    size_t lines = in->order->lines.count + in->rms->guard.line_count +
                   (existing ? existing->entry_count : 0) + 2;
    return 2 + 3 * lines;
}

/* The plain settings with what is another for this shop. */
static struct plan_settings settings_of(const struct plan_input *in)
{
    struct plan_settings settings = *in->settings;
    const struct shop_settings *own = shops_find(&settings.shops, in->order->shop);
    if (!own)
        return settings;
    if (own->store_id >= 0)
        settings.store_id = own->store_id;
    if (own->sales_rep_id >= 0)
        settings.sales_rep_id = own->sales_rep_id;
    if (own->guest_customer_id >= 0)
        settings.guest_customer_id = own->guest_customer_id;
    return settings;
}

static void decision_init(struct decision *d, const struct plan_input *in,
                          struct arena *arena, struct plan *out)
{
    *out = (struct plan){.next = in->rms->guard}; /* the branches change what is theirs */
    out->next.exists = true;
    *d = (struct decision){.own = *in,
                           .settings = settings_of(in),
                           .existing = in->rms->order_count == 1 ? in->rms->orders : NULL,
                           .arena = arena,
                           .plan = out};
    d->in = &d->own;
    d->own.settings = &d->settings;
    ops_init(&d->ops, arena, room_for_ops(in, d->existing));
    snapshot_digest(in->order, d->digest);
    goods_digest(d->in, d->goods);
}

static void decision_end(struct decision *d)
{
    struct plan *out = d->plan;
    finish_guard(d);
    out->next.action = out->action;
    out->next.reason = out->reason;
    out->ops = d->ops.at;
    out->count = d->ops.count;
}

enum rc plan_build(const struct plan_input *in, struct arena *arena, struct plan *out,
                   struct err *e)
{
    struct decision d;
    enum rc rc = services_check(in->settings->shipping_services, e);
    if (rc)
        return rc;
    decision_init(&d, in, arena, out);
    decide_all(&d);
    decision_end(&d);
    return RC_OK;
}

void plan_refuse(const struct plan_input *in, const char *detail, struct arena *arena,
                 struct plan *out)
{
    struct decision d;
    decision_init(&d, in, arena, out);
    decide_as(&d, ACTION_ERROR, REASON_RMS_REFUSED);
    out->detail = arena_strdup(arena, detail);
    decision_end(&d);
}
