/* fetcher: see fetcher.h. */
#include "fetcher_internal.h"

#include "io/clock.h"
#include "io/health.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/stop.h"
#include "records.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    TURN_MS = 200,
    REACH_EVERY_MS = 10000, /* how often Kafka is asked whether it is there, when idle */
    LOAD_AGAIN_MS = 1000,
};

static const int64_t minute_ms = 60000;

static struct runtime_config defaults_of(const struct cfg *cfg)
{
    return (struct runtime_config){
        .version = MESSAGE_VERSION,
        .interval_minutes = cfg->polling_interval_minutes,
        .lookback_minutes = cfg->polling_lookback_minutes,
        .batch_size = cfg->polling_batch_size,
        .max_pages = cfg->polling_max_pages,
        .enabled = cfg->polling_enabled,
    };
}

/* ---- readiness ---- */

static void tell_ready(struct fetcher *self, bool ready, const char *reason)
{
    if (ready == self->ready && strcmp(reason, self->reason) == 0)
        return;
    self->ready = ready;
    snprintf(self->reason, sizeof(self->reason), "%s", reason);
    health_ready(self->health, ready, reason);
    if (ready)
        log_info("fetcher.ready", KV("active", (bool)self->term));
    else
        log_warn("fetcher.not_ready", KV("reason", reason));
}

static void tell_by_last_poll(struct fetcher *self)
{
    if (self->last_error.rc)
        tell_ready(self, false, self->last_error.text);
    else
        tell_ready(self, true, "");
}

static void on_trouble(void *ctx, const char *reason)
{
    tell_ready(ctx, false, reason);
}

/* ---- turns ---- */

/* RC_FATAL is kept for the loop; trouble with the broker is told and waited out. */
static enum rc one_turn(struct fetcher *self, int64_t timeout_ms)
{
    struct err e = {0};
    health_tick(self->health, clock_monotonic_ms());
    enum rc rc = control_turn(self->control, timeout_ms, &e);
    if (rc == RC_OK)
        rc = doorbells_turn(self->doorbells, &e);
    if (rc == RC_OK)
        rc = webhooks_check(self->webhooks, &e);
    if (rc == RC_FATAL)
        self->fatal = e;
    else if (rc)
        tell_ready(self, false, e.text);
    return rc;
}

/* struct turn: within a poll. */
static bool wait_in_poll(void *ctx, int64_t ms)
{
    struct fetcher *self = ctx;
    int64_t until_ms = clock_monotonic_ms() + ms;
    int64_t left_ms = ms;
    do {
        if (one_turn(self, left_ms < TURN_MS ? left_ms : TURN_MS) == RC_FATAL ||
            stop_requested() || control_term(self->control) != self->term)
            return false;
        left_ms = until_ms - clock_monotonic_ms();
    } while (left_ms > 0);
    return true;
}

/* ---- polls ---- */

enum rc fetcher_poll_ended(struct fetcher *self, enum rc rc, const struct err *why,
                           bool given_up, struct err *e)
{
    if (self->fatal.rc == RC_FATAL || rc == RC_FATAL) {
        *e = self->fatal.rc == RC_FATAL ? self->fatal : *why;
        return RC_FATAL;
    }
    if (given_up)
        return RC_OK;
    self->last_error = *why;
    self->last_error.rc = rc;
    tell_by_last_poll(self);
    return rc;
}

/* *given_up: the stop or the loss of the partition came between; nothing is recorded. */
static enum rc run_poll(struct fetcher *self, const struct trigger *trigger,
                        bool *given_up, struct err *e)
{
    /* What it copies must not change while control messages come in. */
    const struct runtime_config config = *control_config(self->control);
    struct err why = {0};
    enum rc rc = poller_run(self->poller, &self->state, &config, trigger, given_up, &why);
    return fetcher_poll_ended(self, rc, &why, *given_up, e);
}

