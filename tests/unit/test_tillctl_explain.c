/* test_tillctl_explain: what is made of the facts of an order: in short, for people, for
 * programs. */
#include "core/facts_view.h"
#include "core/summary.h"
#include "tillctl_order.h"

/* ---- in short ---- */

static void assert_summary(const char *what, const char *why, const char *todo)
{
    struct summary summary = summary_of(&facts);
    assert_string_equal(summary.what, what);
    assert_string_equal(summary.why, why);
    assert_string_equal(summary.todo, todo);
}

/* Decided on, so that nothing waits. */
static struct guard *decided(void)
{
    take_version("1:00", "1:01", ONE_LINE);
    struct guard *guard = guard_at(0);
    facts_take_rms(&facts, &rows);
    return guard;
}

static void test_short_of_what_is_in_order(void **state)
{
    (void)state;
    struct guard *guard = decided();
    plan_now("skipped", "unchanged", NULL);
    assert_summary("RMS holds what the shop says", "", "");
    assert_int_equal(summary_of(&facts).style, TABLE_GOOD);
    guard->closed_by_us = true;
    facts_take_rms(&facts, &rows);
    assert_summary("RMS holds what the shop says",
                   "we closed the order in RMS as the shop cancelled it", "");
    plan_now("skipped", "financial_status", NULL);
    assert_summary("nothing is to be done", reason_help(REASON_FINANCIAL_STATUS),
                   reason_remedy(REASON_FINANCIAL_STATUS));
}

static void test_short_of_what_needs_a_person(void **state)
{
    (void)state;
    decided();
    plan_now("error", "rms_refused", "too long");
    assert_summary("refused: rms_refused", "too long", reason_remedy(REASON_RMS_REFUSED));
    assert_int_equal(summary_of(&facts).style, TABLE_BAD);
    plan_now("conflict", "tendered", NULL);
    assert_summary("left to staff: tendered", reason_help(REASON_TENDERED),
                   reason_remedy(REASON_TENDERED));
    assert_int_equal(summary_of(&facts).style, TABLE_WARN);
}

static void test_short_of_what_is_behind(void **state)
{
    (void)state;
    struct guard *guard = decided(); /* updated at 09:51 */
    plan_now("created", NULL, NULL);
    assert_summary("RMS is behind: now it would be created", "",
                   "tillctl poll --lookback 14 reads it again");
    guard->held = true;
    guard->held_for = REASON_UNKNOWN_SKU;
    facts_take_rms(&facts, &rows);
    assert_summary("RMS is behind: now it would be created",
                   "it was held for unknown_sku; nothing is in the way now",
                   "tillctl poll --lookback 14 reads it again");
    guard->held = false;
    guard->action = ACTION_SKIPPED;
    guard->reason = REASON_FINANCIAL_STATUS;
    facts_take_rms(&facts, &rows);
    assert_string_equal(summary_of(&facts).why,
                        "it was skipped before: its financial status is not in "
                        "ALLOWED_ORDER_FINANCIAL_STATUSES");
    facts.now_ms = NOW_MS + INT64_C(86400000);
    assert_string_equal(
        summary_of(&facts).todo,
        "change it in the shop (a tag will do): the next poll reads it again");
    facts.now_ms = NOW_MS - INT64_C(86400000); /* another machine's clock */
    assert_string_equal(summary_of(&facts).todo,
                        "tillctl poll --lookback 5 reads it again");
}

static void test_short_of_what_waits(void **state)
{
    (void)state;
    take_version("1:00", "1:01", ONE_LINE);
    plan_now("created", NULL, NULL);
    assert_summary("waits for the reconciler",
                   "the message at shopify.orders [3] offset 0 was not decided on yet",
                   "see that tillbridge-reconciler runs and is not behind");
}

static void test_short_of_what_is_not_all_there(void **state)
{
    (void)state;
    assert_summary("little is known of it", "shopify.orders holds no message of it", "");
    rows.order_count = 1;
    facts_take_rms(&facts, &rows);
    assert_summary("RMS holds it", "shopify.orders holds no message of it", "");
    take_result(0, "error", REASON("tendered"));
    assert_summary("last decided: error tendered",
                   "the order was already tendered in RMS; shopify.orders holds no "
                   "message of it",
                   reason_remedy(REASON_TENDERED));
    facts.unreached[FACTS_ORDERS] = "away";
    assert_string_equal(summary_of(&facts).why,
                        "the order was already tendered in RMS; what the shop said "
                        "could not be read");
    facts.unreached[FACTS_ORDERS] = NULL;
    take_bytes("{", NULL);
    take_result(0, "error", REASON("malformed"));
    assert_string_equal(summary_of(&facts).what, "refused: its message can't be read");
    take_version("1:00", "1:01", ONE_LINE);
    take_result(1, "created", "");
    assert_summary("last decided: created", "RMS could not be asked", "");
}

