/* test_reconciler_batch_rules: rules of orders that rest on what the look-ups find: items
 * by barcode. On a real RMS database; the decisions themselves: tests/golden. */
#include "reconciler/rig.h"

#include <stdlib.h>
#include <string.h>

static struct rig rig;

static void a_barcode_stands_for_a_sku_that_is_not_there(void **state)
{
    static const char *const settings[] = {"SKU_FALLBACK=barcode", NULL};
    rig_open(&rig, state, settings);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_line(order, 0)->sku = "NOT-IN-RMS";
    rig_line(order, 0)->barcode = "mug-stone-350 ";
    rig_line(order, 1)->sku = NULL;
    rig_line(order, 1)->barcode = "GLASS-TUMBLER-4"; /* an alias */
    const struct work *work = rig_do(&rig, order);
    rig_expect(work, "created", "");
    assert_string_equal(rig_entries(&rig, work->result.rms_order, "i.\"ItemLookupCode\""),
                        "MUG-STONE-350,POS-GLASS-TUMBLER-4");
    rig_close(&rig);
}

static void without_the_setting_it_does_not(void **state)
{
    rig_open(&rig, state, NULL);
    struct snapshot *order = rig_order(&rig, 7001);
    rig_line(order, 0)->sku = "NOT-IN-RMS";
    rig_line(order, 0)->barcode = "MUG-STONE-350";
    rig_expect(rig_do(&rig, order), "error", "unknown_sku");
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    static const struct db_case cases[] = {
        DB_BOTH(a_barcode_stands_for_a_sku_that_is_not_there),
        DB_BOTH(without_the_setting_it_does_not),
    };
    return db_run(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
