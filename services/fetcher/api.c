/* api: see api.h. */
#include "api.h"

#include "base/backoff.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/web.h"
#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAULTS_MAX = 5,           /* tries of a question that Shopify fails to answer */
    FAULTS_UNTIL_SMALLER = 2, /* before the caller is told to ask for less */
    THROTTLES_MAX = 60,
    COST_QUERY_MAX = 1000, /* points; a dearer query is refused on any plan */
    ANSWER_MAX_BYTES = 64 * 1024 * 1024,
};

static const struct backoff fault_backoff = {.base_ms = 500, .max_ms = 20000};

struct api {
    const struct cfg *cfg;
    const struct turn *turn;
    struct web *web;
    struct token *token;
    struct buf url;
    struct cost_bucket bucket;
    struct { /* what each query requested last */
        int64_t cost;
        int size;
    } needs[QUERY_COUNT];
    struct api_used used;
    int64_t skew_ms; /* Shopify's clock - ours */
    bool version_told, clock_told;
    char request_id[128];
};

/* How one question went so far. */
struct tries {
    unsigned faults, throttles;
    bool renewed;
};

enum rc api_open(const struct cfg *cfg, const struct turn *turn, struct api **out,
                 struct err *e)
{
    struct api *api = calloc(1, sizeof(*api));
    if (!api)
        abort(); /* out of memory: as in arena.h */
    *api = (struct api){.cfg = cfg, .turn = turn, .token = token_new(cfg)};
    buf_init(&api->url, 4096);
    if (cfg->shopify_api_url[0])
        buf_text(&api->url, cfg->shopify_api_url);
    else
        buf_printf(&api->url, "https://%s", cfg->shopify_shop);
    buf_printf(&api->url, "/admin/api/%s/graphql.json", cfg->shopify_api_version);
    enum rc rc = web_open(&api->web, e);
    if (rc)
        api_close(api);
    else
        *out = api;
    return rc;
}

void api_close(struct api *api)
{
    if (!api)
        return;
    web_close(api->web);
    token_free(api->token);
    buf_done(&api->url);
    free(api);
}

const char *api_request_id(const struct api *api)
{
    return api->request_id;
}

int64_t api_now_ms(const struct api *api)
{
    return clock_now_ms() + api->skew_ms;
}

struct api_used api_used(struct api *api)
{
    struct api_used used = api->used;
    api->used = (struct api_used){0};
    return used;
}

/* Windows are counted by Shopify's clock: ours may be wrong. Date has whole seconds, so
 * that a smaller difference is none. */
static void note_clock(struct api *api, int64_t server_ms)
{
    enum { LEAST_MS = 2000, TOLD_MS = 60000 };
    int64_t skew_ms = server_ms ? server_ms + 500 - clock_now_ms() : 0;
    if (skew_ms > -LEAST_MS && skew_ms < LEAST_MS)
        skew_ms = 0;
    bool far = skew_ms > TOLD_MS || skew_ms < -TOLD_MS;
    if (far && !api->clock_told)
        log_warn("clock.differs", KV("shopify_ahead_ms", skew_ms),
                 KV("remedy", "set this machine's clock by NTP"));
    api->clock_told = far;
    api->skew_ms = skew_ms;
}

/* A version that is no longer served is answered by a later one: its fields may differ.
 */
static void note_version(struct api *api, const struct web_response *response)
{
    const char *served = response->api_version;
    if (api->version_told || !served[0] ||
        strcmp(served, api->cfg->shopify_api_version) == 0)
        return;
    api->version_told = true;
    log_warn("api.version_differs", KV("asked", api->cfg->shopify_api_version),
             KV("served", served),
             KV("remedy", "set SHOPIFY_API_VERSION to a supported version"));
}

static void count_cost(const struct cost *cost)
{
    if (cost->actual > 0)
        metrics_add(METRIC_API_POINTS, cost->actual);
    if (cost->maximum <= 0 || cost->available < 0)
        return;
    metrics_set(METRIC_API_AVAILABLE, cost->available);
    metrics_set(METRIC_API_MAXIMUM, cost->maximum);
}

static void count_answer(const struct api_ask *ask, enum reply_kind kind, int64_t ms)
{
    metrics_add_of(METRIC_API_REQUESTS, query_name(ask->query), reply_kind_name(kind),
                   NULL, 1);
    metrics_add(METRIC_TOKEN_REFUSALS, kind == REPLY_RENEW);
    metrics_observe(METRIC_API_TIME, ms);
}

static void note_cost(struct api *api, const struct api_ask *ask,
                      const struct reply *reply)
{
    cost_note(&api->bucket, &reply->cost, clock_monotonic_ms());
    if (reply->cost.actual > 0)
        api->used.cost += reply->cost.actual;
    count_cost(&reply->cost);
    if (reply->cost.requested > 0) {
        api->needs[ask->query].cost = reply->cost.requested;
        api->needs[ask->query].size = ask->size;
    }
}

static void take_response(struct api *api, const struct api_ask *ask,
                          const struct web_response *response, struct reply *out)
{
    const struct reply_http http = {.status = response->status,
                                    .body = buf_str(&response->body),
                                    .len = response->body.len,
                                    .retry_after_ms = response->retry_after_ms};
    snprintf(api->request_id, sizeof(api->request_id), "%s", response->request_id);
    reply_read(&http, out);
    note_version(api, response);
    note_clock(api, response->server_ms);
    note_cost(api, ask, out);
}

/* web_send's own errors: no answer, one too large, or an address that can't be used. */
static void take_failure(enum rc rc, const struct err *why, struct reply *out)
{
    reply_lost(why->text, out);
    if (rc == RC_REJECT) {
        out->kind = REPLY_SHRINK;
    } else if (rc == RC_FATAL) {
        out->kind = REPLY_PERSON;
        out->remedy = "see SHOPIFY_SHOP and SHOPIFY_API_URL, and the system's "
                      "certificates";
    }
}

