/* test_reconciler_work: what a message says, what is told of it, and the dry run's rows.
 */
#include "work.h"

#include "arena_rig.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const char good_key[] = "demo.myshopify.com/7001";
static const char order_text[] =
    "{\"v\":1,\"shop\":\"demo.myshopify.com\",\"id\":\"7001\",\"name\":\"#1\","
    "\"updatedAt\":\"2026-03-02T11:00:00Z\",\"fetchedAt\":\"2026-03-02T11:05:00Z\","
    "\"createdAt\":\"2026-03-02T10:00:00Z\",\"currency\":\"USD\",\"total\":\"1\","
    "\"subtotal\":\"1\",\"tax\":\"0\",\"itemQuantity\":0,\"lines\":[]}";
static const int64_t fetched_ms = INT64_C(1772449500000);

static struct bus_message message_of(const char *key, const char *value)
{
    return (struct bus_message){.topic = TOPIC_ORDERS,
                                .partition = 3,
                                .offset = 12,
                                .timestamp_ms = fetched_ms,
                                .key = key,
                                .key_len = key ? strlen(key) : 0,
                                .value = value,
                                .value_len = value ? strlen(value) : 0};
}

static struct work read_message(const struct bus_message *message)
{
    struct work work;
    work_read(&work, message, &arena);
    return work;
}

static void an_order_is_read(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, order_text);
    message.headers[0] = (struct bus_header){HEADER_SOURCE, "trigger"};
    message.headers[1] = (struct bus_header){HEADER_POLL_ID, "p-1"};
    message.headers[2] = (struct bus_header){HEADER_DRY_RUN, "true"};
    message.headers[3] = (struct bus_header){HEADER_FORCE, "true"};
    message.header_count = 4;
    const struct work work = read_message(&message);
    assert_true(work.readable && work.dry_run && work.force && work.force_older);
    assert_string_equal(work.source, "trigger");
    assert_string_equal(work.poll_id, "p-1");
    assert_int_equal(work.snapshot.id, 7001);
}

static void headers_may_be_absent_and_say_only_true(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, order_text);
    const struct work plain = read_message(&message);
    assert_true(plain.readable && !plain.dry_run && !plain.force && !plain.poll_id);
    message.headers[0] = (struct bus_header){HEADER_DRY_RUN, "false"};
    message.headers[1] = (struct bus_header){HEADER_FORCE, "1"};
    message.header_count = 2;
    const struct work work = read_message(&message);
    assert_true(!work.dry_run && !work.force && !work.force_older);
    message.headers[1] = (struct bus_header){HEADER_FORCE, FORCE_ROWS};
    const struct work rows = read_message(&message);
    assert_true(rows.force && !rows.force_older);
}

/* What a console tool or a redrive copies has a timestamp of its own. */
static void a_copy_is_a_replay(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, order_text);
    message.headers[0] = (struct bus_header){HEADER_SOURCE, "poll"};
    message.header_count = 1;
    assert_string_equal(read_message(&message).source, "poll");
    message.timestamp_ms++;
    assert_string_equal(read_message(&message).source, SOURCE_REPLAY);
    message.timestamp_ms = fetched_ms;
    message.header_count = 0;
    assert_string_equal(read_message(&message).source, SOURCE_REPLAY);
}

/* Keys, and whether the message is taken with them. */
static const struct {
    const char *key;
    bool good;
} keys[] = {
    {good_key, true},
    {NULL, true}, /* replayed without keys */
    {"demo.myshopify.com/7002", false},
    {"other.myshopify.com/7001", false},
    {"7001", false},
    {"/7001", false},
    {"demo.myshopify.com/", false},
    {"demo.myshopify.com/7001x", false},
    {"", false},
};

static void the_key_must_be_the_orders(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct bus_message message = message_of(keys[i].key, order_text);
        const struct work work = read_message(&message);
        assert_int_equal(work.readable, keys[i].good);
        if (!keys[i].good)
            assert_contains(work.refusal, "demo.myshopify.com/7001");
    }
}

static void a_tombstone_deletes_nothing(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, NULL);
    const struct work work = read_message(&message);
    assert_false(work.readable);
    assert_contains(work.refusal, "never deleted by a tombstone");
}

