/* cfg: reading the environment by the table, cross-checks, and the arguments that every
 * service has; see cfg.h. */
#include "io/cfg.h"

#include "base/arena.h"
#include "base/str.h"
#include "io/bus.h"
#include "io/cfg_internal.h"
#include "io/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_MAX = 64 * 1024, /* of a NAME_FILE; each setting's own limit is far below */
    FAULTS_MAX = 64 * 1024,
    SHOWN_MAX = 60, /* bytes of a wrong value that are shown */
};

/* Values live until the process ends, so they are never freed. */
static struct arena values;

struct loading {
    enum cfg_service service;
    struct cfg *out;
    struct buf *faults;
    size_t count;
};

/* ---- one value ---- */

static void begin_fault(struct loading *load, const char *name)
{
    load->count++;
    buf_printf(load->faults, "%s: ", name);
}

static void end_fault(struct loading *load, const struct cfg_setting *setting)
{
    if (setting->kind == CFG_CHOICE || setting->kind == CFG_CHOICES)
        buf_printf(load->faults, " (known: %s)\n", setting->example);
    else
        buf_printf(load->faults, " (example: %s)\n", setting->example);
}

/* A URL may hold a password, and KAFKA_CONF too, so they are as secret as one. */
static bool may_be_shown(const struct cfg_setting *setting, const char *value)
{
    return setting->kind != CFG_SECRET && setting->kind != CFG_PAIRS &&
           !(setting->kind == CFG_URL && strchr(value, '@')) &&
           str_utf8_valid(value, strlen(value));
}

static void wrong_value(struct loading *load, const struct cfg_setting *setting,
                        const char *value, const char *what)
{
    begin_fault(load, setting->name);
    if (may_be_shown(setting, value)) {
        buf_text(load->faults, "\"");
        int shown = (int)str_utf16_cut(value, SHOWN_MAX);
        for (int i = 0; i < shown; i++) {
            bool control = (unsigned char)value[i] < 0x20 || value[i] == 0x7f;
            buf_add(load->faults, control ? "?" : value + i, 1);
        }
        buf_text(load->faults, value[shown] ? "...\" " : "\" ");
    }
    buf_text(load->faults, what);
    end_fault(load, setting);
}

/* The content without the line ends at its end. NULL: `why` says why not. */
static char *read_file(const char *path, const char **why)
{
    char *text = arena_alloc(&values, FILE_MAX);
    FILE *file = fopen(path, "re");
    *why = NULL;
    if (!file) {
        *why = strerror(errno);
        if (errno == EACCES) /* in a container the user is none that one would guess */
            *why = arena_printf(&values, "%s: user %u must be able to read it", *why,
                                (unsigned)geteuid());
        return NULL;
    }
    errno = 0;
    size_t len = fread(text, 1, FILE_MAX, file);
    if (ferror(file))
        *why = strerror(errno ? errno : EIO);
    else if (len == FILE_MAX)
        *why = "it has 64 KiB or more";
    else if (memchr(text, '\0', len))
        *why = "it holds a NUL byte";
    fclose(file);
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = '\0';
    return *why ? NULL : text;
}

/* The value given, NULL when there is none. A fault: false. */
static bool find_value(struct loading *load, const struct cfg_setting *setting,
                       const char **value)
{
    const char *file_name = arena_printf(&values, "%s_FILE", setting->name);
    const char *path = getenv(file_name);
    *value = getenv(setting->name);
    if (str_empty(path))
        return true;
    if (!str_empty(*value)) {
        begin_fault(load, setting->name);
        buf_printf(load->faults, "given twice, by %s too: set one of the two", file_name);
        end_fault(load, setting);
        return false;
    }
    const char *why = NULL;
    *value = read_file(path, &why);
    if (*value)
        return true;
    begin_fault(load, file_name);
    buf_printf(load->faults, "can't read %s: %s (example: /run/secrets/%s)\n", path, why,
               setting->name);
    return false;
}

static void store(struct cfg *out, const struct cfg_setting *setting, const char *value)
{
    void *member = (char *)out + setting->offset;
    if (setting->kind == CFG_INT) {
        int64_t number = strtoll(value, NULL, 10); /* checked before */
        memcpy(member, &number, sizeof(number));
    } else if (setting->kind == CFG_BOOL) {
        bool flag = false;
        cfg_bool(value, &flag);
        memcpy(member, &flag, sizeof(flag));
    } else {
        const char *copy = arena_strdup(&values, value);
        memcpy(member, &copy, sizeof(copy));
    }
}

