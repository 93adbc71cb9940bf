/* cmd_schema: tillbridge's own tables in the RMS database. */
#include "commands.h"
#include "database.h"
#include "out.h"
#include "schema.h"

#include <string.h>

#define DIALECTS "sqlite|postgres|sqlserver"

/* Options of the three commands begin alike. */
enum { WAIT, JSON, PRINT, YES };
#define OPTIONS_ALL [WAIT] = CLI_OPTION_WAIT, [JSON] = CLI_OPTION_JSON
#define OPTION_PRINT                                                              \
    {                                                                             \
        .name = "--print", .value = DIALECTS, .kind = CLI_CHOICE,                 \
        .help = "print the SQL for that kind of database and change nothing: to " \
                "read it, or to run it with another login"                        \
    }

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

static enum sql_dialect dialect_of(int64_t index)
{
    static const enum sql_dialect dialects[] = {SQL_SQLITE, SQL_POSTGRES, SQL_SQLSERVER};
    return dialects[index];
}

static enum cli_exit print(const struct cli_call *call,
                           void (*ddl)(enum sql_dialect dialect, struct buf *out))
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    ddl(dialect_of(call->value[PRINT]), &text);
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    return is_written ? CLI_DONE : CLI_FAILED;
}

/* ---- install ---- */

static enum rc install(struct sql *sql, const char **text, struct err *e)
{
    bool changed = false;
    enum rc rc = schema_install(sql, &changed, e);
    *text = changed ? "installed" : "already installed";
    return rc;
}

static enum cli_exit run_install(const struct cli_call *call)
{
    return call->given[PRINT] ? print(call, schema_ddl) : with_rms(call, install);
}

static const struct cli_option install_options[] = {OPTIONS_ALL, [PRINT] = OPTION_PRINT};
static const struct cli_example install_examples[] = {
    {"schema install", "makes what is missing; safe to run at any time"},
    {"schema install --print sqlserver", "for whoever may create tables"},
};

const struct cli_command command_schema_install = {
    .name = "schema install",
    .summary = "make tillbridge's own tables in the RMS database",
    .about =
        "They are named tillbridge_*; no table of RMS is changed. They hold which "
        "version of each order was applied, in the same transaction as the order, and "
        "are part of every backup of RMS.",
    .options = install_options,
    .option_count = CLI_COUNT(install_options),
    .examples = install_examples,
    .example_count = CLI_COUNT(install_examples),
    .settings = DATABASE_SETTINGS,
    .run = run_install,
};

/* ---- check ---- */

static enum rc check(struct sql *sql, const char **text, struct err *e)
{
    *text = "in order";
    return schema_check(sql, e);
}

static enum cli_exit run_check(const struct cli_call *call)
{
    return with_rms(call, check);
}

static const struct cli_option check_options[] = {OPTIONS_ALL};
static const struct cli_example check_examples[] = {
    {"schema check --wait 60", "while the database starts"},
};

const struct cli_command command_schema_check = {
    .name = "schema check",
    .summary = "see whether tillbridge's tables are there in the right version",
    .about = "",
    .options = check_options,
    .option_count = CLI_COUNT(check_options),
    .examples = check_examples,
    .example_count = CLI_COUNT(check_examples),
    .settings = DATABASE_SETTINGS,
    .run = run_check,
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
        return print(call, schema_drop_ddl);
    if (call->given[YES])
        return with_rms(call, uninstall);
    out_error("schema uninstall: it forgets which orders were applied; repeat it with "
              "--yes, or see the SQL with --print");
    return CLI_USAGE;
}

static const struct cli_option uninstall_options[] = {
    OPTIONS_ALL,
    [PRINT] = OPTION_PRINT,
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
