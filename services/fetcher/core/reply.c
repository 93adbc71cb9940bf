/* reply: see reply.h. */
#include "core/reply.h"

#include "base/str.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct status_row {
    long status;
    enum reply_kind kind;
    const char *what, *remedy;
};

static const struct status_row statuses[] = {
#define REPLY_STATUS(status, kind, what, remedy) {status, REPLY_##kind, what, remedy},
#include "core/reply.def"
#undef REPLY_STATUS
};

struct code_row {
    const char *code;
    enum reply_kind kind;
    const char *remedy;
};

static const struct code_row codes[] = {
#define REPLY_CODE(code, kind, remedy) {code, REPLY_##kind, remedy},
#include "core/reply.def"
#undef REPLY_CODE
};

static const char report_it[] = "the query and SHOPIFY_API_VERSION may not belong "
                                "together: set a supported version, or report it";

const char *reply_kind_name(enum reply_kind kind)
{
    switch (kind) {
    case REPLY_OK:
        return "ok";
    case REPLY_RETRY:
        return "retry";
    case REPLY_THROTTLED:
        return "throttled";
    case REPLY_SHRINK:
        return "shrink";
    case REPLY_RENEW:
        return "renew";
    case REPLY_PERSON:
        return "person";
    }
    return "unknown";
}

static void say(struct reply *out, enum reply_kind kind, const char *remedy,
                const char *fmt, ...) TB_PRINTF(4, 5);

/* Of several sayings the one with the higher kind stays. */
static void say(struct reply *out, enum reply_kind kind, const char *remedy,
                const char *fmt, ...)
{
    if (out->text[0] && kind <= out->kind)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(out->text, sizeof(out->text), fmt, args);
    va_end(args);
    text_clean(out->text);
    out->kind = kind;
    out->remedy = remedy;
}

/* errors[].extensions.code decides; an error without one is told by its message. */
static const struct code_row *code_row(const char *code, const char *message)
{
    static const struct code_row faults = {"", REPLY_RETRY, ""};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (code && strcmp(codes[i].code, code) == 0)
            return &codes[i];
    if (!code && message &&
        (strstr(message, "Internal error") || strcasestr(message, "timeout")))
        return &faults;
    if (!code && message && strcmp(message, "Throttled") == 0)
        return code_row("THROTTLED", NULL);
    return NULL;
}

static const char *text_or_null(const struct json_at *at, const char *name)
{
    struct json_at member = json_member(at, name);
    return cJSON_IsString(member.value) ? member.value->valuestring : NULL;
}

/* MAX_COST_EXCEEDED tells its cost in the error, as a number, and nowhere else. */
static void take_error_cost(const struct json_at *extensions, struct cost *cost)
{
    struct json_at number = json_member(extensions, "cost");
    int64_t requested = 0;
    if (cost->requested < 0 && cJSON_IsNumber(number.value) &&
        json_int(&number, 0, 1000000000, &requested, NULL) == RC_OK)
        cost->requested = requested;
}

static void judge_error(const struct json_at *error, struct reply *out)
{
    struct json_at extensions = json_member(error, "extensions");
    const char *message = text_or_null(error, "message");
    const char *code = text_or_null(&extensions, "code");
    const struct code_row *row = code_row(code, message);
    take_error_cost(&extensions, &out->cost);
    if (!row)
        out->bad_request = true;
    say(out, row ? row->kind : REPLY_PERSON, row ? row->remedy : report_it,
        "Shopify answers %s: %s", code ? code : "an error",
        message ? message : "(no message)");
}

static void judge_errors(const struct json_at *errors, struct reply *out)
{
    const cJSON *child = NULL;
    if (cJSON_IsString(errors->value)) {
        say(out, REPLY_PERSON, report_it, "Shopify answers: %s",
            errors->value->valuestring);
    } else if (cJSON_IsArray(errors->value)) {
        cJSON_ArrayForEach (child, errors->value) {
            struct json_at error = json_root(child);
            judge_error(&error, out);
        }
    } else if (!json_null(errors)) {
        say(out, REPLY_PERSON, report_it, "Shopify answers errors that are no list");
    }
}

