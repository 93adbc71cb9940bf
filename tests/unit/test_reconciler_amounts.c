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
#define CASES
#include "data/reconciler_amounts.def"
#undef CASES
};

static const struct {
    const char *what, *currency, *total, *tax, *says;
    struct line_case lines[LINES];
} refused[] = {
#define REFUSED
#include "data/reconciler_amounts.def"
#undef REFUSED
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
