/* api_params: what a body or a query holds, by the table params.def; see api.h. */
#include "base/instant.h"
#include "base/json.h"
#include "base/str.h"
#include "core/api.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum kind { INT, BOOL, TEXT, TIME, LIST, CHOICE };

static const struct {
    enum api_route route;
    enum kind kind;
    const char *name;
    int64_t min, max;
} params[] = {
#define PARAM(route, kind, name, min, max, help) {API_##route, kind, #name, min, max},
#include "core/params.def"
#undef PARAM
};

static const char *const words[API_PARAM_COUNT] = {
#define WORDS(route, name, list) [API_##route##_##name] = list,
#include "core/params.def"
#undef WORDS
};

/* ---- what is wrong ---- */

static bool field_problem(struct problem *problem, const char *field, const char *what)
{
    problem_set(problem, 400, "%.60s: %s", field, what);
    snprintf(problem->field, sizeof(problem->field), "%.60s", field);
    return false;
}

/* "this takes a, b, c" */
static bool unknown_field(enum api_route route, const char *name, struct problem *problem)
{
    char known[300] = "";
    for (size_t i = 0; i < API_PARAM_COUNT; i++) {
        size_t len = strlen(known);
        if (params[i].route == route)
            snprintf(known + len, sizeof(known) - len, "%s%s", len ? ", " : "",
                     params[i].name);
    }
    char what[400];
    snprintf(what, sizeof(what), "not known here; possible are: %s",
             *known ? known : "none");
    int shown = (int)str_utf16_cut(name, 20);
    char field[64];
    snprintf(field, sizeof(field), "%.*s", shown, name);
    return field_problem(problem, field, what);
}

static bool wrong_value(size_t i, struct problem *problem)
{
    char what[200];
    switch (params[i].kind) {
    case INT:
        snprintf(what, sizeof(what),
                 "must be a whole number from %" PRId64 " to %" PRId64, params[i].min,
                 params[i].max);
        break;
    case BOOL:
        snprintf(what, sizeof(what), "must be true or false");
        break;
    case TEXT:
        snprintf(what, sizeof(what), "must be text of %" PRId64 " to %" PRId64 " bytes",
                 params[i].min, params[i].max);
        break;
    case TIME:
        snprintf(what, sizeof(what), "must be a time as 2026-11-22T10:00:00Z");
        break;
    case LIST:
        snprintf(what, sizeof(what),
                 "must be a list of %" PRId64 " to %" PRId64 " texts of up to %d bytes",
                 params[i].min, params[i].max, API_LIST_TEXT_MAX);
        break;
    case CHOICE:
        snprintf(what, sizeof(what), "must be one of %s", words[i]);
        break;
    }
    return field_problem(problem, params[i].name, what);
}

/* ---- texts ---- */

static bool take_number(size_t i, int64_t number, struct api_call *call)
{
    call->params[i].value = number;
    return number >= params[i].min && number <= params[i].max;
}

static bool take_text(size_t i, const char *text, struct arena *arena,
                      struct api_call *call)
{
    size_t len = strlen(text);
    call->params[i].text = arena_strdup(arena, text);
    return len >= (size_t)params[i].min && len <= (size_t)params[i].max &&
           str_utf8_valid(text, len);
}

static bool take_word(size_t i, const char *text, struct api_call *call)
{
    int64_t index = 0;
    size_t len = strlen(text);
    for (const char *at = words[i]; at && *at; index++) {
        size_t word = strcspn(at, "|");
        if (word == len && strncmp(at, text, len) == 0)
            return take_number(i, index, call);
        at += word + (at[word] == '|');
    }
    return false;
}

static bool take_bool(size_t i, const char *text, struct api_call *call)
{
    call->params[i].value = strcmp(text, "true") == 0;
    return call->params[i].value || strcmp(text, "false") == 0;
}

