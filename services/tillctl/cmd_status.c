/* cmd_status: what the polling does now, and which orders need a person. */
#include "ask.h"
#include "commands.h"
#include "out.h"

enum { JSON };
static const struct cli_option options[] = {[JSON] = CLI_OPTION_JSON};

static void add_order(const cJSON *order, struct table *table)
{
    const char *name = api_text(order, "name");
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS(name[0] ? name : api_text(order, "order"),
                          api_text(order, "action"), api_text(order, "reason"),
                          api_text(order, "remedy")));
}

/* The API gives the newest of them. */
static void add_rest(const cJSON *data, int shown, struct table *table)
{
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(data, "total");
    if (cJSON_IsNumber(total) && total->valueint > shown)
        table_add(table, TABLE_PLAIN,
                  TABLE_CELLS(
                      arena_printf(table->arena, "and %d more", total->valueint - shown),
                      "", "", ""));
}

static enum cli_exit show_orders(const cJSON *data)
{
    const cJSON *orders = cJSON_GetObjectItemCaseSensitive(data, "conflicts");
    struct arena arena;
    struct table table;
    const cJSON *order = NULL;
    arena_init(&arena);
    table_init(&table, &arena, 4);
    table_head(&table, TABLE_CELLS("needs a person", "action", "reason", "remedy"));
    cJSON_ArrayForEach (order, orders)
        add_order(order, &table);
    add_rest(data, cJSON_GetArraySize(orders), &table);
    bool is_written = out_text("\n") && out_table(&table);
    arena_done(&arena);
    return is_written ? CLI_DONE : CLI_FAILED;
}

static enum cli_exit show_open(const struct cli_call *call, const cJSON *status)
{
    const cJSON *statistics = cJSON_GetObjectItemCaseSensitive(status, "statistics");
    const cJSON *open = cJSON_GetObjectItemCaseSensitive(statistics, "open_issues");
    if (!cJSON_IsNumber(open) || open->valuedouble == 0.0)
        return CLI_DONE;
    struct api_answer answer = {0};
    enum cli_exit code = ask_or_say(
        call, &(struct ask_request){.route = API_CONFLICTS, .timeout_ms = ASK_TIMEOUT_MS},
        &answer);
    if (code == CLI_DONE)
        code = show_orders(answer.data);
    api_done(&answer);
    return code;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct api_answer answer = {0};
    enum cli_exit code = ask_or_say(
        call, &(struct ask_request){.route = API_STATUS, .timeout_ms = ASK_TIMEOUT_MS},
        &answer);
    if (code == CLI_DONE)
        code = ask_show(answer.data, call->given[JSON]);
    if (code == CLI_DONE && !call->given[JSON])
        code = show_open(call, answer.data);
    api_done(&answer);
    return code;
}

static const struct cli_example examples[] = {
    {"status", "settings, last and next poll, counters, each shop, open orders"},
    {"status --json | jq .statistics.sync_errors", "one number, for a script"},
};

const struct cli_command command_status = {
    .name = "status",
    .summary = "show what the polling does and has done, and what needs a person",
    .about =
        "Orders that were refused or are in conflict are listed with what to do about "
        "them; tillctl explain tells more about one, and conflicts dismiss takes those "
        "off "
        "that you have seen to.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL",
    .run = run,
};
