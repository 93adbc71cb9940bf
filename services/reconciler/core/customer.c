/* customer: see customer.h. */
#include "core/customer.h"

#include "base/str.h"

#include <inttypes.h>

/* Where the person is: the billing address, else where it is sent to. */
static const struct snapshot_address *address_of(const struct snapshot *o)
{
    static const struct snapshot_address nowhere = {0};
    if (o->billing_address)
        return o->billing_address;
    return o->shipping_address ? o->shipping_address : &nowhere;
}

static const char *first_of(const char *a, const char *b)
{
    return str_empty(a) ? b : a;
}

static void fit(const struct plan_input *in, struct ops *ops, struct row_op *op,
                enum column column, const char *text)
{
    op_text(op, column, ops_fit(ops->arena, text, in->settings->width[column]));
}

static void add_names(const struct plan_input *in, struct ops *ops, struct row_op *op)
{
    const struct snapshot *o = in->order;
    const struct snapshot_customer *c = o->customer;
    const struct snapshot_address *a = address_of(o);
    const char *last = first_of(c->last_name, a->last_name);
    fit(in, ops, op, COL_CUSTOMER_FIRST_NAME, first_of(c->first_name, a->first_name));
    fit(in, ops, op, COL_CUSTOMER_LAST_NAME, first_of(last, c->display_name));
    fit(in, ops, op, COL_CUSTOMER_EMAIL, first_of(c->email, o->email));
    fit(in, ops, op, COL_CUSTOMER_PHONE,
        first_of(first_of(c->phone, o->phone), a->phone));
}

static void add_address(const struct plan_input *in, struct ops *ops, struct row_op *op)
{
    const struct snapshot_address *a = address_of(in->order);
    fit(in, ops, op, COL_CUSTOMER_COMPANY, a->company);
    fit(in, ops, op, COL_CUSTOMER_ADDRESS, a->address1);
    fit(in, ops, op, COL_CUSTOMER_ADDRESS2, a->address2);
    fit(in, ops, op, COL_CUSTOMER_CITY, a->city);
    fit(in, ops, op, COL_CUSTOMER_STATE, first_of(a->province_code, a->province));
    fit(in, ops, op, COL_CUSTOMER_ZIP, a->zip);
    fit(in, ops, op, COL_CUSTOMER_COUNTRY, first_of(a->country, a->country_code));
}

int64_t customer_for_order(const struct plan_input *in, struct ops *ops)
{
    if (!in->rms->customer.create)
        return in->rms->customer_id;
    struct row_op *op = ops_add(ops, OP_INSERT, TABLE_CUSTOMER, 0);
    const char *account = arena_printf(
        ops->arena, "%s%" PRId64, in->settings->customer_prefix, in->order->customer->id);
    fit(in, ops, op, COL_CUSTOMER_ACCOUNT, account);
    add_names(in, ops, op);
    add_address(in, ops, op);
    op_number(op, COL_CUSTOMER_STORE, in->settings->store_id);
    op_text(op, COL_CUSTOMER_OPENED, in->now);
    op_text(op, COL_CUSTOMER_LAST_UPDATED, in->now);
    return PLAN_NEW_ID;
}

bool customer_differs(const struct plan_input *in, int64_t present)
{
    if (in->rms->customer.create)
        return present == in->settings->guest_customer_id;
    return in->rms->customer_id != in->settings->guest_customer_id &&
           in->rms->customer_id != present;
}
