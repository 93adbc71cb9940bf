/* check: the settings of the reconciler beyond what the table of settings knows. */
#ifndef TB_CHECK_H
#define TB_CHECK_H

#include "io/cfg.h"

/* What needs no database: the lists that only this program understands. Prints a line for
 * each fault on standard error. False: there is one. */
bool check_lists(const struct cfg *cfg);

/* --check-config. The database is looked at, too: settings alone say little of it. Prints
 * a line for each finding on standard error, and when nothing is missing that all is in
 * order. Returns the process's exit code. */
int check_config(const struct cfg *cfg);

#endif