static bool go_on(void *ctx)
{
    return turn_wait(((const struct api *)ctx)->turn, 0);
}

static void exchange(struct api *api, const struct api_ask *ask, struct reply *out)
{
    struct err why = {0};
    struct web_response response = {0};
    const char *token = NULL;
    api->request_id[0] = '\0';
    if (!token_header(api->token, api->web, clock_monotonic_ms(), &token, out))
        return;
    const char *const headers[] = {"Content-Type: application/json",
                                   "Accept: application/json", token, NULL};
    const struct web_request request = {.method = "POST",
                                        .url = buf_str(&api->url),
                                        .headers = headers,
                                        .body = buf_str(ask->body),
                                        .body_len = ask->body->len,
                                        .timeout_ms = api->cfg->shopify_timeout_ms,
                                        .max_bytes = ANSWER_MAX_BYTES,
                                        .go_on = go_on,
                                        .ctx = api};
    enum rc rc = web_send(api->web, &request, &response, &why);
    if (rc)
        take_failure(rc, &why, out);
    else
        take_response(api, ask, &response, out);
    web_response_done(&response);
}

/* By what the query requested last: more of it costs less than in proportion. Of one that
 * was not asked yet, as after a start, only the most that Shopify admits is known. */
static int64_t needed_by(const struct api *api, const struct api_ask *ask)
{
    int64_t cost = api->needs[ask->query].cost;
    int64_t size = api->needs[ask->query].size;
    if (!cost)
        return COST_QUERY_MAX;
    return ask->size > size && size ? cost * ask->size / size : cost;
}

static bool wait_for_bucket(struct api *api, const struct api_ask *ask)
{
    int64_t needed = needed_by(api, ask);
    int64_t wait_ms = cost_wait_ms(&api->bucket, needed, api->cfg->shopify_cost_keep,
                                   clock_monotonic_ms());
    api->used.waited_ms += wait_ms;
    metrics_add(METRIC_API_WAIT, wait_ms);
    if (wait_ms)
        log_debug("api.waits", KV("poll_id", ask->poll_id), KV("wait_ms", wait_ms),
                  KV("needed", needed), KV("available", api->bucket.available));
    return turn_wait(api->turn, wait_ms);
}

static int64_t longer(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

/* How long to wait before the same question again; -1: it is not asked again. */
static int64_t next_try_ms(struct api *api, const struct api_ask *ask,
                           struct tries *tries, struct reply *out)
{
    uint64_t seed = (uint64_t)clock_monotonic_ms();
    switch (out->kind) {
    case REPLY_RETRY:
        tries->faults++;
        if (ask->can_shrink && tries->faults >= FAULTS_UNTIL_SMALLER)
            out->kind = REPLY_SHRINK;
        if (out->kind == REPLY_SHRINK || tries->faults >= FAULTS_MAX)
            return -1;
        return longer(backoff_delay_ms(&fault_backoff, tries->faults, seed),
                      out->wait_ms);
    case REPLY_THROTTLED:
        if (++tries->throttles > THROTTLES_MAX)
            return -1;
        if (out->wait_ms < 0)
            out->wait_ms = backoff_delay_ms(&fault_backoff, tries->throttles, seed);
        api->used.waited_ms += out->wait_ms;
        metrics_add(METRIC_API_WAIT, out->wait_ms);
        return out->wait_ms + (int64_t)(seed % 100); /* not all clients at once */
    case REPLY_RENEW:
        if (!tries->renewed && token_refused(api->token)) {
            tries->renewed = true;
            return 0;
        }
        out->kind = REPLY_PERSON;
        return -1;
    case REPLY_OK:
    case REPLY_SHRINK:
    case REPLY_PERSON:
        break;
    }
    return -1;
}

static enum rc given_up(struct err *e)
{
    return err_set(e, RC_RETRY, "api.send", "given up: the poll is to end");
}

static enum rc fail(const struct reply *reply, struct err *e)
{
    bool again = reply->kind == REPLY_RETRY || reply->kind == REPLY_THROTTLED;
    return err_set(e, again ? RC_RETRY : RC_REJECT, "api.send", "%s%s%s", reply->text,
                   reply->remedy[0] ? "; " : "", reply->remedy);
}

enum rc api_send(struct api *api, const struct api_ask *ask, struct reply *out,
                 struct err *e)
{
    struct tries tries = {0};
    for (;;) {
        if (!wait_for_bucket(api, ask))
            return given_up(e);
        int64_t began_ms = clock_monotonic_ms();
        exchange(api, ask, out);
        count_answer(ask, out->kind, clock_monotonic_ms() - began_ms);
        if (out->kind == REPLY_OK)
            return RC_OK;
        if (!turn_wait(api->turn, 0))
            return given_up(e);
        const char *event = out->kind == REPLY_THROTTLED ? "api.throttled" : "api.failed";
        int64_t wait_ms = next_try_ms(api, ask, &tries, out);
        log_write(out->kind == REPLY_THROTTLED ? LOG_INFO : LOG_WARN, event,
                  LOG_FIELDS(KV("poll_id", ask->poll_id),
                             KV("query", query_name(ask->query)),
                             KV("kind", reply_kind_name(out->kind)),
                             KV("text", (const char *)out->text), KV("wait_ms", wait_ms),
                             KV("needed", out->cost.requested),
                             KV("available", out->cost.available),
                             KV("request_id", (const char *)api->request_id)));
        if (wait_ms < 0)
            return fail(out, e);
        if (!turn_wait(api->turn, wait_ms))
            return given_up(e);
    }
}
