/* customer: see customer.h. */
#include "core/customer.h"

#include "base/str.h"

#include <inttypes.h>
#include <string.h>

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

const enum column customer_columns[CUSTOMER_COLUMNS] = {
    COL_CUSTOMER_EMAIL,   COL_CUSTOMER_PHONE,    COL_CUSTOMER_COMPANY,
    COL_CUSTOMER_ADDRESS, COL_CUSTOMER_ADDRESS2, COL_CUSTOMER_CITY,
    COL_CUSTOMER_STATE,   COL_CUSTOMER_ZIP,      COL_CUSTOMER_COUNTRY};

/* What the shop says for them, in their order. */
static void say(const struct snapshot *o, const char *out[CUSTOMER_COLUMNS])
{
    const struct snapshot_customer *c = o->customer;
    const struct snapshot_address *a = address_of(o);
    const char *const texts[CUSTOMER_COLUMNS] = {
        first_of(c->email, o->email),
        first_of(first_of(c->phone, o->phone), a->phone),
        a->company,
        a->address1,
        a->address2,
        a->city,
        first_of(a->province_code, a->province),
        a->zip,
        first_of(a->country, a->country_code)};
    memcpy(out, texts, sizeof(texts));
}

static const char *fitted(const struct plan_input *in, struct ops *ops,
                          enum column column, const char *text)
{
    return ops_fit(ops->arena, text, in->settings->width[column]);
}

static void fit(const struct plan_input *in, struct ops *ops, struct row_op *op,
                enum column column, const char *text)
{
    op_text(op, column, fitted(in, ops, column, text));
}

static void add_names(const struct plan_input *in, struct ops *ops, struct row_op *op)
{
    const struct snapshot_customer *c = in->order->customer;
    const struct snapshot_address *a = address_of(in->order);
    const char *last = first_of(c->last_name, a->last_name);
    fit(in, ops, op, COL_CUSTOMER_FIRST_NAME, first_of(c->first_name, a->first_name));
    fit(in, ops, op, COL_CUSTOMER_LAST_NAME, first_of(last, c->display_name));
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
    const char *said[CUSTOMER_COLUMNS];
    say(in->order, said);
    for (size_t i = 0; i < CUSTOMER_COLUMNS; i++)
        fit(in, ops, op, customer_columns[i], said[i]);
    op_number(op, COL_CUSTOMER_STORE, in->settings->store_id);
    op_text(op, COL_CUSTOMER_OPENED, in->now);
    op_text(op, COL_CUSTOMER_LAST_UPDATED, in->now);
    return PLAN_NEW_ID;
}

/* What the shop does not say is left as it is in any case. */
static bool may_write(const struct plan_input *in, const char *before, const char *after)
{
    if (str_empty(after))
        return false;
    switch (in->settings->update_customers) {
    case CUSTOMER_UPDATE_NONE:
        return false;
    case CUSTOMER_UPDATE_EMPTY:
        return str_empty(before);
    case CUSTOMER_UPDATE_ALL:
        return true;
    }
    return false;
}

void customer_update(const struct plan_input *in, struct ops *ops)
{
    const struct customer_row *row = in->rms->customer.row;
    const char *said[CUSTOMER_COLUMNS];
    if (!row || !in->order->customer)
        return;
    say(in->order, said);
    struct row_op *op = ops_add(ops, OP_UPDATE, TABLE_CUSTOMER, row->id);
    for (size_t i = 0; i < CUSTOMER_COLUMNS; i++) {
        const char *after = fitted(in, ops, customer_columns[i], said[i]);
        if (may_write(in, row->text[i], after))
            op_change_text(op, customer_columns[i], row->text[i], after);
    }
    if (op->count == 0)
        ops->count--;
    else
        op_text(op, COL_CUSTOMER_LAST_UPDATED, in->now);
}

bool customer_differs(const struct plan_input *in, int64_t present)
{
    if (in->rms->customer.create)
        return present == in->settings->guest_customer_id;
    return in->rms->customer_id != in->settings->guest_customer_id &&
           in->rms->customer_id != present;
}
