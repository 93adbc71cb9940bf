/* test_tillctl_cli: command lines, and the words about wrong ones, by tables. */
#include "core/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FLAG, NUMBER, SWITCH, CHOICE };
static const struct cli_option options[] = {
    [FLAG] = {.name = "--dry-run", .kind = CLI_FLAG, .help = "write nothing"},
    [NUMBER] = {.name = "--lookback",
                .value = "MINUTES",
                .kind = CLI_INT,
                .min = 1,
                .max = 1440,
                .help = "how far back"},
    [SWITCH] = {.name = "--enabled",
                .value = "true|false",
                .kind = CLI_BOOL,
                .help = "on"},
    [CHOICE] = {.name = "--print",
                .value = "sqlite|postgres|sqlserver",
                .kind = CLI_CHOICE,
                .help = "SQL"},
};

static const struct cli_example examples[] = {{"poll --dry-run", "only looks"}};

static const struct cli_command poll = {
    .name = "poll",
    .summary = "poll the shop now",
    .about = "It waits for the orders.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL API_TOKEN",
};
static const struct cli_command create = {.name = "topics create",
                                          .summary = "make them",
                                          .about = "",
                                          .settings = "KAFKA_BROKERS"};
static const struct cli_command check = {.name = "topics check",
                                         .summary = "look at them",
                                         .about = "",
                                         .settings = "KAFKA_BROKERS"};

enum { SHOP };
static const struct cli_option explain_options[] = {
    [SHOP] = {.name = "--shop", .value = "SHOP", .kind = CLI_TEXT, .help = "whose"},
};
static const struct cli_command explain = {.name = "explain",
                                           .summary = "tell of an order",
                                           .about = "",
                                           .argument = "ORDER",
                                           .argument_help = "its id or its name",
                                           .options = explain_options,
                                           .option_count = CLI_COUNT(explain_options),
                                           .settings = "KAFKA_BROKERS"};

static const struct cli_command dismiss = {.name = "conflicts dismiss",
                                           .summary = "seen to",
                                           .about = "",
                                           .argument = "ORDER...",
                                           .argument_help = "ids or names",
                                           .many = true,
                                           .options = options,
                                           .option_count = 1,
                                           .settings = "API_URL"};

static const struct cli_command *const commands[] = {&poll, &create, &check, &explain,
                                                     NULL};

static struct buf text;
static struct cli_call call;

static enum cli_verdict parse(const char *line)
{
    static char words[400];
    static char name[] = "tillctl";
    char *argv[20] = {name};
    int argc = 1;
    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    buf_done(&text);
    buf_init(&text, 65536);
    return cli_parse(argc, argv, commands, &call, &text);
}

static void test_understood(void **state)
{
    (void)state;
    assert_int_equal(parse("poll"), CLI_RUN);
    assert_ptr_equal(call.command, &poll);
    assert_false(call.given[FLAG] || call.given[NUMBER]);

    assert_int_equal(
        parse("poll --lookback 60 --dry-run --enabled=false --print postgres"), CLI_RUN);
    assert_true(call.given[FLAG] && call.given[NUMBER] && call.given[SWITCH]);
    assert_int_equal(call.value[NUMBER], 60);
    assert_int_equal(call.value[SWITCH], 0);
    assert_int_equal(call.value[CHOICE], 1);

    assert_int_equal(parse("poll --lookback=1440 --enabled true --print=sqlserver"),
                     CLI_RUN);
    assert_int_equal(call.value[NUMBER], 1440);
    assert_int_equal(call.value[SWITCH], 1);
    assert_int_equal(call.value[CHOICE], 2);
    assert_false(call.given[FLAG]);

    assert_int_equal(parse("topics check"), CLI_RUN);
    assert_ptr_equal(call.command, &check);
}

