/* test_reconciler_amounts: what a line and the shipping cost in RMS. A case is a row. */
#include "core/amounts.h"

#include "base/money.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINES = 3,
    REFUNDED = 4, /* the shipping: its line says what it was */
    USUAL = 0,
    ADDED = 1,     /* taxes are added to the shop's prices */
    EXCLUSIVE = 2, /* RMS prices are without tax */
};

struct line_case {
    int64_t quantity, current;
    const char *unit, *discount, *tax; /* NULL: 0 */
    const char *price, *full;          /* expected */
};

static const struct {
    const char *what;
    int flags;
    const char *currency, *total, *tax, *shipping, *shipping_tax, *extra;
    struct line_case lines[LINES];
    const char *want_shipping, *want_off;
} cases[] = {
    {"as it is",
     USUAL,
     "USD",
     "29.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{2, 2, "14.50", NULL, NULL, "14.50", "14.50"}},
     "0.00",
     "0.00"},
    {"a discount on the line",
     USUAL,
     "USD",
     "27.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{2, 2, "14.50", "2.00", NULL, "13.50", "14.50"}},
     "0.00",
     "0.00"},
    {"a third has no end",
     USUAL,
     "USD",
     "10.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{3, 3, "5.00", "5.00", NULL, "3.3333", "5.00"}},
     "0.00",
     "0.00"},
    {"units removed take their share of the discount with them",
     USUAL,
     "USD",
     "9.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{4, 1, "10.00", "4.00", NULL, "9.00", "10.00"}},
     "0.00",
     "0.00"},
    {"tax taken off both",
     EXCLUSIVE,
     "USD",
     "22.60",
     "2.60",
     NULL,
     NULL,
     NULL,
     {{2, 2, "11.30", NULL, "2.60", "10.00", "10.00"}},
     "0.00",
     "0.00"},
    {"tax added to both",
     ADDED,
     "USD",
     "22.60",
     "2.60",
     NULL,
     NULL,
     NULL,
     {{2, 2, "10.00", NULL, "2.60", "11.30", "11.30"}},
     "0.00",
     "0.00"},
    {"no tax in either",
     ADDED | EXCLUSIVE,
     "USD",
     "22.60",
     "2.60",
     NULL,
     NULL,
     NULL,
     {{2, 2, "10.00", NULL, "2.60", "10.00", "10.00"}},
     "0.00",
     "0.00"},
    {"the full price is taxed as the net is",
     ADDED,
     "USD",
     "16.95",
     "1.95",
     NULL,
     NULL,
     NULL,
     {{2, 2, "10.00", "5.00", "1.95", "8.475", "11.30"}},
     "0.00",
     "0.00"},
    {"a free line's full price stays untaxed",
     ADDED,
     "USD",
     "0.00",
     "0.00",
     NULL,
     NULL,
     NULL,
     {{1, 1, "10.00", "10.00", NULL, "0.00", "10.00"}},
     "0.00",
     "0.00"},
    {"shipping in the basis of the lines",
     EXCLUSIVE,
     "USD",
     "16.95",
     "1.95",
     "5.65",
     "0.65",
     NULL,
     {{1, 1, "11.30", NULL, "1.30", "10.00", "10.00"}},
     "5.00",
     "0.00"},
    {"shipping with its tax",
     ADDED,
     "USD",
     "16.95",
     "1.95",
     "5.00",
     "0.65",
     NULL,
     {{1, 1, "10.00", NULL, "1.30", "11.30", "11.30"}},
     "5.65",
     "0.00"},
    {"duties ride with the shipping",
     USUAL,
     "USD",
     "18.10",
     "0",
     "5.00",
     NULL,
     "3.10",
     {{1, 1, "10.00", NULL, NULL, "10.00", "10.00"}},
     "8.10",
     "0.00"},
    {"duties without shipping",
     USUAL,
     "USD",
     "13.10",
     "0",
     NULL,
     NULL,
     "3.10",
     {{1, 1, "10.00", NULL, NULL, "10.00", "10.00"}},
     "3.10",
     "0.00"},
    {"free shipping has no tax to add",
     ADDED,
     "USD",
     "11.30",
     "1.30",
     "0.00",
     "0.65",
     NULL,
     {{1, 1, "10.00", NULL, "1.30", "11.30", "11.30"}},
     "0.00",
     "0.00"},
    {"nor has refunded shipping",
     ADDED | REFUNDED,
     "USD",
     "11.30",
     "1.30",
     "5.00",
     "0.65",
     NULL,
     {{1, 1, "10.00", NULL, "1.30", "11.30", "11.30"}},
     "0.00",
     "0.00"},
    {"a refund in proportion",
     USUAL,
     "USD",
     "24.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{1, 1, "20.00", NULL, NULL, "16.00", "20.00"},
      {1, 1, "10.00", NULL, NULL, "8.00", "10.00"}},
     "0.00",
     "0.00"},
    {"its odd cents to the first lines",
     USUAL,
     "USD",
     "29.95",
     "0",
     NULL,
     NULL,
     NULL,
     {{1, 1, "10.00", NULL, NULL, "9.98", "10.00"},
      {1, 1, "10.00", NULL, NULL, "9.98", "10.00"},
      {1, 1, "10.00", NULL, NULL, "9.99", "10.00"}},
     "0.00",
     "0.00"},
    {"a free line bears nothing",
     USUAL,
     "USD",
     "9.99",
     "0",
     NULL,
     NULL,
     NULL,
     {{1, 1, "5.00", "5.00", NULL, "0.00", "5.00"},
      {1, 1, "10.00", NULL, NULL, "9.99", "10.00"}},
     "0.00",
     "0.00"},
    {"a refund beyond the lines is taken off the shipping",
     USUAL,
     "USD",
     "2.00",
     "0",
     "5.00",
     NULL,
     NULL,
     {{1, 1, "10.00", NULL, NULL, "0.00", "10.00"}},
     "2.00",
     "0.00"},
    {"a refund of everything",
     USUAL,
     "USD",
     "0.00",
     "0",
     "5.00",
     NULL,
     NULL,
     {{1, 1, "10.00", NULL, NULL, "0.00", "10.00"}},
     "0.00",
     "0.00"},
    {"more tax than is left of the total",
     ADDED | EXCLUSIVE,
     "USD",
     "1.00",
     "2.00",
     "5.00",
     NULL,
     NULL,
     {{1, 1, "10.00", NULL, NULL, "0.00", "10.00"}},
     "0.00",
     "-1.00"},
    {"rounding that the lines are short of",
     USUAL,
     "USD",
     "10.03",
     "0",
     NULL,
     NULL,
     NULL,
     {{1, 1, "10.00", NULL, NULL, "10.03", "10.00"}},
     "0.00",
     "0.00"},
    {"whole yen",
     USUAL,
     "JPY",
     "1000",
     "0",
     NULL,
     NULL,
     NULL,
     {{3, 3, "350", "50", NULL, "333.3333", "350.00"}},
     "0.00",
     "0.00"},
    {"a thousandth of a dinar",
     USUAL,
     "KWD",
     "4.505",
     "0",
     NULL,
     NULL,
     NULL,
     {{2, 1, "4.505", NULL, NULL, "4.505", "4.505"}},
     "0.00",
     "0.00"},
    {"a total that no price of four decimals reaches",
     USUAL,
     "USD",
     "999.85",
     "0",
     NULL,
     NULL,
     NULL,
     {{3000, 3000, "0.3333", "0.05", NULL, "0.3333", "0.3333"}},
     "0.00",
     "-0.05"},
    {"but a line of few units does",
     USUAL,
     "USD",
     "1017.85",
     "0",
     NULL,
     NULL,
     NULL,
     {{3000, 3000, "0.3333", "0.05", NULL, "0.3333", "0.3333"},
      {1, 1, "18.00", NULL, NULL, "17.95", "18.00"}},
     "0.00",
     "0.00"},
    {"though not one that is free",
     USUAL,
     "USD",
     "1017.85",
     "0",
     NULL,
     NULL,
     NULL,
     {{3000, 3000, "0.3333", "0.05", NULL, "0.3333", "0.3333"},
      {1, 1, "7.00", "7.00", NULL, "0.00", "7.00"},
      {2, 2, "9.00", NULL, NULL, "8.975", "9.00"}},
     "0.00",
     "0.00"},
    {"removed lines are none",
     USUAL,
     "USD",
     "10.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{5, 0, "3.00", NULL, NULL, NULL, NULL},
      {1, 1, "10.00", NULL, NULL, "10.00", "10.00"}},
     "0.00",
     "0.00"},
    {"the largest amounts",
     USUAL,
     "USD",
     "90071992500.00",
     "0",
     NULL,
     NULL,
     NULL,
     {{1000000, 1000000, "90071.9925", "0", NULL, "90071.9925", "90071.9925"}},
     "0.00",
     "0.00"},
};

