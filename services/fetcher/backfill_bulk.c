/* backfill_bulk: a bulk operation from its start to the downloaded file.
 *
 * Whatever goes wrong with it for good, the window is read by plain paging instead: that
 * takes longer and leaves nothing out.
 */
#include "backfill_job.h"
#include "base/backoff.h"
#include "io/clock.h"
#include "io/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOWNLOADS_MAX = 5,
    BUSY_MS = 200, /* how often the download is looked at */
};

static const struct backoff looking = {.base_ms = 500, .max_ms = 10000};

enum rc job_ask(const struct job_tools *tools, const struct job *job, enum query query,
                const struct buf *body, struct reply *reply, struct err *e)
{
    const struct api_ask ask = {.query = query, .body = body, .poll_id = job->request.id};
    return api_send(tools->api, &ask, reply, e);
}

void job_go_plain(struct job *job, const char *why)
{
    log_warn("backfill.plain", KV("backfill", job->request.id), KV("text", why));
    snprintf(job->note, sizeof(job->note), "by pages: %s", why);
    spool_close(job->spool);
    job->spool = NULL;
    job->step = JOB_PAGES;
    job->cursor[0] = '\0';
    job->seen = 0;
    job->total = 0;
}

static void write_document(const struct job *job, struct buf *out)
{
    char search[BULK_SEARCH_MAX];
    buf_init(out, QUERY_BODY_MAX);
    bulk_document(bulk_search(&job->request, search), out);
}

/* ---- start ---- */

/* Asks how the operation `id` is doing. */
static enum rc ask_state(const struct job_tools *tools, const struct job *job,
                         const char *id, struct bulk_operation *out, struct err *e)
{
    struct buf document;
    struct buf body;
    struct reply reply = {0};
    write_document(job, &document);
    buf_init(&body, QUERY_BODY_MAX);
    bulk_ask_state(id, &body);
    enum rc rc = job_ask(tools, job, QUERY_BULK_STATE, &body, &reply, e);
    if (rc == RC_OK) {
        struct json_at root = reply_root(&reply);
        struct json_at data = json_member(&root, "data");
        rc = bulk_read_state(&data, buf_str(&document), out, e);
        reply_done(&reply);
    }
    buf_done(&document);
    buf_done(&body);
    return rc;
}

static enum rc ask_run(const struct job_tools *tools, const struct job *job,
                       struct bulk_operation *out, struct err *e)
{
    struct buf document;
    struct buf body;
    struct reply reply = {0};
    write_document(job, &document);
    buf_init(&body, QUERY_BODY_MAX);
    bulk_ask_run(buf_str(&document), &body);
    enum rc rc = job_ask(tools, job, QUERY_BULK_RUN, &body, &reply, e);
    if (rc == RC_OK) {
        struct json_at root = reply_root(&reply);
        struct json_at data = json_member(&root, "data");
        rc = bulk_read_run(&data, out, e);
        reply_done(&reply);
    }
    buf_done(&document);
    buf_done(&body);
    return rc;
}

static void take_operation(struct job *job, const struct bulk_operation *operation)
{
    snprintf(job->operation, sizeof(job->operation), "%s", operation->id);
    job->operation_ms = operation->created_ms;
    job->step = JOB_OPERATION;
    log_info("backfill.operation", KV("backfill", job->request.id),
             KV("operation", (const char *)job->operation));
}

/* One in the way that executes the very same document was begun by this backfill before
 * a restart, or by one of the same window: its file is what is wanted. */
static enum rc adopt(const struct job_tools *tools, struct job *job,
                     const struct bulk_operation *refused, struct err *e)
{
    struct bulk_operation *other = calloc(1, sizeof(*other)); /* it holds a long url */
    if (!other)
        abort(); /* out of memory: as in arena.h */
    enum rc rc = RC_OK;
    if (refused->id[0])
        rc = ask_state(tools, job, refused->id, other, e);
    if (rc == RC_OK && other->same_document && other->verdict != BULK_FAILED)
        take_operation(job, other);
    else if (rc == RC_OK)
        job_go_plain(job, refused->why);
    free(other);
    return rc;
}

