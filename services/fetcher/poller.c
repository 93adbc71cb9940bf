/* poller: see poller.h.
 *
 * Order of things for a page: its orders get their fetchedAt and a record says how far
 * these went, so that no later fetcher hands out lower ones; the orders are published and
 * acknowledged; a record moves the watermark.
 */
#include "poller_internal.h"

#include "base/instant.h"
#include "complete.h"
#include "core/text.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct poller *poller_new(const struct poller_parts *parts)
{
    struct poller *poller = calloc(1, sizeof(*poller));
    if (!poller)
        abort(); /* out of memory: as in arena.h */
    poller->parts = *parts;
    arena_init(&poller->arena);
    return poller;
}

void poller_free(struct poller *poller)
{
    if (!poller)
        return;
    arena_done(&poller->arena);
    free(poller);
}

/* ---- records ---- */

static void note_used(struct poller *poller, struct poll *poll)
{
    struct api_used used = api_used(poller->parts.api);
    poll->cost += used.cost;
    poll->waited_ms += used.waited_ms;
}

enum rc poller_record(struct poller *poller, struct poll *poll,
                      const struct poll_state *state, const char *word, struct err *e)
{
    note_used(poller, poll);
    const struct poll_record made = poll_record_of(
        poll, state, poller->parts.cfg->shopify_shop, word, clock_now_ms());
    return publisher_record(poller->parts.publisher, &made, e);
}

static enum rc record_failure(struct poller *poller, struct poll *poll,
                              const struct poll_state *state, const struct err *why,
                              struct err *e)
{
    char text[sizeof(why->text)];
    char request_id[128];
    snprintf(text, sizeof(text), "%s", why->text);
    snprintf(request_id, sizeof(request_id), "%s", api_request_id(poller->parts.api));
    text_clean(text);
    text_clean(request_id);
    note_used(poller, poll);
    struct poll_record made = poll_record_of(poll, state, poller->parts.cfg->shopify_shop,
                                             POLL_FAILED, clock_now_ms());
    made.error = text;
    made.request_id = request_id[0] ? request_id : NULL;
    return publisher_record(poller->parts.publisher, &made, e);
}

/* ---- asking ---- */

/* A page with ever fewer orders, until it is not too dear or too slow. */
static enum rc ask_page(struct poller *poller, const struct poll *poll,
                        struct reply *reply, struct err *e)
{
    struct buf body;
    enum rc rc = RC_OK;
    bool smaller = false;
    buf_init(&body, QUERY_BODY_MAX);
    do {
        const struct query_page page = {.from_ms = poll->window.from_ms,
                                        .first = poller->size.first,
                                        .lines =
                                            (int)poller->parts.cfg->shopify_lines_page,
                                        .after = poll->window.cursor};
        buf_clear(&body);
        query_orders_page(&page, &body);
        const struct api_ask ask = {.query = QUERY_ORDERS_PAGE,
                                    .body = &body,
                                    .size = page.first,
                                    .can_shrink = page.first > 1,
                                    .poll_id = poll->id};
        rc = api_send(poller->parts.api, &ask, reply, e);
        smaller = rc == RC_REJECT && reply->kind == REPLY_SHRINK &&
                  cost_size_shrink(&poller->size, reply->cost.requested > 0);
        if (smaller)
            log_info("page.smaller", KV("poll_id", poll->id),
                     KV("first", poller->size.first));
    } while (smaller);
    poller->cursor_doubted = rc == RC_REJECT && reply->bad_request;
    buf_done(&body);
    return rc;
}

static enum rc read_page(struct poller *poller, const struct poll *poll,
                         struct page *page, struct err *e)
{
    struct reply reply = {0};
    int64_t began_ms = clock_monotonic_ms();
    enum rc rc = ask_page(poller, poll, &reply, e);
    if (rc)
        return rc;
    struct json_at root = reply_root(&reply);
    struct json_at data = json_member(&root, "data");
    rc = page_read(&data, poller->parts.cfg->shopify_shop, poll->window.from_ms,
                   &poller->arena, page, e);
    if (rc == RC_OK) {
        cost_size_good(&poller->size);
        metrics_observe(METRIC_PAGE_ORDERS, (int64_t)page->count);
        log_info("page.read", KV("poll_id", poll->id), KV("page", poll->pages + 1),
                 KV("orders", page->count), KV("has_next", page->has_next),
                 KV("requested", reply.cost.requested), KV("actual", reply.cost.actual),
                 KV("available", reply.cost.available),
                 KV("ms", clock_monotonic_ms() - began_ms),
                 KV("request_id", api_request_id(poller->parts.api)));
    }
    reply_done(&reply);
    return rc;
}

