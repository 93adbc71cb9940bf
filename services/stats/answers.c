/* answers: routes to what they show or do; see answers.h. */
#include "answers_internal.h"

#include "core/keys.h"
#include "core/openapi.h"
#include "core/out.h"
#include "embed.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"

#include <assert.h>
#include <string.h>

enum {
    HISTORY_LIMIT = 24, /* unless it is given */
    QUERIES_MAX = 32,   /* parameters of a query that are looked at */
};

static const char json[] = "application/json";

/* The page loads nothing from elsewhere and runs no script but its own file. */
static const char content_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* ---- answers ---- */

static void add_header(struct http_response *response, const char *name,
                       const char *value)
{
    size_t i = 0;
    while (response->headers[i][0])
        i++;
    response->headers[i][0] = name;
    response->headers[i][1] = value;
}

static void refuse(const struct problem *problem, struct http_response *response)
{
    response->status = problem->status;
    response->content_type = PROBLEM_CONTENT_TYPE;
    problem_write(problem, &response->body);
    if (problem->allow)
        add_header(response, "Allow", problem->allow);
    if (problem->status == 401)
        add_header(response, "WWW-Authenticate", "Bearer realm=\"tillbridge\"");
    if (problem->status == 503 || problem->status == 429)
        add_header(response, "Retry-After", "2");
}

void answers_refuse(int status, const char *text, struct http_response *response)
{
    struct problem problem;
    problem_set(&problem, status, "%s", text);
    refuse(&problem, response);
}

void answers_refuse_unavailable(const char *what, const struct err *e,
                                struct http_response *response)
{
    struct problem problem;
    problem_set(&problem, 503, "%s: %s", what, e->text);
    refuse(&problem, response);
}

void answers_redis_away(const struct err *e, struct http_response *response)
{
    answers_refuse_unavailable(
        "Redis does not answer; counting goes on where it was when it "
        "is back",
        e, response);
}

/* ---- reading ---- */

bool answers_view_of(struct answers *answers, struct view *view,
                     struct http_response *response)
{
    struct err e;
    if (reading_view(&answers->reading, clock_now_ms(), &answers->arena, view, &e) ==
        RC_OK)
        return true;
    answers_redis_away(&e, response);
    return false;
}

void answers_show_view(struct answers *answers,
                       void (*write)(const struct view *view, struct buf *out),
                       struct http_response *response)
{
    struct view view;
    if (answers_view_of(answers, &view, response))
        write(&view, &response->body);
}

static struct view_checks checks_of(const struct answers *answers)
{
    const char *trouble = follow_trouble(answers->follow);
    bool redis = store_is_there(answers->reading.store);
    return (struct view_checks){
        .redis = redis, .kafka = redis && !*trouble, .reason = trouble};
}

static void show_health(struct answers *answers, struct http_response *response)
{
    struct view view;
    struct err e;
    enum rc rc =
        reading_view(&answers->reading, clock_now_ms(), &answers->arena, &view, &e);
    struct view_checks checks = checks_of(answers);
    if (rc)
        checks = (struct view_checks){.kafka = checks.kafka, .reason = e.text};
    if (!view_health(rc ? NULL : &view, &checks, &response->body))
        response->status = 503;
}

static void show_ready(struct answers *answers, struct http_response *response)
{
    const char *trouble = follow_trouble(answers->follow);
    response->status = *trouble ? 503 : 200;
    response->content_type = "text/plain; charset=utf-8";
    buf_printf(&response->body, "%s\n", *trouble ? trouble : "ready");
}

/* Without Redis there are still those of the process. */
static void show_metrics(struct answers *answers, struct http_response *response)
{
    struct view view;
    struct err e;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_set(METRIC_READY, !*follow_trouble(answers->follow));
    metrics_write(&response->body);
    if (reading_view(&answers->reading, clock_now_ms(), &answers->arena, &view, &e) ==
        RC_OK)
        view_metrics(&view, &response->body);
}

static void show_open(struct answers *answers, struct http_response *response)
{
    struct lists_values values;
    struct err e;
    int64_t total = 0;
    if (reading_open(answers->reading.store, &answers->arena, &values, &total, &e))
        answers_redis_away(&e, response);
    else
        lists_open(values, total, &answers->arena, &response->body);
}

static void show_list(struct answers *answers, const char *key,
                      void (*write)(struct lists_values values, struct arena *arena,
                                    struct buf *out),
                      struct http_response *response)
{
    struct lists_values values;
    struct err e;
    if (reading_list(answers->reading.store, key, &answers->arena, &values, &e))
        answers_redis_away(&e, response);
    else
        write(values, &answers->arena, &response->body);
}

static void show_history(struct answers *answers, const struct api_call *call,
                         struct http_response *response)
{
    static const char *const units[] = {"hour", "day"};
    struct reading_history history;
    struct err e;
    const char *by = units[call->params[API_HISTORY_by].value];
    int64_t limit = call->params[API_HISTORY_limit].given
                        ? call->params[API_HISTORY_limit].value
                        : HISTORY_LIMIT;
    if (reading_history(answers->reading.store, by, limit, &answers->arena, &history, &e))
        answers_redis_away(&e, response);
    else
        history_write(by, history.at, history.count, &answers->arena, &response->body);
}