static bool take(size_t i, const char *text, struct arena *arena, struct api_call *call)
{
    int64_t number = 0;
    switch (params[i].kind) {
    case INT:
        return str_int64(text, params[i].min, params[i].max, &number) &&
               take_number(i, number, call);
    case BOOL:
        return take_bool(i, text, call);
    case TEXT:
        return take_text(i, text, arena, call);
    case TIME:
        return instant_parse(text, &call->params[i].value);
    case CHOICE:
        return take_word(i, text, call);
    case LIST:
        break;
    }
    return false;
}

/* ---- bodies ---- */

static bool take_list(size_t i, const cJSON *value, struct arena *arena,
                      struct api_call *call)
{
    const cJSON *item = NULL;
    size_t count = 0;
    if (!cJSON_IsArray(value) || !take_number(i, cJSON_GetArraySize(value), call))
        return false;
    const char **list = arena_array(arena, (size_t)call->params[i].value, sizeof(*list));
    cJSON_ArrayForEach (item, value) {
        const char *text = cJSON_GetStringValue(item);
        if (!text || strlen(text) > API_LIST_TEXT_MAX)
            return false;
        list[count++] = arena_strdup(arena, text);
    }
    call->params[i].list = list;
    return true;
}

static bool take_json(size_t i, const cJSON *value, struct arena *arena,
                      struct api_call *call)
{
    struct json_at at = json_root(value);
    int64_t number = 0;
    const char *text = cJSON_GetStringValue(value);
    switch (params[i].kind) {
    case BOOL:
        call->params[i].value = cJSON_IsTrue(value);
        return cJSON_IsBool(value);
    case INT:
        return cJSON_IsNumber(value) &&
               json_int(&at, params[i].min, params[i].max, &number, NULL) == RC_OK &&
               take_number(i, number, call);
    case LIST:
        return take_list(i, value, arena, call);
    case TEXT:
    case TIME:
    case CHOICE:
        return text && take(i, text, arena, call);
    }
    return false;
}

/* *out: which parameter of the route it is. */
static bool find(enum api_route route, const char *name, size_t *out)
{
    for (size_t i = 0; i < API_PARAM_COUNT; i++) {
        if (params[i].route == route && strcmp(params[i].name, name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool note_given(size_t i, bool fine, struct api_call *call,
                       struct problem *problem)
{
    if (!fine)
        return wrong_value(i, problem);
    if (call->params[i].given)
        return field_problem(problem, params[i].name, "is given twice");
    call->params[i].given = true;
    return true;
}

static bool read_members(const cJSON *object, struct arena *arena, struct api_call *call,
                         struct problem *problem)
{
    size_t i = 0;
    const cJSON *member = NULL;
    if (!cJSON_IsObject(object))
        return problem_set(problem, 400, "the body must be a JSON object");
    cJSON_ArrayForEach (member, object) {
        if (!find(call->route, member->string, &i))
            return unknown_field(call->route, member->string, problem);
        if (!note_given(i, take_json(i, member, arena, call), call, problem))
            return false;
    }
    return true;
}

static bool read_body(const struct api_request *request, struct arena *arena,
                      struct api_call *call, struct problem *problem)
{
    cJSON *tree = NULL;
    struct err e;
    if (request->body_len == 0)
        return true;
    if (json_parse(request->body, request->body_len, &tree, &e))
        return problem_set(problem, 400, "the body is not JSON: %s", e.text);
    bool fine = read_members(tree, arena, call, problem);
    cJSON_Delete(tree);
    return fine;
}

/* Only the interface is strict; a page's address may carry what others put there. */
static bool read_query(const struct api_request *request, struct arena *arena,
                       struct api_call *call, struct problem *problem)
{
    size_t i = 0;
    if (strncmp(request->path, "/api/", 5) != 0)
        return true;
    for (size_t q = 0; q < request->query_count; q++) {
        const struct api_query *query = &request->query[q];
        if (!find(call->route, query->name, &i))
            return unknown_field(call->route, query->name, problem);
        if (!note_given(i, take(i, query->value, arena, call), call, problem))
            return false;
    }
    return true;
}

bool api_params_read(const struct api_request *request, bool from_query,
                     struct arena *arena, struct api_call *call, struct problem *problem)
{
    return from_query ? read_query(request, arena, call, problem)
                      : read_body(request, arena, call, problem);
}
