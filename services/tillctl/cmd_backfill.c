/* cmd_backfill: has a historic window of orders published, and shows how far it is. */
#include "commands.h"
#include "core/bar.h"
#include "core/moment.h"
#include "drift_read.h"
#include "fetch.h"
#include "io/clock.h"
#include "out.h"
#include "wire/messages.h"

#include <stdio.h>
#include <string.h>

enum { FROM, TO, BY, PLAIN, DRY_RUN, NO_WAIT, FOLLOW, CANCEL, TIMEOUT, JSON };

enum {
    TIMEOUT_S = 86400,
    TIMEOUT_MAX_S = 30 * 86400,
};

static const struct cli_option options[] = {
    [FROM] = {.name = "--from",
              .value = "TIME",
              .kind = CLI_TEXT,
              .help = "begin of the window: 2026-11-22 (UTC) or 2026-11-22T10:00:00Z"},
    [TO] = {.name = "--to",
            .value = "TIME",
            .kind = CLI_TEXT,
            .help = "its end, which is not part of it (now)"},
    [BY] = {.name = "--by",
            .value = "updated|created",
            .kind = CLI_CHOICE,
            .help = "the time of an order that counts (updated)"},
    [PLAIN] = {.name = "--plain",
               .kind = CLI_FLAG,
               .help = "page by page, without a bulk operation"},
    [DRY_RUN] = {.name = "--dry-run",
                 .kind = CLI_FLAG,
                 .help = "say what would be done, and write nothing to RMS"},
    [NO_WAIT] = {.name = "--no-wait",
                 .kind = CLI_FLAG,
                 .help = "print its id and leave it to the fetcher"},
    [FOLLOW] = {.name = "--follow",
                .value = "ID",
                .kind = CLI_TEXT,
                .help = "show how far that one is"},
    [CANCEL] = {.name = "--cancel",
                .value = "ID",
                .kind = CLI_TEXT,
                .help = "end that one; what was published stays"},
    [TIMEOUT] = {.name = "--timeout",
                 .value = "SECONDS",
                 .kind = CLI_INT,
                 .min = 1,
                 .max = TIMEOUT_MAX_S,
                 .help = "how long to wait for its end (86400)"},
    [JSON] = CLI_OPTION_JSON,
};

static enum cli_exit fault(enum rc rc, const struct err *e)
{
    out_error("%s", e->text);
    return rc == RC_REJECT ? CLI_USAGE : cli_exit_of(rc);
}

static bool show_end(const struct cli_call *call, const struct progress *progress)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    if (call->given[JSON])
        codec_encode(&progress_codec, progress, &text);
    else
        bar_end(progress, &text);
    buf_text(&text, "\n");
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    return is_written;
}

/* What the dry run would change, once the reconcilers are through. */
static enum cli_exit show_changes(const struct cli_call *call, const char *id,
                                  const struct progress *progress)
{
    struct err e = {0};
    struct drift drift;
    drift_init(&drift, id);
    const struct drift_wait wait = {.cfg = call->cfg,
                                    .since_ms = progress->started_ms,
                                    .until_ms = clock_monotonic_ms() + DRIFT_RESULTS_MS};
    enum rc rc = drift_read(&wait, progress, &drift, &e);
    enum cli_exit code = CLI_DONE;
    if (rc)
        code = fault(rc, &e);
    else if (!drift_show(&drift, call->given[JSON]))
        code = CLI_FAILED;
    drift_done(&drift);
    return code;
}

static enum cli_exit follow(const struct cli_call *call, const char *id, int64_t since_ms)
{
    struct err e = {0};
    struct arena arena;
    struct progress end = {0};
    int64_t timeout_s = call->given[TIMEOUT] ? call->value[TIMEOUT] : TIMEOUT_S;
    arena_init(&arena);
    const struct fetch_follow following = {.cfg = call->cfg,
                                           .id = id,
                                           .since_ms = since_ms,
                                           .until_ms =
                                               clock_monotonic_ms() + timeout_s * 1000,
                                           .shows = !call->given[JSON]};
    enum rc rc = fetch_wait(&following, &arena, &end, &e);
    enum cli_exit code = cli_exit_of(rc);
    if (rc)
        out_error("%s", e.text);
    else if (call->given[DRY_RUN])
        code = show_changes(call, id, &end);
    if (!rc && !(call->given[DRY_RUN] && call->given[JSON]) && !show_end(call, &end))
        code = CLI_FAILED;
    if (!rc && strcmp(end.state, PROGRESS_FAILED) == 0)
        code = CLI_FAILED;
    arena_done(&arena);
    return code;
}

