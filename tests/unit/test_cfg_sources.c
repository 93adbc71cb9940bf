/* test_cfg_sources: secrets and files, settings that go together, the connection string,
 * arguments, and the settings as documents. */
#include "io/cfg_internal.h"
#include "settings.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- secrets and files ---- */

static void write_file(const char *name, const char *content, size_t len)
{
    FILE *file = fopen(unit_path(name), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, len, file), len);
    fclose(file);
}

static void a_secret_may_come_from_a_file(void **state)
{
    (void)state;
    setenv("SHOPIFY_SHOP", "example.myshopify.com", 1);
    write_file("token", "shpat_from_file\r\n\n", 18);
    setenv("SHOPIFY_ACCESS_TOKEN_FILE", unit_path("token"), 1);
    settings_expect_in_order(CFG_FETCHER);
    assert_string_equal(settings.shopify_access_token, "shpat_from_file");
    setenv("SHOPIFY_ACCESS_TOKEN", "", 1);
    settings_expect_in_order(CFG_FETCHER);
    setenv("SHOPIFY_ACCESS_TOKEN", "shpat_too", 1);
    settings_expect_fault(CFG_FETCHER, "SHOPIFY_ACCESS_TOKEN",
                          "given twice, by SHOPIFY_ACCESS_TOKEN_FILE too");
    unsetenv("SHOPIFY_ACCESS_TOKEN");
    setenv("SHOPIFY_ACCESS_TOKEN_FILE", unit_path("nothing"), 1);
    assert_int_equal(settings_load(CFG_FETCHER), RC_FATAL);
    assert_contains(buf_str(&setting_faults), "SHOPIFY_ACCESS_TOKEN_FILE: can't read ");
    assert_contains(buf_str(&setting_faults), "No such file");
    setenv("SHOPIFY_ACCESS_TOKEN_FILE", unit_folder(), 1);
    assert_int_equal(settings_load(CFG_FETCHER), RC_FATAL);
    assert_contains(buf_str(&setting_faults), "Is a directory");
    write_file("nul", "a\0b", 3);
    setenv("SHOPIFY_ACCESS_TOKEN_FILE", unit_path("nul"), 1);
    assert_int_equal(settings_load(CFG_FETCHER), RC_FATAL);
    assert_contains(buf_str(&setting_faults), "NUL byte");
    write_file("zero", "", 0);
    setenv("SHOPIFY_ACCESS_TOKEN_FILE", unit_path("zero"), 1);
    settings_expect_fault(CFG_FETCHER, "SHOPIFY_ACCESS_TOKEN", "not set");
}

/* As a secret that was mounted into a container with its owner's rights. */
static void a_file_of_somebody_else_is_one_line_with_the_user(void **state)
{
    (void)state;
    uid_t me = geteuid();
    setenv("SHOPIFY_SHOP", "example.myshopify.com", 1);
    write_file("theirs", "shpat_theirs", 12);
    assert_int_equal(chmod(unit_path("theirs"), 0), 0);
    setenv("SHOPIFY_ACCESS_TOKEN_FILE", unit_path("theirs"), 1);
    if (me == 0) /* nothing is hidden from root */
        assert_int_equal(seteuid(10001), 0);
    char *user = NULL;
    assert_true(asprintf(&user, "user %u must be able to read it", (unsigned)geteuid()) >
                0);
    enum rc rc = settings_load(CFG_FETCHER);
    assert_int_equal(seteuid(me), 0);
    assert_int_equal(rc, RC_FATAL);
    assert_contains(buf_str(&setting_faults), "SHOPIFY_ACCESS_TOKEN_FILE: can't read ");
    assert_contains(buf_str(&setting_faults), user);
    assert_null(strstr(buf_str(&setting_faults), "not set"));
    free(user);
}

