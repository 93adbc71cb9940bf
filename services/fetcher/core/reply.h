/* reply: what an answer of the Admin API means, and what to do about it. Pure.
 *
 * reply.def is the table. An answer is REPLY_OK only when it is status 200, JSON, holds
 * "data", no errors beside it and no warnings about the search: a search that Shopify
 * half understands is answered with 200 and the wrong orders.
 */
#ifndef TB_FETCHER_REPLY_H
#define TB_FETCHER_REPLY_H

#include "base/json.h"
#include "core/cost.h"

#include <stddef.h>
#include <stdint.h>

/* In rising order: of several errors in one answer the last of these counts. */
enum reply_kind {
    REPLY_OK,
    REPLY_RETRY,     /* Shopify or the way to it failed: the same again, later */
    REPLY_THROTTLED, /* not a failure: wait wait_ms, then the same again */
    REPLY_SHRINK,    /* too dear: ask for less at once */
    REPLY_RENEW,     /* the token is refused: with a new one the same again, once */
    REPLY_PERSON,    /* stays so until a person does what remedy says */
};

struct reply_http {
    long status;
    const char *body;
    size_t len;
    int64_t retry_after_ms; /* -1: not told */
};

struct reply {
    enum reply_kind kind;
    int64_t wait_ms;  /* what the server asks to wait; -1: not told */
    bool bad_request; /* PERSON because of the request itself: a cursor, a field */
    struct cost cost;
    char text[360];     /* what happened, one line of UTF-8; "" when OK */
    const char *remedy; /* for a person; "" when nothing is to be done */
    cJSON *tree;        /* of the whole answer, when OK; else NULL */
};

/* "ok", "retry", ...: for logs. */
const char *reply_kind_name(enum reply_kind kind);

/* *out is the caller's: reply_done frees it. */
void reply_read(const struct reply_http *http, struct reply *out);
/* A request that got no answer (no connection, time-out): REPLY_RETRY with the text. */
void reply_lost(const char *text, struct reply *out);
void reply_done(struct reply *reply); /* a zeroed or finished one is accepted */

/* The whole answer; its "data" is a member. reply must be REPLY_OK and outlive the
 * result. */
struct json_at reply_root(const struct reply *reply);

#endif
