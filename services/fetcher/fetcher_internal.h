/* fetcher_internal: what the parts of the fetcher share. Nobody else includes it. */
#ifndef TB_FETCHER_INTERNAL_H
#define TB_FETCHER_INTERNAL_H

#include "backfills.h"
#include "control.h"
#include "core/timer.h"
#include "doorbells.h"
#include "fetcher.h"
#include "poller.h"
#include "webhooks.h"

struct fetcher {
    const struct cfg *cfg;
    struct bus_conf bus;
    struct turn turn;
    struct health *health;
    struct control *control;
    struct publisher *publisher;
    struct api *api;
    struct poller *poller;
    struct backfills *backfills;
    struct webhooks *webhooks;      /* NULL: off */
    struct doorbells *doorbells;    /* NULL: off, or standing by */
    unsigned term;                  /* whose state is loaded; 0 = none */
    struct poll_state state;        /* of the shop, in this term */
    struct timer timer, ring, deep; /* of polls, of doorbells, of the deep pass */
    struct timer standby;           /* of the start check while another polls */
    int64_t reach_ms, load_ms;
    bool ready;
    char reason[512];      /* last one told to the health listener */
    struct err last_error; /* of the last poll; RC_OK when it went well */
    struct err fatal;      /* met while waiting within a poll */
};

/* To be called after each poll: rc and why are the poll's. RC_FATAL: *e says why. */
enum rc fetcher_poll_ended(struct fetcher *self, enum rc rc, const struct err *why,
                           bool given_up, struct err *e) TB_MUST_CHECK;

/* At the start of a term. Only the active one reads orders, so only it is a member of the
 * doorbells' group. */
enum rc fetcher_open_doorbells(struct fetcher *self, struct err *e) TB_MUST_CHECK;
void fetcher_close_doorbells(struct fetcher *self);

/* Doorbells are in hand, and not to be left for later after a failure. */
bool fetcher_doorbells_due(const struct fetcher *self, int64_t now_ms);
enum rc fetcher_doorbells(struct fetcher *self, struct err *e) TB_MUST_CHECK;

/* A slice of the deep pass is to be read, while polling is on. */
bool fetcher_deep_due(struct fetcher *self, int64_t now_ms);
enum rc fetcher_deep(struct fetcher *self, struct err *e) TB_MUST_CHECK;

/* Another polls, and what a take-over would meet at Shopify is to be looked at. */
bool fetcher_standby_due(const struct fetcher *self, int64_t now_ms);
/* What it finds wrong makes the standby not ready; a take-over ends it. */
enum rc fetcher_standby(struct fetcher *self, struct err *e) TB_MUST_CHECK;

#endif
