/* stand_in: runs the texts for SQL Server statement by statement on SQLite: the few forms
 * of T-SQL that rms_ms_text.c makes, nothing else. It shows that a text's statements,
 * variables and markers belong together, not what SQL Server makes of them. */
#ifndef TB_UNIT_STAND_IN_H
#define TB_UNIT_STAND_IN_H

#include "rms_ms.h"

/* An rms_ms_run. A form that it does not know is RC_FATAL. */
enum rc stand_in_run(struct rms_batch *batch, const struct rms_ms_text *text,
                     const char **ids, struct err *e);

#endif
