/* ops: see ops.h. */
#include "core/ops.h"

#include "base/str.h"

#include <assert.h>
#include <string.h>

void ops_init(struct ops *ops, struct arena *arena, size_t room)
{
    *ops = (struct ops){
        .arena = arena, .at = arena_array(arena, room, sizeof(*ops->at)), .room = room};
}

struct row_op *ops_add(struct ops *ops, enum row_op_kind kind, enum rms_table table,
                       int64_t id)
{
    assert(ops->count < ops->room);
    struct row_op *op = &ops->at[ops->count++];
    *op = (struct row_op){.kind = kind, .table = table, .id = id};
    op->values = arena_array(ops->arena, table_columns(table), sizeof(*op->values));
    return op;
}

static struct column_value *add_value(struct row_op *op, enum column column)
{
    assert(column_table(column) == op->table && op->count < table_columns(op->table));
    struct column_value *value = &op->values[op->count++];
    *value = (struct column_value){.column = column};
    return value;
}

void op_number(struct row_op *op, enum column column, int64_t value)
{
    add_value(op, column)->number = value;
}

void op_text(struct row_op *op, enum column column, const char *value)
{
    add_value(op, column)->text = value;
}

void op_change_number(struct row_op *op, enum column column, int64_t before,
                      int64_t after)
{
    if (before == after)
        return;
    struct column_value *value = add_value(op, column);
    value->number = after;
    value->number_before = before;
}

void op_change_text(struct row_op *op, enum column column, const char *before,
                    const char *after)
{
    if (strcmp(before ? before : "", after) == 0)
        return;
    struct column_value *value = add_value(op, column);
    value->text = after;
    value->text_before = before;
}

const char *ops_fit(struct arena *arena, const char *text, size_t width)
{
    if (!text)
        return "";
    char *fit = arena_strndup(arena, text, str_utf16_cut(text, width));
    for (char *p = fit; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    size_t len = strlen(fit);
    while (len && fit[len - 1] == ' ') /* SQL Server ignores trailing blanks anyway */
        fit[--len] = '\0';
    return fit;
}
