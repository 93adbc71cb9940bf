/* model_apply: a plan's row operations on the model's rows. What a column means is
 * written here once more, on purpose: this is the other side of the comparison. */
#include "model.h"

#include "core/line_map.h"

#include <inttypes.h>
#include <string.h>

static void fault(struct model *model, const char *text, const struct row_op *op)
{
    if (!model->fault)
        model->fault = arena_printf(&model->arena, "%s (%s %" PRId64 ")", text,
                                    table_name(op->table), op->id);
}

/* A column of a row: exactly one of the three is set. */
struct cell {
    int64_t *number;
    bool *flag;
    const char **text;
};

static struct cell order_cell(struct rms_order *row, enum column column)
{
    switch (column) { // NOLINT(clang-diagnostic-switch-enum): others are not in the model
    case COL_ORDER_CLOSED:
        return (struct cell){.flag = &row->closed};
    case COL_ORDER_COMMENT:
        return (struct cell){.text = &row->comment};
    case COL_ORDER_CUSTOMER:
        return (struct cell){.number = &row->customer_id};
    case COL_ORDER_DEPOSIT:
        return (struct cell){.number = &row->deposit_e4};
    case COL_ORDER_TAX:
        return (struct cell){.number = &row->tax_e4};
    case COL_ORDER_TOTAL:
        return (struct cell){.number = &row->total_e4};
    case COL_ORDER_TAXABLE:
        return (struct cell){.flag = &row->taxable};
    case COL_ORDER_REFERENCE:
        return (struct cell){.text = &row->reference};
    case COL_ORDER_SHIPPING_CHARGE:
        return (struct cell){.number = &row->shipping_charge_e4};
    case COL_ORDER_SHIPPING_SERVICE:
        return (struct cell){.number = &row->shipping_service_id};
    case COL_ORDER_NOTES:
        return (struct cell){.text = &row->notes};
    default:
        return (struct cell){0};
    }
}

static struct cell entry_cell(struct rms_entry *row, enum column column)
{
    switch (column) { // NOLINT(clang-diagnostic-switch-enum)
    case COL_ENTRY_COST:
        return (struct cell){.number = &row->cost_e4};
    case COL_ENTRY_ITEM:
        return (struct cell){.number = &row->item_id};
    case COL_ENTRY_FULL_PRICE:
        return (struct cell){.number = &row->full_price_e4};
    case COL_ENTRY_PRICE:
        return (struct cell){.number = &row->price_e4};
    case COL_ENTRY_QUANTITY:
        return (struct cell){.number = &row->quantity_e4};
    case COL_ENTRY_TAXABLE:
        return (struct cell){.flag = &row->taxable};
    case COL_ENTRY_DESCRIPTION:
        return (struct cell){.text = &row->description};
    case COL_ENTRY_RTD:
        return (struct cell){.number = &row->rtd_e4};
    case COL_ENTRY_COMMENT:
        return (struct cell){.text = &row->comment};
    default:
        return (struct cell){0};
    }
}

static bool stands_as_said(struct cell cell, const struct column_value *value)
{
    if (cell.number)
        return *cell.number == value->number_before;
    if (cell.flag)
        return *cell.flag == (value->number_before != 0);
    if (cell.text)
        return strcmp(*cell.text, value->text_before ? value->text_before : "") == 0;
    return true;
}

static void set_cell(struct model *model, struct cell cell,
                     const struct column_value *value, const struct row_op *op)
{
    if (op->kind == OP_UPDATE && !stands_as_said(cell, value))
        fault(model, column_name(value->column), op);
    if (cell.number)
        *cell.number = value->number;
    else if (cell.flag)
        *cell.flag = value->number != 0;
    else if (cell.text && value->text)
        *cell.text = arena_strdup(&model->arena, value->text);
    else if (cell.text)
        fault(model, "a text that is NULL", op);
}

static void set_order(struct model *model, struct rms_order *row, const struct row_op *op)
{
    for (size_t i = 0; i < op->count; i++)
        set_cell(model, order_cell(row, op->values[i].column), &op->values[i], op);
}

static void set_entry(struct model *model, struct rms_entry *row, const struct row_op *op)
{
    for (size_t i = 0; i < op->count; i++)
        set_cell(model, entry_cell(row, op->values[i].column), &op->values[i], op);
}

/* The order's customer may be the one made just before. */
static void point_to_customer(struct model *model, struct rms_order *row,
                              const struct row_op *op)
{
    if (row->customer_id != PLAN_NEW_ID)
        return;
    if (!model->made_customer)
        fault(model, "a customer that nobody made", op);
    row->customer_id = model->made_customer;
}