/* Where nothing may be a value (min 0), an empty one stands for nothing. */
static bool stands_for_default(const struct cfg_setting *setting, const char *value)
{
    bool may_be_empty = setting->max && setting->min == 0 && setting->kind != CFG_INT;
    return !value || (!value[0] && !may_be_empty);
}

static void load_one(struct loading *load, const struct cfg_setting *setting)
{
    const char *value = NULL;
    bool used = setting->services & (unsigned)load->service;
    store(load->out, setting, setting->fallback);
    if (!used || !find_value(load, setting, &value))
        return;
    if (stands_for_default(setting, value))
        value = setting->fallback;
    bool required = (setting->flags & CFG_REQUIRED) && load->service != CFG_TILLCTL;
    struct buf what;
    buf_init(&what, 200);
    if (!value[0] && required) {
        begin_fault(load, setting->name);
        buf_text(load->faults, "not set");
        end_fault(load, setting);
    } else if (value != setting->fallback && !cfg_check(setting, value, &what)) {
        wrong_value(load, setting, value, buf_str(&what));
    } else {
        store(load->out, setting, value);
    }
    buf_done(&what);
}

/* ---- what goes together ---- */

/* One line a variable: what is wrong with its value, or its file, explains why it seems
 * not set. */
static bool has_fault(const struct buf *faults, const char *line)
{
    size_t name_len = strcspn(line, ":");
    const char *p = buf_str(faults);
    for (; *p; p = strchrnul(p, '\n'), p += *p == '\n') {
        if (strncmp(p, line, name_len) != 0)
            continue;
        const char *rest = p + name_len;
        if (rest[0] == ':' || strncmp(rest, "_FILE:", 6) == 0)
            return true;
    }
    return false;
}

static void contradiction(struct loading *load, bool is_fault, const char *line)
{
    if (!is_fault || has_fault(load->faults, line))
        return;
    load->count++;
    buf_printf(load->faults, "%s\n", line);
}

/* librdkafka knows best. */
static void check_kafka(struct loading *load)
{
    struct err e = {0};
    contradiction(load, bus_conf_check(load->out->kafka_conf, &e) != RC_OK, e.text);
}

static void check_fetcher(struct loading *load)
{
    const struct cfg *cfg = load->out;
    bool token = cfg->shopify_access_token[0];
    bool client_id = cfg->shopify_client_id[0];
    bool client_secret = cfg->shopify_client_secret[0];
    contradiction(load, !token && !client_id && !client_secret,
                  "SHOPIFY_ACCESS_TOKEN: not set (example: shpat_...); or set "
                  "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET");
    contradiction(load, token && (client_id || client_secret),
                  "SHOPIFY_ACCESS_TOKEN: set beside SHOPIFY_CLIENT_ID or "
                  "SHOPIFY_CLIENT_SECRET: leave one way out");
    contradiction(load, !token && client_id && !client_secret,
                  "SHOPIFY_CLIENT_SECRET: not set, but SHOPIFY_CLIENT_ID is "
                  "(example: shpss_...)");
    contradiction(load, !token && !client_id && client_secret,
                  "SHOPIFY_CLIENT_ID: not set, but SHOPIFY_CLIENT_SECRET is "
                  "(example: 0123456789abcdef)");
    contradiction(
        load, cfg->webhooks_enabled && !cfg->shopify_webhook_secret[0] && !client_secret,
        "SHOPIFY_WEBHOOK_SECRET: not set, but ENABLE_WEBHOOKS is true: "
        "webhooks could not be verified (example: 0123...)");
    contradiction(load, !cfg_has_no_gap(cfg->shopify_webhook_secret),
                  "SHOPIFY_WEBHOOK_SECRET: nothing stands before, between or after a "
                  "comma (example: 0123...,4567...)");
    contradiction(load,
                  strncasecmp(cfg->shopify_api_url, "http://", 7) == 0 &&
                      !web_is_loopback(cfg->shopify_api_url),
                  "SHOPIFY_API_URL: http:// is allowed to this machine only, since the "
                  "token would be sent in the clear (example: "
                  "https://example.myshopify.com)");
}

static bool names_a_server(const struct cfg *cfg)
{
    return cfg->rms_db_host[0] && cfg->rms_db_name[0] && cfg->rms_db_user[0];
}

