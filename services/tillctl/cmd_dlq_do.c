/* cmd_dlq_do: dead letters sent again, set aside, taken back. */
#include "ask.h"
#include "commands.h"
#include "out.h"

#include <stdio.h>
#include <string.h>

enum {
    DO_TIMEOUT_MS =
        2 * ASK_TIMEOUT_MS, /* a hundred letters, and a broker that fails over */
};

enum { IDS, ALL, DO_REASON, DO_ORDER, DO_SINCE, DO_UNTIL, DRY_RUN, DO_JSON, FORCE };
static const struct cli_option do_options[] = {
    [IDS] = {.name = "--ids",
             .value = "ID,ID...",
             .kind = CLI_TEXT,
             .help = "these letters, as dlq list shows them"},
    [ALL] = {.name = "--all",
             .kind = CLI_FLAG,
             .help = "all; the options below choose fewer of them"},
    [DO_REASON] = {.name = "--reason",
                   .value = "REASON",
                   .kind = CLI_TEXT,
                   .help = "those refused for this reason, as unknown_sku"},
    [DO_ORDER] = {.name = "--order",
                  .value = "ORDER",
                  .kind = CLI_TEXT,
                  .help = "those of an order: its id, or its name"},
    [DO_SINCE] = {.name = "--since",
                  .value = "TIME",
                  .kind = CLI_TEXT,
                  .help = "those refused then or later, as 2026-11-22T10:00:00Z"},
    [DO_UNTIL] = {.name = "--until",
                  .value = "TIME",
                  .kind = CLI_TEXT,
                  .help = "those refused before then"},
    [DRY_RUN] = {.name = "--dry-run",
                 .kind = CLI_FLAG,
                 .help = "say which it would be, and do nothing"},
    [DO_JSON] = CLI_OPTION_JSON,
    [FORCE] = {.name = "--force",
               .kind = CLI_FLAG,
               .help = "also what was sent again already, or too often"},
};

static void add_ids(cJSON *body, const char *text)
{
    cJSON *ids = cJSON_AddArrayToObject(body, "ids");
    while (*text) {
        char id[64];
        size_t len = strcspn(text, ",");
        snprintf(id, sizeof(id), "%.*s", (int)len, text);
        cJSON_AddItemToArray(ids, cJSON_CreateString(id));
        text += len + (text[len] == ',');
    }
}

static cJSON *body_of(const struct cli_call *call, const char *action)
{
    static const struct {
        int option;
        const char *member;
    } texts[] = {{DO_REASON, "reason"},
                 {DO_ORDER, "order"},
                 {DO_SINCE, "since"},
                 {DO_UNTIL, "until"}};
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "action", action);
    for (size_t i = 0; i < CLI_COUNT(texts); i++)
        if (call->given[texts[i].option])
            cJSON_AddStringToObject(body, texts[i].member, call->text[texts[i].option]);
    if (call->given[IDS])
        add_ids(body, call->text[IDS]);
    else
        cJSON_AddTrueToObject(body, "all");
    if (call->given[DRY_RUN])
        cJSON_AddTrueToObject(body, "dry_run");
    if (call->given[FORCE])
        cJSON_AddTrueToObject(body, "force");
    return body;
}

/* What a letter is after the action. */
static const char *outcome_of(const cJSON *data)
{
    const char *action = api_text(data, "action");
    if (strcmp(action, "redrive") == 0)
        return "sent again";
    return strcmp(action, "park") == 0 ? "parked" : "taken back";
}

static bool show_outcome(const cJSON *data)
{
    const cJSON *item = NULL;
    const cJSON *done = cJSON_GetObjectItemCaseSensitive(data, "done");
    bool dry = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, "dry_run"));
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    cJSON_ArrayForEach (item, done)
        buf_printf(&text, "%s  %s%s\n", cJSON_GetStringValue(item),
                   dry ? "would be " : "", outcome_of(data));
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(data, "refused"))
        buf_printf(&text, "%s  not done: %s\n", api_text(item, "id"),
                   api_text(item, "why"));
    if (!text.len)
        buf_text(&text, "no dead letter fits\n");
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    return is_written;
}