static const struct {
    const char *what, *currency, *total, *tax, *says;
    struct line_case lines[LINES];
} refused[] = {
    {"one cent more than rounding explains",
     "USD",
     "10.04",
     "0",
     "0.04 USD short",
     {{1, 1, "10.00", NULL, NULL, NULL, NULL}}},
    {"in yen a unit is a yen",
     "JPY",
     "1004",
     "0",
     "4.00 JPY short",
     {{1, 1, "1000", NULL, NULL, NULL, NULL}}},
    {"a discount above the line",
     "USD",
     "8.00",
     "0",
     "line 11",
     {{1, 1, "10.00", "10.01", NULL, NULL, NULL},
      {1, 1, "8.00", NULL, NULL, NULL, NULL}}},
    {"more tax on the line than it costs",
     "USD",
     "10.00",
     "0",
     "line 11",
     {{1, 1, "10.00", NULL, "10.01", NULL, NULL}}},
};

static struct arena arena;

static int64_t e4(const char *text)
{
    int64_t amount_e4 = 0;
    if (text && !money_parse(text, &amount_e4))
        fail_msg("no amount: %s", text);
    return amount_e4;
}

static const char *shown(int64_t amount_e4)
{
    char text[MONEY_TEXT_MAX];
    return arena_strdup(&arena, money_format(amount_e4, text));
}

