/* settings: what the tests of cfg share: an empty environment, loading, expecting. */
#ifndef TB_UNIT_SETTINGS_H
#define TB_UNIT_SETTINGS_H

#include "io/cfg.h"
#include "unit.h"

extern struct cfg settings;       /* loaded last */
extern struct buf setting_faults; /* of the last load */

/* Each test begins with an environment of its own. */
int settings_setup(void **state);
int settings_teardown(void **state);

enum rc settings_load(enum cfg_service service);
void settings_expect_in_order(enum cfg_service service);
/* One fault, in one line, that begins with the variable and says something. */
void settings_expect_fault(enum cfg_service service, const char *name, const char *says);
/* What a fetcher can't do without. */
void settings_set_fetcher(void);

#define SETTINGS_CASE(function) \
    cmocka_unit_test_setup_teardown(function, settings_setup, settings_teardown)

#endif
