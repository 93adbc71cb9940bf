/* backfill_slice: the next orders of a backfill, read, made whole and published: a small
 * poll of its own that moves no watermark, so that polls go on between two of them. */
#include "backfill_job.h"
#include "complete.h"
#include "io/clock.h"
#include "io/log.h"
#include "poller_internal.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLICE_ORDERS = 100, /* out of a file; at most BULK_VERSIONS_MAX */
    SLICE_IDS = 25,     /* read one by one */
    YOUNG_MS = 60000,   /* clocks differ, and Shopify's times are whole seconds */
};

struct slice {
    const struct job_tools *tools;
    struct job *job;
    struct poll poll;
    struct complete complete;
    struct page page;
    int64_t seen, last_order; /* what the job moves on by, once it is published */
    bool more;
};

static struct arena *arena_of(const struct slice *slice)
{
    return &slice->tools->poller->arena;
}

/* ---- by id ---- */

static enum rc add_by_id(struct slice *slice, int64_t id, struct err *e)
{
    bool gone = false;
    struct order *order = &slice->page.orders[slice->page.count];
    enum rc rc = complete_by_id(&slice->complete, id, order, &gone, e);
    if (rc == RC_OK && !gone)
        slice->page.count++;
    return rc;
}

static enum rc read_ids(struct slice *slice, struct err *e)
{
    const struct codec_texts *ids = &slice->job->request.orders;
    size_t from = (size_t)slice->job->seen;
    enum rc rc = RC_OK;
    slice->page.orders = arena_array(arena_of(slice), SLICE_IDS, sizeof(struct order));
    while (rc == RC_OK && from < ids->count && slice->seen < SLICE_IDS) {
        rc = add_by_id(slice, strtoll(ids->at[from++], NULL, 10), e);
        slice->seen++;
    }
    slice->more = from < ids->count;
    return rc;
}

/* ---- by pages ---- */

static enum rc ask_page(struct slice *slice, struct reply *reply, struct err *e)
{
    char search[BULK_SEARCH_MAX];
    struct buf body;
    enum rc rc = RC_OK;
    bool smaller = false;
    struct job *job = slice->job;
    struct cost_size *size = slice->tools->size;
    struct bulk_page page = {.search = bulk_search(&job->request, search),
                             .after = job->cursor,
                             .by_created = job->request.by &&
                                           !strcmp(job->request.by, BACKFILL_BY_CREATED),
                             .lines = (int)slice->tools->cfg->shopify_lines_page};
    buf_init(&body, QUERY_BODY_MAX);
    do {
        page.first = size->first;
        buf_clear(&body);
        bulk_ask_page(&page, &body);
        const struct api_ask ask = {.query = QUERY_ORDERS_WINDOW,
                                    .body = &body,
                                    .size = page.first,
                                    .can_shrink = page.first > 1,
                                    .poll_id = slice->poll.id};
        rc = api_send(slice->tools->api, &ask, reply, e);
        smaller = rc == RC_REJECT && reply->kind == REPLY_SHRINK &&
                  cost_size_shrink(size, reply->cost.requested > 0);
    } while (smaller);
    if (rc == RC_REJECT && reply->bad_request)
        job->cursor[0] = '\0'; /* perhaps it is no longer known: from the beginning */
    buf_done(&body);
    return rc;
}

static enum rc read_page(struct slice *slice, struct err *e)
{
    struct reply reply = {0};
    const struct job *job = slice->job;
    enum rc rc = ask_page(slice, &reply, e);
    if (rc)
        return rc;
    struct json_at root = reply_root(&reply);
    struct json_at data = json_member(&root, "data");
    rc = page_read(&data, slice->complete.shop,
                   job->request.by && strcmp(job->request.by, BACKFILL_BY_UPDATED) != 0
                       ? 0
                       : job->request.from_ms,
                   arena_of(slice), &slice->page, e);
    reply_done(&reply);
    if (rc)
        return rc;
    cost_size_good(slice->tools->size);
    slice->seen = (int64_t)slice->page.count;
    slice->more = slice->page.has_next;
    return complete_page(&slice->complete, &slice->page, e);
}

/* ---- out of the file ---- */

struct found {
    int64_t id;
    struct order order;
    bool again; /* it must be read by its id */
};

/* Nothing in the file is from before the operation's start. What changed near to that, or
 * since, may be half read. */
static bool is_settled(const struct job *job, const struct order *order)
{
    return order->snapshot.updated_ms < job->operation_ms - YOUNG_MS;
}

static enum rc take_found(struct slice *slice, const struct spool_order *lines,
                          struct found *found)
{
    struct err why = {0};
    found->id = lines->id;
    found->again = lines->headless ||
                   bulk_join(lines->texts, lines->count, slice->complete.shop,
                             arena_of(slice), &found->order, &why) != RC_OK ||
                   !is_settled(slice->job, &found->order);
    found->order.several = true; /* the order and its lines may be of different times */
    return RC_OK;
}