static void a_refusal_names_the_order_of_the_key(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, "{");
    struct work work = read_message(&message);
    work_result_of_refusal(&work, REASON_MALFORMED, work.refusal, &arena);
    assert_string_equal(work.result.action, "error");
    assert_string_equal(work.result.reason, "malformed");
    assert_string_equal(work.result.shop, "demo.myshopify.com");
    assert_int_equal(work.result.order, 7001);
    assert_int_equal(work.result.src_offset, 12);
    assert_true(work.dead);
}

static void a_message_met_again_is_known(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, order_text);
    struct work work = read_message(&message);
    struct guard guard = {
        .exists = true, .src_topic = TOPIC_ORDERS, .src_partition = 3, .src_offset = 12};
    assert_true(work_met_again(&work, &guard, &arena));
    work.dry_run = true;
    assert_false(work_met_again(&work, &guard, &arena));
    work.dry_run = false;
    guard.src_offset = 13;
    assert_false(work_met_again(&work, &guard, &arena));
    guard.src_offset = 12;
    guard.src_partition = 4;
    assert_false(work_met_again(&work, &guard, &arena));
    guard.src_partition = 3;
    guard.src_topic = TOPIC_RETRY;
    assert_false(work_met_again(&work, &guard, &arena));
    guard.src_topic = TOPIC_ORDERS;
    guard.exists = false;
    assert_false(work_met_again(&work, &guard, &arena));
}

/* ---- put aside before ---- */

static struct bus_message retry_message(void)
{
    struct bus_message message = message_of(good_key, order_text);
    static const struct bus_header headers[] = {
        {HEADER_ATTEMPT, "2"},
        {HEADER_RETRY_NOT_BEFORE, "2026-03-02T11:30:00.250Z"},
        {HEADER_RETRY_TOPIC, TOPIC_ORDERS},
        {HEADER_RETRY_PARTITION, "3"},
        {HEADER_RETRY_OFFSET, "12"},
        {HEADER_RETRY_TIMESTAMP, "2026-03-02T11:05:00Z"},
        {HEADER_SOURCE, "poll"},
    };
    message.topic = TOPIC_RETRY;
    message.offset = 1;
    message.timestamp_ms = fetched_ms + 60000;
    message.header_count = sizeof(headers) / sizeof(headers[0]);
    memcpy(message.headers, headers, sizeof(headers));
    return message;
}

static void a_message_put_aside_keeps_its_place(void **state)
{
    (void)state;
    const struct bus_message message = retry_message();
    struct work work = read_message(&message);
    const struct guard guard = {
        .exists = true, .src_topic = TOPIC_ORDERS, .src_partition = 3, .src_offset = 12};
    assert_int_equal(work.attempt, 2);
    assert_string_equal(work.source, "poll"); /* the copy is no replay */
    assert_true(work_met_again(&work, &guard, &arena));
    work_result_of_refusal(&work, REASON_LOCKED, "held", &arena);
    assert_string_equal(work.result.src_topic, TOPIC_ORDERS);
    assert_int_equal(work.result.src_offset, 12);
    assert_int_equal(work.result.published_ms, fetched_ms);
    assert_int_equal(work.result.attempts, 3);
    assert_int_equal(work_not_before_ms(&message), INT64_C(1772451000250));
}

/* What is not whole was made by hand: a message like others, to be tried now. */
static void without_its_headers_it_is_a_message_like_others(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        const char *value;
    } rows[] = {{0, "0"},
                {0, "-1"},
                {0, "x"},
                {2, ""},
                {3, "4"},
                {3, "-3"},
                {3, "3 "},
                {4, ""},
                {4, "-1"},
                {4, "1e3"},
                {0, "9223372036854775807"},
                {4, "9223372036854775807"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bus_message message = retry_message();
        message.headers[rows[i].at].value = rows[i].value;
        const struct work work = read_message(&message);
        assert_int_equal(work.attempt, 0);
        assert_string_equal(work.origin.topic, TOPIC_RETRY);
        assert_int_equal(work.origin.offset, 1);
        assert_int_equal(work_not_before_ms(&message), 0);
    }
    struct bus_message elsewhere = retry_message();
    elsewhere.topic = TOPIC_ORDERS; /* copied by a tool, headers and all */
    assert_int_equal(read_message(&elsewhere).attempt, 0);
    assert_int_equal(work_not_before_ms(&elsewhere), 0);
}

