/* moment: see moment.h. */
#include "core/moment.h"

#include "base/instant.h"

#include <stdio.h>
#include <string.h>

enum {
    DATE_LEN = 10,
};

enum rc moment_parse(const char *option, const char *text, int64_t now_ms,
                     int64_t *out_ms, struct err *e)
{
    char whole[INSTANT_TEXT_MAX];
    if (strcmp(text, "now") == 0) {
        *out_ms = now_ms;
        return RC_OK;
    }
    if (strlen(text) == DATE_LEN)
        snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
    if (instant_parse(strlen(text) == DATE_LEN ? whole : text, out_ms))
        return RC_OK;
    return err_set(e, RC_REJECT, "moment.parse",
                   "%s: \"%.40s\" is not like 2026-11-22, 2026-11-22T10:00:00Z or now",
                   option, text);
}
