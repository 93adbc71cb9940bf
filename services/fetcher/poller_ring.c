/* poller_ring: the poll of the orders that doorbells name. Each is read by its id, so
 * that nothing of a webhook but the id is taken on trust, and published as polls publish.
 */
#include "poller_internal.h"

#include "complete.h"
#include "io/log.h"

static enum rc tell_gone(struct poller *poller, const struct gone *gone, struct err *e)
{
    if (gone_known(&poller->gone, gone->order))
        return RC_OK;
    enum rc rc = publisher_gone(poller->parts.publisher, gone, e);
    if (rc)
        return rc;
    gone_remember(&poller->gone, gone->order);
    log_warn("order.gone", KV("order", gone->order),
             KV("text", reason_help(REASON_DELETED_IN_SHOP)),
             KV("remedy", reason_remedy(REASON_DELETED_IN_SHOP)));
    return RC_OK;
}

struct ringing {
    const struct gone *orders;
    size_t count;
    struct page page;     /* of those that are there */
    struct gone *missing; /* the others */
    size_t missed;
};

static enum rc read_orders(struct poller *poller, const struct poll *poll,
                           struct ringing *ringing, struct err *e)
{
    const struct complete complete = {.api = poller->parts.api,
                                      .turn = poller->parts.turn,
                                      .shop = poller->parts.cfg->shopify_shop,
                                      .poll_id = poll->id,
                                      .arena = &poller->arena};
    struct page *page = &ringing->page;
    for (size_t i = 0; i < ringing->count; i++) {
        bool gone = false;
        struct order *order = &page->orders[page->count];
        enum rc rc = complete_by_id(&complete, ringing->orders[i].order, order, &gone, e);
        if (rc)
            return rc;
        if (gone)
            ringing->missing[ringing->missed++] = ringing->orders[i];
        else
            page->count++;
    }
    return RC_OK;
}

static enum rc publish(struct poller *poller, struct poll *poll, struct poll_state *state,
                       const struct page *page, struct err *e)
{
    int64_t published = 0;
    const struct publisher_page orders = {.orders = page->orders, .count = page->count};
    if (!page->count)
        return RC_OK;
    enum rc rc = poller_stamp(poller, poll, state, page, e);
    if (rc == RC_OK)
        rc = publisher_orders(poller->parts.publisher, poll, &orders, &published, e);
    if (rc)
        return rc;
    poll_count(poll, state, published);
    poll->complete = true;
    return poller_record(poller, poll, state, POLL_FINISHED, e);
}

static enum rc ring(struct poller *poller, struct poll *poll, struct poll_state *state,
                    struct ringing *ringing, struct err *e)
{
    struct arena *arena = &poller->arena;
    arena_reset(arena);
    ringing->page.orders =
        arena_array(arena, ringing->count, sizeof(*ringing->page.orders));
    ringing->missing = arena_array(arena, ringing->count, sizeof(*ringing->missing));
    enum rc rc = read_orders(poller, poll, ringing, e);
    if (rc == RC_OK)
        rc = publish(poller, poll, state, &ringing->page, e);
    for (size_t i = 0; rc == RC_OK && i < ringing->missed; i++)
        rc = tell_gone(poller, &ringing->missing[i], e);
    return rc;
}

enum rc poller_ring(struct poller *poller, struct poll_state *state,
                    const struct gone *orders, size_t count, bool *given_up,
                    struct err *e)
{
    struct poll poll;
    struct ringing ringing = {.orders = orders, .count = count};
    enum rc rc = poller_check_start(poller, e);
    const struct poll_when when = poller_when(poller);
    poll_begin_orders(&poll, POLL_WEBHOOK, &when);
    log_info("ring.started", KV("poll_id", (const char *)poll.id), KV("orders", count));
    if (rc == RC_OK)
        rc = ring(poller, &poll, state, &ringing, e);
    return poller_end(poller, &poll, state, rc, given_up, e);
}
