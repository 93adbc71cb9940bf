/* snapshot: the tables of the order snapshot and the checks beside them; see snapshot.h.
 */
#include "wire/snapshot.h"

#include "base/digest.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X(kind, member, flags, json, help) \
    CODEC_FIELD(TYPE, CODEC_##kind, member, CODEC_##flags, json, help),
#define N(kind, member, flags, json, of, help) \
    CODEC_NESTED(TYPE, CODEC_##kind, member, CODEC_##flags, json, of, help),

#define TYPE snapshot_tax
static const struct codec_field tax_fields[] = {
#define SNAPSHOT_TAX_FIELDS
#include "wire/snapshot.def"
#undef SNAPSHOT_TAX_FIELDS
};
#undef TYPE
static const struct codec tax_codec =
    CODEC_TABLE(snapshot_tax, tax_fields, "tax line", "one tax on a line or the order");

#define TYPE snapshot_line
static const struct codec_field line_fields[] = {
#define SNAPSHOT_LINE_FIELDS
#include "wire/snapshot.def"
#undef SNAPSHOT_LINE_FIELDS
};
#undef TYPE
static const struct codec line_codec =
    CODEC_TABLE(snapshot_line, line_fields, "line item", "one line item of the order");

#define TYPE snapshot_shipping
static const struct codec_field shipping_fields[] = {
#define SNAPSHOT_SHIPPING_FIELDS
#include "wire/snapshot.def"
#undef SNAPSHOT_SHIPPING_FIELDS
};
#undef TYPE
static const struct codec shipping_codec =
    CODEC_TABLE(snapshot_shipping, shipping_fields, "shipping line",
                "one shipping line of the order");

#define TYPE snapshot_customer
static const struct codec_field customer_fields[] = {
#define SNAPSHOT_CUSTOMER_FIELDS
#include "wire/snapshot.def"
#undef SNAPSHOT_CUSTOMER_FIELDS
};
#undef TYPE
static const struct codec customer_codec =
    CODEC_TABLE(snapshot_customer, customer_fields, "customer", "who ordered");

#define TYPE snapshot_address
static const struct codec_field address_fields[] = {
#define SNAPSHOT_ADDRESS_FIELDS
#include "wire/snapshot.def"
#undef SNAPSHOT_ADDRESS_FIELDS
};
#undef TYPE
static const struct codec address_codec =
    CODEC_TABLE(snapshot_address, address_fields, "address", "a mailing address");

#define TYPE snapshot
static const struct codec_field snapshot_fields[] = {
#define SNAPSHOT_FIELDS
#include "wire/snapshot.def"
#undef SNAPSHOT_FIELDS
};
#undef TYPE

const struct codec snapshot_codec =
    CODEC_TABLE(snapshot, snapshot_fields, "order snapshot",
                "One Shopify order, whole: the value of a message in shopify.orders");

static enum rc refuse(struct err *e, const char *text, int64_t number)
{
    return err_set(e, RC_REJECT, "snapshot.decode", "%s (%" PRId64 ")", text, number);
}

static enum rc check_line(const struct snapshot_line *line, struct err *e)
{
    if (line->current_quantity < 0 || line->current_quantity > SNAPSHOT_MAX_QUANTITY)
        return refuse(e, "lines[].currentQuantity is not from 0 to 1000000",
                      line->current_quantity);
    if (line->quantity < 0 || line->quantity > SNAPSHOT_MAX_QUANTITY)
        return refuse(e, "lines[].quantity is not from 0 to 1000000", line->quantity);
    if (line->current_quantity > line->quantity)
        return refuse(e, "lines[].currentQuantity is above quantity", line->id);
    return RC_OK;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum rc check_ids_unique(const struct snapshot *s, struct arena *arena,
                                struct err *e)
{
    int64_t *ids = arena_array(arena, s->lines.count + 1, sizeof(*ids));
    for (size_t i = 0; i < s->lines.count; i++)
        ids[i] = snapshot_lines(s)[i].id;
    qsort(ids, s->lines.count, sizeof(*ids), by_id);
    for (size_t i = 1; i < s->lines.count; i++)
        if (ids[i] == ids[i - 1])
            return refuse(e, "lines[].id occurs twice", ids[i]);
    return RC_OK;
}

static enum rc check(const struct snapshot *s, struct arena *arena, struct err *e)
{
    if (s->version != SNAPSHOT_VERSION)
        return refuse(e, "v is not 1: written by another release of tillbridge?",
                      s->version);
    if (s->lines.count > SNAPSHOT_MAX_LINES)
        return refuse(e, "more than 5000 lines", (int64_t)s->lines.count);
    if (!s->shop[0] || !s->currency[0])
        return refuse(e, "shop or currency is empty", s->id);
    if (strlen(s->shop) > SNAPSHOT_MAX_NAME || strlen(s->name) > SNAPSHOT_MAX_NAME ||
        strlen(s->currency) > SNAPSHOT_MAX_NAME)
        return refuse(e, "shop, name or currency has over 255 bytes", s->id);
    for (size_t i = 0; i < s->lines.count; i++) {
        enum rc rc = check_line(&snapshot_lines(s)[i], e);
        if (rc)
            return rc;
    }
    return check_ids_unique(s, arena, e);
}

enum rc snapshot_decode(const char *bytes, size_t len, struct arena *arena,
                        struct snapshot *out, struct err *e)
{
    if (len > SNAPSHOT_MAX_BYTES)
        return refuse(e, "the message has over 8388608 bytes", (int64_t)len);
    struct snapshot s;
    enum rc rc = codec_decode(&snapshot_codec, bytes, len, arena, &s, e);
    if (rc == RC_OK)
        rc = check(&s, arena, e);
    if (rc == RC_OK)
        *out = s;
    return rc;
}

void snapshot_encode(const struct snapshot *snapshot, struct buf *out)
{
    codec_encode(&snapshot_codec, snapshot, out);
}

const char *snapshot_digest(const struct snapshot *snapshot, char *out)
{
    struct snapshot content = *snapshot;
    struct digest digest;
    content.fetched_ms = 0;
    content.updated_ms = 0; /* Shopify moves it for reasons that nobody can see */
    digest_init(&digest);
    codec_digest(&snapshot_codec, &content, &digest);
    return digest_end(&digest, out);
}

const char *snapshot_email(const struct snapshot *snapshot)
{
    const struct snapshot_customer *customer = snapshot->customer;
    if (customer && !str_empty(customer->email))
        return customer->email;
    return str_empty(snapshot->email) ? NULL : snapshot->email;
}

const char *snapshot_key(const char *shop, int64_t id, struct arena *arena)
{
    return arena_printf(arena, "%s/%" PRId64, shop, id);
}

bool snapshot_key_parse(const char *key, size_t len, struct arena *arena,
                        const char **shop, int64_t *id)
{
    const char *slash = len ? memrchr(key, '/', len) : NULL;
    if (!slash || slash == key)
        return false;
    const char *digits = arena_strndup(arena, slash + 1, len - (size_t)(slash + 1 - key));
    if (!str_int64(digits, 1, INT64_MAX, id))
        return false;
    *shop = arena_strndup(arena, key, (size_t)(slash - key));
    return true;
}
