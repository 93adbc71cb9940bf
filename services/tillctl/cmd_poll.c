/* cmd_poll: asks for a poll now, waits for its orders and shows what became of them. */
#include "ask.h"
#include "commands.h"
#include "dry_run.h"
#include "io/clock.h"
#include "out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOOKBACK, BATCH, PAGES, DRY_RUN, TIMEOUT, STATS_ONLY, RESET, JSON };

enum {
    TIMEOUT_S = 900, /* longer than any TRIGGER_WAIT_S */
    TIMEOUT_MAX_S = 86400,
    LOOK_EVERY_MS = 1000,
};

#define RANGE(name) .min = API_TRIGGER_##name##_MIN, .max = API_TRIGGER_##name##_MAX

static const struct cli_option options[] = {
    [LOOKBACK] =
        {.name = "--lookback",
         .value = "MINUTES",
         .kind = CLI_INT,
         RANGE(lookback_minutes),
         .help = "orders changed in the last so many minutes; else as the timer does"},
    [BATCH] = {.name = "--batch-size",
               .value = "N",
               .kind = CLI_INT,
               RANGE(batch_size),
               .help = "orders a page"},
    [PAGES] = {.name = "--max-pages",
               .value = "N",
               .kind = CLI_INT,
               RANGE(max_pages),
               .help = "pages at most"},
    [DRY_RUN] = {.name = "--dry-run",
                 .kind = CLI_FLAG,
                 .help = "say what would be done, and write nothing to RMS"},
    [TIMEOUT] = {.name = "--timeout",
                 .value = "SECONDS",
                 .kind = CLI_INT,
                 .min = 1,
                 .max = TIMEOUT_MAX_S,
                 .help = "how long to wait for its orders (900)"},
    [STATS_ONLY] = {.name = "--stats-only",
                    .kind = CLI_FLAG,
                    .help = "do not poll, only show the counters"},
    [RESET] = {.name = "--reset-stats",
               .kind = CLI_FLAG,
               .help = "count from zero again before anything else"},
    [JSON] = CLI_OPTION_JSON,
};

/* The members of the request's body, in the options' order. */
static const char *const members[] = {
    [LOOKBACK] = "lookback_minutes",
    [BATCH] = "batch_size",
    [PAGES] = "max_pages",
    [DRY_RUN] = "dry_run",
};

/* ---- following a poll ---- */

struct poll {
    const struct cfg *cfg;
    int64_t until_ms; /* monotonic */
    struct api_answer answer;
    bool shows_progress; /* a person looks at standard error */
};

