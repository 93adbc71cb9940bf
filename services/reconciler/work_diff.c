/* work_diff: what a plan would change, column by column, for a dry run's result. */
#include "work.h"

#include "base/money.h"
#include "base/str.h"
#include "io/log.h"

#include <inttypes.h>

struct diff {
    struct arena *arena;
    struct result_diff *at;
    size_t count;
};

static bool is_personal(enum column column)
{
    enum column_kind kind = column_kind(column);
    bool text = kind == COLUMN_TEXT || kind == COLUMN_LONGTEXT;
    return column == COL_ORDER_NOTES || (text && column_table(column) == TABLE_CUSTOMER &&
                                         column != COL_CUSTOMER_ACCOUNT);
}

/* Results are kept for weeks and read by many. */
static const char *show_text(enum column column, const char *text)
{
    if (str_empty(text))
        return "";
    return is_personal(column) && !log_shows_personal() ? "(left out: LOG_PERSONAL)"
                                                        : text;
}

static const char *show(struct diff *diff, enum column column, int64_t number,
                        const char *text)
{
    char money[MONEY_TEXT_MAX];
    switch (column_kind(column)) {
    case COLUMN_INT:
        if (number == PLAN_NEW_ID)
            return "(new)";
        return arena_printf(diff->arena, "%" PRId64, number);
    case COLUMN_MONEY:
    case COLUMN_QUANTITY:
        return arena_strdup(diff->arena, money_format(number, money));
    case COLUMN_TEXT:
    case COLUMN_LONGTEXT:
    case COLUMN_TIME:
        return show_text(column, text);
    }
    return "";
}

static const char *op_word(enum row_op_kind kind)
{
    switch (kind) {
    case OP_INSERT:
        return "insert";
    case OP_UPDATE:
    case OP_ADD:
        return "update";
    case OP_DELETE:
        return "delete";
    }
    return "";
}

static const char *row_name(struct diff *diff, const struct row_op *op)
{
    if (op->id)
        return arena_printf(diff->arena, "%" PRId64, op->id);
    return op->table == TABLE_ENTRY ? arena_printf(diff->arena, "line %" PRId64, op->line)
                                    : NULL;
}

static void add_value(struct diff *diff, const struct row_op *op,
                      const struct column_value *value)
{
    const char *after = show(diff, value->column, value->number, value->text);
    bool adds = op->kind == OP_ADD && column_kind(value->column) == COLUMN_QUANTITY;
    diff->at[diff->count++] = (struct result_diff){
        .table = table_name(op->table),
        .op = op_word(op->kind),
        .row = row_name(diff, op),
        .column = column_name(value->column),
        .before = op->kind == OP_UPDATE ? show(diff, value->column, value->number_before,
                                               value->text_before)
                                        : NULL,
        .after =
            adds ? arena_printf(diff->arena, "%s%s", value->number > 0 ? "+" : "", after)
                 : after,
    };
}

static size_t rows_of(const struct row_op *op)
{
    return op->count ? op->count : 1;
}

struct codec_list work_diff(const struct plan *plan, struct arena *arena)
{
    size_t rows = 0;
    for (size_t i = 0; i < plan->count; i++)
        rows += rows_of(&plan->ops[i]);
    struct diff diff = {.arena = arena, .at = arena_array(arena, rows, sizeof(*diff.at))};
    for (size_t i = 0; i < plan->count; i++) {
        const struct row_op *op = &plan->ops[i];
        for (size_t k = 0; k < op->count; k++)
            add_value(&diff, op, &op->values[k]);
        if (op->kind == OP_DELETE)
            diff.at[diff.count++] = (struct result_diff){.table = table_name(op->table),
                                                         .op = op_word(op->kind),
                                                         .row = row_name(&diff, op),
                                                         .column = "ID",
                                                         .before = row_name(&diff, op)};
    }
    return (struct codec_list){.at = diff.at, .count = diff.count};
}