static void what_is_put_aside_is_pending(void **state)
{
    (void)state;
    struct bus_message message = message_of(good_key, order_text);
    struct work work = read_message(&message);
    work_put_aside(&work, "row held", fetched_ms, &arena);
    assert_true(work.result.pending && !work.dead);
    assert_string_equal(work.result.reason, "locked");
    assert_string_equal(work.result.detail,
                        "tried again from 2026-03-02T11:05:00Z on: row held");
    assert_int_equal(work.result.attempts, 1);
}

/* ---- the dry run's rows ---- */

static void expect_row(const struct codec_list *list, size_t at, const char *const *want)
{
    const struct result_diff *row = &((const struct result_diff *)list->at)[at];
    const char *const got[] = {row->table,  row->op,     row->row,
                               row->column, row->before, row->after};
    for (size_t i = 0; i < 6; i++) {
        if (!want[i]) {
            assert_null(got[i]);
            continue;
        }
        assert_non_null(got[i]);
        assert_string_equal(got[i], want[i]);
    }
}

static void the_diff_shows_rows_column_by_column(void **state)
{
    (void)state;
    struct column_value insert[] = {{.column = COL_ORDER_TOTAL, .number = 290000},
                                    {.column = COL_ORDER_COMMENT, .text = "text"}};
    struct column_value update[] = {
        {.column = COL_ENTRY_QUANTITY, .number = 10000, .number_before = 25000},
        {.column = COL_ENTRY_DESCRIPTION, .text = "new", .text_before = NULL}};
    struct column_value add[] = {{.column = COL_ITEM_COMMITTED, .number = -15000}};
    struct row_op ops[] = {
        {OP_INSERT, TABLE_ORDER, 0, 0, 0, insert, 2},
        {OP_INSERT, TABLE_ENTRY, 0, 11, 0, update, 1},
        {OP_UPDATE, TABLE_ENTRY, 9001, 12, 0, update, 2},
        {OP_DELETE, TABLE_ENTRY, 9002, 13, 0, NULL, 0},
        {OP_ADD, TABLE_ITEM, 101, 0, 0, add, 1},
    };
    const struct plan plan = {.ops = ops, .count = 5};
    static const char *const want[][6] = {
        {"Order", "insert", NULL, "Total", NULL, "29.00"},
        {"Order", "insert", NULL, "Comment", NULL, "text"},
        {"OrderEntry", "insert", "line 11", "QuantityOnOrder", NULL, "1.00"},
        {"OrderEntry", "update", "9001", "QuantityOnOrder", "2.50", "1.00"},
        {"OrderEntry", "update", "9001", "Description", "", "new"},
        {"OrderEntry", "delete", "9002", "ID", "9002", NULL},
        {"Item", "update", "101", "QuantityCommitted", NULL, "-1.50"},
    };
    const struct codec_list list = work_diff(&plan, &arena);
    assert_int_equal(list.count, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < list.count; i++)
        expect_row(&list, i, want[i]);
}

#define WORK_CASE(function) \
    cmocka_unit_test_setup_teardown(function, arena_start, arena_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORK_CASE(an_order_is_read),
        WORK_CASE(headers_may_be_absent_and_say_only_true),
        WORK_CASE(a_copy_is_a_replay),
        WORK_CASE(the_key_must_be_the_orders),
        WORK_CASE(a_tombstone_deletes_nothing),
        WORK_CASE(a_refusal_names_the_order_of_the_key),
        WORK_CASE(a_message_met_again_is_known),
        WORK_CASE(a_message_put_aside_keeps_its_place),
        WORK_CASE(without_its_headers_it_is_a_message_like_others),
        WORK_CASE(what_is_put_aside_is_pending),
        WORK_CASE(the_diff_shows_rows_column_by_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
