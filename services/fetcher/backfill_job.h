/* backfill_job: one backfill and how far it got; what the parts of backfills share. */
#ifndef TB_FETCHER_BACKFILL_JOB_H
#define TB_FETCHER_BACKFILL_JOB_H

#include "backfill_spool.h"
#include "core/bulk.h"
#include "core/window.h"
#include "io/cfg.h"
#include "poller.h"

enum job_step {
    JOB_START,
    JOB_OPERATION, /* Shopify runs the bulk operation */
    JOB_DOWNLOAD,  /* its file comes */
    JOB_PUBLISH,   /* out of the file */
    JOB_PAGES,     /* by plain paging */
    JOB_ORDERS,    /* the orders that the request names */
};

struct job {
    struct arena arena;
    struct backfill request; /* its texts are in the arena */
    enum job_step step;
    bool ended, cancelled;
    int64_t started_ms;
    char operation[BULK_ID_MAX];
    int64_t operation_ms; /* nothing in its file was read before */
    char url[BULK_URL_MAX];
    int64_t total, seen, orders, last_order;
    char cursor[WINDOW_CURSOR_MAX];
    char note[BULK_WHY_MAX], error[512];
    struct spool *spool;
    int64_t next_ms;    /* monotonic: when it goes on */
    unsigned failures;  /* in a row */
    unsigned looks;     /* at the operation */
    unsigned downloads; /* that failed */
};

/* What a step works with. */
struct job_tools {
    const struct cfg *cfg;
    const struct turn *turn;
    struct api *api;
    struct publisher *publisher;
    struct poller *poller;
    struct cost_size *size; /* of the pages */
    struct poll_state *state;
};

/* Asks and parses: *reply is the caller's, to be finished by reply_done. */
enum rc job_ask(const struct job_tools *tools, const struct job *job, enum query query,
                const struct buf *body, struct reply *reply, struct err *e) TB_MUST_CHECK;

/* The window is read page by page from its beginning, for the reason given. */
void job_go_plain(struct job *job, const char *why);

/* Steps of a bulk operation: each does a little and sets job->step and job->next_ms. */
enum rc job_start(const struct job_tools *tools, struct job *job,
                  struct err *e) TB_MUST_CHECK;
enum rc job_look(const struct job_tools *tools, struct job *job,
                 struct err *e) TB_MUST_CHECK;
enum rc job_download(const struct job_tools *tools, struct job *job,
                     struct err *e) TB_MUST_CHECK;
enum rc job_cancel(const struct job_tools *tools, struct job *job,
                   struct err *e) TB_MUST_CHECK;

/* Publishes the next slice. *more false: it was the last one. */
enum rc job_slice(const struct job_tools *tools, struct job *job, bool *more,
                  struct err *e) TB_MUST_CHECK;

#endif
