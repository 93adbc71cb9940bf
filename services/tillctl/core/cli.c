/* cli: reads a command line by the tables of the commands; see cli.h. */
#include "core/cli.h"

#include "base/str.h"

#include <inttypes.h>
#include <string.h>

enum cli_exit cli_exit_of(enum rc rc)
{
    switch (rc) {
    case RC_OK:
        return CLI_DONE;
    case RC_RETRY:
        return CLI_UNREACHED;
    case RC_REJECT:
    case RC_FATAL:
        return CLI_FAILED;
    }
    return CLI_FAILED;
}

/* What remains to be read. */
struct words {
    int left;
    char *const *at;
};

static const char *next_word(struct words *words)
{
    if (!words->left)
        return NULL;
    words->left--;
    return *words->at++;
}

/* ---- what a person may have meant ---- */

enum {
    NEAR_ENOUGH = 2 /* letters that may differ */
};

/* The nearest word so far; of a name of two words the first. */
struct guess {
    const char *word;
    size_t len, distance;
};

static void consider(struct guess *guess, const char *typed, const char *name)
{
    size_t len = strcspn(name, " ");
    size_t d = str_distance(typed, name, len);
    if (d <= NEAR_ENOUGH && (!guess->word || d < guess->distance))
        *guess = (struct guess){name, len, d};
}

static void add_guess(struct buf *text, const struct guess *guess)
{
    if (guess->word)
        buf_printf(text, "; did you mean %.*s?", (int)guess->len, guess->word);
}

/* ---- options ---- */

static enum cli_verdict wrong_value(const struct cli_command *command,
                                    const struct cli_option *option, const char *value,
                                    struct buf *text)
{
    buf_printf(text, "%s: %s ", command->name, option->name);
    if (value)
        buf_printf(text, "%s: expected ", value);
    else
        buf_text(text, "needs a value: ");
    if (option->kind == CLI_INT)
        buf_printf(text, "%s from %" PRId64 " to %" PRId64, option->value, option->min,
                   option->max);
    else
        buf_text(text, option->value);
    return CLI_WRONG;
}

/* The index of word among those of "a|b|c", or -1. */
static int64_t index_of(const char *words, const char *word)
{
    size_t len = strlen(word);
    int64_t index = 0;
    for (const char *p = words; *p; index++) {
        size_t span = strcspn(p, "|");
        if (span == len && strncmp(p, word, len) == 0)
            return index;
        p += span + (p[span] != '\0');
    }
    return -1;
}

static bool read_value(struct cli_call *call, size_t i, const char *value)
{
    const struct cli_option *option = &call->command->options[i];
    int64_t *out = &call->value[i];
    if (option->kind == CLI_TEXT) {
        call->text[i] = value;
        return value[0] != '\0';
    }
    if (option->kind == CLI_INT)
        return str_int64(value, option->min, option->max, out);
    *out = index_of(option->value, value);
    if (option->kind == CLI_BOOL)
        *out = *out < 0 ? -1 : *out == 0; /* "true|false" */
    return *out >= 0;
}

static bool is_option(const char *word, const char *name, const char **value)
{
    size_t len = strlen(name);
    if (strncmp(word, name, len) != 0 || (word[len] && word[len] != '='))
        return false;
    *value = word[len] ? word + len + 1 : NULL;
    return true;
}

static enum cli_verdict take_option(struct cli_call *call, size_t i, const char *value,
                                    struct words *words, struct buf *text)
{
    const struct cli_command *command = call->command;
    const struct cli_option *option = &command->options[i];
    if (call->given[i]) {
        buf_printf(text, "%s: %s is given twice", command->name, option->name);
        return CLI_WRONG;
    }
    call->given[i] = true;
    if (option->kind == CLI_FLAG) {
        if (value)
            buf_printf(text, "%s: %s takes no value", command->name, option->name);
        return value ? CLI_WRONG : CLI_RUN;
    }
    if (!value)
        value = next_word(words);
    if (!value || !read_value(call, i, value))
        return wrong_value(command, option, value, text);
    return CLI_RUN;
}

static enum cli_verdict unknown_option(const struct cli_command *command,
                                       const char *word, struct buf *text)
{
    struct guess guess = {0};
    for (size_t i = 0; i < command->option_count; i++)
        consider(&guess, word, command->options[i].name);
    buf_printf(text, "%s: %s %s", command->name,
               word[0] == '-' ? "unknown option" : "unexpected", word);
    add_guess(text, &guess);
    buf_printf(text, " (tillctl %s --help lists what there is)", command->name);
    return CLI_WRONG;
}

static enum cli_verdict take_argument(struct cli_call *call, const char *word,
                                      struct buf *text)
{
    if (call->argument_count == CLI_ARGUMENTS_MAX) {
        buf_printf(text, "%s: %d at most at once", call->command->name,
                   (int)CLI_ARGUMENTS_MAX);
        return CLI_WRONG;
    }
    if (call->argument_count == 0)
        call->argument = word;
    call->arguments[call->argument_count++] = word;
    return CLI_RUN;
}

