/* decide: what each row of the decision table writes; see decide.h. */
#include "core/decide.h"

#include "base/money.h"
#include "core/amounts.h"
#include "core/customer.h"
#include "core/header.h"
#include "core/lines.h"
#include "core/resolve.h"
#include "core/stock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void decide_as(struct decision *d, enum action action, enum reason reason)
{
    d->plan->action = action;
    d->plan->reason = reason;
}

/* Nothing is written to RMS: whatever was already planned is dropped. */
static void decide_nothing(struct decision *d, enum action action, enum reason reason)
{
    decide_as(d, action, reason);
    d->ops.count = 0;
    d->plan->link_customer = false;
    d->plan->added = d->plan->changed = d->plan->deleted = 0;
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
    enum reason reason = resolve_all(d->in, amounts, d->arena, items, &d->plan->detail);
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
bool decide_same_goods(const struct decision *d)
{
    const char *applied = d->in->rms->guard.applied;
    return !d->in->force && strlen(applied) == GUARD_APPLIED_MAX - 1 &&
           strcmp(applied + DIGEST_TEXT_MAX - 1, d->goods) == 0;
}

void decide_create(struct decision *d)
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
    decide_as(d, ACTION_CREATED, REASON_NONE);
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

void decide_conflict(struct decision *d, enum reason reason)
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
    decide_as(d, ACTION_SKIPPED, REASON_UNCHANGED);
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

void decide_cancel(struct decision *d)
{
    enum reason reason = why_not_touch(d->existing);
    struct line_map *known = NULL;
    size_t count = 0;
    lines_known(d->in, d->existing, d->arena, &known, &count);
    if (is_closed_without_sale(d->existing)) {
        keep_known(d, known, count);
        decide_as(d, ACTION_SKIPPED, REASON_UNCHANGED);
        return;
    }
    if (reason != REASON_NONE) {
        decide_conflict(d, reason);
        return;
    }
    header_close(d->in, d->existing, &d->ops);
    stock_release(d->in, d->existing, known, count, &d->ops);
    for (size_t i = 0; i < count; i++)
        known[i].committed_e4 = d->in->settings->commit_stock ? 0 : known[i].committed_e4;
    keep_known(d, known, count);
    d->plan->next.closed_by_us = true;
    decide_as(d, ACTION_CANCELLED, REASON_NONE);
}

static void settle_update(struct decision *d, enum reason reason)
{
    if (d->ops.count == 0)
        unchanged(d);
    else if (reason != REASON_NONE)
        decide_conflict(d, reason);
    else {
        applied(d, true);
        decide_as(d, ACTION_UPDATED, REASON_NONE);
    }
}

/* Content that was applied before, met again by a forced comparison, does not move the
 * customer's row: what his later orders said of him stands there since. */
void decide_update(struct decision *d)
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
    if (reason == REASON_NONE && !same_content(d))
        customer_update(&in, &d->ops);
    header_update(&in, d->existing, &amounts, &d->ops, &d->plan->next);
    lines_plan(&in, d->existing, &amounts, items, &d->ops, &lines);
    keep_map(d, &lines);
    set_detail(d, &amounts);
    settle_update(d, reason);
}

/* What was sold is as it was applied: lines and sums are left as they are, since staff
 * may have changed them; customer, address, note and service follow. */
void decide_update_rest(struct decision *d)
{
    enum reason reason = why_not_touch(d->existing);
    d->plan->detail = d->in->rms->customer.problem;
    if (reason == REASON_NONE)
        customer_update(d->in, &d->ops);
    header_update(d->in, d->existing, NULL, &d->ops, &d->plan->next);
    settle_update(d, reason);
}

/* RMS was given this content before, and nothing is to be done. A forced order is
 * compared row by row all the same, unless staff have it in hand: then rows differ by
 * their work. */
bool decide_is_done_with(const struct decision *d)
{
    return same_content(d) &&
           !(d->in->force && why_not_touch(d->existing) == REASON_NONE);
}
