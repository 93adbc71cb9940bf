/* cmd_stats: all counters, and counting from zero again. */
#include "ask.h"
#include "commands.h"

enum { RESET, JSON };
static const struct cli_option options[] = {
    [RESET] = {.name = "--reset", .kind = CLI_FLAG, .help = "count from zero again"},
    [JSON] = CLI_OPTION_JSON,
};

static enum cli_exit run(const struct cli_call *call)
{
    return ask_and_show(
        call->cfg,
        &(struct ask_request){.route = call->given[RESET] ? API_RESET : API_STATS,
                              .timeout_ms = ASK_TIMEOUT_MS},
        call->given[JSON]);
}

static const struct cli_example examples[] = {
    {"stats", "all counters, and the reasons that occurred"},
    {"stats --reset", "at the start of a day; orders in flight are counted after it"},
};

const struct cli_command command_stats = {
    .name = "stats",
    .summary = "show all counters since the last reset",
    .about =
        "The parts add up: polled = already synced + newly synced + updated + "
        "cancelled + skipped + conflicts + errors + in flight. A reset zeroes what is "
        "shown; nothing is lost by it.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL API_TOKEN",
    .run = run,
};