static void secrets_are_never_shown(void **state)
{
    (void)state;
    char longer[600];
    memset(longer, 's', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    memcpy(longer, "hunter2", 7);
    settings_set_fetcher();
    setenv("SHOPIFY_ACCESS_TOKEN", longer, 1);
    settings_expect_fault(CFG_FETCHER, "SHOPIFY_ACCESS_TOKEN",
                          "has 599 bytes, not 0 to 500");
    assert_lacks(buf_str(&setting_faults), "hunter2");
    setenv("SHOPIFY_ACCESS_TOKEN", "hunter2\n", 1);
    settings_expect_fault(CFG_FETCHER, "SHOPIFY_ACCESS_TOKEN", "line end");
    assert_lacks(buf_str(&setting_faults), "hunter2");
    setenv("REDIS_URL", "http://:hunter2@redis", 1);
    settings_expect_fault(CFG_STATS, "REDIS_URL", "does not begin with");
    assert_lacks(buf_str(&setting_faults), "hunter2");
    unsetenv("REDIS_URL");
    setenv("KAFKA_CONF", "sasl.password=one,hunter2", 1);
    settings_expect_fault(CFG_STATS, "KAFKA_CONF", "is not name=value");
    assert_lacks(buf_str(&setting_faults), "hunter2");
    unsetenv("KAFKA_CONF");
    setenv("LOG_LEVEL", "a\x1b[31m\n", 1); /* shown, but harmless and in one line */
    settings_expect_fault(CFG_STATS, "LOG_LEVEL", "line end");
    assert_lacks(buf_str(&setting_faults), "\x1b");
}

/* ---- what goes together ---- */

static const struct {
    enum cfg_service service;
    const char *set[8][2];
    const char *name, *says; /* NULL: in order */
} together[] = {
    {CFG_FETCHER,
     {{"SHOPIFY_CLIENT_ID", "i"}, {"SHOPIFY_CLIENT_SECRET", "s"}},
     NULL,
     NULL},
    {CFG_FETCHER, {{"SHOPIFY_ACCESS_TOKEN", "t"}}, NULL, NULL},
    {CFG_FETCHER, {{NULL}}, "SHOPIFY_ACCESS_TOKEN", "or set SHOPIFY_CLIENT_ID"},
    {CFG_FETCHER, {{"SHOPIFY_CLIENT_ID", "i"}}, "SHOPIFY_CLIENT_SECRET", "not set"},
    {CFG_FETCHER, {{"SHOPIFY_CLIENT_SECRET", "s"}}, "SHOPIFY_CLIENT_ID", "not set"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_CLIENT_ID", "i"}},
     "SHOPIFY_ACCESS_TOKEN",
     "leave one way out"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"ENABLE_WEBHOOKS", "true"}},
     "SHOPIFY_WEBHOOK_SECRET",
     "not set, but ENABLE_WEBHOOKS is true"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_WEBHOOK_SECRET", "new, old"}},
     NULL,
     NULL},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_WEBHOOK_SECRET", " , "}},
     "SHOPIFY_WEBHOOK_SECRET",
     "nothing stands before, between or after a comma"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_WEBHOOK_SECRET", "new,"}},
     "SHOPIFY_WEBHOOK_SECRET",
     "nothing stands before, between or after a comma"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_API_URL", "http://shop.example.com"}},
     "SHOPIFY_API_URL",
     "to this machine only"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_API_URL", "HTTP://127.0.0.1.evil.com"}},
     "SHOPIFY_API_URL",
     "to this machine only"},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_API_URL", "http://127.0.0.1:4000"}},
     NULL,
     NULL},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_API_URL", "http://localhost:4000/x"}},
     NULL,
     NULL},
    {CFG_FETCHER,
     {{"SHOPIFY_ACCESS_TOKEN", "t"}, {"SHOPIFY_API_URL", "https://proxy.example.com"}},
     NULL,
     NULL},
    {CFG_RECONCILER,
     {{NULL}},
     "RMS_ODBC",
     "or set RMS_DB_HOST, RMS_DB_NAME, RMS_DB_USER"},
    {CFG_TILLCTL, {{NULL}}, NULL, NULL},
    {CFG_RECONCILER, {{"RMS_DB_HOST", "h"}}, "RMS_DB_HOST", "without RMS_DB_NAME"},
    {CFG_TILLCTL,
     {{"RMS_ODBC", "Driver=x"},
      {"RMS_DB_HOST", "h"},
      {"RMS_DB_NAME", "n"},
      {"RMS_DB_USER", "u"}},
     "RMS_ODBC",
     "leave one way out"},
    {CFG_RECONCILER,
     {{"RMS_DB_HOST", "h"}, {"RMS_DB_NAME", "n"}, {"RMS_DB_USER", "u"}},
     NULL,
     NULL},
};

