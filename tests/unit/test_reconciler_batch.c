/* test_reconciler_batch: batches through a real RMS database: what becomes of the rows,
 * and which order is refused. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

static const char *const usual[] = {"RMS_SHIPPING_ITEM=SHIPPING",
                                    "RMS_MISC_ITEM=WEB-MISC",
                                    "RMS_TIMEZONE=America/Costa_Rica",
                                    "RMS_STORE_ID=1",
                                    "RMS_SALES_REP_ID=5",
                                    "RMS_GUEST_CUSTOMER_ID=1",
                                    NULL};

static void creates_an_order(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 7001);
    order->shipping_e4 = 50000;
    order->shipping.at = arena_alloc(&rig.arena, sizeof(struct snapshot_shipping));
    *(struct snapshot_shipping *)order->shipping.at =
        (struct snapshot_shipping){.id = 1, .title = "Standard", .price_e4 = 50000};
    order->shipping.count = 1;
    order->note = "Ring; 'twice' \"please\"\n\xf0\x9f\x98\x80";
    rig_total(order);
    struct work *work = rig_do(&rig, order);
    int64_t id = work->result.rms_order;
    rig_expect(work, "created", "");
    assert_int_equal(work->result.lines_added, 3);
    assert_string_equal(rig_order_text(&rig, id, "\"ReferenceNumber\""), "SHOPIFY-7001");
    assert_string_equal(rig_order_text(&rig, id, "\"Comment\""), "Shopify #7001, PAID");
    assert_string_equal(rig_text(&rig, "SELECT \"ShippingNotes\" FROM \"Order\""),
                        "Standard\nNote: Ring; 'twice' \"please\"\n\xf0\x9f\x98\x80");
    assert_string_equal(rig_order_text(&rig, id, "CAST(\"Total\" * 100 AS INTEGER)"),
                        "5900");
    assert_string_equal(rig_order_text(&rig, id,
                                       "\"Type\" * 10000 + \"ChannelType\" * 1000 + "
                                       "\"StoreID\" * 100 + \"SalesRepID\" * 10 + "
                                       "\"CustomerID\""),
                        "22151");
    assert_string_equal(rig_entries(&rig, id, "i.\"ItemLookupCode\""),
                        "MUG-STONE-350,PLATE-DIN-27,SHIPPING");
    assert_string_equal(rig_entries(&rig, id, RIG_QUANTITIES), "2,1,1");
    assert_string_equal(rig_entries(&rig, id, RIG_CENTS), "1800,1800,500");
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 2);
    assert_int_equal(rig_committed(&rig, "SHIPPING"), 0);
    rig_close(&rig);
}

/* RMS holds the store's local time: 11:00 UTC is 5:00 in Costa Rica. */
static void writes_store_local_time(void **state)
{
    rig_open(&rig, state, usual);
    struct work *work = rig_do(&rig, rig_order(&rig, 7001));
    const char *time = rig_order_text(&rig, work->result.rms_order, "\"Time\"");
    const char *due =
        rig_order_text(&rig, work->result.rms_order, "\"ExpirationOrDueDate\"");
    assert_memory_equal(time, "2026-03-02 05:00:00", 19);
    assert_memory_equal(due, "2026-03-09 05:00:00", 19);
    rig_close(&rig);
}

