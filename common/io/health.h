/* health: /healthz, /readyz and /metrics of a worker, on a thread of their own.
 *
 * The worker's loop calls health_tick each turn and health_ready when its state changes;
 * /healthz fails when the loop has not ticked for 30 seconds, /readyz answers 503 with
 * the reason while not ready.
 */
#ifndef TB_HEALTH_H
#define TB_HEALTH_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct health;

/* listen "": no listener (*out is still usable). Logs the address it listens on as
 * health.listening with the field "address". Not ready ("starting") until told so. */
enum rc health_open(const char *listen, struct health **out, struct err *e) TB_MUST_CHECK;
void health_close(struct health *health); /* NULL accepted */
void health_tick(struct health *health, int64_t monotonic_ms);
/* reason: one line, copied; "" when ready. */
void health_ready(struct health *health, bool ready, const char *reason);

#endif