static enum rc read_window(const struct cli_call *call, struct backfill *request,
                           struct err *e)
{
    int64_t now_ms = clock_now_ms();
    if (!call->given[FROM])
        return err_set(e, RC_REJECT, "backfill", "backfill: --from is missing");
    enum rc rc = moment_parse("--from", call->text[FROM], now_ms, &request->from_ms, e);
    request->to_ms = now_ms;
    if (rc == RC_OK && call->given[TO])
        rc = moment_parse("--to", call->text[TO], now_ms, &request->to_ms, e);
    if (rc == RC_OK && request->from_ms >= request->to_ms)
        rc = err_set(e, RC_REJECT, "backfill",
                     "backfill: --from must be before --to, which is now unless given");
    return rc ? rc : backfill_check(request, e);
}

static enum cli_exit begin(const struct cli_call *call)
{
    struct err e = {0};
    char id[FETCH_ID_MAX];
    struct backfill request = {.version = MESSAGE_VERSION,
                               .id = fetch_id(id),
                               .shop = call->cfg->shopify_shop,
                               .requested_ms = clock_now_ms(),
                               .by = call->value[BY] ? BACKFILL_BY_CREATED : NULL,
                               .plain = call->given[PLAIN],
                               .dry_run = call->given[DRY_RUN]};
    enum rc rc = read_window(call, &request, &e);
    if (rc == RC_OK)
        rc = fetch_ask(call->cfg, &request, &e);
    if (rc)
        return fault(rc, &e);
    if (!call->given[JSON])
        fprintf(stderr, "backfill %s of %s\n", id, request.shop);
    if (!call->given[NO_WAIT])
        return follow(call, id, request.requested_ms);
    char line[FETCH_ID_MAX + 2];
    snprintf(line, sizeof(line), "%s\n", id);
    return out_text(line) ? CLI_DONE : CLI_FAILED;
}

static enum cli_exit cancel(const struct cli_call *call, const char *id)
{
    struct err e = {0};
    const struct backfill request = {.version = MESSAGE_VERSION,
                                     .id = id,
                                     .shop = call->cfg->shopify_shop,
                                     .requested_ms = clock_now_ms(),
                                     .cancel = true};
    enum rc rc = fetch_was_asked(call->cfg, id, &e);
    if (rc == RC_OK)
        rc = backfill_check(&request, &e);
    if (rc == RC_OK)
        rc = fetch_ask(call->cfg, &request, &e);
    return rc ? fault(rc, &e) : follow(call, id, 0);
}

static enum cli_exit follow_known(const struct cli_call *call, const char *id)
{
    struct err e = {0};
    enum rc rc = fetch_was_asked(call->cfg, id, &e);
    return rc ? fault(rc, &e) : follow(call, id, 0);
}

static enum cli_exit run(const struct cli_call *call)
{
    if (!call->cfg->shopify_shop[0]) {
        out_error("SHOPIFY_SHOP is not set: which shop's orders?");
        return CLI_USAGE;
    }
    if (call->given[CANCEL])
        return cancel(call, call->text[CANCEL]);
    if (call->given[FOLLOW])
        return follow_known(call, call->text[FOLLOW]);
    return begin(call);
}

static const struct cli_example examples[] = {
    {"backfill --from 2026-01-01 --to 2026-02-01", "what changed in January"},
    {"backfill --from 2026-01-01 --by created --dry-run", "what this year's would do"},
    {"backfill --cancel 1795341600-0a1b2c3d", "end one that runs"},
};

const struct cli_command command_backfill = {
    .name = "backfill",
    .summary = "publish the orders of a window in the past",
    .about =
        "The fetcher has Shopify put the orders together by a bulk operation, or reads "
        "them page by page where that is refused, and publishes them beside its polls, "
        "BACKFILL_ORDERS_PER_SECOND at most. They are applied as polled ones are: what "
        "RMS holds already stays as it is, what is older than it holds is left out. The "
        "watermark does not move. It goes on when this command is ended, and after the "
        "fetcher was ended.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "SHOPIFY_SHOP KAFKA_BROKERS KAFKA_CONF",
    .run = run,
};
