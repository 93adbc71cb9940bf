/* cfg_man: the settings for manual pages. */
#include "base/roff.h"
#include "io/cfg_internal.h"

static void add_setting(const struct cfg_setting *setting, struct buf *out)
{
    buf_printf(out, ".TP\n.B %s\n", setting->name);
    roff_text(out, setting->help);
    buf_text(out, ".\n");
    cfg_describe(setting, out);
    if (setting->flags & CFG_REQUIRED)
        buf_text(out, "; required");
    if (setting->fallback[0]) {
        buf_text(out, "; without it\n.I ");
        roff_text(out, setting->fallback);
        buf_text(out, "\n");
    } else {
        buf_text(out, ".\n");
    }
}

void cfg_man_settings(enum cfg_service service, struct buf *out)
{
    roff_section(out, "ENVIRONMENT");
    roff_line(out, "NAME_FILE instead of NAME names a file that holds the value, for "
                   "secrets. An empty value counts as not set.");
    for (size_t i = 0; i < cfg_settings_count; i++) {
        const struct cfg_setting *setting = &cfg_settings[i];
        if (!setting->group && setting->services & (unsigned)service)
            add_setting(setting, out);
    }
}
