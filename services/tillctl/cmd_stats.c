/* cmd_stats: all counters, and counting from zero again. */
#include "ask.h"
#include "commands.h"
#include "out.h"

enum { RESET, REBUILD, JSON };
static const struct cli_option options[] = {
    [RESET] = {.name = "--reset", .kind = CLI_FLAG, .help = "count from zero again"},
    [REBUILD] = {.name = "--rebuild",
                 .kind = CLI_FLAG,
                 .help =
                     "empty Redis of tillbridge's keys and count again from the topics"},
    [JSON] = CLI_OPTION_JSON,
};

static enum cli_exit run(const struct cli_call *call)
{
    if (call->given[RESET] && call->given[REBUILD]) {
        out_error("stats: --rebuild takes a reset back; choose one of the two");
        return CLI_USAGE;
    }
    enum api_route route = call->given[REBUILD] ? API_REBUILD
                           : call->given[RESET] ? API_RESET
                                                : API_STATS;
    return ask_and_show(
        call->cfg, &(struct ask_request){.route = route, .timeout_ms = ASK_TIMEOUT_MS},
        call->given[JSON]);
}

static const struct cli_example examples[] = {
    {"stats", "all counters, and the reasons that occurred"},
    {"stats --reset", "at the start of a day; orders in flight are counted after it"},
    {"stats --rebuild", "after Redis was restored from an old copy, or to be sure"},
};

const struct cli_command command_stats = {
    .name = "stats",
    .summary = "show all counters since the last reset",
    .about =
        "The parts add up: polled = already synced + newly synced + updated + "
        "cancelled + skipped + conflicts + errors + in flight. A reset zeroes what is "
        "shown; nothing is lost by it. A rebuild counts all that the topics still hold, "
        "since "
        "their beginning.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL API_TOKEN",
    .run = run,
};
