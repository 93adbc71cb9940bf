/* cli_help: --help from the tables of the commands. */
#include "core/cli.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WRAP_AT = 79,
    LEFT_MAX = 80, /* bytes of "  --option VALUE" */
};

/* Appends text in lines of WRAP_AT columns. The first begins at column `at`, the others
 * are indented by `indent`. A newline in the text ends a paragraph. */
static void add_wrapped(struct buf *out, const char *text, int at, int indent)
{
    while (*text) {
        int word = (int)strcspn(text, " \n");
        if (at > indent && at + 1 + word > WRAP_AT) {
            buf_printf(out, "\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            buf_text(out, " ");
            at++;
        }
        buf_add(out, text, (size_t)word);
        at += word;
        text += word;
        if (*text == '\n') {
            buf_printf(out, "\n\n%*s", indent, "");
            at = indent;
        }
        text += *text != '\0';
    }
    buf_text(out, "\n");
}

/* A left column of `width`, and a text wrapped beside it. */
static void add_row(struct buf *out, const char *left, int width, const char *text)
{
    buf_printf(out, "%-*s", width, left);
    add_wrapped(out, text, width, width);
}

static void add_exits(struct buf *out)
{
    buf_text(out, "\nExit codes:\n");
#define EXIT(id, code, meaning) buf_printf(out, "  %d  %s\n", code, meaning);
#include "core/exits.def"
#undef EXIT
}

static int summary_column(const struct cli_command *const *commands)
{
    size_t longest = 0;
    for (; *commands; commands++)
        if (strlen((*commands)->name) > longest)
            longest = strlen((*commands)->name);
    return (int)longest + 4;
}

static bool is_in_group(const char *name, const char *group)
{
    size_t len = group ? strlen(group) : 0;
    return !group || (strncmp(name, group, len) == 0 && name[len] == ' ');
}

static void add_tasks(struct buf *out)
{
    buf_text(out, "\nFor instance:\n");
#define TASK(what, line) buf_printf(out, "  tillctl %s\n      %s\n", line, what);
#include "core/tasks.def"
#undef TASK
}

void cli_help_all(const struct cli_command *const *commands, const char *group,
                  struct buf *out)
{
    int column = summary_column(commands);
    buf_printf(out, "Usage: tillctl %s [OPTIONS]\n\nCommands:\n",
               group ? group : "COMMAND");
    for (; *commands; commands++) {
        char left[LEFT_MAX];
        if (!is_in_group((*commands)->name, group))
            continue;
        snprintf(left, sizeof(left), "  %s", (*commands)->name);
        add_row(out, left, column, (*commands)->summary);
    }
    if (!group)
        add_tasks(out);
    buf_text(out, "\ntillctl COMMAND --help tells more about one of them; tillctl "
                  "--version says which this is.\nSettings come from the environment, as "
                  "those of the services do.\n");
    add_exits(out);
}

static void write_left(const struct cli_option *option, char out[LEFT_MAX])
{
    snprintf(out, LEFT_MAX, "  %s%s%s", option->name, option->value ? " " : "",
             option->value ? option->value : "");
}

static int option_column(const struct cli_command *command)
{
    size_t longest = strlen("  --help");
    if (command->argument && strlen(command->argument) + 2 > longest)
        longest = strlen(command->argument) + 2;
    for (size_t i = 0; i < command->option_count; i++) {
        char left[LEFT_MAX];
        write_left(&command->options[i], left);
        if (strlen(left) > longest)
            longest = strlen(left);
    }
    return (int)longest + 2;
}

static void add_options(const struct cli_command *command, struct buf *out)
{
    int column = option_column(command);
    buf_text(out, "\nOptions:\n");
    if (command->argument) {
        char left[LEFT_MAX];
        snprintf(left, sizeof(left), "  %s", command->argument);
        add_row(out, left, column, command->argument_help);
    }
    for (size_t i = 0; i < command->option_count; i++) {
        const struct cli_option *option = &command->options[i];
        char left[LEFT_MAX];
        char text[512];
        write_left(option, left);
        if (option->kind == CLI_INT)
            snprintf(text, sizeof(text), "%" PRId64 " to %" PRId64 ": %s", option->min,
                     option->max, option->help);
        else
            snprintf(text, sizeof(text), "%s", option->help);
        add_row(out, left, column, text);
    }
    add_row(out, "  --help", column, "this text");
}

static void add_sentence(struct buf *out, const char *summary)
{
    int first = (toupper)((unsigned char)summary[0]); /* the function: its macro nests */
    buf_printf(out, "%c%s.\n", first, summary + 1);
}

void cli_help(const struct cli_command *command, struct buf *out)
{
    buf_printf(out, "Usage: tillctl %s%s%s%s\n\n", command->name,
               command->argument ? " " : "", command->argument ? command->argument : "",
               command->option_count ? " [OPTIONS]" : "");
    add_sentence(out, command->summary);
    if (command->about[0]) {
        buf_text(out, "\n");
        add_wrapped(out, command->about, 0, 0);
    }
    add_options(command, out);
    for (size_t i = 0; i < command->example_count; i++)
        buf_printf(out, "%s  tillctl %s\n      %s\n", i ? "" : "\nExamples:\n",
                   command->examples[i].line, command->examples[i].what);
    buf_text(out, "\nSettings it reads:");
    add_wrapped(out, command->settings, 18, 2);
    add_exits(out);
}