/* A hundred at a time; refused ones stay, so asking again makes sense only while
 * something is done. */
static enum cli_exit act_once(const struct cli_call *call, const cJSON *body, bool *more)
{
    struct api_answer answer = {0};
    enum cli_exit code = ask_or_say(call,
                                    &(struct ask_request){.route = API_LETTERS_DO,
                                                          .body = body,
                                                          .timeout_ms = DO_TIMEOUT_MS},
                                    &answer);
    *more = false;
    if (code == CLI_DONE) {
        const cJSON *data = answer.data;
        const cJSON *done = cJSON_GetObjectItemCaseSensitive(data, "done");
        *more = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, "more")) &&
                cJSON_GetArraySize(done) && !call->given[DRY_RUN];
        if (!(call->given[DO_JSON] ? out_json(data) : show_outcome(data)))
            code = CLI_FAILED;
        else if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(data, "refused")))
            code = CLI_FAILED;
    }
    api_done(&answer);
    return code;
}

static enum cli_exit act(const struct cli_call *call, const char *action)
{
    bool more = true;
    enum cli_exit code = CLI_DONE;
    bool narrowed = call->given[DO_REASON] || call->given[DO_ORDER] ||
                    call->given[DO_SINCE] || call->given[DO_UNTIL];
    if (call->given[IDS] == (call->given[ALL] || narrowed)) {
        out_error("%s: say which: --ids, or --all, or what chooses them, as --reason",
                  call->command->name);
        return CLI_USAGE;
    }
    cJSON *body = body_of(call, action);
    while (code == CLI_DONE && more)
        code = act_once(call, body, &more);
    cJSON_Delete(body);
    return code;
}

static enum cli_exit run_redrive(const struct cli_call *call)
{
    return act(call, "redrive");
}

static enum cli_exit run_park(const struct cli_call *call)
{
    return act(call, "park");
}

static enum cli_exit run_unpark(const struct cli_call *call)
{
    return act(call, "unpark");
}

static const struct cli_example redrive_examples[] = {
    {"dlq redrive --reason unknown_sku --dry-run", "after the item was added: which"},
    {"dlq redrive --order '#1003'", "one order"},
};

const struct cli_command command_dlq_redrive = {
    .name = "dlq redrive",
    .summary = "send dead letters again, after their cause was mended",
    .about =
        "The message goes back as it was, to where its order lies. It counts as redriven "
        "only when Kafka has acknowledged it; refused again, it is a new letter. Parked "
        "letters are sent only when they are named. It exits with 1 when some were "
        "not sent, and says why.",
    .options = do_options,
    .option_count = CLI_COUNT(do_options),
    .examples = redrive_examples,
    .example_count = CLI_COUNT(redrive_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_redrive,
};

static const struct cli_example park_examples[] = {
    {"dlq park --ids 3-17,0-4", "these two were booked by hand"},
};

const struct cli_command command_dlq_park = {
    .name = "dlq park",
    .summary = "set dead letters aside",
    .about =
        "They are listed apart then, and redriving all leaves them out. One that was "
        "sent again is not parked: refused again, it is a new letter.",
    .options = do_options,
    .option_count = FORCE,
    .examples = park_examples,
    .example_count = CLI_COUNT(park_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_park,
};

static const struct cli_example unpark_examples[] = {
    {"dlq unpark --all", "all that were set aside are open again"},
};

const struct cli_command command_dlq_unpark = {
    .name = "dlq unpark",
    .summary = "take parked dead letters back among the open ones",
    .about = "",
    .options = do_options,
    .option_count = FORCE,
    .examples = unpark_examples,
    .example_count = CLI_COUNT(unpark_examples),
    .settings = "API_URL API_TOKEN",
    .run = run_unpark,
};
