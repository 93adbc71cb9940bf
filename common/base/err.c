/* err: see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum rc err_set(struct err *e, enum rc rc, const char *op, const char *fmt, ...)
{
    if (!e)
        return rc;
    /* Formatted aside first: the arguments may point into *e itself. */
    char text[sizeof(e->text)];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    *e = (struct err){.rc = rc};
    snprintf(e->op, sizeof(e->op), "%s", op);
    memcpy(e->text, text, sizeof(text));
    return rc;
}

const char *err_rc_name(enum rc rc)
{
    switch (rc) {
    case RC_OK:
        return "ok";
    case RC_RETRY:
        return "retry";
    case RC_REJECT:
        return "reject";
    case RC_FATAL:
        return "fatal";
    }
    return "unknown";
}
