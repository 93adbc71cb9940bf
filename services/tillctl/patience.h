/* patience: --wait. Tries again while a part can't be reached. */
#ifndef TB_PATIENCE_H
#define TB_PATIENCE_H

#include "base/err.h"

#include <stdint.h>

/* Calls attempt until it returns something else than RC_RETRY, or wait_s seconds passed;
 * each new reason is said once on standard error. what: "Kafka". */
enum rc patience_try(int64_t wait_s, const char *what,
                     enum rc (*attempt)(void *ctx, struct err *e), void *ctx,
                     struct err *e) TB_MUST_CHECK;

#endif
