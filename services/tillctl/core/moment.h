/* moment: points in time as people give them to a command. Pure. */
#ifndef TB_MOMENT_H
#define TB_MOMENT_H

#include "base/err.h"

#include <stdint.h>

/* "now", "2026-11-22" (its beginning, UTC) or "2026-11-22T10:00:00Z" with Z or +hh:mm.
 * RC_REJECT: the text names the option. */
enum rc moment_parse(const char *option, const char *text, int64_t now_ms,
                     int64_t *out_ms, struct err *e) TB_MUST_CHECK;

#endif
