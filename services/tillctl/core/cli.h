/* cli: the command line of tillctl. Commands are tables (struct cli_command); parsing,
 * --help and the messages about wrong use all come from them. Pure: texts are appended to
 * a buffer that the caller prints.
 */
#ifndef TB_CLI_H
#define TB_CLI_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_exit {
#define EXIT(id, code, meaning) CLI_##id = (code),
#include "core/exits.def"
#undef EXIT
};

/* The exit code for how a part answered. */
enum cli_exit cli_exit_of(enum rc rc);

enum cli_kind {
    CLI_FLAG,   /* given or not */
    CLI_INT,    /* a whole number within min and max */
    CLI_BOOL,   /* true or false */
    CLI_CHOICE, /* one of the words of `value`, | between; read as the word's index */
    CLI_TEXT,   /* any text but "" */
};

struct cli_option {
    const char *name;  /* "--lookback" */
    const char *value; /* "MINUTES", or the words of a choice; NULL for a flag */
    const char *help;
    enum cli_kind kind;
    int64_t min, max; /* CLI_INT, inclusive */
};

enum {
    CLI_OPTIONS_MAX = 12,
    CLI_ARGUMENTS_MAX = 100,
};

struct cli_example {
    const char *line, *what; /* line without "tillctl " */
};

struct cfg;
struct cli_call;

struct cli_command {
    const char *name;     /* one or two words: "poll", "topics create" */
    const char *summary;  /* one line, no full stop */
    const char *about;    /* paragraphs for --help; "" when the summary says it all */
    const char *argument; /* the word it needs beside options: "ORDER"; NULL: none */
    bool many;            /* it takes several of these words */
    const char *argument_help;
    const char *argument_words; /* what it can be, | between; NULL: anything */
    const struct cli_option *options;
    size_t option_count;
    const struct cli_example *examples;
    size_t example_count;
    const char *settings; /* names of settings.def it reads, blanks between */
    enum cli_exit (*run)(const struct cli_call *call);
};

/* A command line that was understood. value[i] belongs to options[i]. */
struct cli_call {
    const struct cli_command *command;
    const struct cfg *cfg; /* set by main */
    const char *argument;  /* borrowed from argv; NULL when the command has none */
    const char *arguments[CLI_ARGUMENTS_MAX]; /* all of them where it takes several */
    size_t argument_count;
    bool given[CLI_OPTIONS_MAX];
    int64_t value[CLI_OPTIONS_MAX];    /* 0 when not given */
    const char *text[CLI_OPTIONS_MAX]; /* of CLI_TEXT; NULL when not given */
};

#define CLI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Rows that several commands share. */
#define CLI_OPTION_JSON                                                              \
    {                                                                                \
        .name = "--json", .kind = CLI_FLAG, .help = "one line of JSON, for programs" \
    }
#define CLI_OPTION_WAIT                                                        \
    {                                                                          \
        .name = "--wait", .value = "SECONDS", .kind = CLI_INT, .max = 3600,    \
        .help = "keep trying while it can't be reached; at most this long (0)" \
    }

enum cli_verdict {
    CLI_RUN,   /* *call is filled */
    CLI_SHOW,  /* `text` is what was asked for: help or version */
    CLI_WRONG, /* `text` is one line that says what is wrong */
};

/* commands: NULL-terminated. text: initialised by the caller. */
enum cli_verdict cli_parse(int argc, char *const *argv,
                           const struct cli_command *const *commands,
                           struct cli_call *call, struct buf *text);

/* Help: all commands, those whose name begins with `group`, or one command. */
void cli_help_all(const struct cli_command *const *commands, const char *group,
                  struct buf *out);
void cli_help(const struct cli_command *command, struct buf *out);

/* The manual page's sections up to the exit codes. */
void cli_man(const struct cli_command *const *commands, struct buf *out);
/* A script that completes command lines in bash. */
void cli_complete_bash(const struct cli_command *const *commands, struct buf *out);

#endif
