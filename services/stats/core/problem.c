/* problem: see problem.h. */
#include "core/problem.h"

#include "base/str.h"
#include "core/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

const char *problem_title(int status)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

/* Cut between characters: what is shown must stay UTF-8. */
static void cut_to_text(char *text, size_t len)
{
    while (len > 0 && !str_utf8_valid(text, len))
        text[--len] = '\0';
}

bool problem_set(struct problem *problem, int status, const char *fmt, ...)
{
    *problem = (struct problem){.status = status};
    va_list args;
    va_start(args, fmt);
    vsnprintf(problem->detail, sizeof(problem->detail), fmt, args);
    va_end(args);
    cut_to_text(problem->detail, strlen(problem->detail));
    return false;
}

void problem_write(const struct problem *problem, struct buf *out)
{
    cJSON *object = out_object();
    out_text(object, "type", "about:blank");
    out_text(object, "title", problem_title(problem->status));
    out_number(object, "status", problem->status);
    out_text(object, "detail", problem->detail);
    if (*problem->field)
        out_text(object, "field", problem->field);
    out_write(object, out);
}
