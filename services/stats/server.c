/* server: see server.h. Nothing here blocks for longer than Redis' time-out, or Kafka's
 * acknowledgement of a write through the interface. */
#include "server.h"

#include "answers.h"
#include "core/api.h"
#include "io/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum {
    TICK_MS = 1000,
    TRIGGERS_EVERY_MS = 200,
    STREAMS_EVERY_MS = 250,
    CLIENTS_MAX = STREAMS_MAX + 120, /* the streams leave room for others */
    IDLE_S = 30,
    HEAD_S = 10,
    BODY_S = 15,
    MINUTE_MS = 60000,
};

struct server {
    uv_loop_t loop;
    uv_poll_t http_poll, bus_poll;
    uv_timer_t http_timer, tick_timer, trigger_timer, stream_timer;
    uv_idle_t
        busy; /* runs while there is work at once: between it others get their turn */
    bool http_busy, bus_busy;
    uv_signal_t term, interrupt;
    bool bus_polled;     /* bus_poll is set up */
    unsigned generation; /* of the consumer that bus_poll watches */
    struct bus_conf bus, consumer_bus;
    char *consumer_extra; /* KAFKA_CONF behind what keeps the consumer small */
    struct store *store;
    struct http *http;
    struct answers answers;
    enum rc rc;
    struct err *e;
};

static void stop(struct server *server, enum rc rc)
{
    if (rc)
        server->rc = rc;
    uv_stop(&server->loop);
}

static void on_busy(uv_idle_t *idle);

static void note_busy(struct server *server)
{
    if (server->http_busy || server->bus_busy)
        uv_idle_start(&server->busy, on_busy);
    else
        uv_idle_stop(&server->busy);
}

/* ---- HTTP ---- */

static void on_http_timer(uv_timer_t *timer);

static void run_http(struct server *server)
{
    http_run(server->http);
    int64_t timeout_ms = http_timeout_ms(server->http);
    server->http_busy = timeout_ms == 0;
    note_busy(server);
    if (timeout_ms > 0)
        uv_timer_start(&server->http_timer, on_http_timer, (uint64_t)timeout_ms, 0);
    else
        uv_timer_stop(&server->http_timer);
}

static void on_http_timer(uv_timer_t *timer)
{
    run_http(timer->data);
}

static void on_http(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run_http(poll->data);
}

/* ---- Kafka ---- */

static void on_bus(uv_poll_t *poll, int status, int events);

static void on_bus_closed(uv_handle_t *handle)
{
    struct server *server = handle->data;
    server->bus_polled = false;
}

/* The consumer may have been opened anew, with another descriptor. */
static void watch_bus(struct server *server)
{
    unsigned generation = 0;
    int fd = follow_event_fd(server->answers.follow, &generation);
    if (server->bus_polled && generation != server->generation) {
        if (!uv_is_closing((uv_handle_t *)&server->bus_poll))
            uv_close((uv_handle_t *)&server->bus_poll, on_bus_closed);
        return; /* set up again on the next turn */
    }
    if (server->bus_polled || fd < 0)
        return;
    if (uv_poll_init(&server->loop, &server->bus_poll, fd))
        return;
    server->bus_poll.data = server;
    uv_poll_start(&server->bus_poll, UV_READABLE, on_bus);
    server->bus_polled = true;
    server->generation = generation;
}

static void turn(struct server *server)
{
    enum rc rc = follow_turn(server->answers.follow, &server->bus_busy, server->e);
    if (rc) {
        stop(server, rc);
        return;
    }
    note_busy(server);
    watch_bus(server);
}

static void on_busy(uv_idle_t *idle)
{
    struct server *server = idle->data;
    if (server->http_busy)
        run_http(server);
    if (server->bus_busy)
        turn(server);
}

static void on_bus(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    turn(poll->data);
}

/* ---- timers and signals ---- */

static void on_tick(uv_timer_t *timer)
{
    struct server *server = timer->data;
    enum rc rc = follow_tick(server->answers.follow, server->e);
    if (rc == RC_OK && server->answers.fatal.rc) {
        *server->e = server->answers.fatal;
        rc = RC_FATAL;
    }
    if (rc)
        stop(server, rc);
    else
        turn(server);
}

static void on_triggers(uv_timer_t *timer)
{
    struct server *server = timer->data;
    if (!triggers_waiting(server->answers.triggers))
        return;
    triggers_check(server->answers.triggers);
    run_http(server); /* sends what was answered */
}

static void on_streams(uv_timer_t *timer)
{
    struct answers *answers = &((struct server *)timer->data)->answers;
    streams_tick(answers->streams, follow_trouble(answers->follow));
}

static void on_signal(uv_signal_t *handle, int number)
{
    log_info("stats.stopping", KV("signal", number));
    stop(handle->data, RC_OK);
}

/* ---- setting up ---- */

static struct runtime_config defaults_of(const struct cfg *cfg)
{
    return (struct runtime_config){.version = MESSAGE_VERSION,
                                   .interval_minutes = cfg->polling_interval_minutes,
                                   .lookback_minutes = cfg->polling_lookback_minutes,
                                   .batch_size = cfg->polling_batch_size,
                                   .max_pages = cfg->polling_max_pages,
                                   .enabled = cfg->polling_enabled};
}

