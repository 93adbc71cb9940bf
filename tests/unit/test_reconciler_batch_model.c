/* test_reconciler_batch_model: random histories of three orders, told late, twice and in
 * any order, in batches cut anywhere, with staff at the same rows, through the real
 * database; after each batch the rows must equal those of the model (tests/model), which
 * was told the same, message by message.
 *
 *   TB_CASES=20000 TB_SEED=1   how many histories (default 15), and the first one's seed
 */
#include "reconciler/rig.h"

#include "base/money.h"
#include "shop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HISTORIES = 15,
    ORDERS = 3,
    BATCHES = 6,
    BATCH_MAX = 7,
    VERSIONS_MAX = 40,
};

static const char *const settings[] = {"RMS_SHIPPING_ITEM=SHIPPING", "RMS_MISC_ITEM=MISC",
                                       "RMS_GUEST_CUSTOMER_ID=1",
                                       "RMS_SHIPPING_SERVICES=Standard=3,*=4", NULL};

static struct rig rig;
static struct model model;
static struct rng rng;

struct told { /* the versions of an order so far */
    struct shop shop;
    const struct snapshot *versions[VERSIONS_MAX];
    size_t count;
};

/* ---- the same items in both ---- */

static void add_items(void)
{
    rig_must(&rig, "DELETE FROM \"Alias\"");
    rig_must(&rig, "DELETE FROM \"Item\"");
    for (size_t i = 0; i < model.item_count; i++) {
        const struct model_item *item = &model.items[i];
        char cost[MONEY_TEXT_MAX];
        rig_must(&rig,
                 "INSERT INTO \"Item\" (\"ID\", \"ItemLookupCode\", \"Description\", "
                 "\"Cost\", \"ItemType\", \"Taxable\", \"Inactive\") VALUES (%" PRId64
                 ", '%s', '%s', %s, %" PRId64 ", %d, %d)",
                 item->row.id, item->row.code, item->row.description,
                 money_format(item->row.cost_e4, cost), item->row.type, item->row.taxable,
                 item->row.inactive);
        if (item->alias)
            rig_must(&rig,
                     "INSERT INTO \"Alias\" (\"ItemID\", \"Alias\") VALUES (%" PRId64
                     ", '%s')",
                     item->row.id, item->alias);
    }
}

/* ---- rows as text, without ids: a sequence may skip some ---- */

static void add_moneys(struct buf *out, const int64_t *amounts, size_t count)
{
    char text[MONEY_TEXT_MAX];
    for (size_t i = 0; i < count; i++)
        buf_printf(out, " %s", money_format(amounts[i], text));
}

static void add_order(struct buf *out, const struct rms_order *o)
{
    const int64_t amounts[] = {o->total_e4, o->tax_e4, o->shipping_charge_e4,
                               o->deposit_e4};
    buf_printf(out, "%s closed %d taxable %d customer %" PRId64 " service %" PRId64,
               o->reference, o->closed, o->taxable, o->customer_id,
               o->shipping_service_id);
    add_moneys(out, amounts, 4);
    buf_printf(out, " \"%s\" \"%s\"\n", o->comment, o->notes);
}

static void add_entry(struct buf *out, const struct rms_entry *e)
{
    const int64_t amounts[] = {e->quantity_e4, e->price_e4, e->full_price_e4, e->cost_e4,
                               e->rtd_e4};
    buf_printf(out, "  item %" PRId64 " taxable %d", e->item_id, e->taxable);
    add_moneys(out, amounts, 5);
    buf_printf(out, " \"%s\" \"%s\"\n", e->description, e->comment);
}

static void model_rows(struct buf *out)
{
    for (size_t i = 0; i < model.order_count; i++) {
        add_order(out, &model.orders[i]);
        for (size_t k = 0; k < model.orders[i].entry_count; k++)
            add_entry(out, &model.orders[i].entries[k]);
    }
    for (size_t i = 0; i < model.item_count; i++)
        add_moneys(out, &model.items[i].committed_e4, 1);
}

typedef void add_row(struct sql_stmt *stmt, struct buf *out);

static void each_row(const char *query, add_row *add, struct buf *out)
{
    struct err e = {0};
    struct sql_stmt *stmt = NULL;
    assert_ok(sql_prepare(rig.look, query, &stmt, &e), &e);
    assert_ok(sql_exec(stmt, NULL, &e), &e);
    for (bool got = true; got;) {
        assert_ok(sql_next(stmt, &got, &e), &e);
        if (got)
            add(stmt, out);
    }
}

static int64_t number_in(struct sql_stmt *stmt, int column)
{
    struct err e = {0};
    int64_t number = 0;
    assert_ok(sql_int(stmt, column, &number, &e), &e);
    return number;
}

static int64_t money_in(struct sql_stmt *stmt, int column)
{
    struct err e = {0};
    int64_t amount_e4 = 0;
    assert_ok(sql_money(stmt, column, &amount_e4, &e), &e);
    return amount_e4;
}

