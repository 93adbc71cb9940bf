/* settings: see settings.h. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

struct cfg settings;
struct buf setting_faults;

int settings_setup(void **state)
{
    (void)state;
    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    buf_init(&setting_faults, 100000);
    return 0;
}

int settings_teardown(void **state)
{
    (void)state;
    buf_done(&setting_faults);
    unit_remove_folder();
    return 0;
}

enum rc settings_load(enum cfg_service service)
{
    buf_clear(&setting_faults);
    return cfg_load(service, &settings, &setting_faults);
}

void settings_expect_in_order(enum cfg_service service)
{
    if (settings_load(service) != RC_OK)
        fail_msg("%s", buf_str(&setting_faults));
    assert_string_equal(buf_str(&setting_faults), "");
}

void settings_expect_fault(enum cfg_service service, const char *name, const char *says)
{
    assert_int_equal(settings_load(service), RC_FATAL);
    const char *text = buf_str(&setting_faults);
    if (strncmp(text, name, strlen(name)) != 0 || text[strlen(name)] != ':' ||
        !strstr(text, says) || strchr(text, '\n') != text + strlen(text) - 1)
        fail_msg("%s\n    is not one line on %s that says \"%s\"", text, name, says);
}

void settings_set_fetcher(void)
{
    setenv("SHOPIFY_SHOP", "example.myshopify.com", 1);
    setenv("SHOPIFY_ACCESS_TOKEN", "shpat_1", 1);
}
