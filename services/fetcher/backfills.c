/* backfills: see backfills.h. */
#include "backfills.h"

#include "backfill_job.h"
#include "base/backoff.h"
#include "core/text.h"
#include "io/clock.h"
#include "io/log.h"
#include "poller_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct backoff trouble = {.base_ms = 1000, .max_ms = 60000};

struct backfills {
    struct poller_parts parts;
    struct poller *poller;
    struct cost_size size;
    struct job **jobs; /* ended ones too: their requests may be met again */
    size_t count;
};

struct backfills *backfills_new(const struct poller_parts *parts, struct poller *poller)
{
    struct backfills *backfills = calloc(1, sizeof(*backfills));
    if (!backfills)
        abort(); /* out of memory: as in arena.h */
    backfills->parts = *parts;
    backfills->poller = poller;
    return backfills;
}

static void free_job(struct job *job)
{
    spool_close(job->spool);
    arena_done(&job->arena);
    free(job);
}

void backfills_forget(struct backfills *backfills)
{
    for (size_t i = 0; i < backfills->count; i++)
        free_job(backfills->jobs[i]);
    free(backfills->jobs);
    backfills->jobs = NULL;
    backfills->count = 0;
}

void backfills_free(struct backfills *backfills)
{
    if (!backfills)
        return;
    backfills_forget(backfills);
    free(backfills);
}

/* ---- requests ---- */

static struct job *find(const struct backfills *backfills, const char *id)
{
    for (size_t i = 0; i < backfills->count; i++)
        if (strcmp(backfills->jobs[i]->request.id, id) == 0)
            return backfills->jobs[i];
    return NULL;
}

static void add(struct backfills *backfills, struct job *job)
{
    struct job **jobs =
        realloc(backfills->jobs, (backfills->count + 1) * sizeof(struct job *));
    if (!jobs)
        abort(); /* out of memory: as in arena.h */
    backfills->jobs = jobs;
    backfills->jobs[backfills->count++] = job;
    log_info("backfill.taken", KV("backfill", job->request.id),
             KV("plain", job->request.plain), KV("dry_run", job->request.dry_run),
             KV("orders", (int64_t)job->request.orders.count));
}

/* A cancellation may be all that compaction left of a request. */
static void take_request(struct backfills *backfills, struct job *job)
{
    struct job *known = find(backfills, job->request.id);
    bool ours = strcmp(job->request.shop, backfills->parts.cfg->shopify_shop) == 0;
    job->cancelled = job->request.cancel;
    if (known)
        known->cancelled |= job->cancelled;
    if (known || !ours)
        free_job(job);
    else
        add(backfills, job);
}

void backfills_take(struct backfills *backfills, const struct bus_message *message)
{
    struct err e = {0};
    if (!message->value)
        return;
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        abort(); /* out of memory: as in arena.h */
    arena_init(&job->arena);
    if (backfill_decode(message->value, message->value_len, &job->arena, &job->request,
                        &e) == RC_OK) {
        take_request(backfills, job);
        return;
    }
    log_warn("control.refused", KV("offset", message->offset),
             KV("text", (const char *)e.text),
             KV("remedy", "ask again with tillctl backfill"));
    free_job(job);
}

/* ---- progress ---- */

static const char *const steps[] = {
    [JOB_START] = "start",     [JOB_OPERATION] = "operation", [JOB_DOWNLOAD] = "download",
    [JOB_PUBLISH] = "publish", [JOB_PAGES] = "pages",         [JOB_ORDERS] = "orders",
};

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static enum rc record(struct backfills *backfills, const struct job *job,
                      const char *state, struct err *e)
{
    const struct progress progress = {.version = MESSAGE_VERSION,
                                      .shop = backfills->parts.cfg->shopify_shop,
                                      .id = job->request.id,
                                      .state = state,
                                      .step = steps[job->step],
                                      .at_ms = clock_now_ms(),
                                      .started_ms = job->started_ms,
                                      .operation = or_null(job->operation),
                                      .total = job->total,
                                      .seen = job->seen,
                                      .orders = job->orders,
                                      .last_order = job->last_order,
                                      .cursor = or_null(job->cursor),
                                      .note = or_null(job->note),
                                      .error = or_null(job->error)};
    return publisher_progress(backfills->parts.publisher, &progress, e);
}

