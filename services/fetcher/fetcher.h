/* fetcher: the process: polls by the timer and by triggers while it is the active one.
 */
#ifndef TB_FETCHER_H
#define TB_FETCHER_H

#include "base/buf.h"
#include "io/cfg.h"

/* What the settings' table can't check: token or client id and secret, the shop's name.
 * Appends one line per fault; false when there are any. */
bool fetcher_check(const struct cfg *cfg, struct buf *faults);

/* Runs until a stop is requested: RC_OK. RC_FATAL: the process can't go on. */
enum rc fetcher_run(const struct cfg *cfg, struct err *e) TB_MUST_CHECK;

#endif