static void settings_that_go_together_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
        clearenv();
        setenv("SHOPIFY_SHOP", "example.myshopify.com", 1);
        for (size_t j = 0; together[i].set[j][0]; j++)
            setenv(together[i].set[j][0], together[i].set[j][1], 1);
        if (together[i].name)
            settings_expect_fault(together[i].service, together[i].name,
                                  together[i].says);
        else
            settings_expect_in_order(together[i].service);
    }
}

static void the_connection_string_is_put_together(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf out;
    buf_init(&out, 10000);
    settings_expect_in_order(CFG_TILLCTL);
    assert_rc(RC_FATAL, cfg_rms_odbc(&settings, &out, &e), &e);
    assert_contains(e.text, "set RMS_ODBC");
    setenv("RMS_DB_HOST", "sql.example.com", 1);
    setenv("RMS_DB_NAME", "RMS", 1);
    setenv("RMS_DB_USER", "till", 1);
    setenv("RMS_DB_PASSWORD", "a;b}c", 1);
    settings_expect_in_order(CFG_RECONCILER);
    assert_ok(cfg_rms_odbc(&settings, &out, &e), &e);
    assert_string_equal(buf_str(&out), "Driver=FreeTDS;Server=sql.example.com;Port=1433;"
                                       "Database=RMS;UID=till;PWD={a;b}}c}");
    clearenv();
    setenv("RMS_ODBC", "Driver=SQLite3;Database=/x.db", 1);
    settings_expect_in_order(CFG_RECONCILER);
    buf_clear(&out);
    assert_ok(cfg_rms_odbc(&settings, &out, &e), &e);
    assert_string_equal(buf_str(&out), "Driver=SQLite3;Database=/x.db");
    buf_done(&out);
}

/* ---- arguments ---- */

/* cfg_main in a child of its own: what it printed; *status: what it exited with, 99 when
 * it went on. */
static const char *run_main(enum cfg_service service, const char *argument, bool ask,
                            int *status)
{
    static char text[20000];
    bool check_only = false;
    char *argv[] = {(char *)"service", (char *)argument, NULL};
    const char *path = unit_path("printed");
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(path, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
            _exit(98);
        cfg_main(service, "what it does", argument ? 2 : 1, argv, &settings,
                 ask ? &check_only : NULL);
        fflush(stdout);
        _exit(check_only ? 97 : 99);
    }
    assert_int_equal(waitpid(pid, status, 0), pid);
    assert_true(WIFEXITED(*status));
    *status = WEXITSTATUS(*status);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void arguments_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *argument;
        bool faulty, ask;
        int status;
        const char *says;
    } cases[] = {
        {NULL, false, false, 99, ""},
        {NULL, true, false, 2, "LOG_LEVEL: \"loud\""},
        {"--check-config", false, false, 0, "settings are in order\n"},
        {"--check-config", false, true, 97, ""},
        {"--check-config", true, false, 2, "LOG_LEVEL: \"loud\""},
        {"--version", true, false, 0, "tillbridge stats " TB_VERSION "\n"},
        {"--help", true, false, 0, "\n  REDIS_URL=redis://127.0.0.1:6379/0\n"},
        {"--hlp", false, false, 2, "--hlp: unknown argument"},
        {"", false, false, 2, "unknown argument"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = 0;
        setenv("LOG_LEVEL", cases[i].faulty ? "loud" : "warn", 1);
        const char *printed =
            run_main(CFG_STATS, cases[i].argument, cases[i].ask, &status);
        assert_int_equal(status, cases[i].status);
        assert_contains(printed, cases[i].says);
        if (cases[i].ask) /* what is in order is for main to say */
            assert_string_equal(printed, "");
    }
}