static enum job_step step_of(const char *word)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (strcmp(steps[i], word) == 0)
            return (enum job_step)i;
    return JOB_START;
}

/* The file is gone with the process that had it: it is fetched again. */
static void restore(struct job *job, const struct progress *progress)
{
    job->ended = progress_ended(progress);
    job->step = step_of(progress->step);
    if (job->step == JOB_DOWNLOAD || job->step == JOB_PUBLISH)
        job->step = JOB_OPERATION;
    job->started_ms = progress->started_ms;
    job->total = progress->total;
    job->seen = progress->seen;
    job->orders = progress->orders;
    job->last_order = progress->last_order;
    snprintf(job->operation, sizeof(job->operation), "%s",
             progress->operation ? progress->operation : "");
    snprintf(job->cursor, sizeof(job->cursor), "%s",
             progress->cursor ? progress->cursor : "");
    snprintf(job->note, sizeof(job->note), "%s", progress->note ? progress->note : "");
    if (job->step == JOB_OPERATION && !job->operation[0])
        job->step = JOB_START;
}

static bool is_progress(const struct backfills *backfills,
                        const struct bus_message *message)
{
    const char *shop = backfills->parts.cfg->shopify_shop;
    size_t len = strlen(shop);
    size_t whole = len + 1 + strlen(KEY_BACKFILL);
    return message->value && message->key_len > whole &&
           memcmp(message->key, shop, len) == 0 && message->key[len] == '/' &&
           memcmp(message->key + len + 1, KEY_BACKFILL, strlen(KEY_BACKFILL)) == 0;
}

static bool visit(void *ctx, const struct bus_message *message)
{
    struct backfills *backfills = ctx;
    struct arena arena;
    struct progress progress = {0};
    struct err e = {0};
    if (!is_progress(backfills, message))
        return true;
    arena_init(&arena);
    if (progress_decode(message->value, message->value_len, &arena, &progress, &e)) {
        log_warn("backfill.progress_unreadable", KV("offset", message->offset),
                 KV("text", (const char *)e.text));
    } else {
        struct job *job = find(backfills, progress.id);
        if (job)
            restore(job, &progress);
    }
    arena_done(&arena);
    return true;
}

enum rc backfills_load(struct backfills *backfills, const struct bus_conf *bus,
                       struct err *e)
{
    return backfills->count ? bus_read_all(bus, TOPIC_POLLS, 0, visit, backfills, e)
                            : RC_OK;
}

/* ---- doing ---- */

static struct job *current(const struct backfills *backfills)
{
    for (size_t i = 0; i < backfills->count; i++)
        if (!backfills->jobs[i]->ended)
            return backfills->jobs[i];
    return NULL;
}

int64_t backfills_wait_ms(const struct backfills *backfills, int64_t now_ms)
{
    const struct job *job = current(backfills);
    if (!job)
        return -1;
    if (job->cancelled || job->next_ms <= now_ms)
        return 0;
    return job->next_ms - now_ms;
}

static enum rc end(struct backfills *backfills, struct job *job, const char *state,
                   struct err *e)
{
    enum rc rc = record(backfills, job, state, e);
    if (rc)
        return rc;
    job->ended = true;
    spool_close(job->spool);
    job->spool = NULL;
    log_info("backfill.ended", KV("backfill", job->request.id), KV("state", state),
             KV("seen", job->seen), KV("orders", job->orders),
             KV("ms", clock_now_ms() - job->started_ms),
             KV("note", (const char *)job->note));
    return RC_OK;
}

/* Shopify leaves out what the app may not see, without a word. */
static void note_reach(const struct backfills *backfills, struct job *job)
{
    const struct poller *poller = backfills->poller;
    if (!job->note[0] && job->request.from_ms &&
        start_is_too_old(&poller->start, job->request.from_ms,
                         api_now_ms(backfills->parts.api)))
        snprintf(job->note, sizeof(job->note),
                 "orders made more than 60 days ago are left out by Shopify; give the "
                 "app the scope read_all_orders");
}

