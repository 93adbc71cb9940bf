/* check: --check-config of the reconciler. */
#ifndef TB_CHECK_H
#define TB_CHECK_H

#include "io/cfg.h"

/* The database is looked at, too: settings alone say little of it. Prints a line for each
 * finding on standard error, and when nothing is missing that all is in order. Returns
 * the process's exit code. */
int check_config(const struct cfg *cfg);

#endif
