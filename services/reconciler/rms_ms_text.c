/* rms_ms_text: the plans of a batch as texts for SQL Server; see rms_ms.h. */
#include "rms_ms.h"

#include "core/line_map.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    TEXT_MAX = 16 * 1024 * 1024,
    LINE_MAP_MAX = 4 * 1024 * 1024,
};

/* The order that the text is at. */
struct at {
    struct rms_batch *batch;
    struct rms_ms_text *text;
    size_t plan;
    const struct rms_new_ids *ids;  /* of rows that earlier texts inserted */
    bool order_here, customer_here; /* @o, @c hold their ids */
    bool map_here;                  /* @m becomes its line map */
};

static struct plan *plan_at(const struct at *at)
{
    return &at->batch->plans[at->plan];
}

/* ---- values ---- */

static void mark(struct at *at, enum column_kind kind, int64_t number, const char *text)
{
    struct rms_ms_text *t = at->text;
    assert(t->param_count < RMS_MS_PARAMS_MAX);
    t->params[t->param_count++] = (struct rms_ms_param){kind, number, text};
    buf_text(&t->text, "?");
}

/* The id of a row inserted before: by its variable, or its number when it is known. */
static void value(struct at *at, const struct column_value *v)
{
    bool is_new = column_kind(v->column) == COLUMN_INT && v->number == PLAN_NEW_ID;
    if (is_new && v->column == COL_ENTRY_ORDER && at->order_here)
        buf_text(&at->text->text, "@o");
    else if (is_new && v->column == COL_ORDER_CUSTOMER && at->customer_here)
        buf_text(&at->text->text, "@c");
    else if (column_kind(v->column) == COLUMN_INT)
        mark(at, COLUMN_INT, rms_pointed(v, at->ids), NULL);
    else
        mark(at, column_kind(v->column), v->number, v->text);
}

/* ---- operations ---- */

static const char *const variables[] = {[TABLE_ORDER] = "@o",
                                        [TABLE_ENTRY] = "@e",
                                        [TABLE_ITEM] = "@e",
                                        [TABLE_CUSTOMER] = "@c"};

static void insert(struct at *at, const struct row_op *op)
{
    struct buf *buf = &at->text->text;
    const char *variable = variables[op->table];
    buf_printf(buf, "INSERT INTO \"%s\" (", table_name(op->table));
    for (size_t i = 0; i < op->count; i++)
        buf_printf(buf, "%s\"%s\"", i ? ", " : "", column_name(op->values[i].column));
    buf_text(buf, ") VALUES (");
    for (size_t i = 0; i < op->count; i++) {
        buf_text(buf, i ? ", " : "");
        value(at, &op->values[i]);
    }
    buf_printf(buf,
               "); SET %s = SCOPE_IDENTITY(); SET @ids = @ids + N',' + CAST(%s AS "
               "nvarchar(12));\n",
               variable, variable);
    if (op->table == TABLE_ENTRY && at->map_here)
        buf_printf(buf,
                   "SET @m = REPLACE(@m, N':-%zu:', N':' + CAST(@e AS nvarchar(12)) + "
                   "N':');\n",
                   op->map + 1);
    at->order_here |= op->table == TABLE_ORDER;
    at->customer_here |= op->table == TABLE_CUSTOMER;
    at->text->news[at->text->new_count++] = (struct rms_ms_new){at->plan, op};
}

/* RAISERROR alone would not end the text, whatever XACT_ABORT says. */
static void must_hit(struct at *at, const char *table)
{
    buf_printf(&at->text->text,
               "IF @@ROWCOUNT = 0 BEGIN RAISERROR(N'tillbridge: a row of %s is gone', "
               "16, 1); RETURN; END;\n",
               table);
}

static void update(struct at *at, const struct row_op *op)
{
    struct buf *buf = &at->text->text;
    buf_printf(buf, "UPDATE \"%s\" SET ", table_name(op->table));
    for (size_t i = 0; i < op->count; i++) {
        const char *name = column_name(op->values[i].column);
        buf_printf(buf, "%s\"%s\" = ", i ? ", " : "", name);
        if (rms_adds(op, i))
            buf_printf(buf, "\"%s\" + ", name);
        value(at, &op->values[i]);
    }
    buf_text(buf, " WHERE \"ID\" = ");
    mark(at, COLUMN_INT, op->id, NULL);
    if (op->kind == OP_ADD) /* what holds no stock is left alone, what is gone, too */
        buf_printf(buf, " AND \"ItemType\" <> %d;\n", ITEM_TYPE_NON_INVENTORY);
    else
        buf_text(buf, ";\n");
    if (op->kind != OP_ADD)
        must_hit(at, table_name(op->table));
}

