/* cmd_conflicts: what needs a person: which orders, and that somebody has seen to them.
 */
#include "ask.h"
#include "base/instant.h"
#include "commands.h"
#include "core/words.h"
#include "out.h"

/* ---- list ---- */

static const struct cli_option list_options[] = {CLI_OPTION_JSON};

/* What the other command takes: the message's place where it names no order. */
static const char *place_of(const cJSON *item, struct arena *arena)
{
    const char *shop = api_text(item, "shop");
    const char *order = api_text(item, "order");
    if (shop[0] && order[0])
        return arena_printf(arena, "%s/%s", shop, order);
    return api_text(item, "message");
}

static void add_row(const cJSON *item, struct table *table)
{
    struct arena *arena = table->arena;
    const char *detail = api_text(item, "detail");
    int64_t at_ms = 0;
    if (!instant_parse(api_text(item, "at"), &at_ms))
        at_ms = 0;
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS(place_of(item, arena), api_text(item, "name"),
                          words_time(at_ms, arena),
                          arena_printf(arena, "%s %s", api_text(item, "action"),
                                       api_text(item, "reason")),
                          detail[0] ? detail : api_text(item, "reason_help"),
                          api_text(item, "remedy")));
}

static enum cli_exit show_table(const cJSON *items, int more)
{
    struct arena arena;
    struct table table;
    const cJSON *item = NULL;
    arena_init(&arena);
    table_init(&table, &arena, 6);
    table_head(&table, TABLE_CELLS("ORDER", "NAME", "SINCE", "WHAT", "WHY", "REMEDY"));
    cJSON_ArrayForEach (item, items)
        add_row(item, &table);
    if (more > 0)
        table_add(
            &table, TABLE_PLAIN,
            TABLE_CELLS(arena_printf(&arena, "and %d more", more), "", "", "", "", ""));
    bool is_written = out_table(&table);
    arena_done(&arena);
    return is_written ? CLI_DONE : CLI_FAILED;
}

static enum cli_exit show_json(const cJSON *items)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, items)
        if (!out_json(item))
            return CLI_FAILED;
    return CLI_DONE;
}

static enum cli_exit run_list(const struct cli_call *call)
{
    struct api_answer answer = {0};
    enum cli_exit code = ask_or_say(
        call, &(struct ask_request){.route = API_CONFLICTS, .timeout_ms = ASK_TIMEOUT_MS},
        &answer);
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(answer.data, "conflicts");
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(answer.data, "total");
    int more = cJSON_IsNumber(total) ? total->valueint - cJSON_GetArraySize(items) : 0;
    if (code == CLI_DONE)
        code = call->given[0] ? show_json(items) : show_table(items, more);
    api_done(&answer);
    return code;
}

static const struct cli_example list_examples[] = {
    {"conflicts list", "which orders need a person, why, and what to do"},
    {"conflicts list --json | jq -r .reason | sort | uniq -c", "how many of each kind"},
};

const struct cli_command command_conflicts_list = {
    .name = "conflicts list",
    .summary = "list the orders that need a person, with the remedy",
    .about = "Orders in conflict and refused ones, the newest hundred first. Most leave "
             "the list by themselves, once their cause is mended and the order is read "
             "again. ORDER is what conflicts dismiss takes.",
    .options = list_options,
    .option_count = CLI_COUNT(list_options),
    .examples = list_examples,
    .example_count = CLI_COUNT(list_examples),
    .settings = "API_URL",
    .run = run_list,
};

/* ---- dismiss ---- */

enum { DRY_RUN, DISMISS_JSON };
static const struct cli_option dismiss_options[] = {
    [DRY_RUN] = {.name = "--dry-run",
                 .kind = CLI_FLAG,
                 .help = "say which it would be, and do nothing"},
    [DISMISS_JSON] = CLI_OPTION_JSON,
};

static cJSON *body_of(const struct cli_call *call)
{
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "action", "dismiss");
    cJSON *orders = cJSON_AddArrayToObject(body, "orders");
    for (size_t i = 0; i < call->argument_count; i++)
        cJSON_AddItemToArray(orders, cJSON_CreateString(call->arguments[i]));
    if (call->given[DRY_RUN])
        cJSON_AddTrueToObject(body, "dry_run");
    return body;
}

/* As a table, because a shop's name must not steer the terminal. */
static bool show_outcome(const struct cli_call *call, const cJSON *data)
{
    struct arena arena;
    struct table table;
    const cJSON *item = NULL;
    arena_init(&arena);
    table_init(&table, &arena, 2);
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(data, "done"))
        table_add(&table, TABLE_PLAIN,
                  TABLE_CELLS(cJSON_GetStringValue(item),
                              call->given[DRY_RUN] ? "would be dismissed" : "dismissed"));
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(data, "refused"))
        table_add(
            &table, TABLE_PLAIN,
            TABLE_CELLS(api_text(item, "order"),
                        arena_printf(&arena, "not done: %s", api_text(item, "why"))));
    bool is_written = out_table(&table);
    arena_done(&arena);
    return is_written;
}

static enum cli_exit run_dismiss(const struct cli_call *call)
{
    struct api_answer answer = {0};
    cJSON *body = body_of(call);
    enum cli_exit code = ask_or_say(call,
                                    &(struct ask_request){.route = API_CONFLICTS_DO,
                                                          .body = body,
                                                          .timeout_ms = ASK_TIMEOUT_MS},
                                    &answer);
    if (code == CLI_DONE) {
        const cJSON *refused = cJSON_GetObjectItemCaseSensitive(answer.data, "refused");
        bool is_written = call->given[DISMISS_JSON] ? out_json(answer.data)
                                                    : show_outcome(call, answer.data);
        if (!is_written || cJSON_GetArraySize(refused))
            code = CLI_FAILED;
    }
    cJSON_Delete(body);
    api_done(&answer);
    return code;
}

static const struct cli_example dismiss_examples[] = {
    {"conflicts dismiss '#1003' --dry-run", "which order that is"},
    {"conflicts dismiss '#1003' '#1007'", "both were closed in RMS by hand"},
};

const struct cli_command command_conflicts_dismiss = {
    .name = "conflicts dismiss",
    .summary = "take orders that you have seen to from the list",
    .about = "For what no later message will settle, as an order that the shop deleted "
             "and staff closed in RMS by hand. Neither RMS nor the shop is touched, a "
             "dead letter stays; a later conflict puts the order on the list again. It "
             "exits with 1 when some were not on it, and says why.",
    .argument = "ORDER...",
    .argument_help = "as conflicts list shows it, or the id, or the name",
    .many = true,
    .options = dismiss_options,
    .option_count = CLI_COUNT(dismiss_options),
    .examples = dismiss_examples,
    .example_count = CLI_COUNT(dismiss_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_dismiss,
};
