/* cmd_schema_check: the RMS database and the settings as the reconciler looks at them
 * when it starts, all findings at once. */
#include "commands.h"
#include "database.h"
#include "out.h"
#include "rms_preflight.h"
#include "schema.h"

enum { WAIT, JSON };
static const struct cli_option options[] = {
    [WAIT] = CLI_OPTION_WAIT,
    [JSON] = CLI_OPTION_JSON,
};

static const char *state_of(const struct findings *found)
{
    return findings_missing(found) ? "not in order" : "in order";
}

static bool show_json(const struct findings *found)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "state", state_of(found));
    cJSON_AddNumberToObject(root, "version", SCHEMA_VERSION);
    cJSON_AddNumberToObject(root, "missing", (double)findings_missing(found));
    cJSON *list = cJSON_AddArrayToObject(root, "findings");
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->at[i];
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "level", finding_level_word(f->level));
        cJSON_AddStringToObject(each, "kind", f->kind);
        cJSON_AddStringToObject(each, "where", f->where);
        cJSON_AddStringToObject(each, "what", f->what);
        cJSON_AddStringToObject(each, "remedy", f->remedy);
        cJSON_AddItemToArray(list, each);
    }
    bool is_written = out_json(root);
    cJSON_Delete(root);
    return is_written;
}

static bool show_rows(struct findings *found)
{
    struct table table;
    table_init(&table, &found->arena, 4);
    table_head(&table, TABLE_CELLS("STATE", "KIND", "WHERE", "WHAT"));
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->at[i];
        table_add(&table, f->level == FINDING_MISSING ? TABLE_BAD : TABLE_WARN,
                  TABLE_CELLS(finding_level_word(f->level), f->kind, f->where,
                              arena_printf(&found->arena, "%s%s%s", f->what,
                                           f->remedy[0] ? ": " : "", f->remedy)));
    }
    return out_table(&table);
}

static bool show(struct findings *found)
{
    size_t missing = findings_missing(found);
    if (found->count && !show_rows(found))
        return false;
    return out_text(missing ? arena_printf(&found->arena,
                                           "not in order: %zu missing; the reconciler "
                                           "does not start\n",
                                           missing)
                            : "in order\n");
}

static enum cli_exit check(const struct cli_call *call, struct sql *sql)
{
    struct err e = {0};
    struct findings found;
    size_t width[COL_COUNT];
    findings_init(&found);
    enum rc rc = rms_preflight_look(sql, call->cfg, width, &found, &e);
    enum cli_exit code = cli_exit_of(rc);
    if (rc)
        out_error("%s", e.text);
    else if (!(call->given[JSON] ? show_json(&found) : show(&found)) ||
             findings_missing(&found))
        code = CLI_FAILED;
    findings_done(&found);
    return code;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct sql *sql = NULL;
    enum cli_exit code = database_open(call->cfg, call->value[WAIT], &sql);
    if (code == CLI_DONE)
        code = check(call, sql);
    sql_close(sql);
    return code;
}

static const struct cli_example examples[] = {
    {"schema check", "everything that is missing or differs, with what to do"},
    {"schema check --wait 60", "while the database starts"},
};

const struct cli_command command_schema_check = {
    .name = "schema check",
    .summary = "compare the RMS database with what tillbridge needs",
    .about =
        "It looks at what the reconciler looks at when it starts: tillbridge's own "
        "tables "
        "and their version, RMS's tables, columns, types and widths, other people's "
        "triggers, collation, compatibility level, the login's rights, and whether the "
        "store, items, customer and sales representative of the settings are there. It "
        "changes nothing.\nWhat is missing keeps the reconciler from starting, and this "
        "exits with 1; what differs is only said.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = DATABASE_SETTINGS "; and as the reconciler: the RMS_ settings of orders",
    .run = run,
};
