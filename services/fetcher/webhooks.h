/* webhooks: the listener that Shopify's webhooks come to, on a thread of its own.
 *
 * A webhook that is ours becomes a doorbell in shopify.webhooks; it is answered with 200
 * once the broker has acknowledged that, with 503 when it does not in time, whatever
 * polls do meanwhile. Nothing is asked of Shopify here.
 */
#ifndef TB_FETCHER_WEBHOOKS_H
#define TB_FETCHER_WEBHOOKS_H

#include "io/bus.h"
#include "io/cfg.h"

struct webhooks;

/* cfg and bus must outlive it. With ENABLE_WEBHOOKS=false *out is NULL. Logs the address
 * as webhooks.listening. RC_FATAL: it can't be listened on. */
enum rc webhooks_open(const struct cfg *cfg, const struct bus_conf *bus,
                      struct webhooks **out, struct err *e) TB_MUST_CHECK;
void webhooks_close(struct webhooks *webhooks); /* NULL accepted */

/* RC_FATAL: it can't go on, the process is to end. */
enum rc webhooks_check(struct webhooks *webhooks, struct err *e) TB_MUST_CHECK;

#endif