static void updates_and_cancels(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 7001);
    int64_t id = rig_do(&rig, order)->result.rms_order;
    rig_line(order, 0)->current_quantity = 1;
    rig_line(order, 1)->current_quantity = 0;
    rig_add_line(&rig, order, "POS-GLASS-TUMBLER-4", 4);
    rig_total(order);
    rig_later(order);
    struct work *work = rig_do(&rig, order);
    rig_expect(work, "updated", "");
    assert_int_equal(work->result.rms_order, id);
    assert_int_equal(work->result.lines_added * 100 + work->result.lines_changed * 10 +
                         work->result.lines_deleted,
                     111);
    assert_string_equal(rig_entries(&rig, id, "i.\"ItemLookupCode\""),
                        "MUG-STONE-350,POS-GLASS-TUMBLER-4");
    assert_string_equal(rig_entries(&rig, id, RIG_QUANTITIES), "1,4");
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 1);
    assert_int_equal(rig_committed(&rig, "PLATE-DIN-27"), 0);
    assert_int_equal(rig_committed(&rig, "POS-GLASS-TUMBLER-4"), 4);

    order->cancelled_ms = order->updated_ms;
    order->cancel_reason = "CUSTOMER";
    rig_later(order);
    rig_expect(rig_do(&rig, order), "cancelled", "");
    assert_string_equal(rig_order_text(&rig, id, "\"Closed\""), "1");
    assert_string_equal(rig_order_text(&rig, id, "\"Comment\""),
                        "Shopify #7001, PAID; Cancelled in Shopify: CUSTOMER");
    assert_int_equal(rig_committed(&rig, "POS-GLASS-TUMBLER-4"), 0);
    rig_later(order);
    order->note = "again";
    rig_expect(rig_do(&rig, order), "skipped", "unchanged");
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 0);
    rig_close(&rig);
}

/* Each order of a batch has its own outcome, in the order they came. */
static void a_batch_of_all_kinds(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *changed = rig_order(&rig, 1);
    struct snapshot *gone = rig_order(&rig, 2);
    struct snapshot *same = rig_order(&rig, 3);
    rig_send(&rig, changed);
    rig_send(&rig, gone);
    rig_send(&rig, same);
    rig_commit(&rig);
    rig.count = 0;
    rig_line(changed, 0)->current_quantity = 1;
    rig_total(changed);
    rig_later(changed);
    gone->cancelled_ms = gone->updated_ms;
    rig_later(gone);
    same->fetched_ms += 1;
    struct snapshot *made = rig_order(&rig, 4);
    struct snapshot *unknown = rig_order(&rig, 5);
    rig_line(unknown, 1)->sku = "NO-SUCH";
    struct snapshot *waits = rig_order(&rig, 6);
    waits->financial_status = "EXPIRED";
    rig_send(&rig, changed);
    rig_send(&rig, gone);
    rig_send(&rig, same);
    rig_send(&rig, made);
    rig_send(&rig, unknown);
    rig_send(&rig, waits);
    assert_int_equal(batch_cut(rig.works, rig.count, false), 6);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "updated", "");
    rig_expect(&rig.works[1], "cancelled", "");
    rig_expect(&rig.works[2], "skipped", "unchanged");
    rig_expect(&rig.works[3], "created", "");
    rig_expect(&rig.works[4], "error", "unknown_sku");
    rig_expect(&rig.works[5], "skipped", "financial_status");
    assert_true(rig.works[4].dead && !rig.works[3].dead);
    assert_contains(rig.works[4].detail, "NO-SUCH");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 4);
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM tillbridge_guard"), 6);
    assert_int_equal(rig_committed(&rig, "MUG-STONE-350"), 1 + 2 + 2);
    rig_close(&rig);
}

/* SKU, and what is to become of the order. */
static const struct {
    const char *sku, *action, *reason;
} skus[] = {
    {"MUG-STONE-350", "created", ""},
    {"mug-Stone-350", "created", ""},
    {"MUG-STONE-350   ", "created", ""},
    {"GLASS-TUMBLER-4", "created", ""}, /* an alias */
    {"glass-tumbler-4 ", "created", ""},
    {"2000012345005", "created", ""}, /* the barcode, an alias too */
    {NULL, "created", ""},            /* RMS_MISC_ITEM */
    {"   ", "created", ""},
    {"TWIN-1", "error", "ambiguous_sku"},  /* two items with the code */
    {"twin-2", "error", "ambiguous_sku"},  /* two items with the alias */
    {"RETIRED-1", "error", "unknown_sku"}, /* inactive */
    {"MUG-STONE-35", "error", "unknown_sku"},
    {"MUG-STONE-350-", "error", "unknown_sku"},
    {" MUG-STONE-350", "error", "unknown_sku"},
    {"MUG%", "error", "unknown_sku"},
    {"MUG_STONE_350", "error", "unknown_sku"},
    {"it's", "error", "unknown_sku"},
    {"'); DROP TABLE \"Item\"; --", "error", "unknown_sku"},
    {"quote \" and \\ backslash", "error", "unknown_sku"},
    {"{curly},\"x\"", "error", "unknown_sku"},
    {"[\"json\"]", "error", "unknown_sku"},
    {"NULL", "error", "unknown_sku"},
    {"tab\tand\nline", "error", "unknown_sku"},
    {"bell\x07", "error", "unknown_sku"},
    {"caf\xc3\xa9 \xf0\x9f\x98\x80", "error", "unknown_sku"},
    {"<k>&amp;</k>", "error", "unknown_sku"},
};

