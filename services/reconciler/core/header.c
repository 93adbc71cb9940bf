/* header: see header.h. */
#include "core/header.h"

#include "base/digest.h"
#include "base/str.h"
#include "core/customer.h"
#include "core/services.h"

#include <inttypes.h>
#include <string.h>

enum {
    REFERENCE_WIDTH = 50,
    NOTES_WIDTH = 4000, /* ntext has no width; an address needs far less */
};

static const char *comment_text(const struct plan_input *in, struct arena *arena)
{
    const struct snapshot *o = in->order;
    const char *status = o->financial_status ? o->financial_status : "no payment status";
    const char *text = arena_printf(arena, "Shopify %s, %s%s%s", o->name, status,
                                    o->gateways.count ? ", " : "",
                                    o->gateways.count ? o->gateways.at[0] : "");
    return ops_fit(arena, text, in->settings->width[COL_ORDER_COMMENT]);
}

static void add_line(struct buf *buf, const char *a, const char *b)
{
    if (str_empty(a) && str_empty(b))
        return;
    buf_printf(buf, "%s%s%s%s", buf->len ? "\n" : "", a ? a : "",
               str_empty(a) || str_empty(b) ? "" : " ", b ? b : "");
}

static void add_address(struct buf *buf, const struct snapshot_address *a)
{
    if (!str_empty(a->first_name) || !str_empty(a->last_name))
        add_line(buf, a->first_name, a->last_name);
    else
        add_line(buf, a->name, NULL);
    add_line(buf, a->company, NULL);
    add_line(buf, a->address1, NULL);
    add_line(buf, a->address2, NULL);
    add_line(buf, a->zip, a->city);
    add_line(buf, str_empty(a->province) ? a->province_code : a->province, a->country);
    add_line(buf, a->phone, NULL);
}

/* What a person typed: lines stay lines, other control characters become blanks. */
static void clean(char *text)
{
    char *to = text;
    for (const char *p = text; *p; p++) {
        if (p[0] == '\r' && p[1] == '\n')
            continue;
        if (*p == '\r')
            *to++ = '\n';
        else if (((unsigned char)*p < 0x20 && *p != '\n') || *p == 0x7f)
            *to++ = ' ';
        else
            *to++ = *p;
    }
    *to = '\0';
}

/* What staff need to send it: service, address, and what the customer wrote. */
static const char *notes_text(const struct snapshot *o, struct arena *arena)
{
    struct buf buf;
    buf_init(&buf, (size_t)64 * 1024);
    for (size_t i = 0; i < o->shipping.count; i++)
        add_line(&buf, snapshot_shippings(o)[i].title, NULL);
    if (o->shipping_address)
        add_address(&buf, o->shipping_address);
    if (!str_empty(o->note))
        add_line(&buf, "Note:", o->note);
    char *text = arena_strdup(arena, buf_str(&buf));
    buf_done(&buf);
    clean(text);
    text[str_utf16_cut(text, NOTES_WIDTH)] = '\0';
    return text;
}

static int64_t shipping_service(const struct plan_input *in)
{
    const struct snapshot *o = in->order;
    if (o->shipping.count == 0)
        return 0;
    return services_find(in->settings->shipping_services, snapshot_shippings(o)[0].title);
}

/* One place only: the shipping entry, or this column. */
static int64_t shipping_charge(const struct plan_input *in, const struct amounts *amounts)
{
    return in->rms->shipping_item ? 0 : amounts->shipping_e4;
}

static void insert_fixed(const struct plan_input *in, struct row_op *op)
{
    op_number(op, COL_ORDER_STORE, in->settings->store_id);
    op_number(op, COL_ORDER_CLOSED, 0);
    op_text(op, COL_ORDER_TIME, in->time);
    op_number(op, COL_ORDER_TYPE, ORDER_TYPE_WORK_ORDER);
    op_number(op, COL_ORDER_SHIP_TO, 0);
    op_number(op, COL_ORDER_DEPOSIT_OVERRIDE, 0);
    op_number(op, COL_ORDER_DEPOSIT, 0);
    op_text(op, COL_ORDER_LAST_UPDATED, in->now);
    op_text(op, COL_ORDER_DUE, in->due);
    op_number(op, COL_ORDER_SALES_REP, in->settings->sales_rep_id);
    op_number(op, COL_ORDER_SHIPPING_OVERRIDE, 0);
    op_text(op, COL_ORDER_TRACKING, "");
    op_number(op, COL_ORDER_REASON_CODE, 0);
    op_number(op, COL_ORDER_EXCHANGE, 0);
    op_number(op, COL_ORDER_CHANNEL, CHANNEL_WEB);
    op_number(op, COL_ORDER_DISCOUNT_REASON, 0);
    op_number(op, COL_ORDER_RETURN_REASON, 0);
    op_number(op, COL_ORDER_TAX_REASON, 0);
}