static void a_misspelt_name_is_told_of(void **state)
{
    (void)state;
    int status = 0;
    setenv("REDIS_ULR", "redis://cache:6379/0", 1);
    setenv("API_TOKN_FILE", "/run/secrets/api", 1);
    setenv("RMS_STOREID", "1", 1); /* stats reads no such thing */
    setenv("LOG_LEVL", "warn", 1); /* LOG_LEVEL is there */
    setenv("LOG_LEVEL", "warn", 1);
    const char *printed = run_main(CFG_STATS, "--check-config", false, &status);
    assert_int_equal(status, 0);
    assert_string_equal(
        printed, "REDIS_ULR: no setting has this name; did you mean REDIS_URL?\n"
                 "API_TOKN_FILE: no setting has this name; did you mean API_TOKEN_FILE?\n"
                 "settings are in order\n");
    assert_string_equal(run_main(CFG_STATS, NULL, false, &status), "");
}

static void help_lists_what_the_service_reads(void **state)
{
    (void)state;
    struct buf help;
    buf_init(&help, 100000);
    cfg_help(CFG_FETCHER, "what", &help);
    for (size_t i = 0; i < cfg_settings_count; i++) {
        const struct cfg_setting *setting = &cfg_settings[i];
        char line[100];
        if (setting->group)
            continue;
        snprintf(line, sizeof(line), "\n  %s", setting->name);
        const char *found = strstr(buf_str(&help), line);
        assert_int_equal(found && strchr("=\n", found[strlen(line)]),
                         (setting->services & CFG_FETCHER) != 0);
    }
    assert_contains(buf_str(&help), "the shop's myshopify domain\n");
    assert_contains(buf_str(&help), "; required\n");
    buf_done(&help);
}

static void the_documents_hold_every_setting(void **state)
{
    (void)state;
    struct buf page;
    struct buf json;
    buf_init(&page, 1000000);
    buf_init(&json, 1000000);
    cfg_markdown(&page);
    cfg_json(&json);
    cJSON *rows = cJSON_Parse(buf_str(&json));
    const cJSON *row = cJSON_GetArrayItem(rows, 0);
    assert_string_equal(cJSON_GetObjectItem(row, "group")->valuestring, "Kafka");
    for (size_t i = 0; i < cfg_settings_count; i++) {
        char cell[100];
        if (cfg_settings[i].group)
            continue;
        snprintf(cell, sizeof(cell), "\n| `%s` | ", cfg_settings[i].name);
        assert_contains(buf_str(&page), cell);
        assert_non_null(row);
        assert_string_equal(cJSON_GetObjectItem(row, "name")->valuestring,
                            cfg_settings[i].name);
        row = row->next;
    }
    assert_null(row);
    assert_contains(buf_str(&page), "| `LOG_LEVEL` | `info` | debug, info, warn, error | "
                                    "fetcher, reconciler, stats, tillctl | ");
    cJSON_Delete(rows);
    buf_done(&page);
    buf_done(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETTINGS_CASE(a_secret_may_come_from_a_file),
        SETTINGS_CASE(a_file_of_somebody_else_is_one_line_with_the_user),
        SETTINGS_CASE(secrets_are_never_shown),
        SETTINGS_CASE(settings_that_go_together_are_checked),
        SETTINGS_CASE(the_connection_string_is_put_together),
        SETTINGS_CASE(arguments_are_understood),
        SETTINGS_CASE(a_misspelt_name_is_told_of),
        SETTINGS_CASE(help_lists_what_the_service_reads),
        SETTINGS_CASE(the_documents_hold_every_setting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
