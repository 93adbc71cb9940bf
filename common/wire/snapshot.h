/* snapshot: one Shopify order, whole, as the value of a message in shopify.orders.
 *
 * Amounts are the shop's money (not the buyer's presentment money), once each, in the
 * order's `currency`. Lines are Shopify's, removed ones included with currentQuantity 0.
 * The tables in snapshot.def are the contract (docs/messages.md is made from them).
 */
#ifndef TB_SNAPSHOT_H
#define TB_SNAPSHOT_H

#include "wire/codec.h"

enum {
    SNAPSHOT_VERSION = 1,
    /* A message over this is refused before it is parsed. 1,000 lines take about 400 kB.
     */
    SNAPSHOT_MAX_BYTES = 8 * 1024 * 1024,
    SNAPSHOT_MAX_LINES = 5000,
    SNAPSHOT_MAX_QUANTITY = 1000000,
    SNAPSHOT_MAX_NAME =
        255, /* bytes of shop, name, currency: they go into every result */
};

struct snapshot_tax {
    const char *title;
    const char *rate; /* decimal text as Shopify gives it: 0.13 */
    int64_t price_e4;
};

struct snapshot_line {
    int64_t id;
    const char *sku; /* NULL: custom item, tip, or a variant without SKU */
    const char *title;
    const char *variant_title;
    const char *barcode;
    const char *variant_sku;
    int64_t variant_id;
    int64_t quantity;         /* as ordered, removed units included */
    int64_t current_quantity; /* what is left: the quantity for RMS */
    int64_t unit_price_e4;    /* before discounts */
    int64_t total_e4;         /* unit price x quantity, before discounts */
    int64_t discount_e4;      /* all discounts on the line, for `quantity` */
    bool taxable;
    bool gift_card;
    bool requires_shipping;
    struct codec_list taxes; /* struct snapshot_tax; for `quantity` */
};

struct snapshot_shipping {
    int64_t id;
    const char *title;
    const char *code;
    const char *source;
    int64_t price_e4;        /* after discounts and refunds */
    int64_t charged_e4;      /* before refunds; 0: nothing of it was given back */
    struct codec_list taxes; /* on what was charged */
};

struct snapshot_address {
    const char *first_name, *last_name, *name, *company, *address1, *address2, *city;
    const char *province, *province_code, *zip, *country, *country_code, *phone;
};

struct snapshot_customer {
    int64_t id;
    const char *first_name, *last_name, *display_name, *email, *phone;
};

struct snapshot {
    int64_t version;
    const char *shop;
    int64_t id;
    const char *name;
    int64_t updated_ms, fetched_ms, created_ms, processed_ms, cancelled_ms, closed_ms;
    const char *cancel_reason;
    const char *financial_status; /* NULL: Shopify has none */
    const char *fulfillment_status, *return_status;
    bool test, edited, taxes_included, tax_exempt, duties_included;
    const char *currency, *presentment_currency;
    int64_t total_e4, subtotal_e4, tax_e4, discounts_e4, shipping_e4; /* current */
    int64_t duties_e4, fees_e4, tip_e4, rounding_e4;
    int64_t refunded_e4, outstanding_e4;
    int64_t item_quantity;
    const char *email, *phone, *note, *po_number, *source_name, *source_identifier;
    struct codec_texts tags, gateways, discount_codes;
    const struct snapshot_customer *customer;
    const struct snapshot_address *shipping_address, *billing_address;
    struct codec_list taxes;
    struct codec_list shipping; /* struct snapshot_shipping */
    struct codec_list lines;    /* struct snapshot_line */
};

extern const struct codec snapshot_codec;

/* Reads a message's value and checks what the table can't say: the version, the limits
 * above, ids that occur twice. RC_REJECT with the path otherwise. */
enum rc snapshot_decode(const char *bytes, size_t len, struct arena *arena,
                        struct snapshot *out, struct err *e) TB_MUST_CHECK;

/* Appends the value. Whether it fitted: !out->full. */
void snapshot_encode(const struct snapshot *snapshot, struct buf *out);

/* Hex digest of everything that can matter to RMS: the snapshot without updatedAt and
 * fetchedAt, so that the same content met again gives the same digest.
 * out: DIGEST_TEXT_MAX bytes. */
const char *snapshot_digest(const struct snapshot *snapshot, char *out);

static inline const struct snapshot_line *snapshot_lines(const struct snapshot *s)
{
    return s->lines.at;
}

static inline const struct snapshot_shipping *snapshot_shippings(const struct snapshot *s)
{
    return s->shipping.at;
}

/* The customer's e-mail address, else the order's; NULL: neither has one. */
const char *snapshot_email(const struct snapshot *snapshot);

/* "<shop>/<order id>", the key of the order's messages, from the arena. */
const char *snapshot_key(const char *shop, int64_t id, struct arena *arena);

/* Splits a key. False: it has not that form. */
bool snapshot_key_parse(const char *key, size_t len, struct arena *arena,
                        const char **shop, int64_t *id);

#endif
