/* plan: the decision table, row by row; see plan.h and docs/design.md. */
#include "core/plan.h"

#include "base/money.h"
#include "base/str.h"
#include "core/amounts.h"
#include "core/customer.h"
#include "core/goods.h"
#include "core/header.h"
#include "core/lines.h"
#include "core/ops.h"
#include "core/stock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void decide(struct decision *d, enum action action, enum reason reason)
{
    d->plan->action = action;
    d->plan->reason = reason;
}

/* Nothing is written to RMS: whatever was already planned is dropped. */
static void decide_nothing(struct decision *d, enum action action, enum reason reason)
{
    decide(d, action, reason);
    d->ops.count = 0;
    d->plan->link_customer = false;
    d->plan->added = d->plan->changed = d->plan->deleted = 0;
}

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

static void add_detail(struct decision *d, const char *text)
{
    const char *before = d->plan->detail;
    d->plan->detail = before ? arena_printf(d->arena, "%s; %s", before, text) : text;
}

/* What people should know of an order that was booked all the same. */
static void set_detail(struct decision *d, const struct amounts *amounts)
{
    char amount[MONEY_TEXT_MAX];
    d->plan->detail = d->in->rms->customer.problem;
    if (amounts->kept_e4)
        add_detail(d, arena_printf(d->arena,
                                   "%s kept at a refund: an entry of RMS_MISC_ITEM",
                                   money_format(amounts->kept_e4, amount)));
    if (amounts->with_shipping_e4)
        add_detail(d, arena_printf(d->arena,
                                   "%s kept at a refund is with the shipping: set "
                                   "RMS_MISC_ITEM to see it apart",
                                   money_format(amounts->with_shipping_e4, amount)));
    if (amounts->off_e4)
        add_detail(d, arena_printf(d->arena,
                                   "lines and shipping miss the total by %s: no unit "
                                   "price of four decimals reaches it",
                                   money_format(amounts->off_e4, amount)));
}

/* Without an item for it, what was kept rides with the shipping as fees do. */
static void place_kept(const struct decision *d, struct amounts *amounts)
{
    if (d->in->rms->misc_item)
        return;
    amounts->with_shipping_e4 = amounts->kept_e4;
    amounts->shipping_e4 += amounts->kept_e4;
    amounts->kept_e4 = 0;
}

/* Amounts and items of the order; false: it is refused, and the decision is made. */
static bool can_book(struct decision *d, struct amounts *amounts,
                     const struct rms_item ***items)
{
    struct err e;
    if (amounts_compute(d->in->order, d->in->settings->inclusive, d->arena, amounts,
                        &e)) {
        decide_nothing(d, ACTION_ERROR, REASON_AMOUNT_MISMATCH);
        d->plan->detail = arena_strdup(d->arena, e.text);
        return false;
    }
    place_kept(d, amounts);
    enum reason reason = lines_resolve(d->in, amounts, d->arena, items, &d->plan->detail);
    if (reason != REASON_NONE)
        decide_nothing(d, ACTION_ERROR, reason);
    return reason == REASON_NONE;
}

static void keep_map(struct decision *d, const struct lines_plan *lines)
{
    d->plan->next.lines = lines->map;
    d->plan->next.line_count = lines->map_count;
    d->plan->added = lines->added;
    d->plan->changed = lines->changed;
    d->plan->deleted = lines->deleted;
}

/* RMS now holds this content; its lines and sums, too, unless the order was closed. Only
 * here is an order of an earlier integration made ours: before, there is no line map to
 * go with it. */
static void applied(struct decision *d, bool with_goods)
{
    if (d->existing)
        d->plan->next.rms_order = d->existing->id;
    d->plan->link_customer = d->in->rms->customer.link || d->in->rms->customer.create;
    snprintf(d->plan->next.applied, sizeof(d->plan->next.applied), "%s%s", d->digest,
             with_goods ? d->goods : "");
}

static bool same_content(const struct decision *d)
{
    const char *applied = d->in->rms->guard.applied;
    return strncmp(applied, d->digest, DIGEST_TEXT_MAX - 1) == 0;
}

