/* amounts: what each line and the shipping cost in RMS so that all adds up to the total.
 *
 * Shopify's line amounts are for the quantity ordered; RMS holds what is left. Each
 * line's share is taken for the current quantity, after all discounts, with or without
 * tax as the site's prices are; what is then missing to or above the order's current
 * total (a money-only refund, rounding) is spread over the lines in proportion, to the
 * smallest unit of the currency. Where units or shipping were given back for less money
 * than they cost, what the shop kept is an amount of its own: the lines that are left
 * cost no more for it. Integers only.
 */
#ifndef TB_AMOUNTS_H
#define TB_AMOUNTS_H

#include "base/arena.h"
#include "wire/snapshot.h"

struct amount_line {
    const struct snapshot_line *line; /* currentQuantity > 0 */
    int64_t total_e4;                 /* round(price x quantity): what RMS will add up */
    int64_t price_e4;                 /* a unit, after discounts */
    int64_t full_price_e4;            /* a unit, before discounts */
};

struct amounts {
    struct amount_line *lines; /* in the snapshot's order */
    size_t count;
    int64_t shipping_e4; /* with duties and additional fees, in the basis of the lines */
    int64_t kept_e4;     /* of the money of units given back: a restocking fee */
    int64_t with_shipping_e4; /* what of shipping_e4 was kept; the plan's to fill */
    int64_t target_e4;        /* what lines and shipping must add up to */
    int64_t off_e4; /* target - sum: 0, or what no price of four decimals can reach */
};

/* RC_REJECT: the lines are short of the total by more than rounding explains and by more
 * than the units and shipping given back cost, or an amount passes the range; the text
 * says by how much. inclusive: RMS prices contain the tax. */
enum rc amounts_compute(const struct snapshot *order, bool inclusive, struct arena *arena,
                        struct amounts *out, struct err *e) TB_MUST_CHECK;

#endif
