/* columns: the columns of RMS that we write, as data (columns.def). */
#ifndef TB_COLUMNS_H
#define TB_COLUMNS_H

#include <stddef.h>

enum rms_table { TABLE_ORDER, TABLE_ENTRY, TABLE_ITEM, TABLE_CUSTOMER, TABLE_COUNT };

enum column_kind {
    COLUMN_INT,
    COLUMN_MONEY,    /* ten-thousandths */
    COLUMN_QUANTITY, /* ten-thousandths of a unit: RMS holds floats */
    COLUMN_TEXT,
    COLUMN_LONGTEXT, /* ntext: never compared with = on the server */
    COLUMN_TIME,     /* local "YYYY-MM-DD hh:mm:ss.fff" */
};

enum column {
#define COLUMN(table, id, name, kind, width) COL_##id,
#include "core/columns.def"
#undef COLUMN
    COL_COUNT,
};

const char *column_name(enum column column);
enum column_kind column_kind(enum column column);
enum rms_table column_table(enum column column);
size_t column_width(enum column column);    /* of RMS 2.0, in UTF-16 units; 0: not text */
size_t table_columns(enum rms_table table); /* how many of its columns we write */
const char *table_name(enum rms_table table); /* "Order", "OrderEntry", ... */

#endif
