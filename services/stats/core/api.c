/* api: routing and rights by the table routes.def; see api.h. */
#include "core/api.h"

#include "base/digest.h"
#include "base/str.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum access { READ, WRITE };

static const struct {
    const char *method, *path;
    enum access access;
} routes[] = {
#define ROUTE(id, method, path, access, help) {method, path, access},
#include "core/routes.def"
#undef ROUTE
};

const char *api_path(enum api_route route)
{
    assert(route < API_ROUTE_COUNT);
    return routes[route].path;
}

/* *arg: what stands for {x}; NULL when the path has none. */
static bool path_fits(const char *pattern, const char *path, const char **arg)
{
    const char *hole = strchr(pattern, '{');
    *arg = NULL;
    if (!hole)
        return strcmp(pattern, path) == 0;
    size_t len = (size_t)(hole - pattern);
    if (strncmp(pattern, path, len) != 0 || !path[len] || strchr(path + len, '/'))
        return false;
    *arg = path + len;
    return true;
}

/* HEAD is answered as GET; the listener leaves the body out. */
static bool method_fits(const char *method, const char *asked)
{
    return strcmp(method, asked) == 0 ||
           (strcmp(method, "GET") == 0 && strcmp(asked, "HEAD") == 0);
}

/* A path that is read may be posted to, too; no path takes more. */
static const char *allow_of(bool is_read, const char *other)
{
    if (!is_read)
        return other;
    assert(!other || strcmp(other, "POST") == 0);
    return other ? "GET, HEAD, POST" : "GET, HEAD";
}

static bool find_route(const struct api_request *request, struct api_call *call,
                       struct problem *problem)
{
    bool is_read = false;
    const char *other = NULL;
    for (size_t i = 0; i < API_ROUTE_COUNT; i++) {
        const char *arg = NULL;
        if (!path_fits(routes[i].path, request->path, &arg))
            continue;
        if (strcmp(routes[i].method, "GET") == 0)
            is_read = true;
        else
            other = routes[i].method;
        if (!method_fits(routes[i].method, request->method))
            continue;
        *call = (struct api_call){.route = (enum api_route)i, .arg = arg};
        return true;
    }
    const char *allow = allow_of(is_read, other);
    if (!allow)
        return problem_set(problem, 404, "there is nothing at %.200s", request->path);
    problem_set(problem, 405, "%.20s is not possible at %.200s; use %s", request->method,
                request->path, allow);
    problem->allow = allow;
    return false;
}

/* Over digests, so that neither content nor length shows in the time it takes. */
static bool same_secret(const char *a, const char *b)
{
    char da[DIGEST_TEXT_MAX];
    char db[DIGEST_TEXT_MAX];
    digest_hex(a, strlen(a), da);
    digest_hex(b, strlen(b), db);
    unsigned differ = 0;
    for (size_t i = 0; i < sizeof(da); i++)
        differ |= (unsigned)(da[i] ^ db[i]);
    return differ == 0;
}

static bool check_token(const struct api_request *request, const char *token,
                        struct problem *problem)
{
    static const char scheme[] = "Bearer ";
    const char *given = request->authorization;
    if (!given || strncasecmp(given, scheme, strlen(scheme)) != 0)
        return problem_set(problem, 401,
                           "this needs the header Authorization: Bearer <API_TOKEN>");
    if (!same_secret(given + strlen(scheme), token))
        return problem_set(problem, 401, "the token is not the one in API_TOKEN");
    return true;
}

static bool is_loopback_name(const char *host)
{
    static const char *const names[] = {"localhost", "127.", "[::1]"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t len = strlen(names[i]);
        if (strncasecmp(host, names[i], len) != 0)
            continue;
        if (i == 1)
            return strspn(host + len, "0123456789.:") == strlen(host + len);
        return host[len] == '\0' || host[len] == ':';
    }
    return false;
}

/* A page of another site, open in a browser on this machine, must not be able to write:
 * neither directly (Origin) nor under a name that it lets point here (Host). */
static bool check_origin(const struct api_request *request, const char *token,
                         struct problem *problem)
{
    const char *origin = request->origin;
    const char *host = request->host ? request->host : "";
    if (!*token && !is_loopback_name(host))
        return problem_set(problem, 403,
                           "without API_TOKEN writes must be sent to localhost");
    if (!origin)
        return true;
    const char *name = strstr(origin, "://");
    if (!name || strcasecmp(name + 3, host) != 0)
        return problem_set(problem, 403, "writes from pages of another site are refused");
    return true;
}

