/* webhooks: see webhooks.h. Requests are judged and produced as they come, and answered
 * together when the broker has acknowledged them. */
#include "webhooks.h"

#include "core/webhook.h"
#include "io/clock.h"
#include "io/http.h"
#include "io/log.h"
#include "wire/snapshot.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLIENTS_MAX = 512,
    IDLE_S = 10,
    HEAD_S = 5,
    BODY_S = 10,
    FLUSH_MS = 50, /* the thread waits for the broker so long, then looks for requests */
    ACK_MS = 3000, /* Shopify waits 5 s for the answer */
    TURN_MS = 200, /* how soon a close is noticed */
    RATE_PER_S = 500,
    RATE_BURST = 5000,
    LINES_PER_S = 5, /* of the log, about requests refused */
    LINES_BURST = 20,
    VALUE_MAX = 4096,
};

struct waiting { /* produced, not yet acknowledged */
    struct http_pending *pending;
    struct webhook_event event;
    int64_t until_ms; /* monotonic */
};

struct webhooks {
    struct webhook_rules rules;
    struct http *http;
    struct bus_producer *producer;
    pthread_t thread;
    atomic_bool closing;
    atomic_int failed; /* of enum rc; why is set before it */
    struct err why;
    /* ---- the thread's own ---- */
    struct waiting waiting[CLIENTS_MAX];
    size_t count;
    bool unacknowledged; /* something produced is still on its way */
    bool away;           /* and has been for longer than is waited for */
    struct webhook_rate rate, lines;
    int64_t not_told; /* refusals without a line */
    struct webhook_memory memory;
    struct buf value;
    struct arena arena;
};

/* ---- answering ---- */

static struct http_response answer_of(enum webhook_verdict verdict)
{
    struct http_response response = {.status = webhook_status(verdict),
                                     .content_type = "text/plain; charset=utf-8"};
    if (verdict == WEBHOOK_METHOD)
        response.headers[0][0] = "Allow", response.headers[0][1] = "POST";
    buf_init(&response.body, 512);
    buf_printf(&response.body, "%s\n", webhook_word(verdict));
    return response;
}

static void tell_refused(struct webhooks *self, enum webhook_verdict verdict,
                         const char *topic, const char *detail)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!webhook_rate_take(&self->lines, now_ms)) {
        self->not_told++;
        return;
    }
    char cut[64];
    snprintf(cut, sizeof(cut), "%s", topic ? topic : "");
    log_warn("webhook.refused", KV("status", webhook_status(verdict)),
             KV("why", webhook_word(verdict)), KV("topic", (const char *)cut),
             KV("text", detail[0] ? detail : webhook_help(verdict)),
             KV("not_told_before", self->not_told));
    self->not_told = 0;
}

static void answer_first(struct webhooks *self, size_t count,
                         enum webhook_verdict verdict)
{
    for (size_t i = 0; i < count; i++) {
        struct http_response response = answer_of(verdict);
        if (verdict == WEBHOOK_ADMITTED)
            webhook_remember(&self->memory, &self->waiting[i].event);
        http_answer(self->waiting[i].pending, &response);
    }
    self->count -= count;
    memmove(&self->waiting[0], &self->waiting[count],
            self->count * sizeof(self->waiting[0]));
}

/* ---- the broker ---- */

static enum rc produce(struct webhooks *self, struct doorbell *doorbell, struct err *e)
{
    arena_reset(&self->arena);
    buf_clear(&self->value);
    doorbell->received_ms = clock_now_ms();
    codec_encode(&doorbell_codec, doorbell, &self->value);
    const char *key = snapshot_key(doorbell->shop, doorbell->order, &self->arena);
    return bus_produce_text(self->producer, TOPIC_WEBHOOKS, key, &self->value, e);
}

static void fail(struct webhooks *self, const struct err *why)
{
    self->why = *why;
    atomic_store(&self->failed, RC_FATAL);
    answer_first(self, self->count, WEBHOOK_BROKER);
}

/* Those who were not answered in time are told so; what was produced is still on its way
 * and may come twice, which does no harm. */
static void give_up_late(struct webhooks *self, const struct err *why)
{
    size_t late = 0;
    int64_t now_ms = clock_monotonic_ms();
    while (late < self->count && self->waiting[late].until_ms <= now_ms)
        late++;
    if (!late)
        return;
    self->away = true;
    tell_refused(self, WEBHOOK_BROKER, NULL, why->text);
    answer_first(self, late, WEBHOOK_BROKER);
}

static void settle(struct webhooks *self)
{
    struct err e = {0};
    if (!self->unacknowledged)
        return;
    /* While it is away, requests are waited for instead, to be refused at once. */
    switch (bus_flush(self->producer, self->away ? 0 : FLUSH_MS, NULL, &e)) {
    case RC_OK:
        self->unacknowledged = self->away = false;
        answer_first(self, self->count, WEBHOOK_ADMITTED);
        break;
    case RC_RETRY:
        give_up_late(self, &e);
        break;
    case RC_REJECT: /* it does not say which: all are sent again */
        self->unacknowledged = self->away = false;
        tell_refused(self, WEBHOOK_BROKER, NULL, e.text);
        answer_first(self, self->count, WEBHOOK_BROKER);
        break;
    case RC_FATAL:
        fail(self, &e);
        break;
    }
}

/* ---- requests ---- */