static void show_order(struct answers *answers, const char *order,
                       struct http_response *response)
{
    struct view view;
    struct reading_orders orders;
    struct problem problem;
    struct err e;
    struct store *store = answers->reading.store;
    if (!answers_view_of(answers, &view, response))
        return;
    if (reading_orders(store, view.board, order, &answers->arena, &orders, &e)) {
        answers_redis_away(&e, response);
    } else if (orders.count) {
        lists_orders(orders.at, orders.count, &answers->arena, &response->body);
    } else {
        problem_set(&problem, 404,
                    "no decision on order %s within the last 30 days; ask by Shopify's "
                    "order id, or by name with # written as %%23",
                    order);
        refuse(&problem, response);
    }
}

static void show_trigger(struct answers *answers, const char *id,
                         struct http_response *response)
{
    struct reading_trigger reading;
    struct err e;
    if (reading_trigger(answers->reading.store, id, clock_now_ms(), &answers->arena,
                        &reading, &e))
        answers_redis_away(&e, response);
    else if (reading.known)
        triggers_write(&reading.progress, id, reading.done_ms, &response->body);
    else
        answers_refuse(404, "no trigger with this id within the last day", response);
}

static void show_file(const char *name, const char *content_type,
                      struct http_response *response)
{
    const struct embed *file = embed_find(name);
    assert(file);
    response->content_type = content_type;
    buf_add(&response->body, file->bytes, file->len);
    add_header(response, "Content-Security-Policy", content_policy);
    add_header(response, "Referrer-Policy", "no-referrer");
    add_header(response, "Cache-Control", "no-cache");
}

/* Only scripts: what else is embedded has a path of its own, or is none of a browser's
 * business. */
static void show_script(const char *name, struct http_response *response)
{
    size_t len = strlen(name);
    if (len > 3 && strcmp(name + len - 3, ".js") == 0 && embed_find(name))
        show_file(name, "text/javascript; charset=utf-8", response);
    else
        answers_refuse(404, "no such script", response);
}

static void do_stream(struct answers *answers, const struct http_request *request,
                      struct http_response *response)
{
    if (streams_full(answers->streams))
        answers_refuse(503, "too many streams of events are open; ask again later",
                       response);
    else
        streams_add(answers->streams, request, http_header(request, "Last-Event-ID"));
}

/* ---- routing ---- */

static void dispatch(struct answers *answers, const struct api_call *call,
                     const struct http_request *request, struct http_response *response)
{
    switch (call->route) {
    case API_STATUS:
        return answers_show_view(answers, view_status, response);
    case API_TRIGGER:
        return answers_do_trigger(answers, call, request, response);
    case API_TRIGGER_STATE:
        return show_trigger(answers, call->arg, response);
    case API_STATS:
        return answers_show_view(answers, view_stats, response);
    case API_RESET:
        return answers_do_reset(answers, response);
    case API_REBUILD:
        return answers_do_rebuild(answers, response);
    case API_CONFIG:
        return answers_do_config(answers, call, response);
    case API_HEALTH:
        return show_health(answers, response);
    case API_CONFLICTS:
        return show_open(answers, response);
    case API_CONFLICTS_DO:
        return answers_do_conflicts(answers, call, response);
    case API_POLLS:
        return show_list(answers, KEY_POLLS, lists_polls, response);
    case API_EVENTS:
        return show_list(answers, KEY_EVENTS, lists_events, response);
    case API_ERRORS:
        return show_list(answers, KEY_ERRORS, lists_events, response);
    case API_HISTORY:
        return show_history(answers, call, response);
    case API_ORDER:
        return show_order(answers, call->arg, response);
    case API_LETTERS:
        return answers_list_letters(answers, call, response);
    case API_LETTERS_DO:
        return answers_do_letters(answers, call, request, response);
    case API_LETTER:
        return answers_show_letter(answers, call, request, response);
    case API_STREAM:
        return do_stream(answers, request, response);
    case API_OPENAPI:
        return openapi_write(&response->body);
    case API_HEALTHZ:
        response->content_type = "text/plain; charset=utf-8";
        return buf_text(&response->body, "alive\n");
    case API_READYZ:
        return show_ready(answers, response);
    case API_METRICS:
        return show_metrics(answers, response);
    case API_PAGE:
        return show_file("index.html", "text/html; charset=utf-8", response);
    case API_SCRIPT:
        return show_script(call->arg, response);
    case API_STYLE:
        return show_file("style.css", "text/css; charset=utf-8", response);
    case API_ICON:
        return show_file("icon.svg", "image/svg+xml", response);
    case API_ROUTE_COUNT:
        break;
    }
}

struct queries {
    struct api_query at[QUERIES_MAX];
    size_t count;
};

static void take_query(void *ctx, const char *name, const char *value)
{
    struct queries *queries = ctx;
    if (queries->count < QUERIES_MAX)
        queries->at[queries->count++] = (struct api_query){name, value};
}

void answers_handle(void *ctx, const struct http_request *request,
                    struct http_response *response)
{
    struct answers *answers = ctx;
    struct api_call call;
    struct problem problem;
    struct queries queries = {.count = 0};
    http_queries(request, take_query, &queries);
    const struct api_request asked = {
        .method = request->method,
        .path = request->path,
        .query = queries.at,
        .query_count = queries.count,
        .body = request->body,
        .body_len = request->body_len,
        .content_type = http_header(request, "Content-Type"),
        .authorization = http_header(request, "Authorization"),
        .host = http_header(request, "Host"),
        .origin = http_header(request, "Origin"),
        .from_loopback = request->from_loopback};
    arena_reset(&answers->arena);
    *response = (struct http_response){.status = 200, .content_type = json};
    buf_init(&response->body, OUT_MAX);
    if (api_call_of(&asked, answers->token, &answers->arena, &call, &problem))
        dispatch(answers, &call, request, response);
    else
        refuse(&problem, response);
}
