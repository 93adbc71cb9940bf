/* instant: see instant.h. timegm and gmtime_r do the calendar. */
#include "base/instant.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* "yyyy-mm-ddThh:mm:ss" with exact widths; strptime would take blanks and short fields.
 */
static bool parse_civil(const char *text, struct tm *tm)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        bool fits = form[i] == 'd' ? isdigit((unsigned char)text[i]) : text[i] == form[i];
        if (!fits)
            return false;
    }
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", tm);
    return end == text + sizeof(form) - 1 && tm->tm_sec < 60;
}

/* ".123456" -> 123; moves *p behind it. Without a point: 0. */
static bool parse_millis(const char **p, int64_t *ms)
{
    *ms = 0;
    if (**p != '.')
        return true;
    int digits = 0;
    for ((*p)++; isdigit((unsigned char)**p); (*p)++, digits++)
        if (digits < 3)
            *ms = *ms * 10 + (**p - '0');
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits >= 1 && digits <= 9;
}

/* "Z" or "+hh:mm" to the end of the text, as minutes east of UTC. */
static bool parse_zone(const char *p, int64_t *minutes)
{
    *minutes = 0;
    if (strcmp(p, "Z") == 0)
        return true;
    if ((*p != '+' && *p != '-') || strlen(p) != 6 || p[3] != ':')
        return false;
    for (int i = 1; i < 6; i++)
        if (i != 3 && !isdigit((unsigned char)p[i]))
            return false;
    int64_t hours = (p[1] - '0') * 10 + (p[2] - '0');
    int64_t mins = (p[4] - '0') * 10 + (p[5] - '0');
    *minutes = (hours * 60 + mins) * (*p == '-' ? -1 : 1);
    return hours <= 18 && mins < 60;
}

bool instant_parse(const char *text, int64_t *out_ms)
{
    struct tm tm = {0};
    int64_t ms = 0;
    int64_t minutes = 0;
    if (!text || !parse_civil(text, &tm))
        return false;
    struct tm given = tm;
    const char *p = text + strlen("yyyy-mm-ddThh:mm:ss");
    if (!parse_millis(&p, &ms) || !parse_zone(p, &minutes))
        return false;
    time_t seconds = timegm(&tm);
    if (tm.tm_mday != given.tm_mday) /* 30 February was carried into March */
        return false;
    int64_t at_ms = ((int64_t)seconds - minutes * 60) * 1000 + ms;
    if (at_ms <= 0)
        return false;
    *out_ms = at_ms;
    return true;
}

static void format_civil(int64_t ms, char out[INSTANT_TEXT_MAX])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    if (strftime(out, INSTANT_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        out[0] = '\0';
}

const char *instant_format(int64_t ms, char out[INSTANT_TEXT_MAX])
{
    format_civil(ms, out);
    size_t len = strlen(out);
    if (ms % 1000)
        snprintf(out + len, INSTANT_TEXT_MAX - len, ".%03dZ", (int)(ms % 1000));
    else
        snprintf(out + len, INSTANT_TEXT_MAX - len, "Z");
    return out;
}

const char *instant_format_offset(int64_t ms, char out[INSTANT_TEXT_MAX])
{
    format_civil(ms, out);
    size_t len = strlen(out);
    snprintf(out + len, INSTANT_TEXT_MAX - len, "+00:00");
    return out;
}