/* ---- shown ---- */

static const char *show(void)
{
    buf_clear(&text);
    facts_view(&facts, false, &text);
    return buf_str(&text);
}

static void assert_shows(const char *part)
{
    if (!strstr(show(), part))
        fail_msg("\n%s\nis not in\n%s", part, show());
}

static const struct rms_entry entries[] = {
    {.id = 1,
     .item_id = 4,
     .quantity_e4 = 20000,
     .price_e4 = 50000,
     .description = "A mug"},
    {.id = 2, .item_id = 9, .quantity_e4 = 10000, .description = "By hand"},
    {.id = 3, .item_id = 5, .quantity_e4 = 10000, .description = "Shipping"},
};
static const struct rms_order order = {.id = 12,
                                       .reference = "SHOPIFY-55",
                                       .comment = "two\nlines",
                                       .total_e4 = 100000,
                                       .entries = entries,
                                       .entry_count = 3};
static const struct line_map map[] = {{.line = 7, .entry = 1, .item = 4},
                                      {.line = 0, .entry = 3, .item = 5},
                                      {.line = 8, .entry = 99, .item = 4}};
static const struct rms_item mug = {.id = 4, .code = "MUG"};
static const struct rms_item shipping = {.id = 5, .code = "SHIP"};
static const struct sku_hit hit = {.sku = "mug", .hits = 1, .item = &mug};

static void take_rows(void)
{
    struct guard *guard = guard_at(0);
    guard->lines = map;
    guard->line_count = 3;
    rows.orders = &order;
    rows.order_count = 1;
    rows.skus = &hit;
    rows.sku_count = 1;
    rows.shipping_item = &shipping;
    facts_take_rms(&facts, &rows);
}

static void test_rows_and_whose_they_are(void **state)
{
    (void)state;
    take_version("1:00", "1:01", ONE_LINE);
    take_rows();
    assert_shows("\nRMS holds\n"
                 "  order     12, open, SHOPIFY-55\n"
                 "  total     10.00 (tax 0.00, shipping charge 0.00, deposit 0.00)\n"
                 "  customer  none\n"
                 "  comment   two?lines\n"
                 "  ENTRY  ITEM      QUANTITY  RTD   PRICE  DESCRIPTION  FOR\n"
                 "  1      4 (MUG)   2.00      0.00  5.00   A mug        line 7 (MUG)\n"
                 "  2      9         1.00      0.00  0.00   By hand      not ours\n"
                 "  3      5 (SHIP)  1.00      0.00  0.00   Shipping     shipping\n");
    assert_shows("  entry gone                 99, line 8\n");
    assert_null(strstr(show(), "entry gone                 1,"));
    rows.guard.line_count = 0; /* an earlier integration's: nobody knows yet */
    facts_take_rms(&facts, &rows);
    assert_null(strstr(show(), "not ours"));
}

static void test_states_of_the_order(void **state)
{
    struct rms_order at = order;
    (void)state;
    take_rows();
    rows.orders = &at;
    at.closed = true;
    facts_take_rms(&facts, &rows);
    assert_shows("12, closed, ");
    rows.guard.closed_by_us = true;
    facts_take_rms(&facts, &rows);
    assert_shows("12, closed by us, ");
    at.tendered = true;
    facts_take_rms(&facts, &rows);
    assert_shows("12, tendered, ");
    rows.order_count = 0;
    rows.guard.rms_order = 12;
    facts_take_rms(&facts, &rows);
    assert_shows("\nRMS holds\n  nothing: order 12 was deleted\n");
}

static void test_every_part_that_is_away_is_said(void **state)
{
    (void)state;
    for (int part = 0; part < FACTS_PARTS; part++)
        facts.unreached[part] = "no such host";
    const char *shown = show();
    size_t count = 0;
    for (const char *p = shown; (p = strstr(p, "could not be looked at: no such host"));
         p++)
        count++;
    assert_int_equal(count, FACTS_PARTS);
    assert_null(strstr(shown, "tillbridge remembers"));
}

