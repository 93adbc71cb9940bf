/* health: the worker's loop writes how it is, the listener's thread reads and tells; see
 * health.h. */
#include "io/health.h"

#include "io/clock.h"
#include "io/http.h"
#include "io/log.h"
#include "io/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SILENT_MS = 30000, /* a loop that has not ticked for so long hangs */
    CLIENTS = 16,
    IDLE_S = 10,
    HEAD_S = 5,
    BODY_S = 10,
    ANSWER_BYTES = 4 * 1024 * 1024, /* metrics of all partitions there can be */
    MS = 1000,
};

struct health {
    struct http *http;       /* NULL without a listener */
    _Atomic int64_t tick_ms; /* monotonic */
    pthread_mutex_t lock;    /* of the two below */
    bool ready;
    char reason[512]; /* one line */
};

static int64_t silent_ms(const struct health *health)
{
    int64_t ms = clock_monotonic_ms() - atomic_load(&health->tick_ms);
    return ms > 0 ? ms : 0;
}

static void tell_alive(struct health *health, struct http_response *response)
{
    int64_t ms = silent_ms(health);
    if (ms <= SILENT_MS) {
        buf_text(&response->body, "ok\n");
        return;
    }
    response->status = 503;
    buf_printf(&response->body, "the loop has not turned for %" PRId64 " s\n", ms / MS);
}

static void tell_ready(struct health *health, struct http_response *response)
{
    pthread_mutex_lock(&health->lock);
    if (!health->ready)
        response->status = 503;
    buf_printf(&response->body, "%s\n", health->ready ? "ready" : health->reason);
    pthread_mutex_unlock(&health->lock);
}

static void tell_metrics(struct health *health, struct http_response *response)
{
    pthread_mutex_lock(&health->lock);
    bool ready = health->ready;
    pthread_mutex_unlock(&health->lock);
    metrics_set(METRIC_READY, ready);
    metrics_set(METRIC_LOOP_SILENT, silent_ms(health));
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write(&response->body);
}

static const struct page {
    const char *path;
    void (*tell)(struct health *health, struct http_response *response);
} pages[] = {
    {"/healthz", tell_alive},
    {"/readyz", tell_ready},
    {"/metrics", tell_metrics},
};

/* On the listener's thread. */
static void handle(void *ctx, const struct http_request *request,
                   struct http_response *response)
{
    response->status = 200;
    response->content_type = "text/plain; charset=utf-8";
    buf_init(&response->body, ANSWER_BYTES);
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (strcmp(request->path, pages[i].path) != 0)
            continue;
        if (strcmp(request->method, "GET") == 0) {
            pages[i].tell(ctx, response);
            return;
        }
        response->status = 405;
        response->headers[0][0] = "Allow";
        response->headers[0][1] = "GET, HEAD";
        buf_text(&response->body, "only GET\n");
        return;
    }
    response->status = 404;
    buf_text(&response->body, "there are /healthz, /readyz and /metrics\n");
}

static enum rc listen_on(struct health *health, const char *listen, struct err *e)
{
    char address[300];
    const struct http_conf conf = {.listen = listen,
                                   .own_thread = true,
                                   .max_clients = CLIENTS,
                                   .idle_seconds = IDLE_S,
                                   .head_seconds = HEAD_S,
                                   .body_seconds = BODY_S,
                                   .handle = handle,
                                   .ctx = health};
    enum rc rc = http_open(&conf, &health->http, e);
    if (rc != RC_OK)
        return rc;
    const char *colon = strrchr(listen, ':'); /* http_open has seen one */
    snprintf(address, sizeof(address), "%.*s:%u", (int)(colon - listen), listen,
             (unsigned)http_port(health->http));
    log_info("health.listening", KV("address", address));
    return RC_OK;
}

enum rc health_open(const char *listen, struct health **out, struct err *e)
{
    struct health *health = calloc(1, sizeof(*health));
    if (!health)
        abort(); /* out of memory: as in arena.h */
    atomic_init(&health->tick_ms, clock_monotonic_ms());
    pthread_mutex_init(&health->lock, NULL);
    snprintf(health->reason, sizeof(health->reason), "starting");
    enum rc rc = listen[0] ? listen_on(health, listen, e) : RC_OK;
    if (rc != RC_OK) {
        health_close(health);
        return rc;
    }
    *out = health;
    return RC_OK;
}

void health_close(struct health *health)
{
    if (!health)
        return;
    http_close(health->http);
    pthread_mutex_destroy(&health->lock);
    free(health);
}

void health_tick(struct health *health, int64_t monotonic_ms)
{
    atomic_store(&health->tick_ms, monotonic_ms);
}

void health_ready(struct health *health, bool ready, const char *reason)
{
    pthread_mutex_lock(&health->lock);
    health->ready = ready;
    snprintf(health->reason, sizeof(health->reason), "%s", reason);
    health->reason[strcspn(health->reason, "\r\n")] = '\0';
    pthread_mutex_unlock(&health->lock);
}
