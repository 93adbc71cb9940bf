/* diff: see diff.h. */
#include "core/diff.h"

#include "base/str.h"

#include <string.h>

static bool is_op(const struct result_diff *at, const char *op)
{
    return strcmp(at->op, op) == 0;
}

/* "0", "0.00", "". */
static bool is_nothing(const char *value)
{
    return str_empty(value) || strspn(value, "0.") == strlen(value);
}

static bool is_shown(const struct result_diff *at)
{
    if (strcmp(at->column, "LastUpdated") == 0)
        return false;
    return !is_op(at, "insert") || !is_nothing(at->after);
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same_row(const struct result_diff *a, const struct result_diff *b)
{
    return is_same(a->table, b->table) && is_same(a->op, b->op) &&
           is_same(a->row, b->row);
}

/* "Order 17", "new OrderEntry (line 12)", "new OrderEntry (shipping)". */
static const char *place(const struct result_diff *at, struct arena *arena)
{
    const char *row = at->row && strcmp(at->row, "line 0") == 0 ? "shipping" : at->row;
    if (!is_op(at, "insert"))
        return arena_printf(arena, "  %s %s", at->table, row ? row : "");
    return row ? arena_printf(arena, "  new %s (%s)", at->table, row)
               : arena_printf(arena, "  new %s", at->table);
}

/* Texts of several lines stay on one. */
static const char *on_one_line(const char *text, struct arena *arena)
{
    if (str_empty(text))
        return "(empty)";
    char *copy = arena_strdup(arena, text);
    for (char *p = copy; *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    return copy;
}

static const char *change(const struct result_diff *at, struct arena *arena)
{
    const char *after = on_one_line(at->after, arena);
    if (is_op(at, "insert") || !at->before) /* "+2" */
        return after;
    return arena_printf(arena, "%s -> %s", on_one_line(at->before, arena), after);
}

static void add_line(const struct result_diff *at, bool is_first, struct table *table)
{
    const char *where = is_first ? place(at, table->arena) : "";
    if (is_op(at, "delete"))
        table_add(table, TABLE_WARN, TABLE_CELLS(where, "", "deleted"));
    else
        table_add(table, TABLE_PLAIN,
                  TABLE_CELLS(where, at->column, change(at, table->arena)));
}

void diff_add(const struct codec_list *diff, size_t max, struct table *table)
{
    const struct result_diff *rows = diff->at;
    const struct result_diff *last = NULL;
    size_t left_out = 0;
    for (size_t i = 0; i < diff->count; i++) {
        if (!is_shown(&rows[i]))
            continue;
        if (max) {
            add_line(&rows[i], !last || !is_same_row(last, &rows[i]), table);
            max--;
        } else {
            left_out++;
        }
        last = &rows[i];
    }
    if (left_out)
        table_add(table, TABLE_PLAIN,
                  TABLE_CELLS(
                      arena_printf(table->arena, "  ... and %zu more changes", left_out),
                      "", ""));
}