static const char *text_in(struct sql_stmt *stmt, int column)
{
    struct err e = {0};
    const char *text = NULL;
    assert_ok(sql_text(stmt, column, &rig.arena, &text, &e), &e);
    return text;
}

static struct rms_order found[ORDERS]; /* ascending by id */
static size_t found_count;

static void order_row(struct sql_stmt *stmt, struct buf *out)
{
    (void)out;
    assert_true(found_count < ORDERS);
    found[found_count++] = (struct rms_order){.id = number_in(stmt, 0),
                                              .reference = text_in(stmt, 1),
                                              .closed = number_in(stmt, 2) != 0,
                                              .taxable = number_in(stmt, 3) != 0,
                                              .customer_id = number_in(stmt, 4),
                                              .shipping_service_id = number_in(stmt, 5),
                                              .total_e4 = money_in(stmt, 6),
                                              .tax_e4 = money_in(stmt, 7),
                                              .shipping_charge_e4 = money_in(stmt, 8),
                                              .deposit_e4 = money_in(stmt, 9),
                                              .comment = text_in(stmt, 10),
                                              .notes = text_in(stmt, 11)};
}

static void entry_row(struct sql_stmt *stmt, struct buf *out)
{
    const struct rms_entry entry = {.item_id = number_in(stmt, 0),
                                    .taxable = number_in(stmt, 1) != 0,
                                    .quantity_e4 = money_in(stmt, 2),
                                    .price_e4 = money_in(stmt, 3),
                                    .full_price_e4 = money_in(stmt, 4),
                                    .cost_e4 = money_in(stmt, 5),
                                    .rtd_e4 = money_in(stmt, 6),
                                    .description = text_in(stmt, 7),
                                    .comment = text_in(stmt, 8)};
    add_entry(out, &entry);
}

static void item_row(struct sql_stmt *stmt, struct buf *out)
{
    const int64_t committed_e4 = money_in(stmt, 0);
    add_moneys(out, &committed_e4, 1);
}

static void database_rows(struct buf *out)
{
    found_count = 0;
    each_row(
        "SELECT \"ID\", \"ReferenceNumber\", \"Closed\", \"Taxable\", \"CustomerID\", "
        "\"ShippingServiceID\", \"Total\", \"Tax\", \"ShippingChargeOnOrder\", "
        "\"Deposit\", \"Comment\", \"ShippingNotes\" FROM \"Order\" ORDER BY \"ID\"",
        order_row, out);
    for (size_t i = 0; i < found_count; i++) {
        add_order(out, &found[i]);
        each_row(arena_printf(&rig.arena,
                              "SELECT \"ItemID\", \"Taxable\", \"QuantityOnOrder\", "
                              "\"Price\", \"FullPrice\", \"Cost\", \"QuantityRTD\", "
                              "\"Description\", \"Comment\" FROM \"OrderEntry\" WHERE "
                              "\"OrderID\" = %" PRId64 " ORDER BY \"ID\"",
                              found[i].id),
                 entry_row, out);
    }
    each_row("SELECT \"QuantityCommitted\" FROM \"Item\" ORDER BY \"ID\"", item_row, out);
}

static void expect_equal_rows(uint64_t seed, int batch)
{
    struct buf want;
    struct buf got;
    buf_init(&want, 1 << 22);
    buf_init(&got, 1 << 22);
    model_rows(&want);
    database_rows(&got);
    if (strcmp(buf_str(&want), buf_str(&got)) != 0)
        fail_msg("TB_SEED=%" PRIu64 " TB_CASES=1, batch %d: the model has\n%s\nand the "
                 "database\n%s",
                 seed, batch, buf_str(&want), buf_str(&got));
    buf_done(&want);
    buf_done(&got);
}

/* ---- the same messages to both ---- */

static void tell_model(const struct snapshot *order)
{
    struct rms_state state;
    struct plan plan;
    struct err e = {0};
    const struct plan_input in = {.order = order,
                                  .rms = &state,
                                  .settings = rms_plan_settings(rig.rms),
                                  .now = "NOW",
                                  .time = "CREATED",
                                  .due = "DUE"};
    model_load(&model, order, &rig.arena, &state);
    assert_ok(plan_build(&in, &rig.arena, &plan, &e), &e);
    model_apply(&model, order, &plan);
    if (model.fault)
        fail_msg("%s", model.fault);
}

/* A version that was told before, or something new. */
static const struct snapshot *next_message(struct told *orders)
{
    struct told *told = &orders[rng_below(&rng, ORDERS)];
    if (told->count > 0 && (told->count == VERSIONS_MAX || rng_once_in(&rng, 3)))
        return told->versions[rng_below(&rng, told->count)];
    if (told->count > 0)
        shop_change(&told->shop);
    struct snapshot *order = arena_alloc(&rig.arena, sizeof(*order));
    shop_tell(&told->shop, &rig.arena, order);
    told->versions[told->count++] = order;
    if (rng_once_in(&rng, 4)) /* it is late: the next one overtakes it */
        return next_message(orders);
    return order;
}

