/* test_reconciler_batch_again: messages that come again, dry runs, and what the guard
 * remembers. */
#include "reconciler/rig.h"

#include "core/line_map.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

static const char *const usual[] = {"RMS_SHIPPING_ITEM=SHIPPING", "RMS_PRICES=inclusive",
                                    NULL};

/* ---- the same message again ---- */

static const char *told(struct work *work)
{
    struct buf text;
    buf_init(&text, MESSAGE_MAX_BYTES);
    codec_encode(&result_codec, &work->result, &text);
    const char *copy = arena_strdup(&rig.arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

/* Sends what was sent before once more, and expects the same results and no write. */
static void expect_the_same_again(size_t count)
{
    struct work *works = arena_array(&rig.arena, count, sizeof(*works));
    const char **results = arena_array(&rig.arena, count, sizeof(char *));
    const char *before = rig_dump(&rig);
    for (size_t i = 0; i < count; i++) {
        works[i] = rig.works[i];
        results[i] = told(&works[i]);
    }
    rig.count = 0;
    rig_restart(&rig);
    for (size_t i = 0; i < count; i++) {
        rig.works[i] = works[i];
        rig.count = i;
        rig_send_again(&rig, i);
    }
    rig_commit(&rig);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(told(&rig.works[i]), results[i]);
        assert_int_equal(rig.works[i].dead, works[i].dead);
    }
    assert_string_equal(rig_dump(&rig), before);
}

static void a_message_met_again_gives_the_same_result(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *changed = rig_order(&rig, 1);
    struct snapshot *gone = rig_order(&rig, 2);
    struct snapshot *refused = rig_order(&rig, 3);
    rig_send(&rig, changed);
    rig_send(&rig, gone);
    rig_commit(&rig);
    expect_the_same_again(2);
    rig_line(changed, 0)->current_quantity = 1;
    rig_total(changed);
    rig_later(changed);
    gone->cancelled_ms = gone->updated_ms;
    rig_later(gone);
    rig_line(refused, 0)->sku = "NO-SUCH";
    rig.count = 0;
    rig_send(&rig, changed);
    rig_send(&rig, gone);
    rig_send(&rig, refused);
    rig_send(&rig, rig_order(&rig, 4));
    rig_commit(&rig);
    rig_expect(&rig.works[2], "error", "unknown_sku");
    assert_true(rig.works[2].dead);
    expect_the_same_again(4);
    rig_close(&rig);
}

/* A killed worker's committed offsets may be a second old: then the order's earlier
 * message comes again before the one whose result was lost. */
static void an_earlier_message_again_keeps_the_later_outcome(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_expect(rig_do(&rig, order), "created", "");
    struct work made = rig.works[0];
    rig_later(order);
    order->cancelled_ms = order->updated_ms;
    rig_expect(rig_do(&rig, order), "cancelled", "");
    struct work closed = rig.works[0];
    rig.works[0] = made;
    rig.works[1] = closed;
    rig.count = 0;
    rig_send_again(&rig, 0);
    rig.count = 1;
    rig_send_again(&rig, 1);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "skipped", "stale");
    rig_expect(&rig.works[1], "cancelled", "");
    rig_close(&rig);
}

/* The group was moved back after staff had added the item. */
static void a_refused_message_again_is_looked_at_again(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_line(order, 0)->sku = "LATE-ITEM";
    rig_expect(rig_do(&rig, order), "error", "unknown_sku");
    rig_must(&rig, "INSERT INTO \"Item\" (\"ItemLookupCode\", \"Description\") VALUES "
                   "('LATE-ITEM', 'Late item')");
    rig.count = 0;
    rig_send_again(&rig, 0);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_close(&rig);
}

/* A dead letter redriven after later polls had met the same refused content. */
static void a_redriven_letter_is_booked_behind_the_fence(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_line(order, 0)->sku = "LATE-ITEM";
    rig_expect(rig_do(&rig, order), "error", "unknown_sku");
    struct bus_message letter = rig.works[0].message;
    rig_later(order);
    rig_expect(rig_do(&rig, order), "skipped", "already_reported");
    rig_must(&rig, "INSERT INTO \"Item\" (\"ItemLookupCode\", \"Description\") VALUES "
                   "('LATE-ITEM', 'Late item')");
    letter.offset = rig.next_offset++;
    letter.timestamp_ms += 12345; /* a copy has the time of copying */
    rig.count = 1;
    work_read(&rig.works[0], &letter, &rig.arena);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_close(&rig);
}