static void apply_customer(struct model *model, const struct row_op *op)
{
    enum { MADE = 901 };
    if (op->kind != OP_INSERT || model->made_customer)
        fault(model, "a customer is only made, and once", op);
    model->made_customer = MADE;
}

static void apply_order(struct model *model, const struct row_op *op, struct guard *next)
{
    if (op->kind == OP_INSERT) {
        if (next->rms_order)
            fault(model, "a second header", op);
        const struct rms_order none = {.id = model->next_order, .comment = ""};
        model_add_order(model, &none);
        next->rms_order = none.id;
        set_order(model, model_order(model, none.id), op);
        point_to_customer(model, model_order(model, none.id), op);
    } else if (op->kind != OP_UPDATE || op->id != next->rms_order || op->count < 2) {
        fault(model, "not an update of the order's own header", op);
    } else {
        set_order(model, model_order(model, op->id), op);
        point_to_customer(model, model_order(model, op->id), op);
    }
}

static int64_t value_of(const struct row_op *op, enum column column)
{
    for (size_t i = 0; i < op->count; i++)
        if (op->values[i].column == column)
            return op->values[i].number;
    return 0;
}

static void insert_entry(struct model *model, struct rms_order *order,
                         const struct row_op *op, struct line_map *map)
{
    int64_t to = value_of(op, COL_ENTRY_ORDER);
    if ((to != PLAN_NEW_ID && to != order->id) || map[op->map].entry ||
        map[op->map].line != op->line)
        fault(model, "an entry of another order or line", op);
    struct rms_entry *entry = model_new_entry(model, order);
    map[op->map].entry = entry->id;
    set_entry(model, entry, op);
}

static void delete_entry(struct rms_order *order, const struct rms_entry *entry)
{
    size_t at = (size_t)(entry - order->entries);
    struct rms_entry *entries = (struct rms_entry *)order->entries;
    memmove(&entries[at], &entries[at + 1],
            (order->entry_count - at - 1) * sizeof(*entries));
    order->entry_count--;
}

static void apply_entry(struct model *model, const struct row_op *op, struct guard *next,
                        struct line_map *map)
{
    struct rms_order *order = model_order(model, next->rms_order);
    struct rms_entry *entry = order ? model_entry(order, op->id) : NULL;
    if (!order || (op->kind != OP_INSERT && !entry))
        fault(model, "no such entry in the order", op);
    else if (op->kind == OP_INSERT)
        insert_entry(model, order, op, map);
    else if (op->kind == OP_DELETE)
        delete_entry(order, entry);
    else
        set_entry(model, entry, op);
}

static void apply_item(struct model *model, const struct row_op *op)
{
    struct model_item *item = model_item(model, op->id);
    if (op->kind != OP_ADD)
        fault(model, "an item is only added to", op);
    else if (item && item->row.type != ITEM_TYPE_NON_INVENTORY) /* its WHERE says so */
        item->committed_e4 += value_of(op, COL_ITEM_COMMITTED);
}

/* As text and back: what the guard's column holds is what the next plan gets. */
static void store_map(struct model *model, const struct line_map *map, struct guard *next)
{
    struct buf text;
    struct err e;
    buf_init(&text, MODEL_TEXT_MAX);
    line_map_format(map, next->line_count, &text);
    if (line_map_parse(buf_str(&text), &model->arena, &next->lines, &next->line_count,
                       &e) &&
        !model->fault)
        model->fault = arena_strdup(&model->arena, e.text);
    buf_done(&text);
}

static void write_guard(struct model *model, const struct snapshot *order,
                        const struct guard *next)
{
    struct guard *guard = model_guard(model, order);
    if (!guard) {
        struct model_guard *row = &model->guards[model->guard_count++];
        *row = (struct model_guard){.shop = arena_strdup(&model->arena, order->shop),
                                    .order = order->id};
        guard = &row->guard;
    }
    *guard = *next;
}

void model_apply(struct model *model, const struct snapshot *order,
                 const struct plan *plan)
{
    struct guard next = plan->next;
    struct line_map *map = arena_array(&model->arena, next.line_count, sizeof(*map));
    if (next.line_count)
        memcpy(map, next.lines, next.line_count * sizeof(*map));
    int64_t last_item = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct row_op *op = &plan->ops[i];
        if (op->table == TABLE_ITEM && op->id <= last_item)
            fault(model, "items are not in ascending order", op);
        last_item = op->table == TABLE_ITEM ? op->id : 0;
        if (op->table == TABLE_ORDER)
            apply_order(model, op, &next);
        else if (op->table == TABLE_ENTRY)
            apply_entry(model, op, &next, map);
        else if (op->table == TABLE_CUSTOMER)
            apply_customer(model, op);
        else
            apply_item(model, op);
    }
    store_map(model, map, &next);
    write_guard(model, order, &next);
}