enum rc job_start(const struct job_tools *tools, struct job *job, struct err *e)
{
    if (job->request.orders.count) {
        job->total = (int64_t)job->request.orders.count;
        job->step = JOB_ORDERS;
        return RC_OK;
    }
    if (job->request.plain) {
        job->step = JOB_PAGES;
        return RC_OK;
    }
    struct bulk_operation *operation = calloc(1, sizeof(*operation));
    if (!operation)
        abort(); /* out of memory: as in arena.h */
    enum rc rc = ask_run(tools, job, operation, e);
    if (rc == RC_OK && operation->verdict == BULK_FAILED)
        rc = adopt(tools, job, operation, e);
    else if (rc == RC_OK)
        take_operation(job, operation);
    free(operation);
    if (rc == RC_REJECT) {
        job_go_plain(job, e->text);
        rc = RC_OK;
    }
    return rc;
}

/* ---- until the file is there ---- */

static enum rc begin_download(const struct job_tools *tools, struct job *job,
                              struct err *e)
{
    const char *folder = getenv("TMPDIR");
    job->step = JOB_DOWNLOAD;
    return spool_open(job->url, folder && folder[0] ? folder : "/tmp",
                      tools->cfg->shopify_timeout_ms, &job->spool, e);
}

static enum rc judge(const struct job_tools *tools, struct job *job,
                     const struct bulk_operation *operation, struct err *e)
{
    job->total = operation->orders;
    job->operation_ms = operation->created_ms;
    switch (operation->verdict) {
    case BULK_RUNNING:
        job->next_ms = clock_monotonic_ms() + backoff_delay_ms(&looking, ++job->looks,
                                                               (uint64_t)job->started_ms);
        return RC_OK;
    case BULK_FAILED:
        job_go_plain(job, operation->why);
        return RC_OK;
    case BULK_DONE:
        break;
    }
    snprintf(job->url, sizeof(job->url), "%s", operation->url);
    if (job->url[0])
        return begin_download(tools, job, e);
    job->step = JOB_PUBLISH; /* of nothing */
    return RC_OK;
}

enum rc job_look(const struct job_tools *tools, struct job *job, struct err *e)
{
    struct bulk_operation *operation = calloc(1, sizeof(*operation));
    if (!operation)
        abort(); /* out of memory: as in arena.h */
    enum rc rc = ask_state(tools, job, job->operation, operation, e);
    if (rc == RC_OK)
        rc = judge(tools, job, operation, e);
    free(operation);
    return rc;
}

/* A new address is asked for, a few times. */
static enum rc download_failed(struct job *job, enum rc rc, struct err *e)
{
    spool_close(job->spool);
    job->spool = NULL;
    job->step = JOB_OPERATION;
    if (rc == RC_RETRY && ++job->downloads < DOWNLOADS_MAX)
        return rc;
    job_go_plain(job, e->text);
    return RC_OK;
}

enum rc job_download(const struct job_tools *tools, struct job *job, struct err *e)
{
    (void)tools;
    if (!job->spool) {
        job->step = JOB_OPERATION;
        return RC_OK;
    }
    if (spool_busy(job->spool)) {
        job->next_ms = clock_monotonic_ms() + BUSY_MS;
        return RC_OK;
    }
    enum rc rc = spool_result(job->spool, e);
    if (rc == RC_OK)
        rc = spool_seek(job->spool, job->last_order, e);
    if (rc)
        return download_failed(job, rc, e);
    log_info("backfill.downloaded", KV("backfill", job->request.id),
             KV("bytes", spool_bytes(job->spool)), KV("orders", job->total));
    job->step = JOB_PUBLISH;
    return RC_OK;
}

enum rc job_cancel(const struct job_tools *tools, struct job *job, struct err *e)
{
    if (job->step != JOB_OPERATION || !job->operation[0])
        return RC_OK;
    struct buf body;
    struct reply reply = {0};
    buf_init(&body, QUERY_BODY_MAX);
    bulk_ask_cancel(job->operation, &body);
    enum rc rc = job_ask(tools, job, QUERY_BULK_CANCEL, &body, &reply, e);
    reply_done(&reply);
    buf_done(&body);
    return rc;
}
