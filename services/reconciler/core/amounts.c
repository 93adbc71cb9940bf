/* amounts: shares, basis, and the spreading of differences; see amounts.h. */
#include "core/amounts.h"

#include "base/money.h"

#include <inttypes.h>
#include <stdlib.h>

static int64_t sum_taxes(const struct codec_list *taxes)
{
    const struct snapshot_tax *tax = taxes->at;
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < taxes->count; i++)
        if (!money_add(&sum_e4, tax[i].price_e4))
            return MONEY_MAX_E4; /* absurd taxes: the sums will not add up and say so */
    return sum_e4;
}

/* An amount in the basis RMS uses: tax added to it or taken off it, or as it is. */
static int64_t in_basis(int64_t amount_e4, int64_t tax_e4, bool has_tax, bool wants_tax)
{
    if (has_tax == wants_tax)
        return amount_e4;
    return wants_tax ? amount_e4 + tax_e4 : amount_e4 - tax_e4;
}

/* The unit price before discounts in the basis: taxed in the proportion of the net. */
static bool full_price(const struct snapshot_line *line, bool has_tax, bool wants_tax,
                       int64_t *out)
{
    int64_t net_e4 = line->total_e4 - line->discount_e4;
    *out = line->unit_price_e4;
    if (has_tax == wants_tax || net_e4 <= 0)
        return true;
    int64_t based_e4 = in_basis(net_e4, sum_taxes(&line->taxes), has_tax, wants_tax);
    return money_mul_div(line->unit_price_e4, based_e4, net_e4, out);
}

/* The whole line, in the basis of RMS. */
static int64_t after_discounts(const struct snapshot *order,
                               const struct snapshot_line *line, bool inclusive)
{
    return in_basis(line->total_e4 - line->discount_e4, sum_taxes(&line->taxes),
                    order->taxes_included, inclusive);
}

static bool line_share(const struct snapshot *order, const struct snapshot_line *line,
                       bool inclusive, struct amount_line *out)
{
    int64_t based_e4 = after_discounts(order, line, inclusive);
    *out = (struct amount_line){.line = line};
    if (based_e4 < 0 ||
        !money_mul_div(based_e4, line->current_quantity, line->quantity, &out->total_e4))
        return false;
    out->total_e4 = money_round(out->total_e4, money_unit(order->currency));
    return full_price(line, order->taxes_included, inclusive, &out->full_price_e4);
}

/* Shopify tells the tax of what was charged; money given back takes its share with it. */
static int64_t tax_left(const struct snapshot_shipping *line, int64_t unit_e4)
{
    int64_t tax_e4 = line->price_e4 ? sum_taxes(&line->taxes) : 0;
    int64_t left_e4 = tax_e4;
    if (line->charged_e4 <= 0)
        return tax_e4;
    if (!money_mul_div(tax_e4, line->price_e4, line->charged_e4, &left_e4))
        return MONEY_MAX_E4;
    return money_round(left_e4, unit_e4);
}

static int64_t shipping_tax(const struct snapshot *order)
{
    const struct snapshot_shipping *lines = snapshot_shippings(order);
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < order->shipping.count; i++)
        if (!money_add(&sum_e4, tax_left(&lines[i], money_unit(order->currency))))
            return MONEY_MAX_E4;
    return sum_e4;
}

static int64_t charges(const struct snapshot *order, bool inclusive)
{
    int64_t shipping_e4 = in_basis(order->shipping_e4, shipping_tax(order),
                                   order->taxes_included, inclusive);
    if (order->shipping_e4 == 0)
        shipping_e4 = 0;
    return money_round(shipping_e4 + order->duties_e4 + order->fees_e4,
                       money_unit(order->currency));
}

static int64_t sum_lines(const struct amounts *a)
{
    int64_t sum_e4 = 0;
    for (size_t i = 0; i < a->count; i++)
        sum_e4 += a->lines[i].total_e4;
    return sum_e4;
}

