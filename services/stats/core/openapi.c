/* openapi: paths, parameters and the statuses of their answers; see openapi.h. */
#include "core/openapi.h"

#include "core/api.h"
#include "core/openapi_internal.h"
#include "core/out.h"

#include <stdio.h>
#include <string.h>

#define JSON "application/json"
#define TEXT "text/plain"

enum access { READ, WRITE };

static const struct route {
    const char *id, *method, *path, *help;
    enum access access;
} routes[] = {
#define ROUTE(id, method, path, access, help) {#id, method, path, help, access},
#include "core/routes.def"
#undef ROUTE
};

enum kind { INT, BOOL, TEXT_OF, TIME, LIST, CHOICE };
#define PARAM_KIND_INT    INT
#define PARAM_KIND_BOOL   BOOL
#define PARAM_KIND_TEXT   TEXT_OF
#define PARAM_KIND_TIME   TIME
#define PARAM_KIND_LIST   LIST
#define PARAM_KIND_CHOICE CHOICE

static const struct param {
    enum api_route route;
    enum kind kind;
    const char *name;
    int64_t min, max;
    const char *help;
} params[] = {
#define PARAM(route, kind, name, min, max, help) \
    {API_##route, PARAM_KIND_##kind, #name, min, max, help},
#include "core/params.def"
#undef PARAM
};

static const char *const words[API_PARAM_COUNT] = {
#define WORDS(route, name, list) [API_##route##_##name] = list,
#include "core/params.def"
#undef WORDS
};

static const bool needed[API_PARAM_COUNT] = {
#define NEEDED(route, name) [API_##route##_##name] = true,
#include "core/params.def"
#undef NEEDED
};

static const struct {
    enum api_route route;
    int status;
    const char *content_type;
    enum openapi_shape shape;
    const char *help;
} replies[] = {
#define REPLY(route, status, content_type, shape, help) \
    {API_##route, status, content_type, SHAPE_##shape, help},
#include "core/replies.def"
#undef REPLY
};

static const struct {
    enum api_route route;
    int status;
    const char *help;
} refusals[] = {
#define REFUSAL(route, status, help) {API_##route, status, help},
#include "core/replies.def"
#undef REFUSAL
};

static bool has_body(const struct route *route)
{
    return strcmp(route->method, "GET") != 0;
}

/* ---- parameters ---- */

static void set_text(cJSON *schema, const struct param *param)
{
    out_text(schema, "type", "string");
    if (param->kind == CHOICE)
        openapi_enum(schema, words[param - params]);
    if (param->kind == TIME)
        out_text(schema, "format", "date-time");
    if (param->kind != TEXT_OF)
        return;
    out_number(schema, "minLength", param->min);
    out_number(schema, "maxLength", param->max);
}

static void set_list(cJSON *schema, const struct param *param)
{
    out_text(schema, "type", "array");
    cJSON *each = out_object_in(schema, "items");
    out_text(each, "type", "string");
    out_number(each, "maxLength", API_LIST_TEXT_MAX);
    out_number(schema, "minItems", param->min);
    out_number(schema, "maxItems", param->max);
}

static void set_schema(cJSON *schema, const struct param *param)
{
    switch (param->kind) {
    case INT:
        out_text(schema, "type", "integer");
        out_number(schema, "minimum", param->min);
        out_number(schema, "maximum", param->max);
        return;
    case BOOL:
        out_text(schema, "type", "boolean");
        return;
    case TEXT_OF:
    case TIME:
    case CHOICE:
        return set_text(schema, param);
    case LIST:
        return set_list(schema, param);
    }
}

static void add_path_param(const struct route *route, cJSON *to)
{
    char name[40];
    const char *hole = strchr(route->path, '{');
    if (!hole)
        return;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(hole + 1, "}"), hole + 1);
    cJSON *item = out_object();
    out_text(item, "name", name);
    out_text(item, "in", "path");
    out_bool(item, "required", true);
    cJSON *schema = out_object_in(item, "schema");
    out_text(schema, "type", "string");
    out_number(schema, "minLength", 1);
    out_number(schema, "maxLength", API_ARG_MAX);
    out_append(to, item);
}

static void add_query_params(enum api_route route, cJSON *to)
{
    for (size_t i = 0; i < API_PARAM_COUNT; i++) {
        if (params[i].route != route)
            continue;
        cJSON *item = out_object();
        out_text(item, "name", params[i].name);
        out_text(item, "in", "query");
        out_text(item, "description", params[i].help);
        out_bool(item, "required", needed[i]);
        set_schema(out_object_in(item, "schema"), &params[i]);
        out_append(to, item);
    }
}

/* A route without members takes an empty object, or nothing. */
static void add_body(enum api_route route, cJSON *to)
{
    cJSON *body = out_object_in(to, "requestBody");
    cJSON *content = out_object_in(out_object_in(body, "content"), JSON);
    cJSON *schema = out_object_in(content, "schema");
    cJSON *required = out_array();
    out_text(schema, "type", "object");
    out_bool(schema, "additionalProperties", false);
    cJSON *properties = out_object_in(schema, "properties");
    for (size_t i = 0; i < API_PARAM_COUNT; i++) {
        if (params[i].route != route)
            continue;
        cJSON *property = out_object_in(properties, params[i].name);
        set_schema(property, &params[i]);
        out_text(property, "description", params[i].help);
        if (needed[i])
            out_append(required, cJSON_CreateString(params[i].name));
    }
    out_bool(body, "required", cJSON_GetArraySize(required) > 0);
    cJSON_AddItemToObject(schema, "required", required);
}

/* ---- answers ---- */

/* The content of one status and type; what another row said of the status stays. */
static void add_reply(cJSON *responses, int status, const char *type,
                      enum openapi_shape shape, const char *help)
{
    char text[12];
    snprintf(text, sizeof(text), "%d", status);
    cJSON *response = cJSON_GetObjectItemCaseSensitive(responses, text);
    if (!response) {
        response = out_object_in(responses, text);
        out_text(response, "description", help);
        out_object_in(response, "content");
    }
    cJSON *content = cJSON_GetObjectItemCaseSensitive(response, "content");
    cJSON *media = out_object_in(content, type);
    if (shape != SHAPE_NOTHING)
        openapi_refer(media, shape);
}

static void add_refusal(cJSON *responses, int status, const char *help)
{
    add_reply(responses, status, PROBLEM_CONTENT_TYPE, SHAPE_PROBLEM, help);
}

static void add_refusals(const struct route *route, cJSON *responses)
{
    add_refusal(responses, 400, "a parameter, member or the address itself is wrong");
    if (route->access == WRITE) {
        add_refusal(responses, 401, "the token is missing, or not the one of API_TOKEN");
        add_refusal(responses, 403,
                    "no token is set and the request comes from another machine, or from "
                    "a page of another site");
    }
    if (strchr(route->path, '{'))
        add_refusal(responses, 404, "there is nothing by that name");
    if (has_body(route)) {
        add_refusal(responses, 413, "the body is too large");
        add_refusal(responses, 415, "the body is no application/json");
    }
    add_refusal(responses, 503, "Redis or Kafka is away, or too many are served already");
}

static void add_replies(enum api_route route, cJSON *operation)
{
    cJSON *responses = out_object_in(operation, "responses");
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        if (replies[i].route == route)
            add_reply(responses, replies[i].status, replies[i].content_type,
                      replies[i].shape, replies[i].help);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (refusals[i].route == route)
            add_refusal(responses, refusals[i].status, refusals[i].help);
    add_refusals(&routes[route], responses);
}

/* ---- operations ---- */

/* The route's name in the code, "LETTERS_DO", as "letters_do". */
static void add_operation_id(cJSON *to, const char *id)
{
    char lower[60];
    snprintf(lower, sizeof(lower), "%s", id);
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    out_text(to, "operationId", lower);
}

static void add_operation(enum api_route route, cJSON *paths)
{
    const struct route *row = &routes[route];
    cJSON *path = cJSON_GetObjectItemCaseSensitive(paths, row->path);
    if (!path)
        path = out_object_in(paths, row->path);
    cJSON *operation = out_object();
    out_text(operation, "summary", row->help);
    add_operation_id(operation, row->id);
    cJSON *parameters = out_array_in(operation, "parameters");
    add_path_param(row, parameters);
    if (has_body(row))
        add_body(route, operation);
    else
        add_query_params(route, parameters);
    if (row->access == WRITE) {
        cJSON *needs = out_object();
        out_array_in(needs, "token");
        out_append(out_array_in(operation, "security"), needs);
    }
    add_replies(route, operation);
    const char *method = strcmp(row->method, "GET") == 0    ? "get"
                         : strcmp(row->method, "POST") == 0 ? "post"
                                                            : "put";
    cJSON_AddItemToObject(path, method, operation);
}

static void add_components(cJSON *document)
{
    cJSON *components = out_object_in(document, "components");
    openapi_shapes(out_object_in(components, "schemas"));
    cJSON *token = out_object_in(out_object_in(components, "securitySchemes"), "token");
    out_text(token, "type", "http");
    out_text(token, "scheme", "bearer");
    out_text(token, "description",
             "API_TOKEN; where it is not set, requests from the same machine may write");
}

void openapi_write(struct buf *out)
{
    cJSON *document = out_object();
    out_text(document, "openapi", "3.1.0");
    cJSON *info = out_object_in(document, "info");
    out_text(info, "title", "tillbridge: order polling");
    out_text(info, "version", TB_VERSION);
    out_text(info, "description",
             "Status, trigger, counters, configuration and dead letters of tillbridge. "
             "GET paths answer HEAD, too. Names that are not listed are refused.");
    cJSON *paths = out_object_in(document, "paths");
    for (size_t i = 0; i < API_ROUTE_COUNT; i++)
        add_operation((enum api_route)i, paths);
    add_components(document);
    out_write_indented(document, out);
}
