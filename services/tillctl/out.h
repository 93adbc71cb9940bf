/* out: what tillctl writes: texts and JSON on standard output, one line per fault on
 * standard error. */
#ifndef TB_OUT_H
#define TB_OUT_H

#include "base/buf.h"
#include "base/err.h"
#include "core/table.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

enum {
    OUT_MAX_BYTES = 16 * 1024 * 1024,
};

/* Standard output is a terminal that shows colours, and NO_COLOR is not set. */
bool out_has_color(void);

/* Each writes all of it; false when standard output does not take it (a full disk), which
 * was then said on standard error. */
bool out_text(const char *text);
bool out_table(const struct table *table);
bool out_json(const cJSON *value); /* one line */

/* "tillctl: ..." on standard error, as one line. */
void out_error(const char *fmt, ...) TB_PRINTF(1, 2);

#endif