static struct webhook_request request_of(const struct http_request *request)
{
    return (struct webhook_request){
        .method = request->method,
        .path = request->path,
        .topic = http_header(request, "X-Shopify-Topic"),
        .signature = http_header(request, "X-Shopify-Hmac-Sha256"),
        .shop = http_header(request, "X-Shopify-Shop-Domain"),
        .event_id = http_header(request, "X-Shopify-Event-Id"),
        .webhook_id = http_header(request, "X-Shopify-Webhook-Id"),
        .triggered_at = http_header(request, "X-Shopify-Triggered-At"),
        .body = request->body,
        .body_len = request->body_len,
    };
}

/* WEBHOOK_ADMITTED: produced, to be answered later. */
static enum webhook_verdict take(struct webhooks *self,
                                 const struct webhook_request *request,
                                 struct webhook_event *event, struct err *e)
{
    struct doorbell doorbell = {0};
    enum webhook_verdict verdict = webhook_judge(&self->rules, request, &doorbell);
    if (verdict != WEBHOOK_ADMITTED)
        return verdict;
    *event = webhook_event_of(&doorbell);
    if (webhook_known(&self->memory, event))
        return WEBHOOK_REPEATED;
    if (!webhook_rate_take(&self->rate, clock_monotonic_ms()))
        return WEBHOOK_RATE;
    if (self->away || self->count == CLIENTS_MAX)
        return WEBHOOK_BROKER;
    if (produce(self, &doorbell, e))
        return WEBHOOK_BROKER;
    log_debug("webhook.admitted", KV("order", doorbell.order),
              KV("topic", doorbell.topic));
    return WEBHOOK_ADMITTED;
}

static void handle(void *ctx, const struct http_request *native,
                   struct http_response *response)
{
    struct webhooks *self = ctx;
    struct webhook_event event = {0};
    struct err e = {0};
    const struct webhook_request request = request_of(native);
    enum webhook_verdict verdict = take(self, &request, &event, &e);
    if (verdict == WEBHOOK_ADMITTED) {
        self->waiting[self->count++] =
            (struct waiting){.pending = http_defer(native),
                             .event = event,
                             .until_ms = clock_monotonic_ms() + ACK_MS};
        self->unacknowledged = true;
        return;
    }
    *response = answer_of(verdict);
    if (verdict != WEBHOOK_REPEATED)
        tell_refused(self, verdict, request.topic, e.text);
}

/* ---- the thread ---- */

static int wait_ms(const struct webhooks *self)
{
    int64_t timeout_ms = http_timeout_ms(self->http);
    if (self->unacknowledged)
        return self->away ? FLUSH_MS : 0;
    return timeout_ms >= 0 && timeout_ms < TURN_MS ? (int)timeout_ms : TURN_MS;
}

static void *run(void *ctx)
{
    struct webhooks *self = ctx;
    while (!atomic_load(&self->closing) && atomic_load(&self->failed) == RC_OK) {
        struct pollfd fd = {.fd = http_fd(self->http), .events = POLLIN};
        poll(&fd, 1, wait_ms(self));
        http_run(self->http);
        settle(self);
    }
    return NULL;
}

/* ---- opening and closing ---- */

static enum rc start(struct webhooks *self, const struct cfg *cfg, struct err *e)
{
    const struct http_conf conf = {.listen = cfg->webhook_listen,
                                   .max_body = WEBHOOK_BODY_MAX,
                                   .max_clients = CLIENTS_MAX,
                                   .idle_seconds = IDLE_S,
                                   .head_seconds = HEAD_S,
                                   .body_seconds = BODY_S,
                                   .handle = handle,
                                   .ctx = self};
    enum rc rc = http_open(&conf, &self->http, e);
    if (rc)
        return rc;
    int error = pthread_create(&self->thread, NULL, run, self);
    if (error) {
        http_close(self->http);
        self->http = NULL;
        return err_set(e, RC_FATAL, "webhooks.open", "no thread: %s", strerror(error));
    }
    log_info("webhooks.listening", KV("address", cfg->webhook_listen),
             KV("port", (int)http_port(self->http)));
    return RC_OK;
}

enum rc webhooks_open(const struct cfg *cfg, const struct bus_conf *bus,
                      struct webhooks **out, struct err *e)
{
    int64_t now_ms = clock_monotonic_ms();
    *out = NULL;
    if (!cfg->webhooks_enabled)
        return RC_OK;
    struct webhooks *self = calloc(1, sizeof(*self));
    if (!self)
        abort(); /* out of memory: as in arena.h */
    self->rules = (struct webhook_rules){.shop = cfg->shopify_shop,
                                         .secrets = cfg->shopify_webhook_secret[0]
                                                        ? cfg->shopify_webhook_secret
                                                        : cfg->shopify_client_secret};
    self->rate = webhook_rate_of(RATE_PER_S, RATE_BURST, now_ms);
    self->lines = webhook_rate_of(LINES_PER_S, LINES_BURST, now_ms);
    arena_init(&self->arena);
    buf_init(&self->value, VALUE_MAX);
    enum rc rc = bus_producer_open(bus, &self->producer, e);
    if (rc == RC_OK)
        rc = start(self, cfg, e);
    if (rc)
        webhooks_close(self);
    else
        *out = self;
    return rc;
}

void webhooks_close(struct webhooks *webhooks)
{
    if (!webhooks)
        return;
    if (webhooks->http) {
        atomic_store(&webhooks->closing, true);
        pthread_join(webhooks->thread, NULL);
        http_close(webhooks->http); /* answers 503 to those that wait */
    }
    bus_producer_close(webhooks->producer);
    buf_done(&webhooks->value);
    arena_done(&webhooks->arena);
    free(webhooks);
}

enum rc webhooks_check(struct webhooks *webhooks, struct err *e)
{
    if (!webhooks || atomic_load(&webhooks->failed) == RC_OK)
        return RC_OK;
    *e = webhooks->why;
    return RC_FATAL;
}