static void judge_warning(const struct json_at *warning, struct reply *out)
{
    const char *code = text_or_null(warning, "code");
    const char *message = text_or_null(warning, "message");
    out->bad_request = true;
    say(out, REPLY_PERSON, report_it, "the search was not understood: %s %s",
        code ? code : "", message ? message : "");
}

/* extensions.search[].warnings: the only sign of a search that was misread. */
static void judge_search(const struct json_at *extensions, struct reply *out)
{
    const cJSON *search = NULL;
    const cJSON *warning = NULL;
    struct json_at searches = json_member(extensions, "search");
    cJSON_ArrayForEach (search, searches.value) {
        struct json_at at = json_root(search);
        struct json_at warnings = json_member(&at, "warnings");
        cJSON_ArrayForEach (warning, warnings.value) {
            struct json_at one = json_root(warning);
            judge_warning(&one, out);
        }
    }
}

static void judge_tree(const struct json_at *root, struct reply *out)
{
    struct json_at extensions = json_member(root, "extensions");
    struct json_at errors = json_member(root, "errors");
    struct json_at data = json_member(root, "data");
    out->cost = cost_read(&extensions);
    judge_errors(&errors, out);
    judge_search(&extensions, out);
    if (!out->text[0] && !cJSON_IsObject(data.value))
        say(out, REPLY_RETRY, "", "the answer holds neither data nor errors");
    if (out->kind == REPLY_THROTTLED)
        out->wait_ms = cost_throttled_ms(&out->cost);
}

static void judge_body(const struct reply_http *http, struct reply *out)
{
    struct err e = {0};
    cJSON *tree = NULL;
    if (json_parse(http->body, http->len, &tree, &e)) {
        say(out, REPLY_RETRY, "", "the answer is not JSON: %s", e.text);
        return;
    }
    struct json_at root = json_root(tree);
    judge_tree(&root, out);
    if (out->kind == REPLY_OK)
        out->tree = tree;
    else
        cJSON_Delete(tree);
}

/* "errors" of an answer that is not 200, when it is text: what Shopify says in words. */
static void add_words(const struct reply_http *http, struct reply *out)
{
    cJSON *tree = NULL;
    if (json_parse(http->body, http->len, &tree, NULL))
        return;
    struct json_at root = json_root(tree);
    const char *words = text_or_null(&root, "errors");
    size_t len = strlen(out->text);
    if (words)
        snprintf(out->text + len, sizeof(out->text) - len, " (%s)", words);
    text_clean(out->text);
    cJSON_Delete(tree);
}

static void judge_status(const struct reply_http *http, struct reply *out)
{
    const struct status_row *row = NULL;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].status == http->status)
            row = &statuses[i];
    if (row)
        say(out, row->kind, row->remedy, "HTTP %ld: %s", http->status, row->what);
    else if (http->status >= 500)
        say(out, REPLY_RETRY, "", "HTTP %ld: Shopify failed", http->status);
    else
        say(out, REPLY_PERSON, report_it, "HTTP %ld: not expected", http->status);
    add_words(http, out);
}

void reply_read(const struct reply_http *http, struct reply *out)
{
    *out = (struct reply){.wait_ms = -1, .remedy = "", .cost = {-1, -1, -1, -1, -1}};
    if (http->status == 200)
        judge_body(http, out);
    else
        judge_status(http, out);
    if (http->retry_after_ms > out->wait_ms && out->kind != REPLY_OK)
        out->wait_ms = http->retry_after_ms;
}

void reply_lost(const char *text, struct reply *out)
{
    *out = (struct reply){.wait_ms = -1, .remedy = "", .cost = {-1, -1, -1, -1, -1}};
    say(out, REPLY_RETRY, "", "no answer: %s", text);
}

void reply_done(struct reply *reply)
{
    cJSON_Delete(reply->tree);
    reply->tree = NULL;
}

struct json_at reply_root(const struct reply *reply)
{
    return json_root(reply->tree);
}