static enum rc ask_versions(struct slice *slice, const struct found *found, size_t count,
                            int64_t *updated_ms, struct err *e)
{
    struct buf body;
    struct reply reply = {0};
    int64_t ids[SLICE_ORDERS];
    for (size_t i = 0; i < count; i++)
        ids[i] = found[i].id;
    buf_init(&body, QUERY_BODY_MAX);
    bulk_ask_versions(ids, count, &body);
    enum rc rc = job_ask(slice->tools, slice->job, QUERY_VERSIONS, &body, &reply, e);
    if (rc == RC_OK) {
        struct json_at root = reply_root(&reply);
        struct json_at data = json_member(&root, "data");
        rc = bulk_read_versions(&data, count, updated_ms, e);
    }
    reply_done(&reply);
    buf_done(&body);
    return rc;
}

/* What is deleted meanwhile is left out; what changed meanwhile is read again. */
static enum rc keep_current(struct slice *slice, struct found *found, size_t count,
                            struct err *e)
{
    int64_t updated_ms[SLICE_ORDERS] = {0};
    enum rc rc = ask_versions(slice, found, count, updated_ms, e);
    for (size_t i = 0; rc == RC_OK && i < count; i++) {
        bool gone = false;
        struct order *order = &found[i].order;
        if (!updated_ms[i])
            continue;
        if (found[i].again || order->snapshot.updated_ms != updated_ms[i]) {
            rc = add_by_id(slice, found[i].id, e);
            continue;
        }
        rc = complete_order(&slice->complete, order, &gone, e);
        if (rc == RC_OK && !gone)
            slice->page.orders[slice->page.count++] = *order;
    }
    return rc;
}

static enum rc read_file(struct slice *slice, struct err *e)
{
    struct arena *arena = arena_of(slice);
    struct found *found = arena_array(arena, SLICE_ORDERS, sizeof(*found));
    size_t count = 0;
    enum rc rc = RC_OK;
    slice->more = slice->job->spool != NULL;
    slice->page.orders = arena_array(arena, SLICE_ORDERS, sizeof(struct order));
    while (rc == RC_OK && slice->more && count < SLICE_ORDERS) {
        struct spool_order lines = {0};
        rc = spool_next(slice->job->spool, arena, &lines, &slice->more, e);
        if (rc == RC_OK && slice->more)
            rc = take_found(slice, &lines, &found[count++]);
    }
    if (rc || !count)
        return rc;
    slice->seen = (int64_t)count;
    slice->last_order = found[count - 1].id;
    return keep_current(slice, found, count, e);
}

/* ---- a slice ---- */

static enum rc read(struct slice *slice, struct err *e)
{
    switch (slice->job->step) {
    case JOB_PUBLISH:
        return read_file(slice, e);
    case JOB_PAGES:
        return read_page(slice, e);
    case JOB_ORDERS:
        return read_ids(slice, e);
    case JOB_START:
    case JOB_OPERATION:
    case JOB_DOWNLOAD:
        break;
    }
    return err_set(e, RC_REJECT, "backfill.slice", "there is nothing to publish yet");
}

static enum rc publish(struct slice *slice, struct err *e)
{
    const struct job_tools *tools = slice->tools;
    int64_t published = 0;
    const struct publisher_page orders = {.orders = slice->page.orders,
                                          .count = slice->page.count};
    if (!orders.count)
        return RC_OK;
    enum rc rc = poller_stamp(tools->poller, &slice->poll, tools->state, &slice->page, e);
    if (rc == RC_OK)
        rc = publisher_orders(tools->publisher, &slice->poll, &orders, &published, e);
    if (rc)
        return rc;
    poll_count(&slice->poll, tools->state, published);
    slice->poll.complete = true;
    slice->job->orders += published;
    return poller_record(tools->poller, &slice->poll, tools->state, POLL_FINISHED, e);
}

static void move_on(const struct slice *slice)
{
    struct job *job = slice->job;
    job->seen += slice->seen;
    if (slice->last_order)
        job->last_order = slice->last_order;
    if (job->step == JOB_PAGES)
        snprintf(job->cursor, sizeof(job->cursor), "%s", slice->page.cursor);
}

enum rc job_slice(const struct job_tools *tools, struct job *job, bool *more,
                  struct err *e)
{
    struct slice slice = {.tools = tools, .job = job};
    const struct poll_when when = poller_when(tools->poller);
    poll_begin_orders(&slice.poll, POLL_BACKFILL, &when);
    slice.poll.trigger_id = job->request.id;
    slice.poll.dry_run = job->request.dry_run;
    slice.poll.force = job->request.force;
    slice.complete = (struct complete){.api = tools->api,
                                       .turn = tools->turn,
                                       .shop = tools->cfg->shopify_shop,
                                       .poll_id = slice.poll.id,
                                       .arena = arena_of(&slice)};
    arena_reset(arena_of(&slice));
    enum rc rc = read(&slice, e);
    if (rc == RC_OK)
        rc = publish(&slice, e);
    if (rc == RC_OK)
        move_on(&slice);
    else if (job->spool && job->step == JOB_PUBLISH) {
        struct err lost = {0}; /* the orders in hand are to be met again */
        if (spool_seek(job->spool, job->last_order, &lost))
            job->step = JOB_OPERATION;
    }
    *more = slice.more;
    if (rc == RC_OK)
        log_debug("backfill.slice", KV("backfill", job->request.id),
                  KV("poll_id", (const char *)slice.poll.id),
                  KV("orders", slice.page.count), KV("seen", job->seen));
    arena_reset(arena_of(&slice));
    malloc_trim(0); /* as after a poll */
    return rc;
}