static void test_argument(void **state)
{
    (void)state;
    assert_int_equal(parse("poll"), CLI_RUN);
    assert_null(call.argument);
    assert_int_equal(parse("explain #1003"), CLI_RUN);
    assert_string_equal(call.argument, "#1003");
    assert_null(call.text[SHOP]);
    assert_int_equal(parse("explain --shop a.example 1003"), CLI_RUN);
    assert_string_equal(call.argument, "1003");
    assert_string_equal(call.text[SHOP], "a.example");
    assert_int_equal(parse("explain 1003 --shop=b.example"), CLI_RUN);
    assert_string_equal(call.text[SHOP], "b.example");
}

static void test_several_arguments(void **state)
{
    static const struct cli_command *const only[] = {&dismiss, NULL};
    static char words[5][20] = {"tillctl", "conflicts", "dismiss", "#1003", "--dry-run"};
    char *argv[CLI_ARGUMENTS_MAX + 5] = {words[0], words[1], words[2], words[4]};
    (void)state;
    for (int i = 4; i < CLI_ARGUMENTS_MAX + 5; i++)
        argv[i] = words[3];
    for (int count = 0; count <= CLI_ARGUMENTS_MAX + 1; count++) {
        buf_done(&text);
        buf_init(&text, 65536);
        bool is_fine = count > 0 && count <= CLI_ARGUMENTS_MAX;
        assert_int_equal(cli_parse(count + 4, argv, only, &call, &text),
                         is_fine ? CLI_RUN : CLI_WRONG);
        if (is_fine) {
            assert_int_equal(call.argument_count, count);
            assert_string_equal(call.arguments[count - 1], "#1003");
        } else {
            assert_string_equal(buf_str(&text),
                                count ? "conflicts dismiss: 100 at most at once"
                                      : "conflicts dismiss: expected ORDER...: ids or "
                                        "names");
        }
    }
    assert_true(call.given[FLAG]);
}

static const struct {
    const char *line, *said;
} wrong[] = {
    {"", "expected a command (tillctl --help lists them)"},
    {"pol",
     "unknown command \"pol\"; did you mean poll? (tillctl --help lists what there is)"},
    {"topic create",
     "unknown command \"topic\"; did you mean topics? (tillctl --help lists "
     "what there is)"},
    {"frobnicate", "unknown command \"frobnicate\" (tillctl --help lists what there is)"},
    {"--verbose", "unknown option \"--verbose\" (tillctl --help lists what there is)"},
    {"topics", "topics: expected one of: topics create, topics check"},
    {"topics creat",
     "unknown command \"topics creat\"; there is: topics create, topics check"},
    {"poll --lokback 5",
     "poll: unknown option --lokback; did you mean --lookback? (tillctl "
     "poll --help lists what there is)"},
    {"poll --lookback-minutes=5", "poll: unknown option --lookback-minutes=5 (tillctl "
                                  "poll --help lists what there is)"},
    {"poll now", "poll: unexpected now (tillctl poll --help lists what there is)"},
    {"poll --lookback", "poll: --lookback needs a value: MINUTES from 1 to 1440"},
    {"poll --lookback 0", "poll: --lookback 0: expected MINUTES from 1 to 1440"},
    {"poll --lookback 1441", "poll: --lookback 1441: expected MINUTES from 1 to 1440"},
    {"poll --lookback 5m", "poll: --lookback 5m: expected MINUTES from 1 to 1440"},
    {"poll --lookback 99999999999999999999",
     "poll: --lookback 99999999999999999999: expected MINUTES from 1 to 1440"},
    {"poll --lookback= --dry-run", "poll: --lookback : expected MINUTES from 1 to 1440"},
    {"poll --lookback --dry-run",
     "poll: --lookback --dry-run: expected MINUTES from 1 to 1440"},
    {"poll --dry-run=yes", "poll: --dry-run takes no value"},
    {"poll --dry-run --dry-run", "poll: --dry-run is given twice"},
    {"poll --lookback 5 --lookback=6", "poll: --lookback is given twice"},
    {"poll --enabled maybe", "poll: --enabled maybe: expected true|false"},
    {"poll --print oracle", "poll: --print oracle: expected sqlite|postgres|sqlserver"},
    {"poll --print sql", "poll: --print sql: expected sqlite|postgres|sqlserver"},
    {"explain", "explain: expected ORDER: its id or its name"},
    {"explain --shop a.example", "explain: expected ORDER: its id or its name"},
    {"explain 1003 1004",
     "explain: unexpected 1004 (tillctl explain --help lists what there is)"},
    {"explain -1003", "explain: unknown option -1003 (tillctl explain --help lists what "
                      "there is)"},
    {"explain 1003 --shop", "explain: --shop needs a value: SHOP"},
    {"explain 1003 --shop=", "explain: --shop : expected SHOP"},
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLI_COUNT(wrong); i++) {
        assert_int_equal(parse(wrong[i].line), CLI_WRONG);
        assert_string_equal(buf_str(&text), wrong[i].said);
    }
}

