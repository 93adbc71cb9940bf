/* cfg_docs: the settings for people and tools: --help, docs/config.md, JSON. */
#include "io/cfg_internal.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const enum cfg_service services[] = {CFG_FETCHER, CFG_RECONCILER, CFG_STATS,
                                            CFG_TILLCTL};
enum {
    SERVICES = sizeof(services) / sizeof(services[0]),
};

static void describe_words(const char *words, const char *between, struct buf *out)
{
    for (const char *p = words; *p; p++) {
        if (*p == '|')
            buf_text(out, between);
        else
            buf_add(out, p, 1);
    }
}

void cfg_describe(const struct cfg_setting *setting, struct buf *out)
{
    switch (setting->kind) {
    case CFG_INT:
        buf_printf(out, "%" PRId64 " to %" PRId64, setting->min, setting->max);
        break;
    case CFG_BOOL:
        buf_text(out, "true or false");
        break;
    case CFG_CHOICE:
        describe_words(setting->example, ", ", out);
        break;
    case CFG_CHOICES:
        buf_text(out, "any of ");
        describe_words(setting->example, ", ", out);
        buf_text(out, "; commas between");
        break;
    case CFG_URL:
        buf_text(out, "a URL");
        break;
    case CFG_BROKERS:
        buf_text(out, "host:port, commas between");
        break;
    case CFG_LISTEN:
        buf_text(out, setting->min ? "host:port" : "host:port, or nothing");
        break;
    case CFG_SHOP:
        buf_text(out, "a host name");
        break;
    case CFG_VERSION:
        buf_text(out, "year-month, or unstable");
        break;
    case CFG_TIMEZONE:
        buf_text(out, "a name of the tz database");
        break;
    case CFG_PAIRS:
        buf_text(out, "name=value, commas between");
        break;
    case CFG_IDS:
        buf_text(out, "name=number, commas between");
        break;
    case CFG_TEXT:
    case CFG_SECRET:
        buf_printf(out, "up to %" PRId64 " bytes", setting->max);
        break;
    }
}

/* ---- --help ---- */

void cfg_help(enum cfg_service service, const char *what, struct buf *out)
{
    buf_printf(out,
               "tillbridge %s %s: %s\n\n"
               "  --check-config  says whether the settings are in order, and ends\n"
               "  --version       says which release this is\n"
               "  --help          this text\n\n"
               "Settings come from the environment. NAME_FILE instead of NAME names a "
               "file that\nholds the value, for secrets.\n",
               cfg_service_name(service), TB_VERSION, what);
    for (size_t i = 0; i < cfg_settings_count; i++) {
        const struct cfg_setting *setting = &cfg_settings[i];
        if (setting->group || !(setting->services & (unsigned)service))
            continue;
        buf_printf(out, "\n  %s", setting->name);
        if (setting->fallback[0])
            buf_printf(out, "=%s", setting->fallback);
        buf_printf(out, "\n      %s\n      ", setting->help);
        cfg_describe(setting, out);
        if (setting->flags & CFG_REQUIRED && service != CFG_TILLCTL)
            buf_text(out, "; required");
        buf_text(out, "\n");
    }
}

/* ---- docs/config.md ---- */

static const char page_top[] =
    "# Settings\n\n"
    "<!-- Made by `tillbridge-docs config` from common/io/settings.def: change it there. "
    "-->\n\n"
    "Every service reads its settings from the environment when it starts. A wrong one "
    "ends the start with\nexit code 2 and one line per fault; `--check-config` looks "
    "without starting, `--help` lists what a\nservice reads.\n\n"
    "* `NAME_FILE` instead of `NAME` names a file that holds the value (line ends at its "
    "end are cut off):\n  for secrets. Both at once are refused.\n"
    "* An empty value counts as not set. Only where the values include nothing, an "
    "empty value means\n  that.\n"
    "* A misspelt name is not read; `--check-config` tells of names that are nearly a "
    "setting's.\n"
    "* Secrets are never printed, neither in logs nor in error messages.\n";