static enum rc begin(struct backfills *backfills, const struct job_tools *tools,
                     struct job *job, struct err *e)
{
    if (!job->started_ms)
        job->started_ms = clock_now_ms();
    enum rc rc = poller_check_start(backfills->poller, e);
    if (rc == RC_OK)
        rc = job_start(tools, job, e);
    if (rc == RC_OK)
        note_reach(backfills, job);
    return rc ? rc : record(backfills, job, PROGRESS_RUNNING, e);
}

/* Then it waits, so that no more orders a second come than the reconcilers are to be
 * given beside the live ones. */
static enum rc slice(struct backfills *backfills, const struct job_tools *tools,
                     struct job *job, struct err *e)
{
    bool more = false;
    int64_t before = job->orders;
    int64_t began_ms = clock_monotonic_ms();
    enum rc rc = poller_check_start(backfills->poller, e);
    if (rc == RC_OK)
        rc = job_slice(tools, job, &more, e);
    if (rc)
        return rc;
    job->next_ms =
        began_ms + (job->orders - before) * 1000 / backfills->parts.cfg->backfill_rate;
    return more ? record(backfills, job, PROGRESS_RUNNING, e)
                : end(backfills, job, PROGRESS_FINISHED, e);
}

static enum rc look(struct backfills *backfills, const struct job_tools *tools,
                    struct job *job, struct err *e)
{
    enum rc rc = job_look(tools, job, e);
    return rc ? rc : record(backfills, job, PROGRESS_RUNNING, e);
}

static enum rc do_step(struct backfills *backfills, const struct job_tools *tools,
                       struct job *job, struct err *e)
{
    if (job->cancelled) {
        struct err why = {0};
        if (job_cancel(tools, job, &why)) /* it ends by itself, unused */
            log_err(LOG_WARN, "backfill.operation_goes_on", &why, LOG_FIELDS());
        return end(backfills, job, PROGRESS_CANCELLED, e);
    }
    switch (job->step) {
    case JOB_START:
        return begin(backfills, tools, job, e);
    case JOB_OPERATION:
        return look(backfills, tools, job, e);
    case JOB_DOWNLOAD:
        return job_download(tools, job, e);
    case JOB_PUBLISH:
    case JOB_PAGES:
    case JOB_ORDERS:
        break;
    }
    return slice(backfills, tools, job, e);
}

/* It is tried again for as long as it takes, or until somebody cancels it. */
static void keep_trouble(struct backfills *backfills, struct job *job,
                         const struct err *why)
{
    struct err e = {0};
    int64_t wait_ms =
        backoff_delay_ms(&trouble, ++job->failures, (uint64_t)clock_monotonic_ms());
    job->next_ms = clock_monotonic_ms() + wait_ms;
    snprintf(job->error, sizeof(job->error), "%s", why->text);
    text_clean(job->error);
    log_warn("backfill.failed", KV("backfill", job->request.id),
             KV("step", steps[job->step]), KV("text", (const char *)job->error),
             KV("again_ms", wait_ms));
    if (turn_wait(backfills->parts.turn, 0) &&
        record(backfills, job, PROGRESS_RUNNING, &e))
        log_err(LOG_WARN, "backfill.record_failed", &e, LOG_FIELDS());
}

enum rc backfills_step(struct backfills *backfills, struct poll_state *state,
                       int64_t batch_size, struct err *e)
{
    struct job *job = current(backfills);
    if (!job)
        return RC_OK;
    const struct job_tools tools = {.cfg = backfills->parts.cfg,
                                    .turn = backfills->parts.turn,
                                    .api = backfills->parts.api,
                                    .publisher = backfills->parts.publisher,
                                    .poller = backfills->poller,
                                    .size = &backfills->size,
                                    .state = state};
    cost_size_begin(&backfills->size, (int)batch_size);
    enum rc rc = do_step(backfills, &tools, job, e);
    if (rc == RC_OK) {
        job->failures = 0;
        job->error[0] = '\0';
    } else if (rc != RC_FATAL && turn_wait(backfills->parts.turn, 0)) {
        keep_trouble(backfills, job, e);
        rc = RC_OK;
    }
    return rc == RC_FATAL ? rc : RC_OK;
}
