/* cfg_table: settings.def as an array. */
#include "io/cfg_internal.h"

#define F        CFG_FETCHER
#define R        CFG_RECONCILER
#define S        CFG_STATS
#define T        CFG_TILLCTL
#define REQUIRED CFG_REQUIRED

#define GROUP(title) {.group = (title)},
#define SETTING(kind_, member, name_, def, min_, max_, flags_, services_, example_, \
                help_)                                                              \
    {.kind = CFG_##kind_,                                                           \
     .offset = offsetof(struct cfg, member),                                        \
     .name = (name_),                                                               \
     .fallback = (def),                                                             \
     .min = (min_),                                                                 \
     .max = (max_),                                                                 \
     .flags = (flags_),                                                             \
     .services = (services_),                                                       \
     .example = (example_),                                                         \
     .help = (help_)},

const struct cfg_setting cfg_settings[] = {
#include "io/settings.def"
};
const size_t cfg_settings_count = sizeof(cfg_settings) / sizeof(cfg_settings[0]);

const char *cfg_service_name(enum cfg_service service)
{
    switch (service) {
    case CFG_FETCHER:
        return "fetcher";
    case CFG_RECONCILER:
        return "reconciler";
    case CFG_STATS:
        return "stats";
    case CFG_TILLCTL:
        return "tillctl";
    }
    return "";
}
