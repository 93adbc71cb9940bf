/* cmd_dlq: dead letters: which there are, and what is in them. */
#include "ask.h"
#include "base/instant.h"
#include "base/str.h"
#include "commands.h"
#include "core/words.h"
#include "out.h"

#include <stdio.h>
#include <string.h>

/* ---- list and export ---- */

enum { STATE, REASON, ORDER, SINCE, UNTIL, LIMIT, LIST_JSON };
static const struct cli_option list_options[] = {
    [STATE] = {.name = "--state",
               .value = "open|parked|redriven",
               .kind = CLI_CHOICE,
               .help = "which of them (open)"},
    [REASON] = {.name = "--reason",
                .value = "REASON",
                .kind = CLI_TEXT,
                .help = "only those refused for this reason, as unknown_sku"},
    [ORDER] = {.name = "--order",
               .value = "ORDER",
               .kind = CLI_TEXT,
               .help = "only those of an order: its id, or its name"},
    [SINCE] = {.name = "--since",
               .value = "TIME",
               .kind = CLI_TEXT,
               .help = "only those refused then or later, as 2026-11-22T10:00:00Z"},
    [UNTIL] = {.name = "--until",
               .value = "TIME",
               .kind = CLI_TEXT,
               .help = "only those refused before then"},
    [LIMIT] = {.name = "--limit",
               .value = "N",
               .kind = CLI_INT,
               .min = 1,
               .max = 10000,
               .help = "letters at most (all)"},
    [LIST_JSON] = CLI_OPTION_JSON,
};

/* One letter of a list; false: standard output does not take it. */
typedef bool show_fn(const struct cli_call *call, const cJSON *letter, void *ctx);

struct paging {
    const struct cli_call *call;
    show_fn *show;
    void *ctx;
    int64_t left;
    char after[64]; /* "": from the beginning */
};

static enum cli_exit show_page(struct paging *paging, const cJSON *data)
{
    const cJSON *letter = NULL;
    cJSON_ArrayForEach (letter, cJSON_GetObjectItemCaseSensitive(data, "letters")) {
        if (paging->left == 0)
            return CLI_DONE;
        if (!paging->show(paging->call, letter, paging->ctx))
            return CLI_FAILED;
        paging->left--;
    }
    snprintf(paging->after, sizeof(paging->after), "%s", api_text(data, "next"));
    return CLI_DONE;
}

static enum cli_exit next_page(struct paging *paging)
{
    static const char *const states[] = {"open", "parked", "redriven"};
    const struct cli_call *call = paging->call;
    const char *const query[][2] = {
        {"state", call->given[STATE] ? states[call->value[STATE]] : NULL},
        {"reason", call->text[REASON]},
        {"order", call->text[ORDER]},
        {"since", call->text[SINCE]},
        {"until", call->text[UNTIL]},
        {"after", paging->after[0] ? paging->after : NULL},
        {NULL, NULL}};
    struct api_answer answer = {0};
    enum cli_exit code = ask_or_say(call,
                                    &(struct ask_request){.route = API_LETTERS,
                                                          .query = query,
                                                          .timeout_ms = ASK_TIMEOUT_MS},
                                    &answer);
    paging->after[0] = '\0';
    if (code == CLI_DONE)
        code = show_page(paging, answer.data);
    api_done(&answer);
    return code;
}

static enum cli_exit for_each(const struct cli_call *call, show_fn *show, void *ctx)
{
    struct paging paging = {.call = call,
                            .show = show,
                            .ctx = ctx,
                            .left = call->given[LIMIT] ? call->value[LIMIT] : INT64_MAX};
    enum cli_exit code = next_page(&paging);
    while (code == CLI_DONE && paging.after[0] && paging.left > 0)
        code = next_page(&paging);
    return code;
}

static bool show_json(const struct cli_call *call, const cJSON *letter, void *ctx)
{
    (void)call;
    (void)ctx;
    return out_json(letter);
}

