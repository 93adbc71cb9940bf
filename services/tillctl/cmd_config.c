/* cmd_config: changes the polling settings while everything runs. */
#include "ask.h"
#include "commands.h"
#include "out.h"

enum { INTERVAL, LOOKBACK, BATCH, PAGES, ENABLED, JSON };

#define RANGE(name) .min = API_CONFIG_##name##_MIN, .max = API_CONFIG_##name##_MAX

static const struct cli_option options[] = {
    [INTERVAL] = {.name = "--interval",
                  .value = "MINUTES",
                  .kind = CLI_INT,
                  RANGE(interval_minutes),
                  .help = "time between polls"},
    [LOOKBACK] = {.name = "--lookback",
                  .value = "MINUTES",
                  .kind = CLI_INT,
                  RANGE(lookback_minutes),
                  .help = "what a poll reads again before the watermark"},
    [BATCH] = {.name = "--batch-size",
               .value = "N",
               .kind = CLI_INT,
               RANGE(batch_size),
               .help = "orders a page"},
    [PAGES] = {.name = "--max-pages",
               .value = "N",
               .kind = CLI_INT,
               RANGE(max_pages),
               .help = "pages a poll"},
    [ENABLED] = {.name = "--enabled",
                 .value = "true|false",
                 .kind = CLI_BOOL,
                 .help = "whether the timer polls; polls by hand always work"},
    [JSON] = CLI_OPTION_JSON,
};

/* The members of the request's body, in the options' order. */
static const char *const members[] = {
    [INTERVAL] = "interval_minutes", [LOOKBACK] = "lookback_minutes",
    [BATCH] = "batch_size",          [PAGES] = "max_pages",
    [ENABLED] = "enabled",
};

static enum cli_exit run(const struct cli_call *call)
{
    enum cli_exit code = CLI_USAGE;
    cJSON *body = ask_body(call, members, CLI_COUNT(members));
    if (body->child)
        code = ask_and_show(call->cfg,
                            &(struct ask_request){.route = API_CONFIG,
                                                  .body = body,
                                                  .timeout_ms = ASK_TIMEOUT_MS},
                            call->given[JSON]);
    else
        out_error("config: nothing to change; tillctl status shows what is set, tillctl "
                  "config --help what can be");
    cJSON_Delete(body);
    return code;
}

static const struct cli_example examples[] = {
    {"config --interval 5 --batch-size 100", "poll twice as often, in larger pages"},
    {"config --enabled false", "stop the timer, for maintenance"},
};

const struct cli_command command_config = {
    .name = "config",
    .summary = "change the polling settings while it runs",
    .about =
        "What is not named stays as it is. The change outlives restarts: from then on "
        "it counts instead of the environment's ORDER_POLLING_... settings.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL API_TOKEN",
    .run = run,
};
