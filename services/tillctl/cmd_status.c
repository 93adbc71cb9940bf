/* cmd_status: what the polling does now. */
#include "ask.h"
#include "commands.h"

enum { JSON };
static const struct cli_option options[] = {[JSON] = CLI_OPTION_JSON};

static enum cli_exit run(const struct cli_call *call)
{
    return ask_and_show(
        call->cfg,
        &(struct ask_request){.route = API_STATUS, .timeout_ms = ASK_TIMEOUT_MS},
        call->given[JSON]);
}

static const struct cli_example examples[] = {
    {"status", "settings, last and next poll, counters, each shop"},
    {"status --json | jq .statistics.sync_errors", "one number, for a script"},
};

const struct cli_command command_status = {
    .name = "status",
    .summary = "show what the polling does and has done",
    .about = "",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL",
    .run = run,
};