/* A person who forces a message means all of it. */
static bool same_goods(const struct decision *d)
{
    const char *applied = d->in->rms->guard.applied;
    return !d->in->force && strlen(applied) == GUARD_APPLIED_MAX - 1 &&
           strcmp(applied + DIGEST_TEXT_MAX - 1, d->goods) == 0;
}

static void create(struct decision *d)
{
    struct amounts amounts;
    const struct rms_item **items = NULL;
    struct lines_plan lines;
    if (!can_book(d, &amounts, &items))
        return;
    customer_update(d->in, &d->ops);
    header_insert(d->in, &amounts, &d->ops, &d->plan->next);
    lines_plan(d->in, NULL, &amounts, items, &d->ops, &lines);
    keep_map(d, &lines);
    applied(d, true);
    set_detail(d, &amounts);
    decide(d, ACTION_CREATED, REASON_NONE);
}

/* ---- RMS holds it ---- */

static enum reason why_not_touch(const struct rms_order *order)
{
    if (order->tendered)
        return REASON_TENDERED;
    if (order->closed)
        return REASON_CLOSED_IN_RMS;
    if (order->other_type)
        return REASON_OTHER_TYPE;
    for (size_t i = 0; i < order->entry_count; i++)
        if (order->entries[i].rtd_e4 != 0)
            return REASON_PART_DELIVERED;
    return order->deposit_e4 != 0 ? REASON_HAS_DEPOSIT : REASON_NONE;
}

static void conflict(struct decision *d, enum reason reason)
{
    decide_nothing(d, ACTION_CONFLICT, reason);
    d->plan->detail =
        d->existing
            ? arena_printf(d->arena, "RMS order %" PRId64 ": %s; %s", d->existing->id,
                           reason_help(reason), reason_remedy(reason))
            : arena_printf(d->arena, "%s; %s", reason_help(reason),
                           reason_remedy(reason));
    /* What RMS holds is as before: so is what the guard knows of it. */
    const struct guard *guard = &d->in->rms->guard;
    d->plan->next.lines = guard->lines;
    d->plan->next.line_count = guard->line_count;
    memcpy(d->plan->next.applied, guard->applied, sizeof(guard->applied));
    memcpy(d->plan->next.notes, guard->notes, sizeof(guard->notes));
}

/* The same, but nothing to write: the order was adopted or already is as it should be. */
static void unchanged(struct decision *d)
{
    applied(d, true);
    decide(d, ACTION_SKIPPED, REASON_UNCHANGED);
}

/* Staff closed it without selling it: shop and RMS agree, and nothing is left to do. A
 * sale is something else: somebody has to book the return. */
static bool is_closed_without_sale(const struct rms_order *order)
{
    for (size_t i = 0; i < order->entry_count; i++)
        if (order->entries[i].rtd_e4 != 0)
            return false;
    return order->closed && !order->tendered && order->deposit_e4 == 0;
}

static void keep_known(struct decision *d, struct line_map *known, size_t count)
{
    d->plan->next.lines = known;
    d->plan->next.line_count = count;
    applied(d, false);
}

static void cancel(struct decision *d)
{
    enum reason reason = why_not_touch(d->existing);
    struct line_map *known = NULL;
    size_t count = 0;
    lines_known(d->in, d->existing, d->arena, &known, &count);
    if (is_closed_without_sale(d->existing)) {
        keep_known(d, known, count);
        decide(d, ACTION_SKIPPED, REASON_UNCHANGED);
        return;
    }
    if (reason != REASON_NONE) {
        conflict(d, reason);
        return;
    }
    header_close(d->in, d->existing, &d->ops);
    stock_release(d->in, d->existing, known, count, &d->ops);
    for (size_t i = 0; i < count; i++)
        known[i].committed_e4 = d->in->settings->commit_stock ? 0 : known[i].committed_e4;
    keep_known(d, known, count);
    d->plan->next.closed_by_us = true;
    decide(d, ACTION_CANCELLED, REASON_NONE);
}

static void decide_update(struct decision *d, enum reason reason)
{
    if (d->ops.count == 0)
        unchanged(d);
    else if (reason != REASON_NONE)
        conflict(d, reason);
    else {
        applied(d, true);
        decide(d, ACTION_UPDATED, REASON_NONE);
    }
}

