/* rms_customers: e-mail address -> Customer.ID, for a whole batch. Two customers with one
 * address are nobody: the guest is taken, never a guess. */
#include "base/str.h"
#include "rms_internal.h"

#include <string.h>
#include <strings.h>

struct customers {
    const char **emails; /* per order; NULL: none */
    int64_t *ids;        /* per order; -1: more than one */
    size_t count;
    struct arena *arena;
};

static const char *email_of(const struct snapshot *order)
{
    if (order->customer && !str_empty(order->customer->email))
        return order->customer->email;
    return str_empty(order->email) ? NULL : order->email;
}

static enum rc customer_row(void *ctx, struct sql_stmt *stmt, struct err *e)
{
    struct customers *customers = ctx;
    const char *email = NULL;
    int64_t id = 0;
    enum rc rc = sql_text(stmt, 0, customers->arena, &email, e);
    if (rc || (rc = sql_int(stmt, 1, &id, e)))
        return rc;
    for (size_t i = 0; i < customers->count; i++) {
        int64_t *mine = &customers->ids[i];
        if (customers->emails[i] && strcasecmp(customers->emails[i], email) == 0)
            *mine = *mine == 0 || *mine == id ? id : -1;
    }
    return RC_OK;
}

enum rc rms_load_customers(struct rms *rms, const struct snapshot *const *orders,
                           size_t count, struct arena *arena, struct rms_state *states,
                           struct err *e)
{
    struct customers customers = {.emails = arena_array(arena, count, sizeof(char *)),
                                  .ids = arena_array(arena, count, sizeof(int64_t)),
                                  .count = count,
                                  .arena = arena};
    struct rms_keys keys;
    rms_keys_init(&keys, sql_dialect(rms->sql));
    for (size_t i = 0; i < count; i++) {
        customers.emails[i] = email_of(orders[i]);
        if (customers.emails[i])
            rms_keys_text(&keys, customers.emails[i]);
    }
    enum rc rc = RC_OK;
    if (keys.count)
        rc = rms_query(rms, rms_texts(sql_dialect(rms->sql))->customers, &keys,
                       customer_row, &customers, e);
    rms_keys_done(&keys);
    for (size_t i = 0; rc == RC_OK && i < count; i++)
        states[i].customer_id =
            customers.ids[i] > 0 ? customers.ids[i] : rms->cfg->rms_guest_customer_id;
    return rc;
}