/* A bar would end the cell, a < begin a tag. */
static void add_cell(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++)
        buf_printf(out, *p == '|' || *p == '<' ? "\\%c" : "%c", *p);
}

static void add_services(struct buf *out, unsigned mask)
{
    const char *between = "";
    for (size_t i = 0; i < SERVICES; i++) {
        if (!(mask & (unsigned)services[i]))
            continue;
        buf_printf(out, "%s%s", between, cfg_service_name(services[i]));
        between = ", ";
    }
}

static void add_row(struct buf *out, const struct cfg_setting *setting)
{
    bool words = setting->kind == CFG_CHOICE || setting->kind == CFG_CHOICES;
    buf_printf(out, "| `%s` | ", setting->name);
    if (setting->fallback[0])
        buf_printf(out, "`%s`", setting->fallback);
    else
        buf_text(out, setting->flags & CFG_REQUIRED ? "**required**" : "not set");
    buf_text(out, " | ");
    cfg_describe(setting, out);
    if (setting->kind == CFG_SECRET)
        buf_text(out, "; secret");
    buf_text(out, " | ");
    add_services(out, setting->services);
    buf_text(out, " | ");
    add_cell(out, setting->help);
    if (!words)
        buf_printf(out, ". Example: `%s`", setting->example);
    buf_text(out, " |\n");
}

void cfg_markdown(struct buf *out)
{
    buf_text(out, page_top);
    for (size_t i = 0; i < cfg_settings_count; i++) {
        const struct cfg_setting *setting = &cfg_settings[i];
        if (setting->group)
            buf_printf(out,
                       "\n## %s\n\n| Name | Default | Values | Read by | Meaning |\n"
                       "|---|---|---|---|---|\n",
                       setting->group);
        else
            add_row(out, setting);
    }
}

/* ---- JSON ---- */

static const char *kind_word(enum cfg_kind kind)
{
    static const char *const words[] = {
        [CFG_TEXT] = "text",       [CFG_SECRET] = "secret",   [CFG_INT] = "int",
        [CFG_BOOL] = "bool",       [CFG_URL] = "url",         [CFG_CHOICE] = "choice",
        [CFG_CHOICES] = "choices", [CFG_BROKERS] = "brokers", [CFG_LISTEN] = "listen",
        [CFG_SHOP] = "shop",       [CFG_VERSION] = "version", [CFG_TIMEZONE] = "timezone",
        [CFG_PAIRS] = "pairs",     [CFG_IDS] = "ids",
    };
    return words[kind];
}

static cJSON *setting_json(const struct cfg_setting *setting, const char *group)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", setting->name);
    cJSON_AddStringToObject(row, "group", group);
    cJSON_AddStringToObject(row, "kind", kind_word(setting->kind));
    cJSON_AddStringToObject(row, "default", setting->fallback);
    cJSON_AddNumberToObject(row, "min", (double)setting->min);
    cJSON_AddNumberToObject(row, "max", (double)setting->max);
    cJSON_AddBoolToObject(row, "required", (setting->flags & CFG_REQUIRED) != 0);
    cJSON *readers = cJSON_AddArrayToObject(row, "services");
    for (size_t i = 0; i < SERVICES; i++)
        if (setting->services & (unsigned)services[i])
            cJSON_AddItemToArray(readers,
                                 cJSON_CreateString(cfg_service_name(services[i])));
    cJSON_AddStringToObject(row, "example", setting->example);
    cJSON_AddStringToObject(row, "help", setting->help);
    return row;
}

void cfg_json(struct buf *out)
{
    cJSON *rows = cJSON_CreateArray();
    const char *group = "";
    for (size_t i = 0; i < cfg_settings_count; i++) {
        if (cfg_settings[i].group)
            group = cfg_settings[i].group;
        else
            cJSON_AddItemToArray(rows, setting_json(&cfg_settings[i], group));
    }
    char *text = cJSON_Print(rows);
    if (!text)
        abort(); /* out of memory: as in arena.h */
    buf_printf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(rows);
}
