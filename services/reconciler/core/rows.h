/* rows: what RMS and our guard hold about one order, as the plan sees it.
 *
 * Filled by the shell for a whole batch, borrowed by the plan. Text lives in the batch's
 * arena. Quantities are ten-thousandths of a unit because RMS holds floats.
 */
#ifndef TB_ROWS_H
#define TB_ROWS_H

#include "base/digest.h"
#include "wire/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORDER_TYPE_WORK_ORDER = 2,
    CHANNEL_WEB = 2,
    ITEM_TYPE_NON_INVENTORY = 7,
    QUANTITY_SCALE = 10000,
};

struct rms_entry {
    int64_t id, item_id;
    int64_t price_e4, full_price_e4, cost_e4;
    int64_t quantity_e4, rtd_e4;
    const char *description, *comment;
    bool taxable;
};

struct rms_order {
    int64_t id;
    bool closed;
    bool other_type; /* staff made a quote or the like of the work order */
    bool tendered;   /* a [Transaction] has it as RecallID */
    int64_t customer_id, shipping_service_id;
    int64_t deposit_e4, tax_e4, total_e4, shipping_charge_e4;
    bool taxable;
    const char *comment, *reference, *notes;
    const struct rms_entry *entries; /* ascending id: order of appearance */
    size_t entry_count;
};

struct rms_item {
    int64_t id;
    const char *code, *description;
    int64_t cost_e4;
    int64_t type;
    bool taxable, inactive;
};

/* What was found for one SKU: hits counts items; item is set when it is exactly one. */
struct sku_hit {
    const char *sku;
    size_t hits;
    const struct rms_item *item;
};

enum {
    LINE_SHIPPING = 0,
    LINE_KEPT = -1, /* money kept at a refund, on the item for lines without SKU */
    /* Without an entry: what RMS_COMMIT_STOCK, switched off, kept from being done, of an
     * item each. committed_e4 is how much is to be released, or to be committed. */
    LINE_OWED = -2,
    LINE_DUE = -3,
    LINE_SURPLUS = -4, /* and below: entries of an adopted order that no line took */
};

/* One line of ours in RMS. */
struct line_map {
    int64_t line;         /* Shopify line item id, or one of the above */
    int64_t entry;        /* OrderEntry.ID; 0 while the row is not inserted yet */
    int64_t item;         /* Item.ID */
    int64_t committed_e4; /* what of it is in Item.QuantityCommitted by us */
};

enum {
    GUARD_APPLIED_MAX = 2 * DIGEST_TEXT_MAX - 1,
};

/* The row of tillbridge_guard: our memory of the order, written with it. */
struct guard {
    bool exists;
    int64_t rms_order;              /* 0: RMS does not hold the order */
    int64_t updated_ms, fetched_ms; /* the fence: newest version decided on */
    /* Digest of the content that RMS holds, and behind it of the goods of it (goods.h)
     * where lines and sums were made equal to it; "" none. */
    char applied[GUARD_APPLIED_MAX];
    char seen[DIGEST_TEXT_MAX]; /* digest last decided on */
    enum action action;         /* the last decision */
    enum reason reason;
    bool held; /* the last content is conflicted or refused, and was reported */
    enum reason held_for; /* why */
    bool closed_by_us;
    char notes[DIGEST_TEXT_MAX]; /* digest of the ShippingNotes that we wrote; "" none */
    const char *src_topic;
    int64_t src_partition, src_offset; /* the message last decided on */
    const char *outcome; /* the result's fields for a message met again, JSON */
    const struct line_map *lines;
    size_t line_count;
};

/* The columns of a customer that follow the shop where RMS_UPDATE_CUSTOMERS lets them, in
 * the order of customer_columns (core/customer.h). */
enum { CUSTOMER_COLUMNS = 9 };

struct customer_row {
    int64_t id;
    const char *text[CUSTOMER_COLUMNS];
};

/* Who ordered, as RMS knows him: by our own map, then e-mail address, then account
 * number. Two customers for one of these are nobody. */
struct rms_customer {
    bool create;         /* nobody matched, and customers are to be made */
    bool link;           /* matched, and our map does not have it yet */
    const char *problem; /* why the guest was taken, for people; NULL: no problem */
    const struct customer_row *row; /* matched, and to be brought up to date; or NULL */
};

struct rms_state {
    struct guard guard;
    const struct rms_order *orders; /* by the guard's id, else by reference */
    size_t order_count;
    const struct sku_hit *skus; /* of the batch, sorted by str_compare_sku */
    size_t sku_count;
    const struct rms_item *shipping_item; /* NULL: not set */
    const struct rms_item *misc_item;     /* NULL: not set */
    int64_t customer_id;                  /* resolved; the guest's when there is none */
    struct rms_customer customer;
};

#endif