/* Copies, since the answer is freed before the table is printed. */
static bool add_row(const struct cli_call *call, const cJSON *letter, void *ctx)
{
    struct table *table = ctx;
    struct arena *arena = table->arena;
    int64_t failed_ms = 0;
    const char *name = api_text(letter, "name");
    (void)call;
    if (!instant_parse(api_text(letter, "failed_at"), &failed_ms))
        failed_ms = 0;
    table_add(table, TABLE_PLAIN,
              TABLE_CELLS(arena_strdup(arena, api_text(letter, "id")),
                          words_time(failed_ms, arena),
                          arena_strdup(arena, api_text(letter, "order")),
                          arena_strdup(arena, name),
                          arena_strdup(arena, api_text(letter, "reason")),
                          arena_strdup(arena, api_text(letter, "detail"))));
    return true;
}

static enum cli_exit run_list(const struct cli_call *call)
{
    struct arena arena;
    struct table table;
    if (call->given[LIST_JSON])
        return for_each(call, show_json, NULL);
    arena_init(&arena);
    table_init(&table, &arena, 6);
    table_head(&table, TABLE_CELLS("ID", "REFUSED", "ORDER", "NAME", "REASON", "DETAIL"));
    enum cli_exit code = for_each(call, add_row, &table);
    if (code == CLI_DONE && !out_table(&table))
        code = CLI_FAILED;
    arena_done(&arena);
    return code;
}

static const struct cli_example list_examples[] = {
    {"dlq list", "what waits for a person, newest first"},
    {"dlq list --order '#1003'", "what became of one order"},
    {"dlq list --state parked --json", "what was set aside, a line of JSON each"},
};

const struct cli_command command_dlq_list = {
    .name = "dlq list",
    .summary = "list dead letters: orders that were refused",
    .about = "Each line is one message that was refused, with the reason and the remedy. "
             "ID is what the other dlq commands take. Often nothing is to be done: the "
             "next polls publish recent orders again.",
    .options = list_options,
    .option_count = CLI_COUNT(list_options),
    .examples = list_examples,
    .example_count = CLI_COUNT(list_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_list,
};

static enum cli_exit fetch(const struct cli_call *call, const char *id,
                           struct api_answer *out)
{
    return ask_or_say(call,
                      &(struct ask_request){
                          .route = API_LETTER, .arg = id, .timeout_ms = ASK_TIMEOUT_MS},
                      out);
}

static bool export_one(const struct cli_call *call, const cJSON *letter, void *ctx)
{
    enum cli_exit *code = ctx;
    struct api_answer answer = {0};
    *code = fetch(call, api_text(letter, "id"), &answer);
    if (*code == CLI_DONE && !out_json(answer.data))
        *code = CLI_FAILED;
    api_done(&answer);
    return *code == CLI_DONE;
}

static enum cli_exit run_export(const struct cli_call *call)
{
    enum cli_exit code = CLI_DONE;
    enum cli_exit paged = for_each(call, export_one, &code);
    return code ? code : paged;
}

static const struct cli_example export_examples[] = {
    {"dlq export --reason malformed >letters.jsonl", "for somebody to look at"},
};

const struct cli_command command_dlq_export = {
    .name = "dlq export",
    .summary = "write dead letters whole, a line of JSON each",
    .about = "Key, value and headers as they are in the topic; bytes that are no text in "
             "hexadecimal. They may hold customers' data.",
    .options = list_options,
    .option_count = LIST_JSON, /* it is JSON anyway */
    .examples = export_examples,
    .example_count = CLI_COUNT(export_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_export,
};

/* ---- show ---- */

static enum cli_exit run_show(const struct cli_call *call)
{
    struct api_answer answer = {0};
    enum cli_exit code = fetch(call, call->argument, &answer);
    if (code == CLI_DONE)
        code = ask_show(answer.data, call->given[0]);
    api_done(&answer);
    return code;
}

static const struct cli_option show_options[] = {CLI_OPTION_JSON};
static const struct cli_example show_examples[] = {
    {"dlq show 3-17", "key, value and headers as they are in the topic"},
};

const struct cli_command command_dlq_show = {
    .name = "dlq show",
    .summary = "show one dead letter whole",
    .about = "",
    .argument = "ID",
    .argument_help = "as dlq list shows it",
    .options = show_options,
    .option_count = CLI_COUNT(show_options),
    .examples = show_examples,
    .example_count = CLI_COUNT(show_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_show,
};
