/* test_cfg: settings from the environment: defaults, every kind of value, faults. */
#include "io/cfg_internal.h"
#include "settings.h"

#include <stdlib.h>
#include <string.h>

static void defaults_are_in_order(void **state)
{
    (void)state;
    settings_expect_in_order(CFG_STATS);
    settings_expect_in_order(CFG_TILLCTL);
    setenv("RMS_ODBC", "Driver=SQLite3;Database=x.db", 1);
    settings_expect_in_order(CFG_RECONCILER);
    settings_set_fetcher();
    settings_expect_in_order(CFG_FETCHER);
    assert_string_equal(settings.kafka_brokers, "127.0.0.1:9092");
    assert_int_equal(settings.polling_batch_size, 50);
    assert_true(settings.polling_enabled);
    assert_false(settings.webhooks_enabled);
    assert_string_equal(settings.shopify_api_url, "");
    assert_string_equal(settings.allowed_financial_statuses,
                        "PAID,PARTIALLY_PAID,AUTHORIZED,PENDING");
}

/* What the table says of itself must hold too: defaults and examples pass their check. */
static void the_table_is_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < cfg_settings_count; i++) {
        const struct cfg_setting *setting = &cfg_settings[i];
        bool words = setting->kind == CFG_CHOICE || setting->kind == CFG_CHOICES;
        struct buf what;
        if (setting->group)
            continue;
        buf_init(&what, 1000);
        if (setting->fallback[0] && !cfg_check(setting, setting->fallback, &what))
            fail_msg("%s: the default %s", setting->name, buf_str(&what));
        if (!words && !cfg_check(setting, setting->example, &what))
            fail_msg("%s: the example %s", setting->name, buf_str(&what));
        assert_true(strlen(setting->help) > 3);
        assert_true(setting->services > 0 && setting->services < 16);
        for (size_t j = 0; j < i; j++)
            if (!cfg_settings[j].group)
                assert_string_not_equal(setting->name, cfg_settings[j].name);
        buf_done(&what);
    }
}

