/* problem: an error as application/problem+json (RFC 9457). */
#ifndef TB_STATS_PROBLEM_H
#define TB_STATS_PROBLEM_H

#include "base/buf.h"
#include "base/err.h"

#define PROBLEM_CONTENT_TYPE "application/problem+json"

struct problem {
    int status;
    char detail[512];  /* one line: what, where, remedy */
    char field[64];    /* the member of the body that is wrong; "" */
    const char *allow; /* 405: methods of the path; NULL */
};

/* Fills it and returns false, so that a check can end with it. Text that does not fit is
 * cut. */
bool problem_set(struct problem *problem, int status, const char *fmt, ...)
    TB_PRINTF(3, 4);

/* "Not Found" for 404: of the statuses that are used here. */
const char *problem_title(int status);

void problem_write(const struct problem *problem, struct buf *out);

#endif
