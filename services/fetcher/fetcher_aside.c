/* fetcher_aside: what the active fetcher reads beside the timer's and the triggers'
 * polls: the orders that doorbells name, and the deep pass; and what a standby asks. */
#include "fetcher_internal.h"

#include "io/clock.h"
#include "io/log.h"

enum {
    STANDBY_EVERY_MS = 60 * 60 * 1000, /* one small question of the shop's bucket */
};

/* ---- doorbells ---- */

enum rc fetcher_doorbells(struct fetcher *self, struct err *e)
{
    bool given_up = false;
    struct err why = {0};
    struct gone orders[DOORBELLS_HAND];
    size_t count = doorbells_take(self->doorbells, orders);
    timer_begin(&self->ring, clock_monotonic_ms());
    enum rc rc = poller_ring(self->poller, &self->state, orders, count, &given_up, &why);
    rc = fetcher_poll_ended(self, rc, &why, given_up, e);
    int64_t now_ms = clock_monotonic_ms();
    if (rc == RC_FATAL)
        return rc;
    timer_end(&self->ring, rc, now_ms, (uint64_t)now_ms);
    if (rc || given_up) {
        doorbells_keep(self->doorbells);
        return RC_OK;
    }
    rc = doorbells_done(self->doorbells, e);
    if (rc == RC_RETRY || rc == RC_REJECT) { /* they are only met again */
        log_err(LOG_WARN, "doorbells.commit_failed", e, LOG_FIELDS());
        return RC_OK;
    }
    return rc;
}

bool fetcher_doorbells_due(const struct fetcher *self, int64_t now_ms)
{
    return self->term && doorbells_waiting(self->doorbells) &&
           now_ms >= self->ring.again_ms;
}

enum rc fetcher_open_doorbells(struct fetcher *self, struct err *e)
{
    self->ring = self->deep = (struct timer){0};
    if (!self->cfg->webhooks_enabled || self->doorbells)
        return RC_OK;
    return doorbells_open(&self->bus, self->cfg->shopify_shop, &self->doorbells, e);
}

void fetcher_close_doorbells(struct fetcher *self)
{
    doorbells_close(self->doorbells);
    self->doorbells = NULL;
}

/* ---- the deep pass ---- */

bool fetcher_deep_due(struct fetcher *self, int64_t now_ms)
{
    return self->term && control_config(self->control)->enabled &&
           now_ms >= self->deep.again_ms && poller_deep_due(self->poller, &self->state);
}

enum rc fetcher_deep(struct fetcher *self, struct err *e)
{
    bool given_up = false;
    struct err why = {0};
    const int batch_size = (int)control_config(self->control)->batch_size;
    timer_begin(&self->deep, clock_monotonic_ms());
    enum rc rc = poller_deep(self->poller, &self->state, batch_size, &given_up, &why);
    rc = fetcher_poll_ended(self, rc, &why, given_up, e);
    int64_t now_ms = clock_monotonic_ms();
    timer_end(&self->deep, rc, now_ms, (uint64_t)now_ms);
    return rc == RC_FATAL ? rc : RC_OK;
}

/* ---- standing by ---- */

/* As little is asked while polling is off as the active one asks: nothing. */
bool fetcher_standby_due(const struct fetcher *self, int64_t now_ms)
{
    return !self->term && control_placed(self->control) &&
           control_config(self->control)->enabled &&
           timer_due(&self->standby, STANDBY_EVERY_MS, now_ms);
}

enum rc fetcher_standby(struct fetcher *self, struct err *e)
{
    struct err why = {0};
    timer_begin(&self->standby, clock_monotonic_ms());
    enum rc rc = poller_check_again(self->poller, &why);
    bool given_up = rc == RC_RETRY && !turn_wait(&self->turn, 0);
    rc = fetcher_poll_ended(self, rc, &why, given_up, e);
    int64_t now_ms = clock_monotonic_ms();
    timer_end(&self->standby, rc, now_ms, (uint64_t)now_ms);
    return rc == RC_FATAL ? rc : RC_OK;
}
