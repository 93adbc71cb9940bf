/* columns: see columns.h. */
#include "core/columns.h"

#include <assert.h>

static const struct {
    const char *name;
    enum column_kind kind;
    enum rms_table table;
    size_t width;
} columns[] = {
#define COLUMN(table, id, name, kind, width) {name, COLUMN_##kind, TABLE_##table, width},
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

size_t column_width(enum column column)
{
    assert(column < COL_COUNT);
    return columns[column].width;
}

size_t table_columns(enum rms_table table)
{
    size_t count = 0;
    for (enum column c = 0; c < COL_COUNT; c++)
        count += columns[c].table == table;
    return count;
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
    case TABLE_CUSTOMER:
        return "Customer";
    case TABLE_COUNT:
        break;
    }
    return "";
}
