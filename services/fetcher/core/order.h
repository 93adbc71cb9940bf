/* order: an Order object of the Admin API as the snapshot that is published.
 *
 * Everything is copied into the arena. An order whose lines did not fit into the answer
 * is read on with order_more until lines_after is "". Pure.
 */
#ifndef TB_FETCHER_ORDER_H
#define TB_FETCHER_ORDER_H

#include "base/json.h"
#include "wire/snapshot.h"

enum {
    ORDER_CURSOR_MAX = 512, /* with its NUL; a longer one is refused */
};

struct order {
    struct snapshot snapshot; /* fetched_ms is 0: given out when it is published */
    char lines_after[ORDER_CURSOR_MAX]; /* cursor of the lines not read yet; "" = none */
    size_t lines_cap;
    bool shipping_more;  /* there are shipping lines that the answer did not hold */
    bool several;        /* read with more than one request */
    const char *refused; /* why no message can hold it, one line; or NULL */
};

/* RC_REJECT: not the shape of an order; the error names the path. An order that is
 * well-formed but over a snapshot's limits is RC_OK with order->refused. */
enum rc order_read(const struct json_at *node, const char *shop, struct arena *arena,
                   struct order *out, struct err *e) TB_MUST_CHECK;

/* Appends the further lines in node (an Order with updatedAt and lineItems). *moved:
 * the order was changed meanwhile; nothing was appended and it must be read again. */
enum rc order_more(const struct json_at *node, struct arena *arena, struct order *order,
                   bool *moved, struct err *e) TB_MUST_CHECK;

/* The lines' quantities make up the order's own count: itemQuantity, which leaves out
 * tips and gift cards. False: the lines and the order are perhaps of different times. */
bool order_adds_up(const struct order *order);

#endif
