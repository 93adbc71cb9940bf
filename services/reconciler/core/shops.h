/* shops: RMS_SHOPS, what is another than the plain settings for some of the shops:
 *
 *   a.myshopify.com=store:2,rep:5,shipping:SHIP2,guest:7;b.myshopify.com=store:3
 *
 * What is not said of a shop, and a shop that is not listed, has the plain settings. A
 * part that says nothing is refused as one that is not understood.
 */
#ifndef TB_SHOPS_H
#define TB_SHOPS_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct shop_settings {
    const char *shop;
    int64_t store_id, sales_rep_id, guest_customer_id; /* -1: as the plain setting */
    const char *shipping_item; /* NULL: as the plain setting; "": none */
};

struct shops {
    const struct shop_settings *at; /* in the arena */
    size_t count;
};

/* RC_FATAL: the text has not that form, and the error says where and what to write. NULL
 * and "" are no shops. */
enum rc shops_parse(const char *text, struct arena *arena, struct shops *out,
                    struct err *e) TB_MUST_CHECK;

/* NULL: the shop is not listed. */
const struct shop_settings *shops_find(const struct shops *shops, const char *shop);

#endif