static void one_batch(struct told *orders)
{
    size_t count = 1 + rng_below(&rng, BATCH_MAX);
    rig.count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct snapshot *order = next_message(orders);
        rig_send(&rig, order);
        tell_model(order);
    }
    if (rng_once_in(&rng, 8))
        rig_restart(&rig);
    rig_commit(&rig);
}

/* ---- staff at both ---- */

static void staff_in_database(size_t order, const char *format, int64_t number)
{
    rig_must(&rig, "UPDATE \"Order\" SET %s WHERE \"ID\" = %" PRId64,
             arena_printf(&rig.arena, "%s = %" PRId64, format, number), found[order].id);
}

static int64_t entry_id(size_t order, size_t at)
{
    return rig_number(&rig,
                      "SELECT \"ID\" FROM \"OrderEntry\" WHERE \"OrderID\" = %" PRId64
                      " ORDER BY \"ID\" LIMIT 1 OFFSET %zu",
                      found[order].id, at);
}

/* The POS moves the stock of an item with what it does to an entry. */
static void move_stock(int64_t item, int64_t units)
{
    rig_must(
        &rig,
        "UPDATE \"Item\" SET \"QuantityCommitted\" = \"QuantityCommitted\" + %" PRId64
        " WHERE \"ID\" = %" PRId64 " AND \"ItemType\" <> 7",
        units, item);
}

static void staff_edit(size_t order, struct rms_order *row)
{
    size_t at = rng_below(&rng, row->entry_count);
    const struct rms_entry entry = row->entries[at];
    int64_t had = entry.quantity_e4 / QUANTITY_SCALE;
    int64_t units = rng_once_in(&rng, 3) ? 0 : 1 + (int64_t)rng_below(&rng, 9);
    move_stock(entry.item_id, units - had);
    if (units == 0) {
        rig_must(&rig, "DELETE FROM \"OrderEntry\" WHERE \"ID\" = %" PRId64,
                 entry_id(order, at));
        model_staff_delete_entry(&model, row, at);
    } else {
        rig_must(&rig,
                 "UPDATE \"OrderEntry\" SET \"QuantityOnOrder\" = %" PRId64
                 " WHERE \"ID\" = %" PRId64,
                 units, entry_id(order, at));
        model_staff_set_quantity(&model, row, at, units * QUANTITY_SCALE);
    }
}

static void staff(void)
{
    if (model.order_count == 0 || !rng_once_in(&rng, 3))
        return;
    size_t order = rng_below(&rng, model.order_count);
    struct rms_order *row = &model.orders[order];
    switch (rng_below(&rng, 6)) {
    case 0:
        row->deposit_e4 = row->deposit_e4 ? 0 : 50000;
        staff_in_database(order, "\"Deposit\"", row->deposit_e4 / 10000);
        break;
    case 1:
        row->closed = !row->closed;
        staff_in_database(order, "\"Closed\"", row->closed);
        break;
    default:
        if (!row->closed && row->entry_count)
            staff_edit(order, row);
        break;
    }
}

static void open_model(void)
{
    model_init(&model);
    shop_catalogue(&model);
    model.shipping_code = "SHIPPING";
    model.misc_code = "MISC";
    model.customer_id = 1;
}

/* No orders in either; the ids of the database go on. */
static void start_anew(void)
{
    struct err e = {0};
    arena_reset(&rig.arena);
    open_model();
    rig_must(&rig, "BEGIN"); /* one wait for the disk */
    rig_must(&rig, "DELETE FROM \"Order\"");
    rig_must(&rig, "DELETE FROM \"OrderEntry\"");
    rig_must(&rig, "DELETE FROM tillbridge_guard");
    rig_must(&rig, "DELETE FROM tillbridge_customer");
    add_items();
    rig_must(&rig, "COMMIT");
    assert_ok(rms_connect(rig.rms, &e), &e);
}

static void one_history(uint64_t seed)
{
    struct told *orders = calloc(ORDERS, sizeof(*orders));
    assert_non_null(orders);
    rng = (struct rng){.state = seed};
    start_anew();
    for (size_t i = 0; i < ORDERS; i++)
        shop_open(&orders[i].shop, rng_next(&rng), 7001 + (int64_t)i, 1 + seed % 8);
    for (int batch = 0; batch < BATCHES; batch++) {
        one_batch(orders);
        expect_equal_rows(seed, batch);
        staff();
    }
    model_done(&model);
    free(orders);
}

static void rows_equal_the_models(void **state)
{
    const char *cases = getenv("TB_CASES");
    const char *first = getenv("TB_SEED");
    uint64_t count = cases ? strtoull(cases, NULL, 10) : HISTORIES;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1;
    rig_open(&rig, state, settings);
    for (uint64_t i = 0; i < count; i++)
        one_history(seed + i);
    rig_close(&rig);
    print_message("%" PRIu64 " histories from seed %" PRIu64 "\n", count, seed);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {DB_BOTH(rows_equal_the_models)};
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
