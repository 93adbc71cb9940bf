/* token: the access token: a static one, or one of the client-credentials grant, renewed
 * before it ends and when Shopify refuses it. It is sent in a header only, never logged.
 */
#ifndef TB_FETCHER_TOKEN_H
#define TB_FETCHER_TOKEN_H

#include "core/reply.h"
#include "io/cfg.h"
#include "io/web.h"

struct token;

/* cfg must outlive it. */
struct token *token_new(const struct cfg *cfg);
void token_free(struct token *token); /* wipes it; NULL accepted */

/* False: *reply says why there is none and what to do. *header is borrowed until the next
 * call: "X-Shopify-Access-Token: ...". */
bool token_header(struct token *token, struct web *web, int64_t monotonic_ms,
                  const char **header, struct reply *reply);

/* Shopify refused it. True: a new one can be had by asking again. */
bool token_refused(struct token *token);

#endif
