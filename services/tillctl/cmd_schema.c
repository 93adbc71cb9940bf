/* cmd_schema: tillbridge's own tables in the RMS database, made and removed. */
#include "commands.h"
#include "database.h"
#include "out.h"
#include "schema.h"
#include "schema_options.h"

#include <inttypes.h>
#include <stdio.h>

/* Options of the commands begin alike. */
enum { WAIT, JSON, PRINT, YES, FROM = YES };
#define OPTIONS_ALL [WAIT] = CLI_OPTION_WAIT, [JSON] = CLI_OPTION_JSON

/* ---- on the open database ---- */

/* What a command does with the open database; *text: what was done, for people. */
typedef enum rc work_fn(struct sql *sql, const char **text, struct err *e);

static enum cli_exit report(const struct cli_call *call, const char *text)
{
    if (!call->given[JSON]) {
        struct buf line;
        buf_init(&line, OUT_MAX_BYTES);
        buf_printf(&line, "%s\n", text);
        bool is_written = out_text(buf_str(&line));
        buf_done(&line);
        return is_written ? CLI_DONE : CLI_FAILED;
    }
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "state", text);
    cJSON_AddNumberToObject(root, "version", SCHEMA_VERSION);
    bool is_written = out_json(root);
    cJSON_Delete(root);
    return is_written ? CLI_DONE : CLI_FAILED;
}

static enum cli_exit with_rms(const struct cli_call *call, work_fn *work)
{
    struct err e = {0};
    struct sql *sql = NULL;
    const char *text = "";
    enum cli_exit code = database_open(call->cfg, call->value[WAIT], &sql);
    if (code != CLI_DONE)
        return code;
    enum rc rc = work(sql, &text, &e);
    sql_close(sql);
    if (rc == RC_OK)
        return report(call, text);
    out_error("%s", e.text);
    return cli_exit_of(rc);
}

/* ---- printing ---- */

static enum cli_exit print(struct buf *text)
{
    bool is_written = out_text(buf_str(text));
    buf_done(text);
    return is_written ? CLI_DONE : CLI_FAILED;
}

static enum cli_exit print_install(const struct cli_call *call)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    schema_ddl(schema_dialect(call->value[PRINT]), call->value[FROM], &text);
    return print(&text);
}

static enum cli_exit print_uninstall(const struct cli_call *call)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    schema_drop_ddl(schema_dialect(call->value[PRINT]), &text);
    return print(&text);
}

/* ---- install ---- */

static enum rc install(struct sql *sql, const char **text, struct err *e)
{
    static char upgraded[80];
    bool changed = false;
    int64_t from = 0;
    enum rc rc = schema_version(sql, &from, e);
    if (rc == RC_OK)
        rc = schema_install(sql, &changed, e);
    snprintf(upgraded, sizeof(upgraded), "upgraded from version %" PRId64 " to %d", from,
             SCHEMA_VERSION);
    *text = !changed ? "already installed" : from ? upgraded : "installed";
    return rc;
}

static enum cli_exit run_install(const struct cli_call *call)
{
    if (call->given[PRINT])
        return print_install(call);
    if (!call->given[FROM])
        return with_rms(call, install);
    out_error("schema install: --from goes with --print: without it the database tells "
              "its version");
    return CLI_USAGE;
}

static const struct cli_option install_options[] = {
    OPTIONS_ALL,
    [PRINT] = SCHEMA_OPTION_PRINT,
    [FROM] = {.name = "--from",
              .value = "VERSION",
              .kind = CLI_INT,
              .max = SCHEMA_VERSION - 1,
              .help = "with --print: only what leads from that version to this "
                      "program's (0: no tables)"},
};
static const struct cli_example install_examples[] = {
    {"schema install", "makes what is missing; safe to run at any time"},
    {"schema install --print sqlserver", "for whoever may create tables"},
    {"schema install --print sqlserver --from 1", "the same for an upgrade"},
};

const struct cli_command command_schema_install = {
    .name = "schema install",
    .summary = "make or upgrade tillbridge's own tables in the RMS database",
    .about =
        "They are named tillbridge_*; no table of RMS is changed. They hold which "
        "version of each order was applied, in the same transaction as the order, and "
        "are part of every backup of RMS.\nTables of an earlier version are upgraded, "
        "rows and all, in one transaction.",
    .options = install_options,
    .option_count = CLI_COUNT(install_options),
    .examples = install_examples,
    .example_count = CLI_COUNT(install_examples),
    .settings = DATABASE_SETTINGS,
    .run = run_install,
};

/* ---- uninstall ---- */

static enum rc uninstall(struct sql *sql, const char **text, struct err *e)
{
    *text = "removed";
    return schema_uninstall(sql, e);
}

static enum cli_exit run_uninstall(const struct cli_call *call)
{
    if (call->given[PRINT])
        return print_uninstall(call);
    if (call->given[YES])
        return with_rms(call, uninstall);
    out_error("schema uninstall: it forgets which orders were applied; repeat it with "
              "--yes, or see the SQL with --print");
    return CLI_USAGE;
}

static const struct cli_option uninstall_options[] = {
    OPTIONS_ALL,
    [PRINT] = SCHEMA_OPTION_PRINT,
    [YES] = {.name = "--yes", .kind = CLI_FLAG, .help = "yes, remove them"},
};
static const struct cli_example uninstall_examples[] = {
    {"schema uninstall --print sqlserver", "what it would run"},
    {"schema uninstall --yes", "after the reconcilers were stopped for good"},
};

const struct cli_command command_schema_uninstall = {
    .name = "schema uninstall",
    .summary = "remove tillbridge's own tables from the RMS database",
    .about =
        "The orders in RMS stay. What is lost is which version of each was applied, "
        "so stop the reconcilers first. Installed again, tillbridge finds its orders by "
        "their reference number and takes them over.",
    .options = uninstall_options,
    .option_count = CLI_COUNT(uninstall_options),
    .examples = uninstall_examples,
    .example_count = CLI_COUNT(uninstall_examples),
    .settings = DATABASE_SETTINGS,
    .run = run_uninstall,
};
