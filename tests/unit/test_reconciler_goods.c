/* test_reconciler_goods: each part of what was sold moves the digest of the goods, and
 * what shops change besides does not. */
#include "core/goods.h"
#include "unit.h"

#include <string.h>

static struct snapshot_line line;
static struct snapshot_shipping shipping;
static struct snapshot order;
static struct plan_settings settings;
static char before[DIGEST_TEXT_MAX];

static const char *digest(char out[DIGEST_TEXT_MAX])
{
    static const struct rms_state rms;
    const struct plan_input in = {.order = &order, .rms = &rms, .settings = &settings};
    return goods_digest(&in, out);
}

static int set_up(void **state)
{
    (void)state;
    line = (struct snapshot_line){.id = 11, .sku = "MUG", .quantity = 2};
    shipping = (struct snapshot_shipping){.title = "Post"};
    order = (struct snapshot){.currency = "USD",
                              .lines = {.at = &line, .count = 1},
                              .shipping = {.at = &shipping, .count = 1}};
    settings = (struct plan_settings){0};
    digest(before);
    return 0;
}

static void each_amount_is_part_of_it(void **state)
{
    (void)state;
    int64_t *const parts[] = {
        &line.id,        &line.quantity,    &line.current_quantity, &line.unit_price_e4,
        &line.total_e4,  &line.discount_e4, &shipping.price_e4,     &shipping.charged_e4,
        &order.total_e4, &order.tax_e4,     &order.shipping_e4,     &order.duties_e4,
        &order.fees_e4};
    char after[DIGEST_TEXT_MAX];
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        ++*parts[i];
        if (strcmp(digest(after), before) == 0)
            fail_msg("part %zu is none", i);
        --*parts[i];
        assert_string_equal(digest(after), before);
    }
}

static void what_is_no_goods_is_not(void **state)
{
    (void)state;
    char after[DIGEST_TEXT_MAX];
    order.note = "Ring twice";
    order.updated_ms = 1;
    line.title = "Another";
    line.barcode = "123"; /* without the setting */
    shipping.title = "Courier";
    settings.store_id = 7;
    assert_string_equal(digest(after), before);
    settings.barcode_fallback = true;
    assert_string_not_equal(digest(after), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_amount_is_part_of_it, set_up),
        cmocka_unit_test_setup(what_is_no_goods_is_not, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