static int by_line_id(const void *a, const void *b)
{
    int64_t x = (*(struct amount_line *const *)a)->line->id;
    int64_t y = (*(struct amount_line *const *)b)->line->id;
    return (x > y) - (x < y);
}

/* The lines by id: the order in which the shop lists them must not move a cent. */
static struct amount_line **sorted_lines(const struct amounts *a, struct arena *arena)
{
    struct amount_line **lines =
        arena_array(arena, a->count, sizeof(struct amount_line *));
    for (size_t i = 0; i < a->count; i++)
        lines[i] = &a->lines[i];
    qsort(lines, a->count, sizeof(struct amount_line *), by_line_id);
    return lines;
}

/* Gives the difference to (or takes it from) the lines in proportion to their totals;
 * what does not divide goes to the first lines that can bear it. No line goes below 0. */
static void spread(const struct amounts *a, struct amount_line *const *lines,
                   int64_t diff_e4, int64_t unit_e4)
{
    int64_t sum_e4 = sum_lines(a);
    diff_e4 = diff_e4 < -sum_e4 ? -sum_e4 : diff_e4;
    int64_t left_e4 = diff_e4;
    for (size_t i = 0; i < a->count && sum_e4 > 0; i++) {
        __int128 share = (__int128)diff_e4 * lines[i]->total_e4 / sum_e4;
        int64_t share_e4 = (int64_t)(share / unit_e4 * unit_e4); /* towards zero */
        lines[i]->total_e4 += share_e4;
        left_e4 -= share_e4;
    }
    int64_t step_e4 = left_e4 < 0 ? -unit_e4 : unit_e4;
    for (size_t i = 0; left_e4 != 0 && a->count; i = (i + 1) % a->count) {
        if (lines[i]->total_e4 + step_e4 < 0)
            continue;
        lines[i]->total_e4 += step_e4;
        left_e4 -= step_e4;
    }
}

/* Price x quantity as RMS adds it up. */
static int64_t booked(int64_t price_e4, int64_t quantity, int64_t unit_e4)
{
    return money_round(price_e4 * quantity, unit_e4);
}

static void set_price(struct amount_line *line, int64_t unit_e4)
{
    int64_t quantity = line->line->current_quantity;
    int64_t price_e4 = 0;
    if (!money_mul_div(line->total_e4, 1, quantity, &price_e4))
        price_e4 = 0;
    line->price_e4 = price_e4;
    line->total_e4 = booked(price_e4, quantity, unit_e4);
}

/* The line of the smallest quantity that can bear the miss, or NULL. */
static struct amount_line *finest_line(struct amount_line *const *lines, size_t count,
                                       int64_t off_e4)
{
    struct amount_line *finest = NULL;
    for (size_t i = 0; i < count; i++)
        if (lines[i]->total_e4 + off_e4 >= 0 &&
            (!finest ||
             lines[i]->line->current_quantity < finest->line->current_quantity))
            finest = lines[i];
    return finest;
}

/* A price of four decimals times a large quantity can miss the line's total; the miss is
 * moved to the line whose price moves in the finest steps. */
static void settle_prices(struct amounts *a, struct amount_line *const *lines,
                          int64_t unit_e4)
{
    for (size_t i = 0; i < a->count; i++)
        set_price(lines[i], unit_e4);
    a->off_e4 = a->target_e4 - a->shipping_e4 - a->kept_e4 - sum_lines(a);
    if (a->kept_e4 && a->kept_e4 + a->off_e4 > 0) { /* one piece: it takes any amount */
        a->kept_e4 += a->off_e4;
        a->off_e4 = 0;
    }
    struct amount_line *line = a->off_e4 ? finest_line(lines, a->count, a->off_e4) : NULL;
    if (!line)
        return;
    const struct amount_line before = *line;
    line->total_e4 += a->off_e4;
    set_price(line, unit_e4);
    int64_t off_e4 = a->off_e4 + before.total_e4 - line->total_e4;
    if (llabs(off_e4) < llabs(a->off_e4))
        a->off_e4 = off_e4;
    else
        *line = before;
}

