/* fetcher: the process: polls by the timer and by triggers while it is the active one.
 */
#ifndef TB_FETCHER_H
#define TB_FETCHER_H

#include "io/cfg.h"

/* Runs until a stop is requested: RC_OK. RC_FATAL: the process can't go on. */
enum rc fetcher_run(const struct cfg *cfg, struct err *e) TB_MUST_CHECK;

#endif
