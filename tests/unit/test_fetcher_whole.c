/* test_fetcher_whole: whether what was read of an order is all of it, of one moment; and
 * orders that no message holds. */
#include "core/refusal.h"
#include "core/whole.h"
#include "unit.h"

#define T0 INT64_C(1795341600000)

static struct snapshot_line one_line = {
    .id = 1, .variant_id = 1, .requires_shipping = true, .current_quantity = 2};

/* Letters: p published, m further lines, a again, s spent. */
static char letter(enum whole_verdict verdict)
{
    return "pmas"[verdict];
}

static void expect(const char *what, char wanted, enum whole_verdict verdict)
{
    if (letter(verdict) != wanted)
        fail_msg("%s: %c, not %c", what, letter(verdict), wanted);
}

static struct order an_order(int64_t updated_ms, int64_t item_quantity)
{
    return (struct order){.snapshot = {.version = 1,
                                       .shop = "a.b",
                                       .id = 1,
                                       .name = "#1",
                                       .currency = "USD",
                                       .updated_ms = updated_ms,
                                       .item_quantity = item_quantity,
                                       .lines = {.at = &one_line, .count = 1}}};
}

static void test_whole_at_once(void **unused)
{
    (void)unused;
    struct whole whole = {0};
    struct order order = an_order(T0 - 100, 2);
    expect("one answer is of one moment", 'p', whole_judge(&whole, &order, false, T0));
    order.refused = "too large";
    order.lines_after[0] = 'x';
    expect("a dead letter needs no more", 'p', whole_judge(&whole, &order, false, T0));
    order = an_order(T0 - 100, 2);
    order.lines_after[0] = 'x';
    expect("further lines", 'm', whole_judge(&whole, &order, false, T0));
    order.shipping_more = true;
    expect("shipping first: it is read anew", 'a',
           whole_judge(&whole, &order, false, T0));
}

static void test_whole_of_several_requests(void **unused)
{
    (void)unused;
    struct whole whole = {0};
    struct order order = an_order(T0 - WHOLE_YOUNG_MS, 2);
    order.several = true;
    expect("old enough", 'p', whole_judge(&whole, &order, false, T0));
    order = an_order(T0 - WHOLE_YOUNG_MS + 1, 2);
    order.several = true;
    expect("young", 'a', whole_judge(&whole, &order, false, T0));
    one_line.current_quantity = 1;
    order.snapshot.item_quantity = 1;
    expect("it did change", 'a', whole_judge(&whole, &order, false, T0));
    expect("twice the same", 'p', whole_judge(&whole, &order, false, T0));
    one_line.current_quantity = 2;
    whole = (struct whole){0};
    order = an_order(T0 - WHOLE_YOUNG_MS + 1, 2);
    expect("one answer, though young", 'p', whole_judge(&whole, &order, false, T0));
    order = an_order(T0 + 5000, 2); /* Shopify's clock is ahead of ours */
    order.several = true;
    expect("from the future", 'a', whole_judge(&whole, &order, false, T0));
}

static void test_whole_when_it_moves(void **unused)
{
    (void)unused;
    struct whole whole = {0};
    struct order order = an_order(T0 - 500000, 2);
    order.several = true;
    for (int i = 1; i < WHOLE_TRIES; i++)
        expect("moved", 'a', whole_judge(&whole, &order, true, T0));
    expect("moved too often", 's', whole_judge(&whole, &order, true, T0));
}

/* Whatever Shopify means by its count: what stays the same is not torn. */
static void test_whole_that_never_adds_up(void **unused)
{
    (void)unused;
    struct whole whole = {0};
    struct order order = an_order(T0 - 500000, 3);
    expect("a unit is missing", 'a', whole_judge(&whole, &order, false, T0));
    order.snapshot.updated_ms += 1000;
    expect("another version", 'a', whole_judge(&whole, &order, false, T0));
    expect("the same again", 'p', whole_judge(&whole, &order, false, T0));
}

/* ---- refusal ---- */

/* A redriven letter must never be taken for an order without lines. */
static void test_letter_is_no_snapshot(void **unused)
{
    (void)unused;
    struct err e = {0};
    struct buf letter_text;
    struct arena arena;
    struct snapshot back;
    struct order order = an_order(T0, 2);
    order.snapshot.fetched_ms = T0 + 1;
    arena_init(&arena);
    buf_init(&letter_text, 10000);
    refusal_letter(&order.snapshot, "it has more than 5000 lines", &letter_text);
    assert_string_equal(
        buf_str(&letter_text),
        "{\"refused\":\"it has more than 5000 lines\",\"shop\":\"a.b\",\"id\":\"1\","
        "\"name\":\"#1\",\"updatedAt\":\"2026-11-22T10:00:00Z\","
        "\"fetchedAt\":\"2026-11-22T10:00:00.001Z\"}");
    assert_rc(RC_REJECT,
              snapshot_decode(letter_text.data, letter_text.len, &arena, &back, &e), &e);
    buf_done(&letter_text);
    arena_done(&arena);
}

static void test_result_of_a_refusal(void **unused)
{
    (void)unused;
    struct err e = {0};
    struct buf text;
    struct arena arena;
    struct result back;
    struct order order = an_order(T0, 2);
    order.snapshot.fetched_ms = T0 + 1;
    arena_init(&arena);
    buf_init(&text, 10000);
    struct result result = refusal_result(&order.snapshot, "why", "a.b/1", &arena);
    result.source = "poll";
    codec_encode(&result_codec, &result, &text);
    assert_ok(result_decode(text.data, text.len, &arena, &back, &e), &e);
    assert_string_equal(back.action, "error");
    assert_string_equal(back.reason, "malformed");
    assert_string_equal(back.src_topic, "shopify.api/a.b/1");
    assert_int_equal(back.src_offset, T0 + 1);
    buf_done(&text);
    arena_done(&arena);
}

static void test_refusals_are_remembered(void **unused)
{
    (void)unused;
    struct refusal_memory memory = {0};
    struct order order = an_order(T0, 2);
    assert_false(refusal_known(&memory, &order.snapshot));
    refusal_remember(&memory, &order.snapshot);
    assert_true(refusal_known(&memory, &order.snapshot));
    order.snapshot.updated_ms++; /* another version */
    assert_false(refusal_known(&memory, &order.snapshot));
    for (int i = 0; i < REFUSAL_MEMORY; i++) {
        order.snapshot.id = 100 + i;
        refusal_remember(&memory, &order.snapshot);
    }
    assert_true(refusal_known(&memory, &order.snapshot));
    order = an_order(T0, 2);
    assert_false(refusal_known(&memory, &order.snapshot)); /* forgotten, told again */
}

static void test_detail_is_one_header(void **unused)
{
    (void)unused;
    char out[REFUSAL_DETAIL_MAX];
    assert_string_equal(refusal_detail("a, b\tc\nd", out), "a; b?c?d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_at_once),
        cmocka_unit_test(test_whole_of_several_requests),
        cmocka_unit_test(test_whole_when_it_moves),
        cmocka_unit_test(test_whole_that_never_adds_up),
        cmocka_unit_test(test_letter_is_no_snapshot),
        cmocka_unit_test(test_result_of_a_refusal),
        cmocka_unit_test(test_refusals_are_remembered),
        cmocka_unit_test(test_detail_is_one_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
