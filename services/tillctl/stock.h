/* stock: the items whose committed stock is not what the open work orders add up to.
 *
 * RMS keeps Item.QuantityCommitted equal to the sum of QuantityOnOrder over the entries
 * of open work orders (Type 2, Closed 0); non-inventory items are left out. Read only.
 */
#ifndef TB_STOCK_REPORT_H
#define TB_STOCK_REPORT_H

#include "base/arena.h"
#include "io/sql.h"

struct stock_row {
    int64_t item; /* Item.ID */
    const char *code, *description;
    int64_t committed_e4; /* as the item says */
    int64_t ordered_e4;   /* as the open work orders say */
    int64_t orders;       /* how many of them have the item */
};

struct stock_report {
    const struct stock_row *rows; /* that differ, by Item.ID; in the arena */
    size_t count;
    int64_t items; /* looked at */
};

enum rc stock_read(struct sql *sql, struct arena *arena, struct stock_report *out,
                   struct err *e) TB_MUST_CHECK;

/* The statements, so that a test can print every text that a database is ever sent. */
const char *stock_text(enum sql_dialect dialect);
extern const char stock_items_text[];

#endif
