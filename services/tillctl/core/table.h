/* table: rows of text in aligned columns, for people. Pure.
 *
 * Cells are borrowed until the table is printed; rows live in the arena. Columns are as
 * wide as their widest cell, counted in characters. Control characters are shown as "?":
 * what a server said must not steer the terminal.
 */
#ifndef TB_TABLE_H
#define TB_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    TABLE_COLUMNS_MAX = 8,
};

/* How a row's last cell is shown where there are colours. */
enum table_style { TABLE_PLAIN, TABLE_GOOD, TABLE_WARN, TABLE_BAD, TABLE_HEAD };

struct table_row;
struct table {
    struct arena *arena;
    size_t columns;
    struct table_row *first, *last;
};

void table_init(struct table *table, struct arena *arena, size_t columns);
/* cells: as many as the table has columns; NULL is "". */
void table_add(struct table *table, enum table_style style, const char *const *cells);
/* A heading row: all of its cells are shown as such. */
void table_head(struct table *table, const char *const *cells);
void table_print(const struct table *table, bool color, struct buf *out);
/* One line of text in the same manner, without a table. */
void table_line(enum table_style style, const char *text, bool color, struct buf *out);

#define TABLE_CELLS(...) ((const char *const[]){__VA_ARGS__})

#endif
