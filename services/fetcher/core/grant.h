/* grant: the client-credentials grant: its form and its answer. Pure. */
#ifndef TB_FETCHER_GRANT_H
#define TB_FETCHER_GRANT_H

#include "base/buf.h"
#include "core/reply.h"

enum {
    GRANT_TOKEN_MAX = 512, /* with its NUL */
};

struct grant {
    char token[GRANT_TOKEN_MAX];
    int64_t lasts_ms; /* from the answer on */
};

/* Appends the form, percent-encoded. Secret: the caller wipes it. */
void grant_form(const char *client_id, const char *client_secret, struct buf *out);

/* reply->kind REPLY_OK and *out filled; or what to do, as for any answer. Neither text
 * nor remedy ever holds the token or the secret. */
void grant_read(const struct reply_http *http, struct reply *reply, struct grant *out);

#endif