static enum rc whole_orders(struct poller *poller, const struct poll *poll,
                            struct page *page, struct err *e)
{
    const struct complete complete = {.api = poller->parts.api,
                                      .turn = poller->parts.turn,
                                      .shop = poller->parts.cfg->shopify_shop,
                                      .poll_id = poll->id,
                                      .arena = &poller->arena};
    return complete_page(&complete, page, e);
}

/* ---- publishing ---- */

enum rc poller_stamp(struct poller *poller, struct poll *poll, struct poll_state *state,
                     const struct page *page, struct err *e)
{
    for (size_t i = 0; i < page->count; i++)
        page->orders[i].snapshot.fetched_ms = poll_stamp(state, clock_now_ms());
    return page->count ? poller_record(poller, poll, state, POLL_PROGRESS, e) : RC_OK;
}

static enum rc one_page(struct poller *poller, struct poll *poll,
                        struct poll_state *state, bool *more, struct err *e)
{
    struct page page = {0};
    int64_t published = 0;
    int64_t asked_ms = api_now_ms(poller->parts.api);
    enum rc rc = read_page(poller, poll, &page, e);
    if (rc == RC_OK)
        rc = whole_orders(poller, poll, &page, e);
    if (rc == RC_OK)
        rc = poller_stamp(poller, poll, state, &page, e);
    const struct publisher_page orders = {.orders = page.orders, .count = page.count};
    if (rc == RC_OK)
        rc = publisher_orders(poller->parts.publisher, poll, &orders, &published, e);
    if (rc)
        return rc;
    const struct window_page end = {.last_updated_ms = page.last_updated_ms,
                                    .cursor = page.cursor,
                                    .has_next = page.has_next,
                                    .asked_ms = asked_ms};
    *more = poll_page(poll, state, &end, published);
    return *more ? poller_record(poller, poll, state, POLL_PROGRESS, e) : RC_OK;
}

/* ---- the start check ---- */

static enum rc judge_start(struct poller *poller, const struct reply *reply,
                           struct err *e)
{
    struct json_at root = reply_root(reply);
    struct json_at data = json_member(&root, "data");
    enum rc rc = start_check(&data, poller->parts.cfg->shopify_shop, &poller->start, e);
    for (int i = 0; rc == RC_OK && !poller->warned && i < poller->start.count; i++)
        log_warn("start.warning", KV("text", poller->start.warnings[i]));
    poller->warned = poller->warned || rc == RC_OK;
    return rc;
}

/* Until it was passed, before the first window is planned: whose token it is, what it may
 * read, and what time it is over there. */
enum rc poller_check_start(struct poller *poller, struct err *e)
{
    if (poller->checked)
        return RC_OK;
    struct buf body;
    struct reply reply = {0};
    buf_init(&body, QUERY_BODY_MAX);
    query_start(&body);
    const struct api_ask ask = {.query = QUERY_START, .body = &body, .poll_id = ""};
    enum rc rc = api_send(poller->parts.api, &ask, &reply, e);
    buf_done(&body);
    if (rc == RC_OK)
        rc = judge_start(poller, &reply, e);
    reply_done(&reply);
    poller->checked = rc == RC_OK;
    return rc;
}

enum rc poller_check_again(struct poller *poller, struct err *e)
{
    poller->checked = false;
    enum rc rc = poller_check_start(poller, e);
    (void)api_used(poller->parts.api); /* of no poll */
    return rc;
}

/* ---- the poll ---- */

enum rc poller_read_all(struct poller *poller, struct poll *poll,
                        struct poll_state *state, struct err *e)
{
    bool more = true;
    enum rc rc = poller_record(poller, poll, state, POLL_STARTED, e);
    while (rc == RC_OK && more) {
        arena_reset(&poller->arena);
        rc = one_page(poller, poll, state, &more, e);
    }
    return rc ? rc : poller_record(poller, poll, state, POLL_FINISHED, e);
}