static const char *text_of(const struct poll *poll, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(poll->answer.data, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static int64_t left_ms(const struct poll *poll)
{
    return poll->until_ms - clock_monotonic_ms();
}

static enum rc trigger(struct poll *poll, const cJSON *body, struct err *e)
{
    return ask_send(poll->cfg,
                    &(struct ask_request){.route = API_TRIGGER,
                                          .body = body->child ? body : NULL,
                                          .timeout_ms = left_ms(poll)},
                    &poll->answer, e);
}

static enum rc look(struct poll *poll, const char *id, struct err *e)
{
    struct api_answer answer = {0};
    enum rc rc =
        ask_send(poll->cfg,
                 &(struct ask_request){
                     .route = API_TRIGGER_STATE, .arg = id, .timeout_ms = ASK_TIMEOUT_MS},
                 &answer, e);
    if (rc)
        return rc;
    api_done(&poll->answer);
    poll->answer = answer;
    return RC_OK;
}

static void show_progress(const struct poll *poll)
{
    if (poll->shows_progress)
        fprintf(stderr, "\r\033[K%.100s", text_of(poll, "message"));
}

/* Looks until the poll is no longer running. The API may be away in between: the poll
 * goes on without it. */
static enum rc follow(struct poll *poll, struct err *e)
{
    char id[256];
    enum rc rc = RC_OK;
    snprintf(id, sizeof(id), "%s", text_of(poll, "trigger_id"));
    while (strcmp(text_of(poll, "status"), "running") == 0) {
        show_progress(poll);
        if (left_ms(poll) <= 0)
            return err_set(e, RC_RETRY, "poll",
                           "trigger %s still runs: %s. It goes on; tillctl status shows "
                           "its counters",
                           id, text_of(poll, "message"));
        nanosleep(&(struct timespec){.tv_sec = LOOK_EVERY_MS / 1000}, NULL);
        rc = look(poll, id, e);
        if (rc != RC_OK && (rc != RC_RETRY || left_ms(poll) <= 0))
            return rc;
    }
    return RC_OK;
}

/* ---- what a dry run would change ---- */

static bool show_changes(const struct changes *changes)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    changes_view(changes, out_has_color(), &text);
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    return is_written;
}

/* Shows the changes to people, or puts them into the answer for programs. Where they
 * can't be read the counters are shown all the same. */
static enum cli_exit add_changes(const struct poll *poll, bool as_json)
{
    struct err e = {0};
    struct changes changes;
    changes_init(&changes, text_of(poll, "trigger_id"));
    enum rc rc = dry_run_read(poll->cfg, &changes, &e);
    enum cli_exit code = cli_exit_of(rc);
    if (rc)
        out_error("what would change can't be shown: %s", e.text);
    else if (as_json)
        changes_json(&changes,
                     cJSON_GetObjectItemCaseSensitive(poll->answer.root, "data"));
    else if (!show_changes(&changes))
        code = CLI_FAILED;
    changes_done(&changes);
    return code;
}

static enum cli_exit show_answer(const struct cli_call *call, const struct poll *poll)
{
    const char *status = text_of(poll, "status");
    enum cli_exit code = CLI_DONE;
    if (strcmp(status, "dry_run") == 0)
        code = add_changes(poll, call->given[JSON]);
    enum cli_exit shown = ask_show(poll->answer.data, call->given[JSON]);
    if (shown != CLI_DONE || strcmp(status, "error") == 0)
        return CLI_FAILED;
    return code;
}

static enum cli_exit poll_now(const struct cli_call *call)
{
    struct err e = {0};
    int64_t timeout_s = call->given[TIMEOUT] ? call->value[TIMEOUT] : TIMEOUT_S;
    struct poll poll = {.cfg = call->cfg,
                        .until_ms = clock_monotonic_ms() + timeout_s * 1000,
                        .shows_progress = isatty(STDERR_FILENO)};
    cJSON *body = ask_body(call, members, CLI_COUNT(members));
    enum rc rc = trigger(&poll, body, &e);
    if (rc == RC_OK)
        rc = follow(&poll, &e);
    if (poll.shows_progress)
        fprintf(stderr, "\r\033[K");
    enum cli_exit code = cli_exit_of(rc);
    if (rc)
        out_error("%s", e.text);
    else
        code = show_answer(call, &poll);
    api_done(&poll.answer);
    cJSON_Delete(body);
    return code;
}

/* ---- the command ---- */

static bool is_only_stats(const struct cli_call *call)
{
    for (size_t i = LOOKBACK; i <= TIMEOUT; i++)
        if (call->given[i])
            return false;
    return true;
}

static enum rc reset(const struct cfg *cfg, struct err *e)
{
    struct api_answer answer = {0};
    enum rc rc = ask_send(
        cfg, &(struct ask_request){.route = API_RESET, .timeout_ms = ASK_TIMEOUT_MS},
        &answer, e);
    api_done(&answer);
    return rc;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct err e = {0};
    if (call->given[STATS_ONLY] && !is_only_stats(call)) {
        out_error("poll: --stats-only does not poll; leave out what is for polling");
        return CLI_USAGE;
    }
    enum rc rc = call->given[RESET] ? reset(call->cfg, &e) : RC_OK;
    if (rc) {
        out_error("%s", e.text);
        return cli_exit_of(rc);
    }
    if (!call->given[STATS_ONLY])
        return poll_now(call);
    return ask_and_show(
        call->cfg,
        &(struct ask_request){.route = API_STATS, .timeout_ms = ASK_TIMEOUT_MS},
        call->given[JSON]);
}

static const struct cli_example examples[] = {
    {"poll", "now, as the timer would"},
    {"poll --dry-run --lookback 60", "what the last hour's orders would change in RMS"},
    {"poll --stats-only --reset-stats", "start counting from zero"},
};

const struct cli_command command_poll = {
    .name = "poll",
    .summary = "poll the shop now and show what became of its orders",
    .about =
        "It waits until every order that the poll read is accounted for. It exits with "
        "1 when the poll itself failed; orders that were refused or conflict are "
        "counted in what it shows.\nA dry run goes the whole way and is rolled back. It "
        "shows for each order what would be done, why, and each column of RMS now -> "
        "then; new rows without their empty columns. With --json, orders has them as "
        "they stand in rms.results.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "API_URL API_TOKEN; KAFKA_BROKERS KAFKA_CONF for dry runs",
    .run = run,
};
