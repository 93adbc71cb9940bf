/* complete: see complete.h. */
#include "complete.h"

#include "core/page.h"
#include "core/whole.h"
#include "io/log.h"

enum {
    LINES_LEAST = 10,
    PAUSE_MS = 500, /* before an order is read a third time: it may be in many hands */
};

/* How many lines are asked for at once; less when that is too dear. */
struct asking {
    int64_t id;
    int lines;
};

typedef void write_body(const struct asking *asking, const char *after, struct buf *out);

static void write_order(const struct asking *asking, const char *after, struct buf *out)
{
    (void)after;
    query_order(asking->id, asking->lines, out);
}

static void write_more(const struct asking *asking, const char *after, struct buf *out)
{
    query_order_lines(asking->id, asking->lines, after, out);
}

/* Asks with ever fewer lines until the answer is not too dear or too slow. */
static enum rc ask(const struct complete *self, enum query query, struct asking *asking,
                   const char *after, struct reply *reply, struct err *e)
{
    write_body *write = query == QUERY_ORDER ? write_order : write_more;
    struct buf body;
    buf_init(&body, QUERY_BODY_MAX);
    for (;;) {
        buf_clear(&body);
        write(asking, after, &body);
        const struct api_ask question = {.query = query,
                                         .body = &body,
                                         .size = asking->lines,
                                         .can_shrink = asking->lines > LINES_LEAST,
                                         .poll_id = self->poll_id};
        enum rc rc = api_send(self->api, &question, reply, e);
        if (rc != RC_REJECT || reply->kind != REPLY_SHRINK ||
            asking->lines <= LINES_LEAST) {
            buf_done(&body);
            return rc;
        }
        asking->lines /= 2;
    }
}

static enum rc read_again(const struct complete *self, struct asking *asking,
                          struct order *order, bool *gone, struct err *e)
{
    struct reply reply = {0};
    bool found = false;
    enum rc rc = ask(self, QUERY_ORDER, asking, "", &reply, e);
    if (rc)
        return rc;
    struct json_at root = reply_root(&reply);
    struct json_at data = json_member(&root, "data");
    rc = page_read_order(&data, self->shop, self->arena, &found, order, e);
    reply_done(&reply);
    *gone = !found;
    if (rc == RC_OK && found && order->shipping_more)
        order->refused = "it has more than 250 shipping lines";
    return rc;
}

static enum rc read_more(const struct complete *self, struct asking *asking,
                         struct order *order, bool *moved, struct err *e)
{
    struct reply reply = {0};
    enum rc rc = ask(self, QUERY_ORDER_LINES, asking, order->lines_after, &reply, e);
    if (rc)
        return rc;
    struct json_at root = reply_root(&reply);
    struct json_at data = json_member(&root, "data");
    struct json_at node = json_member(&data, "order");
    if (json_null(&node))
        *moved = true; /* deleted: reading it again finds that out */
    else
        rc = order_more(&node, self->arena, order, moved, e);
    reply_done(&reply);
    return rc;
}

enum rc complete_order(const struct complete *self, struct order *order, bool *gone,
                       struct err *e)
{
    struct asking asking = {.id = order->snapshot.id, .lines = QUERY_FIRST_MAX};
    struct whole whole = {0};
    bool moved = false;
    enum rc rc = RC_OK;
    *gone = false;
    while (rc == RC_OK && !*gone) {
        switch (whole_judge(&whole, order, moved, api_now_ms(self->api))) {
        case WHOLE_PUBLISH:
            return RC_OK;
        case WHOLE_MORE:
            rc = read_more(self, &asking, order, &moved, e);
            break;
        case WHOLE_AGAIN:
            moved = false;
            if (whole.tries > 1 && !turn_wait(self->turn, PAUSE_MS))
                return err_set(e, RC_RETRY, "order.read", "given up: the poll is to end");
            log_debug("order.again", KV("poll_id", self->poll_id),
                      KV("order", order->snapshot.id), KV("tries", whole.tries));
            rc = read_again(self, &asking, order, gone, e);
            break;
        case WHOLE_SPENT:
            return err_set(e, RC_RETRY, "order.read",
                           "order %s changed each of %d times it was read; it is read "
                           "again with the next poll",
                           order->snapshot.name, WHOLE_TRIES);
        }
    }
    return rc;
}

enum rc complete_page(const struct complete *self, struct page *page, struct err *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < page->count; i++) {
        bool gone = false;
        enum rc rc = complete_order(self, &page->orders[i], &gone, e);
        if (rc)
            return rc;
        if (!gone)
            page->orders[kept++] = page->orders[i];
    }
    page->count = kept;
    return RC_OK;
}

enum rc complete_by_id(const struct complete *self, int64_t id, struct order *order,
                       bool *gone, struct err *e)
{
    struct asking asking = {.id = id, .lines = QUERY_FIRST_MAX};
    enum rc rc = read_again(self, &asking, order, gone, e);
    return rc || *gone ? rc : complete_order(self, order, gone, e);
}
