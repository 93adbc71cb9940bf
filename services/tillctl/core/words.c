/* words: see words.h. */
#include "core/words.h"

#include "base/instant.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

enum {
    REMEDY_BEGIN = 10, /* letters that tell remedies apart */
    DATE_LEN = 10,     /* 2026-11-22 */
};

enum reason words_reason(const struct result *result)
{
    enum reason reason = REASON_NONE;
    if (result->reason && !reason_parse(result->reason, &reason))
        return REASON_NONE; /* of a newer release */
    return reason;
}

const char *words_verdict(const struct result *result, struct arena *arena)
{
    if (str_empty(result->reason))
        return result->action;
    return arena_printf(arena, "%s %s", result->action, result->reason);
}

static const enum table_style styles[ACTION_COUNT] = {
    [ACTION_CREATED] = TABLE_GOOD,   [ACTION_UPDATED] = TABLE_GOOD,
    [ACTION_CANCELLED] = TABLE_GOOD, [ACTION_SKIPPED] = TABLE_PLAIN,
    [ACTION_CONFLICT] = TABLE_WARN,  [ACTION_ERROR] = TABLE_BAD,
};

enum table_style words_style(const struct result *result)
{
    enum action action = ACTION_SKIPPED;
    return action_parse(result->action, &action) ? styles[action] : TABLE_PLAIN;
}

const char *words_why(const struct result *result)
{
    enum reason reason = words_reason(result);
    if (!str_empty(result->detail))
        return result->detail;
    return reason == REASON_NONE ? "" : reason_help(reason);
}

/* Details mostly end with the remedy, in words of their own after the same beginning. */
static bool has_remedy(const char *detail, const char *remedy)
{
    char begin[REMEDY_BEGIN + 1];
    snprintf(begin, sizeof(begin), "%s", remedy);
    return strstr(detail, begin) != NULL;
}

const char *words_remedy(const struct result *result)
{
    const char *remedy = reason_remedy(words_reason(result));
    return result->detail && has_remedy(result->detail, remedy) ? "" : remedy;
}

const char *words_time(int64_t ms, struct arena *arena)
{
    char text[INSTANT_TEXT_MAX];
    if (!ms)
        return "-";
    instant_format(ms, text);
    size_t clock = strcspn(text + DATE_LEN + 1, "Z");
    return arena_printf(arena, "%.*s %.*s UTC", DATE_LEN, text, (int)clock,
                        text + DATE_LEN + 1);
}