static void update(struct decision *d)
{
    struct amounts amounts;
    const struct rms_item **items = NULL;
    struct lines_plan lines;
    enum reason reason = why_not_touch(d->existing);
    struct plan_settings settings = *d->in->settings;
    struct plan_input in = *d->in;
    /* The stock of an order that staff finished or began on is theirs: an adopted one
     * that reads as the shop says is no conflict for not being committed by us. */
    settings.stock_is_staffs = reason != REASON_NONE;
    in.settings = &settings;
    if (!can_book(d, &amounts, &items))
        return;
    if (reason == REASON_NONE)
        customer_update(&in, &d->ops);
    header_update(&in, d->existing, &amounts, &d->ops, &d->plan->next);
    lines_plan(&in, d->existing, &amounts, items, &d->ops, &lines);
    keep_map(d, &lines);
    set_detail(d, &amounts);
    decide_update(d, reason);
}

/* What was sold is as it was applied: lines and sums are left as they are, since staff
 * may have changed them; customer, address, note and service follow. */
static void update_rest(struct decision *d)
{
    enum reason reason = why_not_touch(d->existing);
    d->plan->detail = d->in->rms->customer.problem;
    if (reason == REASON_NONE)
        customer_update(d->in, &d->ops);
    header_update(d->in, d->existing, NULL, &d->ops, &d->plan->next);
    decide_update(d, reason);
}

/* RMS was given this content before, and nothing is to be done. A forced order is
 * compared row by row all the same, unless staff have it in hand: then rows differ by
 * their work. */
static bool is_done_with(const struct decision *d)
{
    return same_content(d) &&
           !(d->in->force && why_not_touch(d->existing) == REASON_NONE);
}

static void decide_existing(struct decision *d)
{
    const struct guard *guard = &d->in->rms->guard;
    bool gone = is_gone(d->in->order);
    d->plan->next.closed_by_us = guard->closed_by_us && d->existing->closed;
    if (d->plan->next.closed_by_us) {
        if (gone)
            decide(d, ACTION_SKIPPED, REASON_UNCHANGED);
        else
            conflict(d, REASON_REOPENED_IN_SHOP);
    } else if (is_done_with(d)) {
        decide(d, ACTION_SKIPPED, REASON_UNCHANGED);
    } else if (gone) {
        cancel(d);
    } else if (same_goods(d)) {
        update_rest(d);
    } else {
        update(d);
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
    return is_older(d->in->order, &d->in->rms->guard) && !d->in->force &&
           !is_held_content(d);
}

static void decide_all(struct decision *d)
{
    const struct rms_state *rms = d->in->rms;
    if (is_stale(d)) {
        decide(d, ACTION_SKIPPED, REASON_STALE);
    } else if (rms->order_count > 1) {
        conflict(d, REASON_DUPLICATE_IN_RMS);
    } else if (d->existing) {
        decide_existing(d);
    } else if (rms->guard.rms_order) {
        conflict(d, REASON_DELETED_IN_RMS);
    } else {
        enum reason reason = why_not_create(d);
        if (reason == REASON_NONE)
            create(d);
        else
            decide(d, ACTION_SKIPPED, reason);
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
        decide(d, ACTION_SKIPPED, REASON_ALREADY_REPORTED);
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
    enum rc rc = plan_check_services(in->settings->shipping_services, e);
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
    decide(&d, ACTION_ERROR, REASON_RMS_REFUSED);
    out->detail = arena_strdup(arena, detail);
    decision_end(&d);
}

enum rc plan_check_services(const char *services, struct err *e)
{
    for (const char *p = services; *p;) {
        size_t entry = strcspn(p, ",");
        const char *equals = memchr(p, '=', entry);
        char *end = NULL;
        if (equals)
            (void)strtoll(equals + 1, &end, 10);
        if (!equals || equals == p || end == equals + 1 || end != p + entry)
            return err_set(e, RC_FATAL, "settings",
                           "RMS_SHIPPING_SERVICES: \"%.*s\" is not title=id, for example "
                           "Standard=1,Express=2,*=0",
                           (int)entry, p);
        p += entry + (p[entry] == ',');
    }
    return RC_OK;
}