/* The topic was lost and made anew: another message has the offset of the last one. */
static void another_version_at_the_same_offset_is_decided_on(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_expect(rig_do(&rig, order), "created", "");
    rig_later(order);
    order->cancelled_ms = order->updated_ms;
    rig.count = 0;
    rig.next_offset--;
    rig_send(&rig, order);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "cancelled", "");
    rig_close(&rig);
}

/* Another offset, and even another topic with the same offset, is another message. */
static void the_same_content_elsewhere_is_decided_on_anew(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_expect(rig_do(&rig, order), "created", "");
    struct work *work = rig_do(&rig, order);
    rig_expect(work, "skipped", "unchanged");
    rig.count = 1;
    struct bus_message message = rig.works[0].message;
    message.topic = TOPIC_RETRY;
    work_read(&rig.works[0], &message, &rig.arena);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "skipped", "unchanged");
    assert_string_equal(rig_text(&rig, "SELECT src_topic FROM tillbridge_guard"),
                        TOPIC_RETRY);
    rig_close(&rig);
}

static void older_versions_are_stale_after_every_decision(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    struct snapshot older = *order;
    rig_later(order);
    order->cancelled_ms = order->updated_ms;
    rig_expect(rig_do(&rig, order), "skipped", "cancelled_before_create");
    rig_expect(rig_do(&rig, &older), "skipped", "stale");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 0);
    rig.count = 0;
    rig_send_with(&rig, &older, HEADER_FORCE, FORCE_ROWS);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "skipped", "stale");
    rig.count = 0;
    rig_send_with(&rig, &older, HEADER_FORCE, "true");
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_close(&rig);
}

static void the_same_order_twice_in_a_batch(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_send(&rig, order);
    rig_send(&rig, order);
    rig_send(&rig, rig_order(&rig, 2));
    rig_later(order);
    rig_line(order, 0)->current_quantity = 1;
    rig_total(order);
    rig_send(&rig, order);
    rig_commit(&rig);
    rig_expect(&rig.works[0], "created", "");
    rig_expect(&rig.works[1], "skipped", "unchanged");
    rig_expect(&rig.works[2], "created", "");
    rig_expect(&rig.works[3], "updated", "");
    assert_int_equal(rig_number(&rig, "SELECT count(*) FROM \"Order\""), 2);
    rig_close(&rig);
}

/* ---- dry runs ---- */

static const struct result_diff *find_diff(const struct work *work, const char *table,
                                           const char *column)
{
    const struct result_diff *diff = work->result.diff.at;
    for (size_t i = 0; i < work->result.diff.count; i++)
        if (strcmp(diff[i].table, table) == 0 && strcmp(diff[i].column, column) == 0)
            return &diff[i];
    fail_msg("no %s.%s in the diff", table, column);
    return NULL;
}

static struct work *dry_run(const struct snapshot *order)
{
    rig.count = 0;
    rig_send_with(&rig, order, HEADER_DRY_RUN, "true");
    rig_commit(&rig);
    return &rig.works[0];
}

static void a_dry_run_leaves_no_byte_changed(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    const char *before = rig_dump(&rig);
    struct work *work = dry_run(order);
    rig_expect(work, "created", "");
    assert_true(work->result.dry_run);
    assert_int_equal(work->result.rms_order, 0); /* it never was */
    assert_int_equal(work->result.lines_added, 2);
    assert_string_equal(find_diff(work, "Order", "Total")->after, "54.00");
    assert_null(find_diff(work, "Order", "Total")->before);
    assert_string_equal(find_diff(work, "Item", "QuantityCommitted")->after, "+2.00");
    assert_string_equal(rig_dump(&rig), before);
    rig_expect(rig_do(&rig, order), "created", "");

    rig_later(order);
    rig_line(order, 0)->current_quantity = 1;
    rig_line(order, 1)->current_quantity = 0;
    rig_total(order);
    before = rig_dump(&rig);
    work = dry_run(order);
    rig_expect(work, "updated", "");
    assert_string_equal(find_diff(work, "OrderEntry", "QuantityOnOrder")->before, "2.00");
    assert_string_equal(find_diff(work, "OrderEntry", "QuantityOnOrder")->after, "1.00");
    assert_string_equal(find_diff(work, "OrderEntry", "ID")->op, "delete");
    assert_string_equal(rig_dump(&rig), before);
    rig_expect(rig_do(&rig, order), "updated", "");
    rig_close(&rig);
}

