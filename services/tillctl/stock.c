/* stock: one query that compares each item with its open work orders; see stock.h. The
 * quantities are floats in RMS: they are rounded to four decimals before they are
 * compared, so that a sum of tenths is no difference. */
#include "stock.h"

#include <string.h>

/* Type 2 is a work order, ItemType 7 a non-inventory item. */
#define ORDERED                                                                     \
    "LEFT JOIN (SELECT e.\"ItemID\" AS item, SUM(e.\"QuantityOnOrder\") AS units, " \
    "COUNT(DISTINCT o.\"ID\") AS orders FROM \"Order\" o JOIN \"OrderEntry\" e ON " \
    "e.\"OrderID\" = o.\"ID\" WHERE o.\"Type\" = 2 AND o.\"Closed\" = 0 GROUP BY "  \
    "e.\"ItemID\") s ON s.item = i.\"ID\""
#define STOCK_TEXT(OPEN, CLOSE)                                            \
    "SELECT i.\"ID\", i.\"ItemLookupCode\", i.\"Description\", " OPEN      \
    "i.\"QuantityCommitted\"" CLOSE ", " OPEN "COALESCE(s.units, 0)" CLOSE \
    ", COALESCE(s.orders, 0) FROM \"Item\" i " ORDERED                     \
    " WHERE i.\"ItemType\" <> 7 AND " OPEN                                 \
    "i.\"QuantityCommitted\" - COALESCE(s.units, 0)" CLOSE " <> 0 ORDER BY i.\"ID\""

const char *stock_text(enum sql_dialect dialect)
{
    switch (dialect) {
    case SQL_SQLITE:
        return STOCK_TEXT("ROUND(", ", 4)");
    case SQL_POSTGRES:
        return STOCK_TEXT("ROUND(CAST(", " AS numeric), 4)");
    case SQL_SQLSERVER:
        return STOCK_TEXT("CAST(", " AS decimal(19, 4))");
    }
    return NULL;
}

const char stock_items_text[] = "SELECT COUNT(*) FROM \"Item\" WHERE \"ItemType\" <> 7";

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct stock_row *rows;
    size_t count, room;
};

static struct stock_row *next_row(struct reading *reading)
{
    if (reading->count == reading->room) {
        size_t room = reading->room ? reading->room * 2 : 64;
        struct stock_row *more = arena_array(reading->arena, room, sizeof(*more));
        if (reading->count)
            memcpy(more, reading->rows, reading->count * sizeof(*more));
        reading->rows = more;
        reading->room = room;
    }
    return &reading->rows[reading->count++];
}

static enum rc read_row(struct reading *reading, struct sql_stmt *stmt, struct err *e)
{
    struct stock_row *row = next_row(reading);
    enum rc rc = sql_int(stmt, 0, &row->item, e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 1, reading->arena, &row->code, e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 2, reading->arena, &row->description, e);
    if (rc == RC_OK)
        rc = sql_money(stmt, 3, &row->committed_e4, e);
    if (rc == RC_OK)
        rc = sql_money(stmt, 4, &row->ordered_e4, e);
    return rc ? rc : sql_int(stmt, 5, &row->orders, e);
}

static enum rc read_rows(struct sql *sql, struct reading *reading, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(sql, stock_text(sql_dialect(sql)), &stmt, e);
    if (rc == RC_OK)
        rc = sql_exec(stmt, NULL, e);
    bool got = true;
    while (rc == RC_OK && (rc = sql_next(stmt, &got, e)) == RC_OK && got)
        rc = read_row(reading, stmt, e);
    return rc;
}

static enum rc count_items(struct sql *sql, int64_t *items, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    bool got = false;
    enum rc rc = sql_prepare(sql, stock_items_text, &stmt, e);
    if (rc == RC_OK)
        rc = sql_exec(stmt, NULL, e);
    if (rc == RC_OK)
        rc = sql_next(stmt, &got, e);
    if (rc == RC_OK && got)
        rc = sql_int(stmt, 0, items, e);
    if (rc == RC_OK)
        sql_done(stmt);
    return rc;
}

enum rc stock_read(struct sql *sql, struct arena *arena, struct stock_report *out,
                   struct err *e)
{
    struct reading reading = {.arena = arena};
    int64_t items = 0;
    enum rc rc = read_rows(sql, &reading, e);
    if (rc == RC_OK)
        rc = count_items(sql, &items, e);
    if (rc == RC_OK)
        *out = (struct stock_report){
            .rows = reading.rows, .count = reading.count, .items = items};
    return rc;
}
