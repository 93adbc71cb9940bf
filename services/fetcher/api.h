/* api: one question to the Admin API at a time, with token, bucket, waiting and tries. */
#ifndef TB_FETCHER_API_H
#define TB_FETCHER_API_H

#include "core/query.h"
#include "core/reply.h"
#include "io/cfg.h"
#include "turn.h"

struct api;

/* cfg and turn must outlive it. */
enum rc api_open(const struct cfg *cfg, const struct turn *turn, struct api **out,
                 struct err *e) TB_MUST_CHECK;
void api_close(struct api *api); /* NULL accepted */

struct api_ask {
    enum query query;
    const struct buf *body;
    int size;        /* questions of one size cost the same; 0 = all of this query do */
    bool can_shrink; /* the caller can ask for less: tell it early to */
    const char *poll_id;
};

/* RC_OK: *out is REPLY_OK, the caller's to finish by reply_done.
 * RC_RETRY: Shopify is away or kept failing, or the poll is to be given up (turn).
 * RC_REJECT: out->kind is REPLY_SHRINK: ask for less; or REPLY_PERSON: until somebody
 * mends it there is no use in asking. */
enum rc api_send(struct api *api, const struct api_ask *ask, struct reply *out,
                 struct err *e) TB_MUST_CHECK;

/* X-Request-Id of the last answer; "" when it had none. */
const char *api_request_id(const struct api *api);

/* What time it is at Shopify, by the last answer's Date; our own clock before that. */
int64_t api_now_ms(const struct api *api);

/* Points charged and milliseconds waited for the bucket since the last call. */
struct api_used {
    int64_t cost, waited_ms;
};
struct api_used api_used(struct api *api);

#endif