/* Refusals and unreadable messages of a dry run make no dead letter. */
static void a_dry_run_makes_no_dead_letter(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    rig_line(order, 0)->sku = "NO-SUCH";
    const char *before = rig_dump(&rig);
    struct work *work = dry_run(order);
    rig_expect(work, "error", "unknown_sku");
    assert_false(work->dead);
    assert_string_equal(rig_dump(&rig), before);
    work = rig_do(&rig, order);
    rig_expect(work, "error", "unknown_sku");
    assert_true(work->dead);
    rig_close(&rig);
}

/* ---- the guard ---- */

static void the_guard_remembers(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    char digest[DIGEST_TEXT_MAX];
    struct work *work = rig_do(&rig, order);
    snapshot_digest(order, digest);
    const char *map = rig_text(&rig, "SELECT line_map FROM tillbridge_guard");
    const struct line_map *lines = NULL;
    size_t count = 0;
    struct err e;
    assert_ok(line_map_parse(map, &rig.arena, &lines, &count, &e), &e);
    assert_int_equal(count, 2);
    assert_int_equal(lines[0].line, 11);
    assert_int_equal(lines[0].committed_e4, 2 * QUANTITY_SCALE);
    assert_int_equal(lines[1].entry,
                     rig_number(&rig, "SELECT max(\"ID\") FROM \"OrderEntry\""));
    assert_int_equal(rig_number(&rig, "SELECT rms_order FROM tillbridge_guard"),
                     work->result.rms_order);
    assert_int_equal(rig_number(&rig, "SELECT updated_at FROM tillbridge_guard"),
                     order->updated_ms);
    assert_int_equal(rig_number(&rig, "SELECT fetched_at FROM tillbridge_guard"),
                     order->fetched_ms);
    const char *applied = rig_text(&rig, "SELECT applied FROM tillbridge_guard");
    assert_int_equal(strlen(applied), GUARD_APPLIED_MAX - 1); /* that of the goods, too */
    assert_memory_equal(applied, digest, strlen(digest));
    assert_string_equal(rig_text(&rig, "SELECT seen FROM tillbridge_guard"), digest);
    assert_string_equal(rig_text(&rig, "SELECT action FROM tillbridge_guard"), "created");
    assert_string_equal(rig_text(&rig, "SELECT src_topic FROM tillbridge_guard"),
                        TOPIC_ORDERS);
    assert_int_equal(rig_number(&rig, "SELECT src_partition FROM tillbridge_guard"), 3);
    assert_int_equal(rig_number(&rig, "SELECT src_offset FROM tillbridge_guard"),
                     work->message.offset);
    rig_close(&rig);
}

/* 1,000 lines: made, changed in one line, and looked at again. */
static void an_order_of_a_thousand_lines(void **state)
{
    rig_open(&rig, state, usual);
    struct snapshot *order = rig_order(&rig, 1);
    while (order->lines.count < 1000)
        rig_add_line(&rig, order, order->lines.count % 2 ? "MUG-STONE-350" : "CARAFE-1L",
                     1);
    rig_total(order);
    struct work *work = rig_do(&rig, order);
    rig_expect(work, "created", "");
    assert_int_equal(work->result.lines_added, 1000);
    assert_int_equal(rig_number(&rig, "SELECT CAST(sum(\"Price\" * \"QuantityOnOrder\") "
                                      "AS INTEGER) FROM \"OrderEntry\""),
                     order->total_e4 / 10000);
    rig_line(order, 500)->current_quantity = 0;
    rig_line(order, 501)->quantity = rig_line(order, 501)->current_quantity = 7;
    rig_total(order);
    rig_later(order);
    work = rig_do(&rig, order);
    rig_expect(work, "updated", "");
    assert_int_equal(work->result.lines_changed, 1);
    assert_int_equal(work->result.lines_deleted, 1);
    order->fetched_ms++;
    rig_expect(rig_do(&rig, order), "skipped", "unchanged");
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(a_message_met_again_gives_the_same_result),
        DB_BOTH(an_earlier_message_again_keeps_the_later_outcome),
        DB_BOTH(a_refused_message_again_is_looked_at_again),
        DB_BOTH(a_redriven_letter_is_booked_behind_the_fence),
        DB_BOTH(another_version_at_the_same_offset_is_decided_on),
        DB_BOTH(the_same_content_elsewhere_is_decided_on_anew),
        DB_BOTH(older_versions_are_stale_after_every_decision),
        DB_BOTH(the_same_order_twice_in_a_batch),
        DB_BOTH(a_dry_run_leaves_no_byte_changed),
        DB_BOTH(a_dry_run_makes_no_dead_letter),
        DB_BOTH(the_guard_remembers),
        DB_BOTH(an_order_of_a_thousand_lines),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
