/* diff: what a decision changes in RMS, as a person reads it. Pure.
 *
 * A row of RMS at a time: where, column, value now -> then. Left out are LastUpdated and
 * the columns of a new row that are empty or 0; --json of the commands has them.
 */
#ifndef TB_DIFF_H
#define TB_DIFF_H

#include "core/table.h"
#include "wire/messages.h"

enum {
    DIFF_COLUMNS = 3, /* of the table */
};

/* Adds at most `max` lines to a table of DIFF_COLUMNS columns, and a last one that says
 * how many are left out. diff: of struct result_diff, borrowed until the table is
 * printed. */
void diff_add(const struct codec_list *diff, size_t max, struct table *table);

#endif