void header_insert(const struct plan_input *in, const struct amounts *amounts,
                   struct ops *ops, struct guard *next)
{
    const struct snapshot *o = in->order;
    const char *notes = notes_text(o, ops->arena);
    int64_t customer_id = customer_for_order(in, ops); /* his row comes first */
    struct row_op *op = ops_add(ops, OP_INSERT, TABLE_ORDER, 0);
    insert_fixed(in, op);
    op_text(op, COL_ORDER_COMMENT, comment_text(in, ops->arena));
    op_number(op, COL_ORDER_CUSTOMER, customer_id);
    op_number(op, COL_ORDER_TAX, o->tax_e4);
    op_number(op, COL_ORDER_TOTAL, o->total_e4);
    op_number(op, COL_ORDER_TAXABLE, o->tax_e4 > 0);
    op_text(op, COL_ORDER_REFERENCE,
            ops_fit(ops->arena, arena_printf(ops->arena, "SHOPIFY-%" PRId64, o->id),
                    REFERENCE_WIDTH));
    op_number(op, COL_ORDER_SHIPPING_CHARGE, shipping_charge(in, amounts));
    op_number(op, COL_ORDER_SHIPPING_SERVICE, shipping_service(in));
    op_text(op, COL_ORDER_NOTES, notes);
    digest_hex(notes, strlen(notes), next->notes);
}

/* The notes are ours only while they are what we wrote, or were never written. */
static bool notes_are_ours(const struct guard *guard, const char *in_rms)
{
    char digest[DIGEST_TEXT_MAX];
    if (str_empty(in_rms))
        return true;
    return strcmp(digest_hex(in_rms, strlen(in_rms), digest), guard->notes) == 0;
}

static void update_notes(const struct plan_input *in, const struct rms_order *existing,
                         struct row_op *op, struct arena *arena, struct guard *next)
{
    const char *notes = notes_text(in->order, arena);
    if (!notes_are_ours(&in->rms->guard, existing->notes))
        return;
    op_change_text(op, COL_ORDER_NOTES, existing->notes, notes);
    digest_hex(notes, strlen(notes), next->notes);
}

static void update_sums(const struct plan_input *in, const struct rms_order *existing,
                        const struct amounts *amounts, struct row_op *op)
{
    const struct snapshot *o = in->order;
    op_change_number(op, COL_ORDER_TAX, existing->tax_e4, o->tax_e4);
    op_change_number(op, COL_ORDER_TOTAL, existing->total_e4, o->total_e4);
    op_change_number(op, COL_ORDER_TAXABLE, existing->taxable, o->tax_e4 > 0);
    op_change_number(op, COL_ORDER_SHIPPING_CHARGE, existing->shipping_charge_e4,
                     shipping_charge(in, amounts));
}

bool header_update(const struct plan_input *in, const struct rms_order *existing,
                   const struct amounts *amounts, struct ops *ops, struct guard *next)
{
    int64_t customer_id = existing->customer_id;
    if (customer_differs(in, customer_id))
        customer_id = customer_for_order(in, ops); /* his row comes first */
    struct row_op *op = ops_add(ops, OP_UPDATE, TABLE_ORDER, existing->id);
    op_change_number(op, COL_ORDER_CUSTOMER, existing->customer_id, customer_id);
    if (amounts)
        update_sums(in, existing, amounts, op);
    if (!str_empty(in->settings->shipping_services)) /* else it is staff's */
        op_change_number(op, COL_ORDER_SHIPPING_SERVICE, existing->shipping_service_id,
                         shipping_service(in));
    update_notes(in, existing, op, ops->arena, next);
    if (op->count == 0) {
        ops->count--;
        return false;
    }
    op_text(op, COL_ORDER_LAST_UPDATED, in->now);
    return true;
}

/* Staff's text stays whole: what is ours is cut, or left out when there is no room. */
static const char *closing_comment(const struct plan_input *in, const char *comment,
                                   struct arena *arena)
{
    const char *reason = in->order->cancelled_ms
                             ? (in->order->cancel_reason ? in->order->cancel_reason : "")
                             : "nothing left on it";
    const char *ours = arena_printf(arena, "%sCancelled in Shopify: %s",
                                    str_empty(comment) ? "" : "; ", reason);
    size_t used = str_utf16_len(comment);
    size_t width = in->settings->width[COL_ORDER_COMMENT];
    if (used >= width)
        return comment;
    return arena_printf(arena, "%s%s", comment, ops_fit(arena, ours, width - used));
}

void header_close(const struct plan_input *in, const struct rms_order *existing,
                  struct ops *ops)
{
    const char *comment = existing->comment ? existing->comment : "";
    struct row_op *op = ops_add(ops, OP_UPDATE, TABLE_ORDER, existing->id);
    op_change_number(op, COL_ORDER_CLOSED, existing->closed, 1);
    op_change_text(op, COL_ORDER_COMMENT, comment,
                   closing_comment(in, comment, ops->arena));
    op_text(op, COL_ORDER_LAST_UPDATED, in->now);
}
