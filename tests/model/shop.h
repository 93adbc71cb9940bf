/* shop: one order's life as a shop would tell it: lines, discounts, taxes, shipping,
 * edits, refunds, cancellation, with amounts that belong together. For generated tests.
 *
 * What a line should be in RMS is in the struct itself, so that a test can compare
 * without asking the code that it tests.
 */
#ifndef TB_MODEL_SHOP_H
#define TB_MODEL_SHOP_H

#include "model.h"
#include "rng.h"

enum {
    SHOP_LINES_MAX = 40,
    SHOP_ITEMS = 8, /* that lines sell: ids SHOP_FIRST_ITEM and on */
    SHOP_FIRST_ITEM = 101,
    SHOP_SERVICE_ITEM = 108, /* the last of them holds no stock */
    SHOP_SHIPPING_ITEM = 110,
    SHOP_MISC_ITEM = 111,
};

struct shop_line {
    int64_t id;
    const char *sku;
    int64_t item_id; /* what it should be in RMS; 0: it is not there */
    int64_t quantity, current;
    int64_t unit_e4, discount_e4;
    int64_t rates_e4[2]; /* 1300 = 13 %; 0: none */
};

struct shop {
    struct rng rng;
    int64_t id;
    const char *currency, *status, *cancel_reason;
    int64_t unit_e4; /* smallest amount of the currency */
    bool taxes_included, test;
    bool can_be_refused; /* lines with a SKU that RMS lacks may appear */
    struct shop_line lines[SHOP_LINES_MAX];
    size_t line_count, line_limit;
    int64_t next_line;
    int64_t shipping_e4;      /* -1: none */
    int64_t shipping_back_e4; /* of it was given back */
    int64_t duties_e4, refund_e4;
    int64_t kept_e4; /* of the money of units given back */
    int64_t tag;     /* changes without meaning for RMS */
    const char *note;
    int64_t updated_ms, fetched_ms, cancelled_ms;
};

/* The items that RMS has. */
void shop_catalogue(struct model *model);
/* A new order; size bounds how many lines it gets. */
void shop_open(struct shop *shop, uint64_t seed, int64_t id, size_t size);
/* Something happens to it; updatedAt moves. */
void shop_change(struct shop *shop);
void shop_cancel(struct shop *shop);
/* The snapshot as it is read now; text and lists are in the arena. */
void shop_tell(struct shop *shop, struct arena *arena, struct snapshot *out);

/* What the line's units left cost, in the basis of RMS, before anything is spread. */
int64_t shop_line_share(const struct shop *shop, const struct shop_line *line,
                        bool inclusive);
/* What was kept of the money of the units given back, as the shop tells it now. */
int64_t shop_kept(const struct shop *shop);
bool shop_is_gone(const struct shop *shop);
/* A line with units left has a SKU that RMS lacks. */
bool shop_is_refused(const struct shop *shop);

#endif