static void test_people_are_shown_some(void **state)
{
    struct buf more;
    (void)state;
    buf_init(&more, 16000);
    buf_text(&more, ",\"lines\":[");
    for (int i = 1; i <= 53; i++)
        buf_printf(&more, "%s" LINE("%d", "SKU-%d", "2", "1"), i > 1 ? "," : "", i, i);
    buf_text(&more, "]");
    take_version("1:00", "1:01", buf_str(&more));
    buf_done(&more);
    for (int i = 0; i < 20; i++)
        take_result(i, i % 2 ? "updated" : "created", "");
    for (int i = 0; i < 7; i++)
        take_letter("unknown_sku", NULL);
    assert_shows("  SKU-50  1 of 2    5.00  A mug\n  ... and 3 more lines; --json has "
                 "more\n");
    assert_shows("  ... and 8 more decisions; --json has more\n");
    assert_shows("  ... and 2 more dead letters; --json has more\n");
    assert_shows("  2026-11-22 09:59:00 UTC  unknown_sku, at [3] offset 8\n"
                 "    a line's SKU is in RMS neither as item lookup code nor as alias\n"
                 "    add the item or an alias in RMS, then redrive the order\n");
}

static void test_newest_first(void **state)
{
    (void)state;
    take_result(0, "created", "");
    take_result(1, "updated", "");
    take_letter("malformed", "older");
    take_letter("unknown_sku", "newer");
    assert_shows("  2026-11-22 09:51:00 UTC  updated (poll)\n"
                 "  2026-11-22 09:50:00 UTC  created (poll)\n");
    assert_true(strstr(show(), "newer") < strstr(show(), "older"));
    cJSON *root = facts_json(&facts);
    const cJSON *first =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(root, "decisions"), 0);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "action")->valuestring,
                        "updated");
    first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(root, "dead_letters"), 0);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "detail")->valuestring,
                        "newer");
    cJSON_Delete(root);
}

static const cJSON *member(const cJSON *object, const char *a, const char *b)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(object, a);
    return b ? cJSON_GetObjectItemCaseSensitive(at, b) : at;
}

static void test_json(void **state)
{
    (void)state;
    take_version("1:00", "1:01", ONE_LINE);
    take_result(0, "error", REASON("unknown_sku"));
    take_letter("unknown_sku", "line 7");
    take_rows();
    plan_now("conflict", "tendered", NULL);
    facts.unreached[FACTS_LETTERS] = "away";
    cJSON *root = facts_json(&facts);
    assert_string_equal(member(root, "order", NULL)->valuestring, "55");
    assert_string_equal(member(root, "summary", "what")->valuestring,
                        "left to staff: tendered");
    assert_int_equal(cJSON_GetArraySize(member(root, "unreached", NULL)), 1);
    assert_int_equal(cJSON_GetArraySize(member(root, "guard", "lines")), 3);
    const cJSON *decision = cJSON_GetArrayItem(member(root, "decisions", NULL), 0);
    assert_string_equal(member(decision, "remedy", NULL)->valuestring,
                        reason_remedy(REASON_UNKNOWN_SKU));
    const cJSON *letter = cJSON_GetArrayItem(member(root, "dead_letters", NULL), 0);
    assert_string_equal(member(letter, "detail", NULL)->valuestring, "line 7");
    const cJSON *held = cJSON_GetArrayItem(member(root, "rms", "orders"), 0);
    const cJSON *first = cJSON_GetArrayItem(member(held, "entries", NULL), 0);
    assert_string_equal(member(first, "code", NULL)->valuestring, "MUG");
    assert_string_equal(member(first, "line", NULL)->valuestring, "7");
    assert_string_equal(member(root, "now", "action")->valuestring, "conflict");
    cJSON_Delete(root);
    facts.unreached[FACTS_RMS] = "away";
    root = facts_json(&facts);
    assert_null(member(root, "rms", NULL));
    assert_null(member(root, "guard", NULL));
    cJSON_Delete(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_short_of_what_is_in_order),
        TEST(test_short_of_what_needs_a_person),
        TEST(test_short_of_what_is_behind),
        TEST(test_short_of_what_waits),
        TEST(test_short_of_what_is_not_all_there),
        TEST(test_rows_and_whose_they_are),
        TEST(test_states_of_the_order),
        TEST(test_every_part_that_is_away_is_said),
        TEST(test_people_are_shown_some),
        TEST(test_newest_first),
        TEST(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
