/* err: see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

enum rc err_set(struct err *e, enum rc rc, const char *op, const char *fmt, ...)
{
    if (!e)
        return rc;
    /* Made aside first: the arguments may point into *e itself. */
    struct err made = {.rc = rc};
    va_list args;
    va_start(args, fmt);
    vsnprintf(made.text, sizeof(made.text), fmt, args);
    va_end(args);
    snprintf(made.op, sizeof(made.op), "%s", op);
    *e = made;
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