static const struct {
    const char *name, *value, *says; /* NULL: it is taken */
    enum cfg_service service;
} values[] = {
    {"KAFKA_BROKERS", "a:1, b:65535,[::1]:9092", NULL, CFG_STATS},
    {"KAFKA_BROKERS", "a", "is not host:port", CFG_STATS},
    {"KAFKA_BROKERS", "a:0", "is not host:port", CFG_STATS},
    {"KAFKA_BROKERS", "a:65536", "is not host:port", CFG_STATS},
    {"KAFKA_BROKERS", "a:9092,", "is not host:port with commas between, at part 2",
     CFG_STATS},
    {"KAFKA_BROKERS", ",a:9092", "is not host:port with commas between, at part 1",
     CFG_STATS},
    {"KAFKA_BROKERS", "a b:9092", "is not host:port", CFG_STATS},
    {"KAFKA_BROKERS", "http://a:9092", "is not host:port", CFG_STATS},
    {"KAFKA_CONF", "client.rack=b,sasl.password=e=f", NULL, CFG_STATS},
    {"KAFKA_CONF", "a", "is not name=value", CFG_STATS},
    {"KAFKA_CONF", "=b", "is not name=value", CFG_STATS},
    {"KAFKA_CONF", "client.rack=b\\,c,sasl.password=e\\\\", NULL, CFG_STATS},
    {"KAFKA_CONF", "a=b,c", "is not name=value with commas between, at part 2",
     CFG_STATS},
    {"KAFKA_CONF", "security.protocl=ssl", "No such configuration property", CFG_STATS},
    {"KAFKA_CONF", "security.protocol=sll", "property security.protocol: Invalid value",
     CFG_STATS},
    {"KAFKA_CONF", "acks=1", "acks is not to be changed", CFG_TILLCTL},
    {"KAFKA_CONF", "a=b\\\\,c", "is not name=value", CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "1", NULL, CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "250", NULL, CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "0", "\"0\" is not a whole number from 1 to 250",
     CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "251", "from 1 to 250", CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "5x", "from 1 to 250", CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "1.5", "from 1 to 250", CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", " 5", "from 1 to 250", CFG_STATS},
    {"ORDER_POLLING_BATCH_SIZE", "99999999999999999999", "from 1 to 250", CFG_STATS},
    {"ENABLE_ORDER_POLLING", "YES", NULL, CFG_STATS},
    {"ENABLE_ORDER_POLLING", "maybe", "neither true nor false", CFG_STATS},
    {"LOG_LEVEL", "debug", NULL, CFG_STATS},
    {"LOG_LEVEL", "loud", "(known: debug|info|warn|error)", CFG_STATS},
    {"LOG_LEVEL", "debug|info", "is not one of the words", CFG_STATS},
    {"REDIS_URL", "redis://:pw@redis:6379/3", NULL, CFG_STATS},
    {"REDIS_URL", "http://redis", "does not begin with redis://", CFG_STATS},
    {"REDIS_URL", "redis", "is not a URL", CFG_STATS},
    {"API_LISTEN", "0.0.0.0:0", NULL, CFG_STATS},
    {"API_LISTEN", "[::]:8080", NULL, CFG_STATS},
    {"API_LISTEN", ":8080", "is not host:port", CFG_STATS},
    {"API_LISTEN", "8080", "is not host:port", CFG_STATS},
    {"API_LISTEN", "host:http", "is not host:port", CFG_STATS},
    {"API_URL", "http://stats:8080", NULL, CFG_TILLCTL},
    {"API_URL", "redis://stats", "does not begin with https://", CFG_TILLCTL},
    {"API_URL", "https://", "is not a URL", CFG_TILLCTL},
    {"SHOPIFY_SHOP", "a-b.myshopify.com", NULL, CFG_TILLCTL},
    {"SHOPIFY_SHOP", "https://a.myshopify.com", "leave out what precedes", CFG_TILLCTL},
    {"SHOPIFY_SHOP", "A.myshopify.com", "lower case", CFG_TILLCTL},
    {"SHOPIFY_SHOP", "a.myshopify.com/admin", "is not a host name", CFG_TILLCTL},
    {"SHOPIFY_SHOP", "shop", "is not a host name", CFG_TILLCTL},
    {"SHOPIFY_SHOP", "a.myshopify.com.", "is not a host name", CFG_TILLCTL},
    {"RMS_TIMEZONE", "America/Costa_Rica", NULL, CFG_TILLCTL},
    {"RMS_TIMEZONE", "UTC", NULL, CFG_TILLCTL},
    {"RMS_TIMEZONE", "Mars/Olympus", "is not a zone of the tz database", CFG_TILLCTL},
    {"RMS_TIMEZONE", "../../../etc/passwd", "is not a zone", CFG_TILLCTL},
    {"RMS_TIMEZONE", "/etc/localtime", "is not a zone", CFG_TILLCTL},
    {"RMS_TIMEZONE", "../zoneinfo/UTC", "is not a zone", CFG_TILLCTL},
    {"RMS_TIMEZONE", "America", "a folder of them", CFG_TILLCTL},
    {"RMS_TIMEZONE", "tzdata.zi", "is not a zone", CFG_TILLCTL},
    {"RMS_SHIPPING_SERVICES", "Standard=1,Two words=2,*=0", NULL, CFG_TILLCTL},
    {"RMS_SHIPPING_SERVICES", "Standard=one",
     "an id that is not a whole number from 0 to 2147483647", CFG_TILLCTL},
    {"RMS_SHIPPING_SERVICES", "Standard=1,Express=000000000000002x",
     "an id that is not a whole number from 0 to 2147483647, at part 2", CFG_TILLCTL},
    {"RMS_SHIPPING_SERVICES", "Standard", "is not name=value", CFG_TILLCTL},
    {"RMS_SHIPPING_ITEM", "12345678901234567890123456", "has 26 bytes, not 0 to 25",
     CFG_TILLCTL},
    {"RMS_MISC_ITEM", "a\nb", "a line end or another control", CFG_TILLCTL},
    {"RMS_MISC_ITEM", "caf\xe9", "is not UTF-8", CFG_TILLCTL},
    {"RMS_PRICES", "exclusive", NULL, CFG_TILLCTL},
    {"RMS_PRICES", "both", "known: inclusive|exclusive", CFG_TILLCTL},
};

static void each_kind_of_value_is_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        setenv(values[i].name, values[i].value, 1);
        if (values[i].says)
            settings_expect_fault(values[i].service, values[i].name, values[i].says);
        else
            settings_expect_in_order(values[i].service);
        unsetenv(values[i].name);
    }
}

