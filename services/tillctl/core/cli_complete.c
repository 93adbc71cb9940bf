/* cli_complete: a script that completes tillctl's command lines in bash, from the tables
 * of the commands. */
#include "core/cli.h"

#include <string.h>

static const char head[] =
    "# bash completion for tillctl, made by: tillctl completion bash\n"
    "_tillctl() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev='' command='' words=''\n"
    "    # bash may cut words at = and :\n"
    "    [[ $cur == = ]] && cur=''\n"
    "    ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}\n"
    "    case $command in\n";

static const char middle[] = "    esac\n"
                             "    case $command in\n"
                             "    '') words='";

static const char tail[] =
    "    esac\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "}\n"
    "complete -F _tillctl tillctl\n";

/* "topics" of "topics create"; the length of the name where it is one word. */
static size_t group_len(const struct cli_command *command)
{
    return strcspn(command->name, " ");
}

static bool same_group(const struct cli_command *a, const struct cli_command *b)
{
    size_t len = group_len(a);
    return len == group_len(b) && strncmp(a->name, b->name, len) == 0;
}

/* True for the first command of each first word. */
static bool begins_group(const struct cli_command *const *commands, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_group(commands[i], commands[at]))
            return false;
    return true;
}

static void add_first_words(const struct cli_command *const *commands, struct buf *out)
{
    for (size_t i = 0; commands[i]; i++)
        if (begins_group(commands, i))
            buf_printf(out, "%.*s ", (int)group_len(commands[i]), commands[i]->name);
    buf_text(out, "--help --version' ;;\n");
}

static void add_second_words(const struct cli_command *const *commands, size_t at,
                             struct buf *out)
{
    buf_printf(out, "    %.*s) words='", (int)group_len(commands[at]),
               commands[at]->name);
    for (size_t i = at; commands[i]; i++)
        if (same_group(commands[i], commands[at]))
            buf_printf(out, "%s ", commands[i]->name + group_len(commands[i]) + 1);
    buf_text(out, "--help' ;;\n");
}

static void add_words_of(const char *words, struct buf *out)
{
    for (; *words; words++)
        buf_add(out, *words == '|' ? " " : words, 1);
}

/* What may follow an option: its words, or nothing that could be known. */
static void add_values(const struct cli_command *command, struct buf *out)
{
    buf_text(out, "        case $prev in\n");
    for (size_t i = 0; i < command->option_count; i++) {
        const struct cli_option *option = &command->options[i];
        if (option->kind == CLI_FLAG)
            continue;
        buf_printf(out, "        %s) words='", option->name);
        if (option->kind == CLI_CHOICE || option->kind == CLI_BOOL)
            add_words_of(option->value, out);
        buf_text(out, "' ;;\n");
    }
    buf_text(out, "        *) words='");
    if (command->argument_words)
        add_words_of(command->argument_words, out);
    for (size_t i = 0; i < command->option_count; i++)
        buf_printf(out, "%s%s", i || command->argument_words ? " " : "",
                   command->options[i].name);
    buf_printf(out, "%s--help' ;;\n        esac ;;\n",
               command->option_count || command->argument_words ? " " : "");
}

static void add_command(const struct cli_command *command, struct buf *out)
{
    buf_printf(out, "    '%s')\n", command->name);
    add_values(command, out);
}

void cli_complete_bash(const struct cli_command *const *commands, struct buf *out)
{
    buf_text(out, head);
    for (size_t i = 0; commands[i]; i++)
        if (commands[i]->name[group_len(commands[i])] && begins_group(commands, i))
            buf_printf(
                out,
                "    %.*s) ((COMP_CWORD > 2)) && command+=\" ${COMP_WORDS[2]}\" ;;\n",
                (int)group_len(commands[i]), commands[i]->name);
    buf_text(out, middle);
    add_first_words(commands, out);
    for (size_t i = 0; commands[i]; i++)
        if (commands[i]->name[group_len(commands[i])] && begins_group(commands, i))
            add_second_words(commands, i, out);
    for (size_t i = 0; commands[i]; i++)
        add_command(commands[i], out);
    buf_text(out, tail);
}
