/* test_reconciler_services: RMS_SHIPPING_SERVICES as text. A case is a row. */
#include "core/services.h"
#include "unit.h"

#include <string.h>

#define TEN  "aaaaaaaaaa"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void a_title_has_its_service(void **state)
{
    (void)state;
    static const struct {
        const char *text, *title;
        int64_t id;
    } cases[] = {
        {"", "Standard", 0},
        {"Standard=1,Express=2", "Express", 2},
        {"Standard=1,Express=2", "EXPRESS", 2},
        {"Standard=1,Express=2", "Express ", 2},
        {"Standard=1,Express=2", "Expres", 0},
        {"Standard=1,Express=2", "Expresss", 0},
        {"Standard=1,Express=2,*=7", "Pickup", 7},
        {"*=7,Standard=1", "Standard", 1},
        {"*=7,Standard=1", "*", 7},
        {"Standard=1, Express=2 , *=7", "Express", 2},
        {"Standard=1, Express=2 , *=7", "Pickup", 7},
        {" Next day =3", "next day", 3},
        {"Heavy\\, 2\\,5 kg=4,*=7", "Heavy, 2,5 kg", 4},
        {"Heavy\\, 2\\,5 kg=4,*=7", "Heavy", 7},
        {"Standard=2147483647", "Standard", 2147483647},
        {"Standard=0,*=7", "Standard", 0},
        {"Standard=1", "", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        print_message("  %s: %s\n", cases[i].text, cases[i].title);
        assert_ok(services_check(cases[i].text, &e), &e);
        assert_int_equal(services_find(cases[i].text, cases[i].title), cases[i].id);
    }
}

static void what_is_not_title_and_id_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"Standard", "\"Standard\" is not title=id"},
        {"=1", "\"=1\" is not title=id"},
        {" =1", "\" =1\" is not title=id"},
        {"Standard=", "\"Standard=\" is not title=id"},
        {"Standard=x", "\"Standard=x\" is not title=id"},
        {"Standard=1x", "\"Standard=1x\" is not title=id"},
        {"Standard=1.5", "\"Standard=1.5\" is not title=id"},
        {"Standard= 1", "\"Standard= 1\" is not title=id"},
        {"Standard=-1", "an id from 0 to 2147483647"},
        {"Standard=2147483648", "an id from 0 to 2147483647"},
        {"Standard=00000000000000000000000000000001", "an id from 0 to 2147483647"},
        {"Standard=1,Express", "\"Express\" is not title=id"},
        {",", "\"\" is not title=id"},
        {"Standard=1,", "\"\" is not title=id"},
        {"Standard=1,,Express=2", "\"\" is not title=id"},
        {"Standard=1,Express=2,Standard=3", "\"Standard=3\" is of a title that is there"},
        {"Standard=1, STANDARD=1", "\" STANDARD=1\" is of a title that is there"},
        {"*=1,*=2", "\"*=2\" is of a title that is there"},
        {LONG LONG LONG LONG LONG LONG "=x", "aaaaaaaaaa...\" is not title=id"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        print_message("  %s\n", cases[i].text);
        assert_rc(RC_FATAL, services_check(cases[i].text, &e), &e);
        assert_contains(e.text, "RMS_SHIPPING_SERVICES: \"");
        assert_contains(e.text, cases[i].says);
        assert_contains(e.text, "for example Standard=1,Express=2,*=0");
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_has_its_service),
        cmocka_unit_test(what_is_not_title_and_id_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
