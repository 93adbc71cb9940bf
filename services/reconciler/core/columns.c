/* columns: see columns.h. */
#include "core/columns.h"

#include <assert.h>

static const struct {
    const char *name;
    enum column_kind kind;
    enum rms_table table;
} columns[] = {
#define COLUMN(table, id, name, kind) {name, COLUMN_##kind, TABLE_##table},
#include "core/columns.def"
#undef COLUMN
};

const char *column_name(enum column column)
{
    assert(column < COL_COUNT);
    return columns[column].name;
}

enum column_kind column_kind(enum column column)
{
    assert(column < COL_COUNT);
    return columns[column].kind;
}

enum rms_table column_table(enum column column)
{
    assert(column < COL_COUNT);
    return columns[column].table;
}

const char *table_name(enum rms_table table)
{
    switch (table) {
    case TABLE_ORDER:
        return "Order";
    case TABLE_ENTRY:
        return "OrderEntry";
    case TABLE_ITEM:
        return "Item";
    }
    return "";
}
