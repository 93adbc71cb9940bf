/* test_reconciler_batch_judge: columns and servers that no test has at hand, SQL Server's
 * above all, as its catalogue would tell them. */
#include "unit.h"

#include "rms_preflight.h"

#include <stdio.h>
#include <string.h>

static struct findings found;

/* The only finding as "level kind", "" for none; *what: what it says. */
static const char *only(const char **what)
{
    static char text[60];
    static char said[300];
    assert_true(found.count <= 1);
    text[0] = said[0] = '\0';
    if (found.count) {
        snprintf(text, sizeof(text), "%s %s", finding_level_word(found.at[0].level),
                 found.at[0].kind);
        snprintf(said, sizeof(said), "%s", found.at[0].what);
    }
    *what = said;
    findings_done(&found);
    return text;
}

static void columns_are_judged_by_what_they_hold(void **state)
{
    (void)state;
    static const struct {
        enum column_kind kind;
        const char *name, *type, *collation;
        size_t width;
        const char *says, *word;
    } cases[] = {
        {COLUMN_INT, "Closed", "bit", "", 0, "", ""},
        {COLUMN_INT, "StoreID", "int", "", 0, "", ""},
        {COLUMN_INT, "StoreID", "nvarchar", "", 10, "missing type", "must hold a number"},
        {COLUMN_INT, "StoreID", "uniqueidentifier", "", 0, "missing type", ""},
        {COLUMN_MONEY, "Total", "money", "", 0, "", ""},
        {COLUMN_MONEY, "Total", "decimal", "", 0, "", ""},
        {COLUMN_MONEY, "Total", "float", "", 0, "differs type", "not exact"},
        {COLUMN_MONEY, "Total", "datetime", "", 0, "missing type", "datetime"},
        {COLUMN_QUANTITY, "Quantity", "float", "", 0, "", ""},
        {COLUMN_TIME, "Time", "datetime", "", 0, "", ""},
        {COLUMN_TIME, "Time", "smalldatetime", "", 0, "", ""},
        {COLUMN_TIME, "Time", "timestamp", "", 0, "missing type", "timestamp"},
        {COLUMN_TIME, "Time", "nvarchar", "", 30, "missing type", "must hold a date"},
        {COLUMN_TEXT, "Comment", "nvarchar", "Latin1_General_CI_AS", 50, "", ""},
        {COLUMN_TEXT, "Comment", "nvarchar", "Latin1_General_CS_AS", 50, "", ""},
        {COLUMN_TEXT, "Comment", "nvarchar", "", 20, "differs width", "20 characters"},
        {COLUMN_TEXT, "Comment", "nvarchar", "", 9, "missing width", "9 characters"},
        {COLUMN_TEXT, "Comment", "nvarchar", "", 0, "", ""}, /* (max) */
        {COLUMN_TEXT, "Comment", "int", "", 0, "missing type", "must hold text"},
        {COLUMN_TEXT, "Comment", "sql_variant", "", 0, "differs type", "sql_variant"},
        {COLUMN_TEXT, "ItemLookupCode", "nvarchar", "Modern_Spanish_CI_AI", 50, "", ""},
        {COLUMN_TEXT, "ItemLookupCode", "nvarchar", "Modern_Spanish_CS_AS", 50,
         "differs collation", "Modern_Spanish_CS_AS"},
        {COLUMN_TEXT, "Alias", "nvarchar", "Latin1_General_BIN2", 50, "differs collation",
         "upper case from lower"},
        {COLUMN_LONGTEXT, "ShippingNotes", "ntext", "", 0, "", ""},
        {COLUMN_LONGTEXT, "ShippingNotes", "nvarchar", "", 0, "", ""},
        {COLUMN_LONGTEXT, "ShippingNotes", "nvarchar", "", 255, "differs width", "255"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct column_need need = {"Table", cases[i].name, cases[i].kind,
                                         cases[i].kind == COLUMN_TEXT ? 50 : 0, 10};
        const struct column_found column = {cases[i].name, cases[i].type,
                                            cases[i].collation, cases[i].width, false};
        const char *what = NULL;
        findings_init(&found);
        preflight_judge_column(&need, &column, SQL_SQLSERVER, &found);
        const char *says = only(&what);
        if (strcmp(says, cases[i].says) != 0 || !strstr(what, cases[i].word))
            fail_msg("%s %s: \"%s\" %s", cases[i].name, cases[i].type, says, what);
    }
}

static void sqlite_types_are_words(void **state)
{
    (void)state;
    static const struct {
        enum column_kind kind;
        const char *type, *says;
    } cases[] = {
        {COLUMN_MONEY, "DECIMAL(19,4)", ""},
        {COLUMN_TIME, "datetime", ""},
        {COLUMN_TIME, "TEXT", ""},
        {COLUMN_TIME, "INTEGER", "missing type"},
        {COLUMN_TEXT, "nvarchar (30)", ""},
        {COLUMN_INT, "", ""},
        {COLUMN_TEXT, "BLOB", "missing type"},
        {COLUMN_TEXT, "word", "differs type"},
        {COLUMN_TIME, "timestamp", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct column_need need = {
            .table = "T", .name = "C", .kind = cases[i].kind};
        const struct column_found column = {
            .name = "C", .type = cases[i].type, .collation = ""};
        const char *what = NULL;
        findings_init(&found);
        preflight_judge_column(&need, &column, SQL_SQLITE, &found);
        assert_string_equal(only(&what), cases[i].says);
    }
}

static void servers_are_judged(void **state)
{
    (void)state;
    const char *what = NULL;
    findings_init(&found);
    preflight_judge_level(90, &found);
    assert_string_equal(only(&what), "missing compatibility");
    assert_contains(what, "is 90, and 100 is needed");
    findings_init(&found);
    preflight_judge_level(100, &found);
    preflight_judge_level(160, &found);
    preflight_judge_encoding("UTF8", &found);
    assert_string_equal(only(&what), "");
    findings_init(&found);
    preflight_judge_encoding("LATIN1", &found);
    assert_string_equal(only(&what), "differs encoding");
    assert_contains(what, "LATIN1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_judged_by_what_they_hold),
        cmocka_unit_test(sqlite_types_are_words),
        cmocka_unit_test(servers_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