static void add_op(struct at *at, const struct row_op *op)
{
    switch (op->kind) {
    case OP_INSERT:
        insert(at, op);
        break;
    case OP_UPDATE:
    case OP_ADD:
        update(at, op);
        break;
    case OP_DELETE:
        buf_printf(&at->text->text,
                   "DELETE FROM \"%s\" WHERE \"ID\" = ", table_name(op->table));
        mark(at, COLUMN_INT, op->id, NULL);
        buf_text(&at->text->text, ";\n");
        must_hit(at, table_name(op->table));
        break;
    }
}

/* ---- our own tables ---- */

static void add_link(struct at *at)
{
    const struct snapshot *order = at->batch->orders[at->plan];
    const struct rms_state *state = &at->batch->states[at->plan];
    const struct plan *plan = plan_at(at);
    int64_t known = rms_customer_to_link(plan, state, at->ids);
    bool here = at->customer_here && !state->customer.link;
    if (!plan->link_customer || (!known && !here))
        return;
    buf_text(&at->text->text, "INSERT INTO tillbridge_customer (customer_id, shop, "
                              "rms_customer) VALUES (");
    mark(at, COLUMN_INT, order->customer->id, NULL);
    buf_text(&at->text->text, ", ");
    mark(at, COLUMN_TEXT, 0, order->shop);
    buf_text(&at->text->text, ", ");
    if (here)
        buf_text(&at->text->text, "@c");
    else
        mark(at, COLUMN_INT, known, NULL);
    buf_text(&at->text->text, ");\n");
}

/* The line map, with -1, -2, ... in place of entries that have no id yet. */
static const char *map_text(const struct at *at)
{
    const struct guard *next = &plan_at(at)->next;
    struct arena *arena = at->batch->arena;
    struct line_map *lines = arena_array(arena, next->line_count, sizeof(*lines));
    struct buf map;
    for (size_t i = 0; i < next->line_count; i++) {
        lines[i] = next->lines[i];
        if (!lines[i].entry)
            lines[i].entry = -(int64_t)i - 1;
    }
    buf_init(&map, LINE_MAP_MAX);
    line_map_format(lines, next->line_count, &map);
    const char *text = arena_strdup(arena, buf_str(&map));
    buf_done(&map);
    return text;
}

static void guard_value(struct at *at, const struct rms_value *values,
                        enum rms_guard_column c)
{
    bool is_long = c == GUARD_outcome || c == GUARD_line_map;
    if (c == GUARD_rms_order && at->order_here)
        buf_text(&at->text->text, "@o");
    else if (c == GUARD_line_map && at->map_here)
        buf_text(&at->text->text, "@m");
    else if (values[c].is_text)
        mark(at, is_long ? COLUMN_LONGTEXT : COLUMN_TEXT, 0, values[c].text);
    else
        mark(at, COLUMN_INT, values[c].number, NULL);
}

static void insert_guard(struct at *at, const struct rms_value *values)
{
    struct buf *buf = &at->text->text;
    rms_guard_insert_text(buf);
    buf_text(buf, " VALUES (");
    for (enum rms_guard_column c = 0; c < RMS_GUARD_COLUMNS; c++) {
        buf_text(buf, c ? ", " : "");
        guard_value(at, values, c);
    }
    buf_text(buf, ");\n");
}

static void update_guard(struct at *at, const struct rms_value *values)
{
    struct buf *buf = &at->text->text;
    buf_text(buf, "UPDATE tillbridge_guard SET ");
    for (enum rms_guard_column c = GUARD_rms_order; c < RMS_GUARD_COLUMNS; c++) {
        buf_printf(buf, "%s%s = ", c > GUARD_rms_order ? ", " : "", rms_guard_column(c));
        guard_value(at, values, c);
    }
    buf_text(buf, " WHERE order_id = ");
    guard_value(at, values, GUARD_order_id);
    buf_text(buf, " AND shop = ");
    guard_value(at, values, GUARD_shop);
    buf_text(buf, ";\n");
    must_hit(at, "tillbridge_guard");
}

