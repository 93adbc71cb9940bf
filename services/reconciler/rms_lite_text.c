/* rms_lite_text: SQLite's statements that write all rows of a table at once. Each has one
 * parameter, a JSON array of rows, each an array: the driver prepares a statement anew
 * whenever it is executed, which costs far more than writing a row. */
#include "rms_set.h"

#define VALUE "json_extract(j.value, '$[%zu]')"

/* The transaction began with the right to write: nobody else takes these ids. */
#define NEW_IDS(table)                                                                  \
    "(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT ?) SELECT " \
    "group_concat(b.v + c.n) FROM (SELECT max(coalesce((SELECT max(seq) FROM "          \
    "sqlite_sequence WHERE name = '" table "'), 0), coalesce((SELECT max(\"ID\") FROM " \
    "\"" table "\"), 0)) AS v) b CROSS JOIN c)"
static const char ids_text[] = "SELECT " NEW_IDS("Order") ", " NEW_IDS(
    "OrderEntry") ", " NEW_IDS("Item") ", " NEW_IDS("Customer");

static const char link_text[] =
    "INSERT INTO tillbridge_customer (customer_id, shop, rms_customer) SELECT "
    "json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, "
    "'$[2]') FROM json_each(?) j";

static void add_values(size_t count, struct buf *buf)
{
    for (size_t i = 0; i < count; i++) {
        buf_text(buf, i ? ", " : "");
        buf_printf(buf, VALUE, i);
    }
    buf_text(buf, " FROM json_each(?) j");
}

static void insert_text(const struct row_op *op, struct buf *buf)
{
    buf_printf(buf, "INSERT INTO \"%s\" (\"ID\"", table_name(op->table));
    for (size_t i = 0; i < op->count; i++)
        buf_printf(buf, ", \"%s\"", column_name(op->values[i].column));
    buf_text(buf, ") SELECT ");
    add_values(1 + op->count, buf);
}

static void update_text(const struct row_op *op, struct buf *buf)
{
    buf_printf(buf, "UPDATE \"%s\" AS t SET ", table_name(op->table));
    for (size_t i = 0; i < op->count; i++) {
        const char *name = column_name(op->values[i].column);
        buf_printf(buf, "%s\"%s\" = ", i ? ", " : "", name);
        if (rms_adds(op, i))
            buf_printf(buf, "t.\"%s\" + ", name);
        buf_printf(buf, VALUE, 1 + i);
    }
    buf_text(buf, " FROM json_each(?) j WHERE t.\"ID\" = ");
    buf_printf(buf, VALUE, (size_t)0);
    if (op->kind == OP_ADD) /* what holds no stock is left alone */
        buf_printf(buf, " AND t.\"ItemType\" <> %d", ITEM_TYPE_NON_INVENTORY);
}

static void op_text(const struct row_op *op, const struct rms_types *types,
                    struct buf *buf)
{
    (void)types; /* each value becomes what its column is for */
    switch (op->kind) {
    case OP_INSERT:
        insert_text(op, buf);
        break;
    case OP_UPDATE:
    case OP_ADD:
        update_text(op, buf);
        break;
    case OP_DELETE:
        buf_printf(buf, "DELETE FROM \"%s\" WHERE \"ID\" IN (SELECT ",
                   table_name(op->table));
        add_values(1, buf);
        buf_text(buf, ")");
        break;
    }
}

/* WHERE true: or the parser takes ON for a join's. */
static void guard_text(bool exists, struct buf *buf)
{
    rms_guard_insert_text(buf);
    buf_text(buf, " SELECT ");
    add_values(RMS_GUARD_COLUMNS, buf);
    if (!exists)
        return;
    buf_text(buf, " WHERE true");
    rms_guard_replace_text(buf);
}

const struct rms_set_texts rms_lite_sets = {ids_text, link_text, op_text, guard_text};