static enum cli_verdict parse_option(struct cli_call *call, const char *word,
                                     struct words *words, struct buf *text)
{
    const char *value = NULL;
    for (size_t i = 0; i < call->command->option_count; i++)
        if (is_option(word, call->command->options[i].name, &value))
            return take_option(call, i, value, words, text);
    bool is_full = call->argument_count && !call->command->many;
    if (word[0] == '-' || !call->command->argument || is_full)
        return unknown_option(call->command, word, text);
    return take_argument(call, word, text);
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static enum cli_verdict parse_options(struct cli_call *call, struct words *words,
                                      struct buf *text)
{
    enum cli_verdict verdict = CLI_RUN;
    for (const char *word; verdict == CLI_RUN && (word = next_word(words));) {
        if (asks_for_help(word)) {
            cli_help(call->command, text);
            return CLI_SHOW;
        }
        verdict = parse_option(call, word, words, text);
    }
    const struct cli_command *command = call->command;
    if (verdict != CLI_RUN || !command->argument || !str_empty(call->argument))
        return verdict;
    buf_printf(text, "%s: expected %s: %s", command->name, command->argument,
               command->argument_help);
    return CLI_WRONG;
}

/* ---- commands ---- */

/* Whether a command's name is these one or two words. */
static bool is_named(const char *name, const char *first, const char *second)
{
    size_t len = strlen(first);
    if (strncmp(name, first, len) != 0)
        return false;
    if (!name[len])
        return true;
    return name[len] == ' ' && second && strcmp(name + len + 1, second) == 0;
}

static bool is_group(const struct cli_command *const *commands, const char *word)
{
    size_t len = strlen(word);
    for (; *commands; commands++)
        if (strncmp((*commands)->name, word, len) == 0 && (*commands)->name[len] == ' ')
            return true;
    return false;
}

static void list_group(const struct cli_command *const *commands, const char *word,
                       struct buf *text)
{
    size_t len = strlen(word);
    const char *between = "";
    for (; *commands; commands++) {
        if (strncmp((*commands)->name, word, len) != 0 || (*commands)->name[len] != ' ')
            continue;
        buf_printf(text, "%s%s", between, (*commands)->name);
        between = ", ";
    }
}

static enum cli_verdict wrong_group(const struct cli_command *const *commands,
                                    const char *first, const char *second,
                                    struct buf *text)
{
    if (second && asks_for_help(second)) {
        cli_help_all(commands, first, text);
        return CLI_SHOW;
    }
    if (second)
        buf_printf(text, "unknown command \"%s %s\"; there is: ", first, second);
    else
        buf_printf(text, "%s: expected one of: ", first);
    list_group(commands, first, text);
    return CLI_WRONG;
}

static enum cli_verdict unknown_command(const struct cli_command *const *commands,
                                        const char *first, const char *second,
                                        struct buf *text)
{
    if (is_group(commands, first))
        return wrong_group(commands, first, second, text);
    struct guess guess = {0};
    for (; *commands; commands++)
        consider(&guess, first, (*commands)->name);
    buf_printf(text, "unknown %s \"%s\"", first[0] == '-' ? "option" : "command", first);
    add_guess(text, &guess);
    buf_text(text, " (tillctl --help lists what there is)");
    return CLI_WRONG;
}

static const struct cli_command *find_command(const struct cli_command *const *commands,
                                              struct words *words)
{
    const char *second = words->left > 1 ? words->at[1] : NULL;
    for (; *commands; commands++) {
        if (!is_named((*commands)->name, words->at[0], second))
            continue;
        int used = strchr((*commands)->name, ' ') ? 2 : 1;
        words->left -= used;
        words->at += used;
        return *commands;
    }
    return NULL;
}

/* --help, --version and the absence of any word. */
static bool parse_general(const struct cli_command *const *commands, const char *word,
                          enum cli_verdict *verdict, struct buf *text)
{
    *verdict = CLI_SHOW;
    if (!word) {
        buf_text(text, "expected a command (tillctl --help lists them)");
        *verdict = CLI_WRONG;
    } else if (asks_for_help(word)) {
        cli_help_all(commands, NULL, text);
    } else if (strcmp(word, "--version") == 0) {
        buf_text(text, "tillctl " TB_VERSION "\n");
    } else {
        return false;
    }
    return true;
}

enum cli_verdict cli_parse(int argc, char *const *argv,
                           const struct cli_command *const *commands,
                           struct cli_call *call, struct buf *text)
{
    struct words words = {argc > 0 ? argc - 1 : 0, argv + 1};
    enum cli_verdict verdict = CLI_SHOW;
    if (parse_general(commands, words.left ? words.at[0] : NULL, &verdict, text))
        return verdict;
    *call = (struct cli_call){.command = find_command(commands, &words)};
    if (call->command)
        return parse_options(call, &words, text);
    return unknown_command(commands, words.at[0], words.left > 1 ? words.at[1] : NULL,
                           text);
}