static enum rc open_http(struct server *server, const struct cfg *cfg, struct err *e)
{
    const struct http_conf conf = {.listen = cfg->api_listen,
                                   .max_body = API_BODY_MAX,
                                   .max_clients = CLIENTS_MAX,
                                   .idle_seconds = IDLE_S,
                                   .head_seconds = HEAD_S,
                                   .body_seconds = BODY_S,
                                   .handle = answers_handle,
                                   .ctx = &server->answers};
    enum rc rc = http_open(&conf, &server->http, e);
    if (rc == RC_OK)
        log_info("api.listening", KV("listen", cfg->api_listen),
                 KV("port", (int)http_port(server->http)),
                 KV("writes", *cfg->api_token ? "with the token" : "from loopback only"));
    return rc;
}

/* By default librdkafka reads far ahead, which in a rebuild took 40 MB; this little is
 * folded no slower. */
static char *small_consumer(const char *extra)
{
    char *text = NULL;
    if (asprintf(&text,
                 "queued.max.messages.kbytes=5120,fetch.message.max.bytes=131072%s%s",
                 *extra ? "," : "", extra) < 0)
        abort();
    return text;
}

static enum rc open_parts(struct server *server, const struct cfg *cfg, struct err *e)
{
    struct answers *answers = &server->answers;
    server->bus = (struct bus_conf){.brokers = cfg->kafka_brokers,
                                    .extra = cfg->kafka_conf,
                                    .client_id = "tillbridge-stats",
                                    .group_instance_id = cfg->kafka_group_instance_id,
                                    .session_timeout_ms = cfg->kafka_session_timeout_ms};
    server->consumer_bus = server->bus;
    server->consumer_bus.extra = server->consumer_extra = small_consumer(cfg->kafka_conf);
    enum rc rc = store_open(cfg->redis_url, &server->store, e);
    if (rc == RC_OK)
        rc = bus_producer_open(&server->bus, &answers->producer, e);
    if (rc)
        return rc;
    follow_open(&server->consumer_bus, server->store, &answers->follow);
    triggers_open(server->store, cfg->trigger_wait_s * 1000, &answers->triggers);
    letters_open(&server->loop, &server->bus, server->store, &answers->letters);
    arena_init(&answers->arena);
    answers->redrives_max = cfg->dlq_redrives_max;
    answers->token = cfg->api_token;
    answers->reading =
        (struct reading_conf){.store = server->store,
                              .defaults = defaults_of(cfg),
                              .webhooks_enabled = cfg->webhooks_enabled,
                              .alarm_ms = cfg->completeness_alarm_m * MINUTE_MS};
    streams_open(&answers->reading, &answers->streams);
    return open_http(server, cfg, e);
}

static void start_timer(struct server *server, uv_timer_t *timer, uv_timer_cb on_timer,
                        uint64_t every_ms)
{
    uv_timer_init(&server->loop, timer);
    timer->data = server;
    if (every_ms)
        uv_timer_start(timer, on_timer, 0, every_ms);
}

static void start_signal(struct server *server, uv_signal_t *handle, int number)
{
    uv_signal_init(&server->loop, handle);
    handle->data = server;
    uv_signal_start(handle, on_signal, number);
}

static enum rc start_loop(struct server *server, struct err *e)
{
    int code = uv_poll_init(&server->loop, &server->http_poll, http_fd(server->http));
    if (code)
        return err_set(e, RC_FATAL, "loop.start", "%s", uv_strerror(code));
    server->http_poll.data = server;
    uv_poll_start(&server->http_poll, UV_READABLE, on_http);
    start_timer(server, &server->http_timer, on_http_timer, 0);
    uv_idle_init(&server->loop, &server->busy);
    server->busy.data = server;
    start_timer(server, &server->tick_timer, on_tick, TICK_MS);
    start_timer(server, &server->trigger_timer, on_triggers, TRIGGERS_EVERY_MS);
    start_timer(server, &server->stream_timer, on_streams, STREAMS_EVERY_MS);
    start_signal(server, &server->term, SIGTERM);
    start_signal(server, &server->interrupt, SIGINT);
    return RC_OK;
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
    (void)ctx;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_loop(struct server *server)
{
    uv_walk(&server->loop, close_handle, NULL);
    uv_run(&server->loop, UV_RUN_DEFAULT);
    uv_loop_close(&server->loop);
}

static void close_parts(struct server *server)
{
    if (server->answers.streams)
        streams_end(server->answers.streams);
    http_close(server->http);
    streams_close(server->answers.streams);
    triggers_close(server->answers.triggers);
    letters_close(server->answers.letters);
    follow_close(server->answers.follow);
    bus_producer_close(server->answers.producer);
    store_close(server->store);
    free(server->consumer_extra);
    arena_done(&server->answers.arena);
}

enum rc server_run(const struct cfg *cfg, struct err *e)
{
    struct server *server = calloc(1, sizeof(*server));
    if (!server)
        abort(); /* out of memory: as in arena.h */
    server->e = e;
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&server->loop);
    enum rc rc = open_parts(server, cfg, e);
    if (rc == RC_OK)
        rc = start_loop(server, e);
    if (rc == RC_OK) {
        uv_run(&server->loop, UV_RUN_DEFAULT);
        rc = server->rc;
    }
    close_loop(server);
    close_parts(server);
    free(server);
    return rc;
}