static void assert_shows(const char *line, const char *part)
{
    assert_int_equal(parse(line), CLI_SHOW);
    if (!strstr(buf_str(&text), part))
        fail_msg("tillctl %s shows\n%s\nwithout\n%s", line, buf_str(&text), part);
}

static void test_help(void **state)
{
    (void)state;
    assert_shows("--version", "tillctl " TB_VERSION "\n");
    assert_shows("--help", "  topics create  make them\n");
    assert_shows("-h", "  2  wrong command line or settings; nothing was done\n");
    assert_shows("topics --help", "  topics check   look at them\n");
    assert_null(strstr(buf_str(&text), "poll"));
    assert_shows("poll --help",
                 "Usage: tillctl poll [OPTIONS]\n\nPoll the shop now.\n\nIt "
                 "waits for the orders.\n\nOptions:\n");
    assert_shows("poll --lookback 5 --help",
                 "  --lookback MINUTES                 1 to 1440: how far back\n");
    assert_shows("poll -h", "  tillctl poll --dry-run\n      only looks\n");
    assert_shows("poll -h", "\nSettings it reads: API_URL API_TOKEN\n");
    assert_shows("topics create --help", "Usage: tillctl topics create\n");
    assert_shows("explain --help", "Usage: tillctl explain ORDER [OPTIONS]\n");
    assert_shows("explain --help", "Options:\n  ORDER        its id or its name\n");
}

static void test_help_fits_a_terminal(void **state)
{
    static const char lorem[] =
        "a text of many words that goes on and on so that it has to be "
        "broken into lines, each of them narrow enough";
    static const struct cli_option long_options[] = {
        {.name = "--wait", .value = "SECONDS", .kind = CLI_FLAG, .help = lorem}};
    static const struct cli_command wordy = {.name = "wordy",
                                             .summary = "short",
                                             .about = lorem,
                                             .options = long_options,
                                             .option_count = 1,
                                             .settings = ""};
    (void)state;
    buf_done(&text);
    buf_init(&text, 65536);
    cli_help(&wordy, &text);
    for (const char *line = buf_str(&text); *line;) {
        size_t len = strcspn(line, "\n");
        assert_in_range(len, 0, 79);
        line += len + 1;
    }
    assert_non_null(strstr(buf_str(&text), "\n  --wait SECONDS  a text of many words"));
    assert_non_null(strstr(buf_str(&text), "\n                  "));
}

static void test_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(cli_exit_of(RC_OK), 0);
    assert_int_equal(cli_exit_of(RC_REJECT), 1);
    assert_int_equal(cli_exit_of(RC_FATAL), 1);
    assert_int_equal(CLI_USAGE, 2);
    assert_int_equal(cli_exit_of(RC_RETRY), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_understood),
        cmocka_unit_test(test_argument),
        cmocka_unit_test(test_several_arguments),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_help_fits_a_terminal),
        cmocka_unit_test(test_exit_codes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_done(&text);
    return failed;
}