static struct codec_list one_tax(const char *amount)
{
    struct snapshot_tax *tax = arena_alloc(&arena, sizeof(*tax));
    *tax = (struct snapshot_tax){.title = "VAT", .price_e4 = e4(amount)};
    return (struct codec_list){.at = tax, .count = amount ? 1 : 0};
}

static void add_lines(struct snapshot *order, const struct line_case *from)
{
    struct snapshot_line *lines = arena_array(&arena, LINES, sizeof(*lines));
    size_t count = 0;
    for (; count < LINES && from[count].unit; count++) {
        const struct line_case *line = &from[count];
        lines[count] = (struct snapshot_line){.id = 11 + (int64_t)count,
                                              .title = "Title",
                                              .quantity = line->quantity,
                                              .current_quantity = line->current,
                                              .unit_price_e4 = e4(line->unit),
                                              .total_e4 = e4(line->unit) * line->quantity,
                                              .discount_e4 = e4(line->discount),
                                              .taxes = one_tax(line->tax)};
    }
    order->lines = (struct codec_list){.at = lines, .count = count};
}

static void check_case(size_t at)
{
    struct amounts got;
    struct err e = {0};
    bool refunded = cases[at].flags & REFUNDED;
    struct snapshot_shipping shipping = {.title = "S",
                                         .price_e4 = e4(cases[at].shipping),
                                         .taxes = one_tax(cases[at].shipping_tax)};
    struct snapshot order = {.currency = cases[at].currency,
                             .taxes_included = !(cases[at].flags & ADDED),
                             .total_e4 = e4(cases[at].total),
                             .tax_e4 = e4(cases[at].tax),
                             .shipping_e4 = refunded ? 0 : e4(cases[at].shipping),
                             .duties_e4 = e4(cases[at].extra) / 2,
                             .fees_e4 = e4(cases[at].extra) - e4(cases[at].extra) / 2,
                             .shipping = {.at = &shipping, .count = 1}};
    add_lines(&order, cases[at].lines);
    assert_ok(amounts_compute(&order, !(cases[at].flags & EXCLUSIVE), &arena, &got, &e),
              &e);
    assert_string_equal(shown(got.shipping_e4), cases[at].want_shipping);
    assert_string_equal(shown(got.off_e4), cases[at].want_off);
    size_t n = 0;
    for (size_t i = 0; i < order.lines.count; i++) {
        if (!cases[at].lines[i].price)
            continue;
        assert_string_equal(shown(got.lines[n].price_e4), cases[at].lines[i].price);
        assert_string_equal(shown(got.lines[n].full_price_e4), cases[at].lines[i].full);
        assert_int_equal(got.lines[n++].line->id, 11 + (int64_t)i);
    }
    assert_int_equal(got.count, n);
}

static void lines_and_shipping_make_the_total(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        arena_init(&arena);
        print_message("  %s\n", cases[i].what);
        check_case(i);
        arena_done(&arena);
    }
}

static void what_cannot_add_up_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct amounts got;
        struct err e = {0};
        arena_init(&arena);
        print_message("  %s\n", refused[i].what);
        struct snapshot order = {.currency = refused[i].currency,
                                 .taxes_included = true,
                                 .total_e4 = e4(refused[i].total),
                                 .tax_e4 = e4(refused[i].tax)};
        add_lines(&order, refused[i].lines);
        bool inclusive = !refused[i].lines[0].tax;
        assert_rc(RC_REJECT, amounts_compute(&order, inclusive, &arena, &got, &e), &e);
        assert_contains(e.text, refused[i].says);
        arena_done(&arena);
    }
}

/* Sums of amounts at the range's end must be refused, not wrap around. */
static void amounts_out_of_range_are_refused(void **state)
{
    (void)state;
    struct amounts got;
    struct err e = {0};
    arena_init(&arena);
    enum { MANY = 20000 };
    struct snapshot_shipping *shippings = arena_array(&arena, MANY, sizeof(*shippings));
    struct snapshot_line line = {.id = 11,
                                 .quantity = 1,
                                 .current_quantity = 1,
                                 .unit_price_e4 = MONEY_MAX_E4,
                                 .total_e4 = MONEY_MAX_E4};
    struct snapshot order = {.currency = "USD",
                             .total_e4 = MONEY_MAX_E4,
                             .shipping_e4 = MONEY_MAX_E4,
                             .lines = {.at = &line, .count = 1},
                             .shipping = {.at = shippings, .count = MANY}};
    for (size_t i = 0; i < MANY; i++)
        shippings[i] = (struct snapshot_shipping){.price_e4 = MONEY_MAX_E4,
                                                  .taxes = one_tax("90071992547.09")};
    line.taxes = one_tax("90071992547.09");
    assert_rc(RC_REJECT, amounts_compute(&order, true, &arena, &got, &e), &e);
    assert_contains(e.text, "out of range");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_shipping_make_the_total),
        cmocka_unit_test(what_cannot_add_up_is_refused),
        cmocka_unit_test(amounts_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
