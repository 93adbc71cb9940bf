/* cmd_schema_rights: what the services' login must be allowed to do in the RMS database.
 */
#include "base/str.h"
#include "commands.h"
#include "io/cfg.h"
#include "out.h"
#include "rights.h"
#include "schema_options.h"

#include <string.h>

enum { JSON, PRINT, LOGIN };
static const struct cli_option options[] = {
    [JSON] = CLI_OPTION_JSON,
    [PRINT] = {.name = "--print",
               .value = SCHEMA_DIALECTS,
               .kind = CLI_CHOICE,
               .help = "print the GRANT statements for these settings instead"},
    [LOGIN] = {.name = "--login",
               .value = "NAME",
               .kind = CLI_TEXT,
               .help = "the login in them (RMS_DB_USER, or tillbridge)"},
};

/* The reason without the marks that documents put around a setting's name. */
static const char *plain(const char *why, struct arena *arena)
{
    char *text = arena_strdup(arena, why);
    char *to = text;
    for (const char *p = text; *p; p++)
        if (*p != '`')
            *to++ = *p;
    *to = '\0';
    return text;
}

static const char *words(unsigned rights, struct arena *arena)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    rights_words(rights, &text);
    const char *copy = arena_strdup(arena, buf_str(&text));
    buf_done(&text);
    return copy;
}

static bool show_json(const struct cfg *cfg, struct arena *arena)
{
    cJSON *root = cJSON_CreateArray();
    for (const struct right *r = rights_all; r->table; r++) {
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "table", r->table);
        cJSON_AddStringToObject(each, "rights", words(r->rights, arena));
        cJSON_AddBoolToObject(each, "needed", right_applies(r, cfg));
        cJSON_AddBoolToObject(each, "optional", right_is_optional(r));
        cJSON_AddStringToObject(each, "for", plain(r->why, arena));
        cJSON_AddItemToArray(root, each);
    }
    bool is_written = out_json(root);
    cJSON_Delete(root);
    return is_written;
}

static bool show_table(const struct cfg *cfg, struct arena *arena)
{
    struct table table;
    table_init(&table, arena, 4);
    table_head(&table, TABLE_CELLS("ON", "RIGHTS", "NEEDED", "FOR"));
    for (const struct right *r = rights_all; r->table; r++) {
        const char *needed = !right_applies(r, cfg) ? "not now"
                             : right_is_optional(r) ? "to compare"
                                                    : "yes";
        table_add(
            &table, TABLE_PLAIN,
            TABLE_CELLS(r->table, words(r->rights, arena), needed, plain(r->why, arena)));
    }
    return out_table(&table);
}

static bool show_grants(const struct cli_call *call)
{
    struct buf login;
    struct buf text;
    enum sql_dialect dialect = schema_dialect(call->value[PRINT]);
    const char *user = call->cfg->rms_db_user;
    buf_init(&login, OUT_MAX_BYTES);
    buf_init(&text, OUT_MAX_BYTES);
    if (call->given[LOGIN])
        user = call->text[LOGIN];
    rights_name(dialect, str_empty(user) ? "tillbridge" : user, &login);
    if (dialect == SQL_SQLITE)
        buf_text(&text, "-- SQLite knows no logins: the service's user must be able to "
                        "write the file and its folder\n");
    else
        rights_grant_all(dialect, call->cfg, buf_str(&login), &text);
    bool is_written = out_text(buf_str(&text));
    buf_done(&login);
    buf_done(&text);
    return is_written;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct arena arena;
    bool is_written;
    arena_init(&arena);
    if (call->given[PRINT])
        is_written = show_grants(call);
    else if (call->given[JSON])
        is_written = show_json(call->cfg, &arena);
    else
        is_written = show_table(call->cfg, &arena);
    arena_done(&arena);
    return is_written ? CLI_DONE : CLI_FAILED;
}

static const struct cli_example examples[] = {
    {"schema rights", "which rights, and what each is for"},
    {"schema rights --print sqlserver --login tillbridge", "for whoever may grant them"},
};

const struct cli_command command_schema_rights = {
    .name = "schema rights",
    .summary = "list what the services' login must be allowed to do",
    .about = "\"schema check\" tells which of these the login lacks. It needs no more: "
             "\"schema install\" is run by a login that may create tables.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "RMS_DB_USER RMS_COMMIT_STOCK RMS_CREATE_CUSTOMERS RMS_UPDATE_CUSTOMERS "
                "RMS_SALES_REP_ID RMS_SHOPS",
    .run = run,
};