static void reconcilers_and_fetchers_own_kinds_are_checked(void **state)
{
    (void)state;
    setenv("RMS_ODBC", "Driver=SQLite3", 1);
    setenv("ALLOWED_ORDER_FINANCIAL_STATUSES", "PAID,paid", 1);
    settings_expect_fault(CFG_RECONCILER, "ALLOWED_ORDER_FINANCIAL_STATUSES",
                          "not known, at part 2 (known: ");
    setenv("ALLOWED_ORDER_FINANCIAL_STATUSES", "PAID, VOIDED", 1);
    settings_expect_in_order(CFG_RECONCILER);
    settings_set_fetcher();
    setenv("SHOPIFY_API_VERSION", "2026-7", 1);
    settings_expect_fault(CFG_FETCHER, "SHOPIFY_API_VERSION", "has 6 bytes");
    setenv("SHOPIFY_API_VERSION", "2026/07", 1);
    settings_expect_fault(CFG_FETCHER, "SHOPIFY_API_VERSION", "is not a version");
    setenv("SHOPIFY_API_VERSION", "unstable", 1);
    settings_expect_in_order(CFG_FETCHER);
}

static void an_empty_value_is_none(void **state)
{
    (void)state;
    setenv("ORDER_POLLING_BATCH_SIZE", "", 1);
    setenv("LOG_LEVEL", "", 1);
    setenv("KAFKA_BROKERS", "", 1);
    settings_expect_in_order(CFG_STATS);
    assert_int_equal(settings.polling_batch_size, 50);
    assert_string_equal(settings.log_level, "info");
    assert_string_equal(settings.kafka_brokers, "127.0.0.1:9092");
    settings_set_fetcher();
    settings_expect_in_order(CFG_FETCHER);
    assert_string_equal(settings.health_listen, "127.0.0.1:0");
    setenv("HEALTH_LISTEN", "", 1); /* here nothing is a value: no listener */
    settings_expect_in_order(CFG_FETCHER);
    assert_string_equal(settings.health_listen, "");
}

static void what_a_service_does_not_read_is_not_checked(void **state)
{
    (void)state;
    setenv("RMS_TIMEZONE", "nowhere", 1);
    settings_expect_in_order(CFG_STATS);
    assert_string_equal(settings.rms_timezone, "UTC");
}

static void every_fault_is_told_at_once(void **state)
{
    (void)state;
    setenv("KAFKA_BROKERS", "x", 1);
    setenv("LOG_LEVEL", "x", 1);
    assert_int_equal(settings_load(CFG_FETCHER), RC_FATAL);
    const char *text = buf_str(&setting_faults);
    assert_contains(text, "KAFKA_BROKERS: \"x\"");
    assert_contains(text, "LOG_LEVEL: \"x\"");
    assert_contains(text, "SHOPIFY_SHOP: not set (example: example.myshopify.com)");
    assert_contains(text, "SHOPIFY_ACCESS_TOKEN: not set");
    int lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETTINGS_CASE(defaults_are_in_order),
        SETTINGS_CASE(the_table_is_in_order),
        SETTINGS_CASE(each_kind_of_value_is_checked),
        SETTINGS_CASE(reconcilers_and_fetchers_own_kinds_are_checked),
        SETTINGS_CASE(an_empty_value_is_none),
        SETTINGS_CASE(what_a_service_does_not_read_is_not_checked),
        SETTINGS_CASE(every_fault_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