static enum rc timer_poll(struct fetcher *self, struct err *e)
{
    bool given_up = false;
    timer_begin(&self->timer, clock_monotonic_ms());
    enum rc rc = run_poll(self, NULL, &given_up, e);
    int64_t now_ms = clock_monotonic_ms();
    if (rc != RC_FATAL && !given_up)
        timer_end(&self->timer, rc, now_ms, (uint64_t)now_ms);
    return rc == RC_FATAL ? rc : RC_OK;
}

static enum rc trigger_poll(struct fetcher *self, const struct trigger *trigger,
                            struct err *e)
{
    bool given_up = false;
    enum rc rc = run_poll(self, trigger, &given_up, e);
    if (rc == RC_FATAL || given_up)
        return rc == RC_FATAL ? rc : RC_OK;
    if (control_term(self->control) != self->term)
        return RC_OK; /* the queue is another term's; it is met again as answered */
    rc = control_answered(self->control, e);
    if (rc == RC_FATAL)
        return rc;
    if (rc) /* committed with the next one; until then it is only met again */
        log_err(LOG_WARN, "control.commit_failed", e, LOG_FIELDS());
    return RC_OK;
}

/* ---- the loop ---- */

/* A new term begins with what the topics say: another fetcher may have polled. */
static enum rc begin_term(struct fetcher *self, struct err *e)
{
    struct records_last last = {0};
    unsigned term = control_term(self->control);
    int64_t now_ms = clock_monotonic_ms();
    if (self->load_ms && now_ms < self->load_ms + LOAD_AGAIN_MS)
        return RC_OK;
    self->load_ms = now_ms;
    enum rc rc = publisher_drain(self->publisher, e);
    if (rc == RC_OK)
        rc = records_load(&self->bus, self->cfg->shopify_shop, &last, e);
    backfills_forget(self->backfills);
    if (rc == RC_OK)
        rc = control_load(self->control, last.answered, e);
    if (rc == RC_OK)
        rc = backfills_load(self->backfills, &self->bus, e);
    if (rc == RC_FATAL)
        return rc;
    if (rc) {
        tell_ready(self, false, e->text);
        return RC_OK;
    }
    self->state = last.state;
    self->term = term;
    metrics_set(METRIC_FETCHER_ACTIVE, 1);
    self->timer = (struct timer){0};
    self->load_ms = 0;
    self->last_error = (struct err){0};
    log_info("fetcher.active", KV("shop", self->cfg->shopify_shop),
             KV("published_total", self->state.published_total));
    return fetcher_open_doorbells(self, e);
}

/* Standing by, or active with the first poll behind it (or none to be made). */
static bool place_is_known(const struct fetcher *self)
{
    if (self->term)
        return self->timer.started_ms || !control_config(self->control)->enabled;
    return control_placed(self->control);
}

/* Nothing to do: is Kafka still there? */
static void idle(struct fetcher *self, int64_t now_ms)
{
    struct err e = {0};
    if (!place_is_known(self) ||
        (self->reach_ms && now_ms < self->reach_ms + REACH_EVERY_MS))
        return;
    if (control_reach(self->control, &e))
        tell_ready(self, false, e.text);
    else
        tell_by_last_poll(self);
    self->reach_ms = clock_monotonic_ms();
}

/* TURN_MS at most; 0: a backfill has something to do. */
static int64_t rest_ms(const struct fetcher *self)
{
    int64_t wait_ms = backfills_wait_ms(self->backfills, clock_monotonic_ms());
    return self->term && wait_ms >= 0 && wait_ms < TURN_MS ? wait_ms : TURN_MS;
}

