/* api: a request -> the call it stands for, or what is wrong with it. Pure.
 *
 * Looked at in this order: path (404), method (405), right to write (401, 403), content
 * type (415), body (400).
 */
#ifndef TB_STATS_API_H
#define TB_STATS_API_H

#include "base/arena.h"
#include "core/problem.h"
#include "wire/messages.h"

#include <stdbool.h>
#include <stddef.h>

enum api_route {
#define ROUTE(id, method, path, access, help) API_##id,
#include "core/routes.def"
#undef ROUTE
    API_ROUTE_COUNT,
};

enum {
    API_BODY_MAX = 16 * 1024,
    API_ARG_MAX = 200,       /* bytes of a path's last segment */
    API_LIST_TEXT_MAX = 200, /* bytes of a text in a LIST */
};

struct api_query {
    const char *name, *value;
};

struct api_request {
    const char *method, *path;     /* path decoded, without the query */
    const struct api_query *query; /* decoded */
    size_t query_count;
    const char *body;
    size_t body_len;
    const char *content_type, *authorization, *host, *origin; /* NULL: absent */
    bool from_loopback;
};

enum api_param {
#define PARAM(route, kind, name, min, max, help) API_##route##_##name,
#include "core/params.def"
#undef PARAM
    API_PARAM_COUNT,
};

struct api_call {
    enum api_route route;
    const char *arg; /* the path's last segment where the route has one */
    struct {
        bool given;
        int64_t value;    /* 0 or 1 for a BOOL, milliseconds for a TIME, an index */
        const char *text; /* of a TEXT */
        const char *const *list; /* of a LIST; value is their number */
    } params[API_PARAM_COUNT];
};

/* token: the one that writes need; "": only requests from loopback may write. False:
 * *problem says what is wrong. Texts come from the arena. */
bool api_call_of(const struct api_request *request, const char *token,
                 struct arena *arena, struct api_call *call, struct problem *problem);

/* What the call's parameters ask for; version, id and time are the caller's to add. */
struct trigger api_trigger(const struct api_call *call);
/* The configuration with what the call changes. */
struct runtime_config api_config(const struct api_call *call,
                                 const struct runtime_config *now);

const char *api_path(enum api_route route);

/* Reads a request's body, or its query when it is a GET, by params.def. */
bool api_params_read(const struct api_request *request, bool from_query,
                     struct arena *arena, struct api_call *call, struct problem *problem);

#endif
