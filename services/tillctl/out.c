/* out: see out.h. */
#include "out.h"

#include "base/json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool out_has_color(void)
{
    const char *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no_color && no_color[0]) && term &&
           strcmp(term, "dumb") != 0;
}

bool out_text(const char *text)
{
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return true;
    if (errno != EPIPE) /* who reads has read enough, as head does */
        out_error("standard output does not take it: %s", strerror(errno));
    return false;
}

bool out_table(const struct table *table)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    table_print(table, out_has_color(), &text);
    bool done = out_text(buf_str(&text));
    buf_done(&text);
    return done;
}

bool out_json(const cJSON *value)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    json_print(value, &text);
    buf_text(&text, "\n");
    bool done = out_text(buf_str(&text));
    buf_done(&text);
    return done;
}

void out_error(const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    fprintf(stderr, "tillctl: %s\n", text);
}
