/* cmd_completion: prints the script that completes tillctl's command lines in a shell. */
#include "commands.h"
#include "out.h"

#include <string.h>

static enum cli_exit run(const struct cli_call *call)
{
    struct buf text;
    if (strcmp(call->argument, "bash") != 0) {
        out_error("completion: %s: expected bash", call->argument);
        return CLI_USAGE;
    }
    buf_init(&text, OUT_MAX_BYTES);
    cli_complete_bash(commands_all, &text);
    bool done = out_text(buf_str(&text));
    buf_done(&text);
    return done ? CLI_DONE : CLI_FAILED;
}

static const struct cli_example examples[] = {
    {"completion bash >~/.local/share/bash-completion/completions/tillctl",
     "once; shells that are started then know it"},
};

const struct cli_command command_completion = {
    .name = "completion",
    .summary = "print a script that completes tillctl's commands and options",
    .about = "",
    .argument = "SHELL",
    .argument_help = "bash",
    .argument_words = "bash",
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "none",
    .run = run,
};