enum {
    SKUS = sizeof(skus) / sizeof(skus[0]),
};

/* All of them in one batch, so that none disturbs another's look-up. */
static void skus_of_every_kind(void **state)
{
    rig_open(&rig, state, usual);
    for (size_t i = 0; i < SKUS; i++) {
        struct snapshot *order = rig_order(&rig, 100 + (int64_t)i);
        order->lines.count = 1;
        rig_line(order, 0)->sku = skus[i].sku;
        rig_total(order);
        rig_send(&rig, order);
    }
    rig_commit(&rig);
    for (size_t i = 0; i < SKUS; i++) {
        if (strcmp(action_word(rig.works[i].action), skus[i].action) != 0)
            print_error("SKU \"%s\":\n", skus[i].sku ? skus[i].sku : "");
        rig_expect(&rig.works[i], skus[i].action, skus[i].reason);
    }
    rig_close(&rig);
}

/* A very long SKU, and one that RMS came to know after the refusal. */
static void a_refused_order_is_made_once_the_item_is_there(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_line(order, 0)->sku = "NEW-ITEM";
    struct snapshot *other = rig_order(&rig, 7002);
    char *huge = arena_alloc(&rig.arena, 5001);
    memset(huge, 'x', 5000);
    rig_line(other, 0)->sku = huge;
    rig_send(&rig, order);
    rig_send(&rig, other);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "error", "unknown_sku");
    rig_expect(&rig.works[1], "error", "unknown_sku");
    order->fetched_ms++;
    struct work *work = rig_do(&rig, order);
    rig_expect(work, "skipped", "already_reported");
    assert_false(work->dead);
    rig_must(&rig, "INSERT INTO \"Item\" (\"ItemLookupCode\", \"Description\") "
                   "VALUES ('NEW-ITEM', 'New')");
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "created", "");
    assert_int_equal(rig_committed(&rig, "NEW-ITEM"), 2);
    rig_close(&rig);
}

/* E-mail address, and the account it is to be booked on. */
static const struct {
    const char *email, *account;
} customers[] = {
    {"customer1@example.com", "C-1"},    {"Customer1@EXAMPLE.com", "C-1"},
    {"twin@example.com", "GUEST"}, /* two of them: no guess */
    {"nobody@example.com", "GUEST"},     {NULL, "GUEST"},
    {"o'hara\"\\@example.com", "GUEST"}, {"", "GUEST"},
};

static void customers_by_email(void **state)
{
    enum { COUNT = sizeof(customers) / sizeof(customers[0]) };
    rig_open(&rig, state, usual);
    for (size_t i = 0; i < COUNT; i++) {
        struct snapshot *order = rig_order(&rig, 200 + (int64_t)i);
        order->email = customers[i].email;
        rig_send(&rig, order);
    }
    rig_commit(&rig);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(
            rig_text(&rig,
                     "SELECT c.\"AccountNumber\" FROM \"Order\" o JOIN \"Customer\" c ON "
                     "c.\"ID\" = o.\"CustomerID\" WHERE o.\"ReferenceNumber\" = "
                     "'SHOPIFY-%zu'",
                     200 + i),
            customers[i].account);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(creates_an_order),
        DB_BOTH(writes_store_local_time),
        DB_BOTH(updates_and_cancels),
        DB_BOTH(a_batch_of_all_kinds),
        DB_BOTH(skus_of_every_kind),
        DB_BOTH(a_refused_order_is_made_once_the_item_is_there),
        DB_BOTH(customers_by_email),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
