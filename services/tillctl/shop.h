/* shop: questions to the Admin API, with the fetcher's own settings, patience and texts.
 */
#ifndef TB_TILLCTL_SHOP_H
#define TB_TILLCTL_SHOP_H

#include "core/query.h"
#include "core/reply.h"
#include "io/cfg.h"

struct shop;

/* cfg must outlive it. RC_REJECT: a setting is missing; the text names it. */
enum rc shop_open(const struct cfg *cfg, struct shop **out, struct err *e) TB_MUST_CHECK;
void shop_close(struct shop *shop); /* NULL accepted */

/* Takes the variables. RC_OK: *out is the caller's, to be finished by reply_done. */
enum rc shop_ask(struct shop *shop, enum query query, cJSON *variables, struct reply *out,
                 struct err *e) TB_MUST_CHECK;

#endif
