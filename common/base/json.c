/* json: see json.h. */
#include "base/json.h"

#include "base/instant.h"
#include "base/money.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON ends a text at an escaped NUL, which would cut it silently. Same length, so the
 * copy is edited in place. */
static void replace_nul_escapes(char *bytes, size_t len)
{
    for (size_t i = 0; i + 5 < len; i++) {
        if (bytes[i] != '\\')
            continue;
        if (memcmp(bytes + i, "\\u0000", 6) == 0)
            memcpy(bytes + i + 2, "fffd", 4);
        i++; /* whatever is escaped, a second backslash too, is passed over */
    }
}

static enum rc parse_copy(char *copy, size_t len, cJSON **out, struct err *e)
{
    replace_nul_escapes(copy, len);
    const char *end = NULL;
    cJSON *value = cJSON_ParseWithLengthOpts(copy, len + 1, &end, true);
    if (!value)
        return err_set(e, RC_REJECT, "json.parse", "not JSON at byte %td of %zu",
                       end ? end - copy : 0, len);
    *out = value;
    return RC_OK;
}

enum rc json_parse(const char *bytes, size_t len, cJSON **out, struct err *e)
{
    if (!str_utf8_valid(bytes, len))
        return err_set(e, RC_REJECT, "json.parse",
                       "not UTF-8 text without NUL bytes (%zu bytes)", len);
    char *copy = malloc(len + 1);
    if (!copy)
        return err_set(e, RC_FATAL, "json.parse", "out of memory for %zu bytes", len);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    enum rc rc = parse_copy(copy, len, out, e);
    free(copy);
    return rc;
}

struct json_at json_root(const cJSON *value)
{
    return (struct json_at){.value = value};
}

struct json_at json_member(const struct json_at *at, const char *name)
{
    const cJSON *value = cJSON_IsObject(at->value)
                             ? cJSON_GetObjectItemCaseSensitive(at->value, name)
                             : NULL;
    return (struct json_at){.value = value, .parent = at, .name = name};
}

struct json_at json_element(const struct json_at *at, int index)
{
    return (struct json_at){
        .value = cJSON_GetArrayItem(at->value, index), .parent = at, .index = index};
}

bool json_null(const struct json_at *at)
{
    return !at->value || cJSON_IsNull(at->value);
}

static void add_path(const struct json_at *at, struct buf *path)
{
    if (!at->parent)
        return;
    add_path(at->parent, path);
    if (at->name)
        buf_printf(path, "%s%s", path->len ? "." : "", at->name);
    else
        buf_printf(path, "[%d]", at->index);
}

static const char *kind_name(const cJSON *value)
{
    if (!value)
        return "nothing";
    if (cJSON_IsNull(value))
        return "null";
    if (cJSON_IsBool(value))
        return "a boolean";
    if (cJSON_IsNumber(value))
        return "a number";
    if (cJSON_IsString(value))
        return "text";
    return cJSON_IsArray(value) ? "an array" : "an object";
}

enum rc json_fail(const struct json_at *at, const char *expected, struct err *e)
{
    struct buf path;
    buf_init(&path, 200);
    add_path(at, &path);
    const char *text = cJSON_IsString(at->value) ? at->value->valuestring : NULL;
    int shown = text ? (int)str_utf16_cut(text, 40) : 0;
    err_set(e, RC_REJECT, "json.read", "%s: expected %s, found %s%s%.*s%s",
            path.len ? buf_str(&path) : "the value", expected, kind_name(at->value),
            text ? " \"" : "", shown, text ? text : "", text ? "\"" : "");
    buf_done(&path);
    return RC_REJECT;
}

enum rc json_text(const struct json_at *at, const char **out, struct err *e)
{
    if (!cJSON_IsString(at->value))
        return json_fail(at, "text", e);
    *out = at->value->valuestring;
    return RC_OK;
}

enum rc json_text_opt(const struct json_at *at, const char **out, struct err *e)
{
    if (!json_null(at))
        return json_text(at, out, e);
    *out = NULL;
    return RC_OK;
}

enum rc json_bool(const struct json_at *at, bool *out, struct err *e)
{
    if (!cJSON_IsBool(at->value))
        return json_fail(at, "true or false", e);
    *out = cJSON_IsTrue(at->value);
    return RC_OK;
}

/* The double is only taken when it is a whole number that a double holds exactly. */
static bool number_as_int(const cJSON *value, int64_t *out)
{
    double d = value->valuedouble;
    if (!(d >= -(double)JSON_INT_MAX && d <= (double)JSON_INT_MAX) ||
        (double)(int64_t)d != d)
        return false;
    *out = (int64_t)d;
    return true;
}

enum rc json_int(const struct json_at *at, int64_t min, int64_t max, int64_t *out,
                 struct err *e)
{
    int64_t n = 0;
    bool read = cJSON_IsString(at->value)
                    ? str_int64(at->value->valuestring, INT64_MIN, INT64_MAX, &n)
                    : cJSON_IsNumber(at->value) && number_as_int(at->value, &n);
    if (!read)
        return json_fail(at, "a whole number", e);
    if (n < min || n > max) {
        char range[80];
        snprintf(range, sizeof(range), "a number from %lld to %lld", (long long)min,
                 (long long)max);
        return json_fail(at, range, e);
    }
    *out = n;
    return RC_OK;
}

enum rc json_money(const struct json_at *at, int64_t *out_e4, struct err *e)
{
    if (!cJSON_IsString(at->value) || !money_parse(at->value->valuestring, out_e4))
        return json_fail(at, "an amount as decimal text within +-90071992547.0993", e);
    return RC_OK;
}

enum rc json_time(const struct json_at *at, int64_t *out_ms, struct err *e)
{
    if (!cJSON_IsString(at->value) || !instant_parse(at->value->valuestring, out_ms))
        return json_fail(at, "a time such as 2026-11-22T10:00:00Z", e);
    return RC_OK;
}

enum rc json_array(const struct json_at *at, int *count, struct err *e)
{
    if (!cJSON_IsArray(at->value))
        return json_fail(at, "an array", e);
    *count = cJSON_GetArraySize(at->value);
    return RC_OK;
}

enum rc json_object(const struct json_at *at, struct err *e)
{
    return cJSON_IsObject(at->value) ? RC_OK : json_fail(at, "an object", e);
}

void json_print(const cJSON *value, struct buf *out)
{
    char *text = cJSON_PrintUnformatted(value);
    if (!text)
        abort(); /* out of memory: as in arena.h */
    buf_text(out, text);
    cJSON_free(text);
}