void poller_tell_start(const struct poller *poller, const struct poll *poll)
{
    char from[INSTANT_TEXT_MAX];
    log_info("poll.started", KV("poll_id", poll->id),
             KV("trigger", poll->trigger_id ? poll->trigger_id : ""),
             KV("from", instant_format(poll->window.from_ms, from)),
             KV("resumed", (bool)poll->window.cursor[0]), KV("first", poller->size.first),
             KV("max_pages", poll->max_pages), KV("dry_run", poll->dry_run));
    if (start_is_too_old(&poller->start, poll->window.from_ms,
                         api_now_ms(poller->parts.api)))
        log_warn("poll.reaches_too_far", KV("poll_id", poll->id),
                 KV("text", "orders made more than 60 days ago are left out by Shopify, "
                            "silently; give the app the scope read_all_orders"));
}

static void tell_end(const struct poller *poller, const struct poll *poll,
                     const struct poll_state *state, const struct err *why)
{
    char watermark[INSTANT_TEXT_MAX] = "";
    if (state->window.watermark_ms)
        instant_format(state->window.watermark_ms, watermark);
    log_write(why ? LOG_ERROR : LOG_INFO, why ? "poll.failed" : "poll.finished",
              LOG_FIELDS(KV("poll_id", (const char *)poll->id), KV("pages", poll->pages),
                         KV("orders", poll->orders), KV("complete", poll->complete),
                         KV("cost", poll->cost), KV("waited_ms", poll->waited_ms),
                         KV("ms", clock_now_ms() - poll->started_ms),
                         KV("watermark", (const char *)watermark),
                         KV("rc", err_rc_name(why ? why->rc : RC_OK)),
                         KV("text", why ? why->text : ""),
                         KV("request_id", why ? api_request_id(poller->parts.api) : "")));
}

static enum rc end_failed(struct poller *poller, struct poll *poll,
                          struct poll_state *state, const struct err *why, bool *given_up)
{
    struct err e = {0};
    if (poller->cursor_doubted && poll->kind == POLL_DEEP)
        state->deep.cursor[0] = '\0';
    if (poller->cursor_doubted && window_give_up_cursor(&poll->window, &state->window))
        log_warn("poll.cursor_given_up", KV("poll_id", (const char *)poll->id));
    poller->cursor_doubted = false;
    enum rc rc = record_failure(poller, poll, state, why, &e);
    if (rc == RC_RETRY)
        *given_up = true;
    return rc == RC_FATAL ? RC_FATAL : why->rc;
}

struct poll_when poller_when(const struct poller *poller)
{
    struct poll_when when = {.now_ms = clock_now_ms(),
                             .shop_ms = api_now_ms(poller->parts.api)};
    if (getrandom(&when.seed, sizeof(when.seed), 0) < 0)
        when.seed = (uint32_t)clock_monotonic_ms();
    return when;
}

static void count_end(const struct poll *poll, enum rc rc, bool given_up)
{
    const char *outcome = given_up ? "given_up" : rc ? POLL_FAILED : POLL_FINISHED;
    metrics_add_of(METRIC_POLLS, poll_kind_word(poll->kind), outcome, NULL, 1);
    if (given_up)
        return;
    metrics_observe(METRIC_POLL_TIME, clock_now_ms() - poll->started_ms);
    if (rc == RC_OK)
        metrics_set(METRIC_POLL_GOOD, clock_now_ms());
}

enum rc poller_end(struct poller *poller, struct poll *poll, struct poll_state *state,
                   enum rc rc, bool *given_up, struct err *e)
{
    arena_reset(&poller->arena);
    malloc_trim(0); /* a page of long orders takes megabytes; the next may be far off */
    *given_up = rc == RC_RETRY && !turn_wait(poller->parts.turn, 0);
    count_end(poll, rc, *given_up);
    if (*given_up)
        return rc;
    tell_end(poller, poll, state, rc ? e : NULL);
    if (rc == RC_RETRY || rc == RC_REJECT)
        rc = end_failed(poller, poll, state, e, given_up);
    return rc;
}

enum rc poller_run(struct poller *poller, struct poll_state *state,
                   const struct runtime_config *config, const struct trigger *trigger,
                   bool *given_up, struct err *e)
{
    struct poll poll;
    enum rc rc = poller_check_start(poller, e);
    const struct poll_when when = poller_when(poller);
    poll_begin(&poll, state, config, trigger, &when);
    cost_size_begin(&poller->size, poll.batch_size);
    if (rc == RC_OK) {
        poller_tell_start(poller, &poll);
        rc = poller_read_all(poller, &poll, state, e);
    }
    return poller_end(poller, &poll, state, rc, given_up, e);
}
