/* table: see table.h. */
#include "core/table.h"

#include <assert.h>
#include <string.h>

struct table_row {
    struct table_row *next;
    enum table_style style;
    const char *cells[TABLE_COLUMNS_MAX];
};

void table_init(struct table *table, struct arena *arena, size_t columns)
{
    assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
    *table = (struct table){.arena = arena, .columns = columns};
}

void table_add(struct table *table, enum table_style style, const char *const *cells)
{
    struct table_row *row = arena_alloc(table->arena, sizeof(*row));
    row->style = style;
    for (size_t i = 0; i < table->columns; i++)
        row->cells[i] = cells[i] ? cells[i] : "";
    if (table->last)
        table->last->next = row;
    else
        table->first = row;
    table->last = row;
}

void table_head(struct table *table, const char *const *cells)
{
    table_add(table, TABLE_HEAD, cells);
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static size_t width_of(const struct table *table, size_t column)
{
    size_t width = 0;
    for (const struct table_row *row = table->first; row; row = row->next) {
        size_t count = characters(row->cells[column]);
        width = count > width ? count : width;
    }
    return width;
}

/* Bytes of the control character (C0, DEL, and C1 in UTF-8) that text begins with. */
static size_t control_len(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    unsigned char second = first ? (unsigned char)text[1] : 0;
    if (first == 0xc2 && second >= 0x80 && second < 0xa0)
        return 2;
    return first < 0x20 || first == 0x7f;
}

static void add_cell(struct buf *out, const char *cell)
{
    while (*cell) {
        size_t control = control_len(cell);
        buf_add(out, control ? "?" : cell, 1);
        cell += control ? control : 1;
    }
}

static const char *color_of(enum table_style style)
{
    switch (style) {
    case TABLE_PLAIN:
        return "";
    case TABLE_GOOD:
        return "\033[32m";
    case TABLE_WARN:
        return "\033[33m";
    case TABLE_BAD:
        return "\033[31m";
    case TABLE_HEAD:
        return "\033[1m";
    }
    return "";
}

static void add_row(const struct table *table, const struct table_row *row,
                    const size_t *widths, bool color, struct buf *out)
{
    size_t last = table->columns - 1;
    for (size_t i = 0; i <= last; i++) {
        const char *paint =
            color && (i == last || row->style == TABLE_HEAD) ? color_of(row->style) : "";
        buf_text(out, paint);
        add_cell(out, row->cells[i]);
        buf_text(out, paint[0] ? "\033[0m" : "");
        if (i < last)
            buf_printf(out, "%*s", (int)(widths[i] - characters(row->cells[i]) + 2), "");
    }
    while (out->len && out->data[out->len - 1] == ' ') /* an empty last cell */
        out->data[--out->len] = '\0';
    buf_text(out, "\n");
}

void table_print(const struct table *table, bool color, struct buf *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = width_of(table, i);
    for (const struct table_row *row = table->first; row; row = row->next)
        add_row(table, row, widths, color, out);
}

void table_line(enum table_style style, const char *text, bool color, struct buf *out)
{
    const char *paint = color ? color_of(style) : "";
    buf_text(out, paint);
    add_cell(out, text);
    buf_text(out, paint[0] ? "\033[0m\n" : "\n");
}