static void check_rms(struct loading *load)
{
    const struct cfg *cfg = load->out;
    bool nothing = !cfg->rms_odbc[0] && !cfg->rms_db_host[0];
    contradiction(load, cfg->rms_odbc[0] && cfg->rms_db_host[0],
                  "RMS_ODBC: set beside RMS_DB_HOST: leave one way out");
    contradiction(load, cfg->rms_db_host[0] && !names_a_server(cfg),
                  "RMS_DB_HOST: set without RMS_DB_NAME and RMS_DB_USER "
                  "(example: RMS_DB_NAME=RMS RMS_DB_USER=tillbridge)");
    contradiction(load, nothing && load->service == CFG_RECONCILER,
                  "RMS_ODBC: not set (example: Driver=SQLite3;Database=/var/lib/"
                  "tillbridge/rms.db); or set RMS_DB_HOST, RMS_DB_NAME, RMS_DB_USER");
}

enum rc cfg_load(enum cfg_service service, struct cfg *out, struct buf *faults)
{
    struct loading load = {.service = service, .out = out, .faults = faults};
    for (size_t i = 0; i < cfg_settings_count; i++)
        if (!cfg_settings[i].group)
            load_one(&load, &cfg_settings[i]);
    check_kafka(&load);
    if (service == CFG_FETCHER)
        check_fetcher(&load);
    if (service == CFG_RECONCILER || service == CFG_TILLCTL)
        check_rms(&load);
    return load.count ? RC_FATAL : RC_OK;
}

/* ---- the connection string ---- */

static void add_value(struct buf *out, const char *name, const char *value)
{
    bool plain = !value[strcspn(value, ";{}[]=")] && value[0] != ' ' &&
                 !(value[0] && value[strlen(value) - 1] == ' ');
    buf_printf(out, "%s%s=%s", out->len ? ";" : "", name, plain ? "" : "{");
    for (const char *p = value; *p; p++)
        buf_printf(out, *p == '}' ? "%c}" : "%c", *p);
    buf_text(out, plain ? "" : "}");
}

enum rc cfg_rms_odbc(const struct cfg *cfg, struct buf *out, struct err *e)
{
    if (cfg->rms_odbc[0]) {
        buf_text(out, cfg->rms_odbc);
        return RC_OK;
    }
    if (!names_a_server(cfg))
        return err_set(e, RC_FATAL, "settings",
                       "the RMS database is not named: set RMS_ODBC (example: "
                       "Driver=SQLite3;Database=/var/lib/tillbridge/rms.db), or "
                       "RMS_DB_HOST, RMS_DB_NAME and RMS_DB_USER");
    add_value(out, "Driver", cfg->rms_db_driver);
    add_value(out, "Server", cfg->rms_db_host);
    buf_printf(out, ";Port=%lld", (long long)cfg->rms_db_port);
    add_value(out, "Database", cfg->rms_db_name);
    add_value(out, "UID", cfg->rms_db_user);
    add_value(out, "PWD", cfg->rms_db_password);
    return RC_OK;
}

/* ---- arguments ---- */

static void print_and_exit(struct buf *text, FILE *to, int status)
{
    fputs(buf_str(text), to);
    buf_done(text);
    fflush(to);
    exit(status);
}

/* --help and --version end here; what is not known too. Otherwise: whether the settings
 * are only to be checked. */
static bool read_arguments(enum cfg_service service, const char *what, int argc,
                           char **argv)
{
    struct buf text;
    buf_init(&text, FAULTS_MAX);
    bool check = argc == 2 && strcmp(argv[1], "--check-config") == 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        cfg_help(service, what, &text);
        print_and_exit(&text, stdout, EXIT_SUCCESS);
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        buf_printf(&text, "tillbridge %s %s\n", cfg_service_name(service), TB_VERSION);
        print_and_exit(&text, stdout, EXIT_SUCCESS);
    }
    if (argc > 1 && !check) {
        buf_printf(&text, "%s: unknown argument: --help, --version or --check-config\n",
                   argc > 2 ? argv[2] : argv[1]);
        print_and_exit(&text, stderr, CFG_EXIT_FAULTS);
    }
    return check;
}

void cfg_main(enum cfg_service service, const char *what, int argc, char **argv,
              struct cfg *out, bool *check_only)
{
    struct buf text;
    bool check = read_arguments(service, what, argc, argv);
    buf_init(&text, FAULTS_MAX);
    if (cfg_load(service, out, &text) != RC_OK)
        print_and_exit(&text, stderr, CFG_EXIT_FAULTS);
    if (check) {
        cfg_near(service, &text);
        fputs(buf_str(&text), stderr);
        buf_clear(&text);
    }
    if (check && !check_only) {
        puts("settings are in order");
        print_and_exit(&text, stdout, EXIT_SUCCESS);
    }
    if (check_only)
        *check_only = check;
    buf_done(&text);
}
