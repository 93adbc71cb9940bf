/* cli_man: tillctl's manual page, from the tables of the commands. */
#include "base/roff.h"
#include "core/cli.h"

#include <inttypes.h>

static void add_tasks(struct buf *out)
{
    roff_section(out, "EXAMPLES");
#define TASK(what, line)               \
    buf_text(out, ".TP\n.B tillctl "); \
    roff_line(out, line);              \
    roff_line(out, what ".");
#include "core/tasks.def"
#undef TASK
}

static void add_option(const struct cli_option *option, struct buf *out)
{
    buf_text(out, ".TP\n\\fB");
    roff_text(out, option->name);
    buf_text(out, "\\fR");
    if (option->value) {
        buf_text(out, " \\fI");
        roff_text(out, option->value);
        buf_text(out, "\\fR");
    }
    buf_text(out, "\n");
    if (option->kind == CLI_INT)
        buf_printf(out, "%" PRId64 " to %" PRId64 ": ", option->min, option->max);
    roff_text(out, option->help);
    buf_text(out, ".\n");
}

static void add_examples(const struct cli_command *command, struct buf *out)
{
    for (size_t i = 0; i < command->example_count; i++) {
        buf_text(out, ".PP\nExample: ");
        roff_text(out, command->examples[i].what);
        buf_text(out, ":\n.RS\n.B tillctl ");
        roff_line(out, command->examples[i].line);
        buf_text(out, ".RE\n");
    }
}

static void add_command(const struct cli_command *command, struct buf *out)
{
    buf_text(out, ".SS tillctl ");
    roff_text(out, command->name);
    if (command->argument)
        buf_printf(out, " %s", command->argument);
    buf_text(out, command->option_count ? " [OPTIONS]\n" : "\n");
    roff_text(out, command->summary);
    buf_text(out, ".\n");
    if (command->about[0]) {
        buf_text(out, ".PP\n");
        roff_line(out, command->about);
    }
    if (command->argument) {
        buf_printf(out, ".TP\n.I %s\n", command->argument);
        roff_text(out, command->argument_help);
        buf_text(out, ".\n");
    }
    for (size_t i = 0; i < command->option_count; i++)
        add_option(&command->options[i], out);
    add_examples(command, out);
}

static void add_exits(struct buf *out)
{
    roff_section(out, "EXIT STATUS");
#define EXIT(id, code, meaning)            \
    buf_printf(out, ".TP\n.B %d\n", code); \
    roff_line(out, meaning ".");
#include "core/exits.def"
#undef EXIT
}

void cli_man(const struct cli_command *const *commands, struct buf *out)
{
    roff_page(out, "tillctl", "1", "asks tillbridge, and tells it what to do");
    roff_section(out, "SYNOPSIS");
    buf_text(out, ".B tillctl\n.I COMMAND\n.RI [ OPTIONS ]\n.br\n.B tillctl\n"
                  ".IR COMMAND\n.B \\-\\-help\n");
    roff_section(out, "DESCRIPTION");
    roff_line(out, "Polls the shop now, shows what the services do and have done, tells "
                   "why an order is or is not in RMS, changes the polling, makes topics "
                   "and tables.");
    buf_text(out, ".PP\n");
    roff_line(out, "People get tables, colours only on a terminal (never with NO_COLOR "
                   "set); programs get one line of JSON with --json. What is wrong is "
                   "said in one line on standard error.");
    add_tasks(out);
    roff_section(out, "COMMANDS");
    for (; *commands; commands++)
        add_command(*commands, out);
    add_exits(out);
}