static enum rc work(struct fetcher *self, struct err *e)
{
    int64_t now_ms = clock_monotonic_ms();
    if (control_term(self->control) != self->term) {
        if (control_term(self->control))
            return begin_term(self, e);
        log_info("fetcher.standby", KV("shop", self->cfg->shopify_shop));
        self->term = 0;
        fetcher_close_doorbells(self);
        metrics_set(METRIC_FETCHER_ACTIVE, 0);
        self->last_error = (struct err){0};
        self->standby = (struct timer){0};
    }
    const struct trigger *trigger =
        self->term ? control_next(self->control, clock_now_ms()) : NULL;
    if (trigger)
        return trigger_poll(self, trigger, e);
    const struct runtime_config *config = control_config(self->control);
    int64_t interval_ms = config->interval_minutes * minute_ms;
    metrics_set(METRIC_POLLING_ENABLED, config->enabled);
    metrics_set(METRIC_POLL_INTERVAL, interval_ms);
    if (self->term && config->enabled && timer_due(&self->timer, interval_ms, now_ms))
        return timer_poll(self, e);
    if (fetcher_doorbells_due(self, now_ms))
        return fetcher_doorbells(self, e);
    if (fetcher_deep_due(self, now_ms))
        return fetcher_deep(self, e);
    if (fetcher_standby_due(self, now_ms))
        return fetcher_standby(self, e);
    idle(self, now_ms);
    if (rest_ms(self) == 0)
        return backfills_step(self->backfills, &self->state, config->batch_size, e);
    return RC_OK;
}

static enum rc loop(struct fetcher *self, struct err *e)
{
    while (!stop_requested()) {
        enum rc rc = one_turn(self, rest_ms(self));
        if (rc != RC_FATAL)
            rc = work(self, e);
        else
            *e = self->fatal;
        if (rc == RC_FATAL)
            return rc;
    }
    return RC_OK;
}

static void take_backfill(void *ctx, const struct bus_message *message)
{
    backfills_take(((const struct fetcher *)ctx)->backfills, message);
}

static enum rc open_all(struct fetcher *self, struct err *e)
{
    const struct runtime_config defaults = defaults_of(self->cfg);
    const char *shop = self->cfg->shopify_shop;
    enum rc rc = health_open(self->cfg->health_listen, &self->health, e);
    if (rc == RC_OK)
        rc = api_open(self->cfg, &self->turn, &self->api, e);
    if (rc == RC_OK)
        rc = publisher_open(&self->bus, shop, &self->turn, &self->publisher, e);
    if (rc == RC_OK)
        rc = control_open(&self->bus, shop, &defaults, &self->control, e);
    if (rc)
        return rc;
    const struct poller_parts parts = {.cfg = self->cfg,
                                       .turn = &self->turn,
                                       .api = self->api,
                                       .publisher = self->publisher};
    self->poller = poller_new(&parts);
    self->backfills = backfills_new(&parts, self->poller);
    control_on_backfill(self->control, take_backfill, self);
    return webhooks_open(self->cfg, &self->bus, &self->webhooks, e);
}

static void close_all(struct fetcher *self)
{
    webhooks_close(self->webhooks);
    fetcher_close_doorbells(self);
    backfills_free(self->backfills);
    poller_free(self->poller);
    control_close(self->control);
    publisher_close(self->publisher);
    api_close(self->api);
    health_close(self->health);
}

enum rc fetcher_run(const struct cfg *cfg, struct err *e)
{
    struct fetcher self = {
        .cfg = cfg,
        .bus = {.brokers = cfg->kafka_brokers,
                .extra = cfg->kafka_conf,
                .client_id = "tillbridge-fetcher",
                .group_instance_id = cfg->kafka_group_instance_id,
                .session_timeout_ms = cfg->kafka_session_timeout_ms},
    };
    self.turn = (struct turn){.wait = wait_in_poll, .trouble = on_trouble, .ctx = &self};
    const struct rlimit no_core = {0, 0}; /* a core file would hold the token */
    setrlimit(RLIMIT_CORE, &no_core);
    enum rc rc = open_all(&self, e);
    if (rc == RC_OK) {
        tell_ready(&self, false, "joining the group of the control topic");
        rc = loop(&self, e);
    }
    close_all(&self);
    return rc;
}