static void add_guard(struct at *at)
{
    struct rms_value values[RMS_GUARD_COLUMNS];
    rms_guard_values(at->batch->orders[at->plan], &plan_at(at)->next,
                     at->map_here ? "" : map_text(at), values);
    if (at->batch->states[at->plan].guard.exists)
        update_guard(at, values);
    else
        insert_guard(at, values);
}

/* ---- steps, and where a text is cut ---- */

static size_t steps_of(const struct plan *plan)
{
    return plan->count + 2; /* the link, the guard */
}

/* At most so many parameters: some are variables. */
static size_t params_of(const struct plan *plan, size_t step)
{
    if (step < plan->count)
        return plan->ops[step].count + 1;
    return step == plan->count ? 3 : RMS_GUARD_COLUMNS;
}

static size_t params_from(const struct plan *plan, size_t step)
{
    size_t n = 1; /* @m */
    for (; step < steps_of(plan); step++)
        n += params_of(plan, step);
    return n;
}

static void add_step(struct at *at, size_t step)
{
    const struct plan *plan = plan_at(at);
    if (step < plan->count)
        add_op(at, &plan->ops[step]);
    else if (step == plan->count)
        add_link(at);
    else
        add_guard(at);
}

static bool inserts_entries(const struct plan *plan, size_t step)
{
    for (; step < plan->count; step++)
        if (plan->ops[step].kind == OP_INSERT && plan->ops[step].table == TABLE_ENTRY)
            return true;
    return false;
}

/* True when the order's last step is in the text. */
static bool add_order(struct rms_batch *batch, struct rms_ms_place *place,
                      struct rms_ms_text *text)
{
    struct at at = {
        .batch = batch, .text = text, .plan = place->plan, .ids = &place->ids};
    const struct plan *plan = plan_at(&at);
    size_t left = RMS_MS_PARAMS_MAX - text->param_count;
    at.map_here =
        params_from(plan, place->step) <= left && inserts_entries(plan, place->step);
    if (at.map_here) {
        buf_text(&text->text, "SET @m = ");
        mark(&at, COLUMN_LONGTEXT, 0, map_text(&at));
        buf_text(&text->text, ";\n");
    }
    for (; place->step < steps_of(plan); place->step++) {
        if (text->param_count + params_of(plan, place->step) > RMS_MS_PARAMS_MAX)
            return false;
        add_step(&at, place->step);
    }
    *place = (struct rms_ms_place){.plan = place->plan + 1};
    return true;
}

/* An order begins a text of its own rather than be cut by the end of another's. */
static bool fits(const struct rms_batch *batch, const struct rms_ms_place *place,
                 const struct rms_ms_text *text, size_t orders)
{
    if (place->plan == batch->count || orders == RMS_MS_ORDERS_MAX)
        return false;
    size_t needs = params_from(&batch->plans[place->plan], place->step);
    return orders == 0 || text->param_count + needs <= RMS_MS_PARAMS_MAX;
}

void rms_ms_make(struct rms_batch *batch, struct rms_ms_place *place,
                 struct rms_ms_text *text)
{
    size_t rows = 0;
    for (size_t i = place->plan; i < batch->count && i < place->plan + RMS_MS_ORDERS_MAX;
         i++)
        rows += batch->plans[i].count;
    text->news = arena_array(batch->arena, rows, sizeof(*text->news));
    text->param_count = text->new_count = 0;
    buf_init(&text->text, TEXT_MAX);
    buf_text(&text->text, "DECLARE @o int, @c int, @e int, @m nvarchar(max), @ids "
                          "nvarchar(max); SET @ids = N'';\n");
    for (size_t orders = 0; fits(batch, place, text, orders); orders++)
        if (!add_order(batch, place, text))
            break;
    buf_text(&text->text, "SELECT @ids;");
}

void rms_ms_text_done(struct rms_ms_text *text)
{
    buf_done(&text->text);
}