static enum rc reject_short(const struct snapshot *order, int64_t diff_e4, struct err *e)
{
    char by[MONEY_TEXT_MAX];
    char total[MONEY_TEXT_MAX];
    return err_set(
        e, RC_REJECT, "amounts",
        "lines and shipping are %s %s short of the total %s: compare the order "
        "in the shop",
        money_format(diff_e4, by), order->currency, money_format(order->total_e4, total));
}

/* What the units given back or removed cost; 0 where that can't be said. */
static int64_t cost_of_gone(const struct snapshot *order,
                            const struct snapshot_line *line, bool inclusive)
{
    int64_t gone_e4 = 0;
    int64_t based_e4 = after_discounts(order, line, inclusive);
    int64_t gone = line->quantity - line->current_quantity;
    if (based_e4 <= 0 || !money_mul_div(based_e4, gone, line->quantity, &gone_e4))
        return 0;
    return gone_e4;
}

/* The most that the shop can have kept: what all that was given back cost. */
static int64_t most_kept(const struct snapshot *order, bool inclusive)
{
    int64_t sum_e4 = 0;
    bool fits = true;
    for (size_t i = 0; i < order->lines.count; i++)
        fits &=
            money_add(&sum_e4, cost_of_gone(order, &snapshot_lines(order)[i], inclusive));
    for (size_t i = 0; i < order->shipping.count; i++) {
        const struct snapshot_shipping *line = &snapshot_shippings(order)[i];
        if (line->charged_e4 > line->price_e4)
            fits &= money_add(&sum_e4, line->charged_e4 - line->price_e4);
    }
    return fits ? sum_e4 : 0;
}

static enum rc collect(const struct snapshot *order, bool inclusive, struct amounts *a,
                       struct err *e)
{
    for (size_t i = 0; i < order->lines.count; i++) {
        const struct snapshot_line *line = &snapshot_lines(order)[i];
        if (line->current_quantity == 0)
            continue;
        if (!line_share(order, line, inclusive, &a->lines[a->count++]))
            return err_set(e, RC_REJECT, "amounts",
                           "lines[%zu]: the amount after discounts is below 0 or out "
                           "of range (line %" PRId64 ")",
                           i, line->id);
    }
    return RC_OK;
}

enum rc amounts_compute(const struct snapshot *order, bool inclusive, struct arena *arena,
                        struct amounts *out, struct err *e)
{
    int64_t unit_e4 = money_unit(order->currency);
    struct amounts a = {
        .lines = arena_array(arena, order->lines.count, sizeof(*a.lines)),
        .shipping_e4 = charges(order, inclusive),
        .target_e4 =
            money_round(order->total_e4 - (inclusive ? 0 : order->tax_e4), unit_e4),
    };
    /* What a refund takes beyond the lines is taken off the shipping. */
    if (a.shipping_e4 > a.target_e4)
        a.shipping_e4 = a.target_e4 > 0 ? a.target_e4 : 0;
    enum rc rc = collect(order, inclusive, &a, e);
    if (rc)
        return rc;
    int64_t diff_e4 = a.target_e4 - a.shipping_e4 - sum_lines(&a);
    /* Each line, the shipping and the tax are rounded once: more is no rounding. */
    int64_t rounding_e4 = (int64_t)(a.count + 2) * unit_e4;
    if (diff_e4 > rounding_e4 + most_kept(order, inclusive))
        return reject_short(order, diff_e4, e);
    if (diff_e4 > rounding_e4)
        a.kept_e4 = diff_e4;
    struct amount_line **lines = sorted_lines(&a, arena);
    spread(&a, lines, diff_e4 - a.kept_e4, unit_e4);
    settle_prices(&a, lines, unit_e4);
    *out = a;
    return RC_OK;
}
