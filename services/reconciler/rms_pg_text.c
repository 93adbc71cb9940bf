/* rms_pg_text: PostgreSQL's statements that write all rows of a table at once. Arrays
 * come as text, ?::text::numeric[], and are of the columns' own types without a width:
 * one that is too long must be refused by the assignment, not cut by the cast. */
#include "rms_set.h"

/* A plan is made when a table is empty, and kept while it grows; nobody analyses it
 * meanwhile. Every statement of ours goes from some keys to rows by their index, so the
 * planner is told that reading whole tables is no choice. (Where there is no index it
 * still does, at a cost that would start the compiler.) */
const char rms_pg_session_text[] =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET jit = off";

#define PG_IDS "?::text::bigint[]"

/* ascending in the order of the rows that they are for */
#define NEW_IDS(table)                                                                \
    "(SELECT string_agg(nextval(s.q)::text, ',') FROM (SELECT pg_get_serial_sequence" \
    "('\"" table "\"', 'ID')::regclass AS q OFFSET 0) s CROSS JOIN "                  \
    "generate_series(1, ?::int))"
static const char ids_text[] = "SELECT " NEW_IDS("Order") ", " NEW_IDS(
    "OrderEntry") ", " NEW_IDS("Item") ", " NEW_IDS("Customer");

const char rms_pg_types_text[] =
    "SELECT a.attname, format_type(a.atttypid, -1) FROM pg_attribute a WHERE a.attrelid "
    "= to_regclass(quote_ident(?)) AND a.attnum > 0 AND NOT a.attisdropped";

static const char link_text[] =
    "INSERT INTO tillbridge_customer (customer_id, shop, rms_customer) SELECT * FROM "
    "unnest(" PG_IDS ", ?::text::text[], ?::text::integer[])";

static void add_arrays(const struct row_op *op, const struct rms_types *types,
                       struct buf *buf)
{
    buf_text(buf, "unnest(" PG_IDS);
    for (size_t i = 0; i < op->count; i++)
        buf_printf(buf, ", ?::text::%s[]", types->of[op->values[i].column]);
    buf_text(buf, ")");
}

/* The ids are ours, taken from the column's sequence before, whatever kind of default or
 * identity it is. */
static void insert_text(const struct row_op *op, const struct rms_types *types,
                        struct buf *buf)
{
    buf_printf(buf, "INSERT INTO \"%s\" (\"ID\"", table_name(op->table));
    for (size_t i = 0; i < op->count; i++)
        buf_printf(buf, ", \"%s\"", column_name(op->values[i].column));
    buf_text(buf, ") OVERRIDING SYSTEM VALUE SELECT * FROM ");
    add_arrays(op, types, buf);
}

static void update_text(const struct row_op *op, const struct rms_types *types,
                        struct buf *buf)
{
    buf_printf(buf, "UPDATE \"%s\" AS t SET ", table_name(op->table));
    for (size_t i = 0; i < op->count; i++) {
        const char *name = column_name(op->values[i].column);
        buf_printf(buf, "%s\"%s\" = ", i ? ", " : "", name);
        if (rms_adds(op, i))
            buf_printf(buf, "t.\"%s\" + ", name);
        buf_printf(buf, "u.c%zu", i);
    }
    buf_text(buf, " FROM ");
    add_arrays(op, types, buf);
    buf_text(buf, " AS u(id");
    for (size_t i = 0; i < op->count; i++)
        buf_printf(buf, ", c%zu", i);
    /* The rows are locked in the order of the array: ascending in every worker. */
    buf_printf(buf,
               ") CROSS JOIN LATERAL (SELECT r.\"ID\" AS id FROM \"%s\" r WHERE r.\"ID\" "
               "= u.id",
               table_name(op->table));
    if (op->kind == OP_ADD) /* what holds no stock is left alone */
        buf_printf(buf, " AND r.\"ItemType\" <> %d", ITEM_TYPE_NON_INVENTORY);
    buf_text(buf, " FOR NO KEY UPDATE) l WHERE t.\"ID\" = l.id");
}

static void op_text(const struct row_op *op, const struct rms_types *types,
                    struct buf *buf)
{
    switch (op->kind) {
    case OP_INSERT:
        insert_text(op, types, buf);
        break;
    case OP_UPDATE:
    case OP_ADD:
        update_text(op, types, buf);
        break;
    case OP_DELETE:
        buf_printf(buf, "DELETE FROM \"%s\" WHERE \"ID\" = ANY(" PG_IDS ")",
                   table_name(op->table));
        break;
    }
}

/* ---- the guard ---- */

#define T_ID     "bigint"
#define T_BIGINT "bigint"
#define T_INT    "integer"
#define T_WORD   "text"
#define T_SHOP   "text"
#define T_TEXT   "text"

static const char *const guard_types[] = {
#define GUARD(name, type) type,
#include "guard.def"
#undef GUARD
};

/* A row that is there is replaced through its index, which no plan can miss. Where none
 * may be there, one that is makes the statement fail. */
static void guard_text(bool exists, struct buf *buf)
{
    rms_guard_insert_text(buf);
    buf_text(buf, " SELECT * FROM unnest(");
    for (enum rms_guard_column c = 0; c < RMS_GUARD_COLUMNS; c++)
        buf_printf(buf, "%s?::text::%s[]", c ? ", " : "", guard_types[c]);
    buf_text(buf, ")");
    if (exists)
        rms_guard_replace_text(buf);
}

const struct rms_set_texts rms_pg_sets = {ids_text, link_text, op_text, guard_text};