static bool check_access(const struct api_request *request, const char *token,
                         struct problem *problem)
{
    if (*token)
        return check_token(request, token, problem) &&
               check_origin(request, token, problem);
    if (!request->from_loopback)
        return problem_set(problem, 403,
                           "without API_TOKEN only this machine may write; set "
                           "API_TOKEN and send it as Authorization: Bearer <token>");
    return check_origin(request, token, problem);
}

static bool check_content_type(const struct api_request *request, struct problem *problem)
{
    static const char json[] = "application/json";
    const char *type = request->content_type;
    if (request->body_len == 0)
        return true;
    if (type && strncasecmp(type, json, strlen(json)) == 0 &&
        (type[strlen(json)] == '\0' || strchr("; ", type[strlen(json)])))
        return true;
    return problem_set(problem, 415, "the body must be sent as Content-Type: %s", json);
}

static bool check_letters_do(const struct api_call *call, struct problem *problem)
{
    bool ids = call->params[API_LETTERS_DO_ids].given;
    bool all = call->params[API_LETTERS_DO_all].value;
    if (!call->params[API_LETTERS_DO_action].given)
        return problem_set(problem, 400, "action: needed; redrive, park or unpark");
    if (ids == all)
        return problem_set(problem, 400,
                           "say which letters: either ids, or all as true, with reason, "
                           "order, since and until to narrow it");
    return true;
}

static bool check_conflicts_do(const struct api_call *call, struct problem *problem)
{
    if (!call->params[API_CONFLICTS_DO_action].given)
        return problem_set(problem, 400, "action: needed; dismiss");
    if (!call->params[API_CONFLICTS_DO_orders].given)
        return problem_set(problem, 400,
                           "orders: needed; a list of shop/id, id or name, as "
                           "[\"#1003\"]");
    return true;
}

static bool check_something_given(const struct api_call *call, struct problem *problem)
{
    if (call->route == API_CONFLICTS_DO)
        return check_conflicts_do(call, problem);
    if (call->route == API_LETTERS_DO)
        return check_letters_do(call, problem);
    if (call->route != API_CONFIG)
        return true;
    for (size_t i = 0; i < API_PARAM_COUNT; i++)
        if (call->params[i].given)
            return true;
    return problem_set(problem, 400,
                       "nothing to set: send a JSON object with at least one of "
                       "interval_minutes, lookback_minutes, batch_size, max_pages, "
                       "enabled");
}

static bool check_arg(struct api_call *call, struct arena *arena, struct problem *problem)
{
    if (!call->arg)
        return true;
    if (strlen(call->arg) > API_ARG_MAX || !str_utf8_valid(call->arg, strlen(call->arg)))
        return problem_set(problem, 404, "there is nothing by that name");
    call->arg = arena_strdup(arena, call->arg);
    return true;
}

static bool is_get(enum api_route route)
{
    return strcmp(routes[route].method, "GET") == 0;
}

bool api_call_of(const struct api_request *request, const char *token,
                 struct arena *arena, struct api_call *call, struct problem *problem)
{
    if (!find_route(request, call, problem) || !check_arg(call, arena, problem))
        return false;
    if (routes[call->route].access == READ)
        return api_params_read(request, is_get(call->route), arena, call, problem);
    return check_access(request, token, problem) &&
           check_content_type(request, problem) &&
           api_params_read(request, is_get(call->route), arena, call, problem) &&
           check_something_given(call, problem);
}

static int64_t value_or(const struct api_call *call, enum api_param param, int64_t other)
{
    return call->params[param].given ? call->params[param].value : other;
}

struct trigger api_trigger(const struct api_call *call)
{
    return (struct trigger){.lookback_minutes =
                                value_or(call, API_TRIGGER_lookback_minutes, 0),
                            .batch_size = value_or(call, API_TRIGGER_batch_size, 0),
                            .max_pages = value_or(call, API_TRIGGER_max_pages, 0),
                            .dry_run = value_or(call, API_TRIGGER_dry_run, 0)};
}

struct runtime_config api_config(const struct api_call *call,
                                 const struct runtime_config *now)
{
    return (struct runtime_config){
        .version = MESSAGE_VERSION,
        .interval_minutes =
            value_or(call, API_CONFIG_interval_minutes, now->interval_minutes),
        .lookback_minutes =
            value_or(call, API_CONFIG_lookback_minutes, now->lookback_minutes),
        .batch_size = value_or(call, API_CONFIG_batch_size, now->batch_size),
        .max_pages = value_or(call, API_CONFIG_max_pages, now->max_pages),
        .enabled = value_or(call, API_CONFIG_enabled, now->enabled)};
}
