/* cmd_drift: compares the shop's orders of a window with RMS's, and repairs what differs.
 *
 * The fetcher publishes the window as a dry run whose orders carry the header force; the
 * reconcilers say of each what they would change; RMS is asked which orders of the window
 * it has. Those that the shop did not show are asked for by their ids: the window's edges
 * are by two clocks, and what is still not shown then is extra.
 */
#include "commands.h"
#include "core/moment.h"
#include "database.h"
#include "drift_read.h"
#include "drift_rms.h"
#include "fetch.h"
#include "io/clock.h"
#include "out.h"
#include "wire/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FROM, TO, REPAIR, PLAIN, TIMEOUT, JSON };

enum {
    TIMEOUT_S = 7200,
    TIMEOUT_MAX_S = 7 * 86400,
    IDS_MAX = 10000, /* of one request */
    RUNS = DRIFT_RUNS_MAX,
};

static const struct cli_option options[] = {
    [FROM] = {.name = "--from",
              .value = "TIME",
              .kind = CLI_TEXT,
              .help = "orders made from then on: 2026-11-22 (UTC), 2026-11-22T10:00:00Z"},
    [TO] = {.name = "--to",
            .value = "TIME",
            .kind = CLI_TEXT,
            .help = "and before then (now)"},
    [REPAIR] = {.name = "--repair",
                .kind = CLI_FLAG,
                .help = "apply what is missing, differs or was cancelled; then compare "
                        "again"},
    [PLAIN] = {.name = "--plain",
               .kind = CLI_FLAG,
               .help = "read the shop page by page, without a bulk operation"},
    [TIMEOUT] = {.name = "--timeout",
                 .value = "SECONDS",
                 .kind = CLI_INT,
                 .min = 1,
                 .max = TIMEOUT_MAX_S,
                 .help = "how long to wait for each part (7200)"},
    [JSON] = CLI_OPTION_JSON,
};

struct comparing {
    const struct cli_call *call;
    struct sql *sql;
    int64_t from_ms, to_ms;
    struct arena arena;
    char ids[RUNS][FETCH_ID_MAX];
    size_t runs;
    struct drift drift;
};

/* ---- runs ---- */

static struct backfill request_of(struct comparing *c, bool dry_run)
{
    return (struct backfill){.version = MESSAGE_VERSION,
                             .id = fetch_id(c->ids[c->runs++]),
                             .shop = c->call->cfg->shopify_shop,
                             .requested_ms = clock_now_ms(),
                             .plain = c->call->given[PLAIN],
                             .dry_run = dry_run,
                             .force = true};
}

static int64_t until_ms(const struct comparing *c)
{
    const struct cli_call *call = c->call;
    int64_t timeout_s = call->given[TIMEOUT] ? call->value[TIMEOUT] : TIMEOUT_S;
    return clock_monotonic_ms() + timeout_s * 1000;
}

static enum rc run_to_end(struct comparing *c, const struct backfill *request,
                          struct progress *end, struct err *e)
{
    const struct fetch_follow follow = {.cfg = c->call->cfg,
                                        .id = request->id,
                                        .since_ms = request->requested_ms,
                                        .until_ms = until_ms(c),
                                        .shows = !c->call->given[JSON]};
    enum rc rc = fetch_ask(c->call->cfg, request, e);
    if (rc == RC_OK)
        rc = fetch_wait(&follow, &c->arena, end, e);
    if (rc == RC_OK && strcmp(end->state, PROGRESS_FINISHED) != 0)
        rc = err_set(e, RC_REJECT, "drift", "the run %s was %s", request->id, end->state);
    if (rc == RC_OK && end->note && !c->call->given[JSON])
        fprintf(stderr, "%s\n", end->note);
    return rc;
}

/* A dry run, and what the reconcilers say of it. */
static enum rc compare(struct comparing *c, const struct backfill *request, struct err *e)
{
    struct progress end = {0};
    enum rc rc = run_to_end(c, request, &end, e);
    if (rc)
        return rc;
    const struct drift_wait wait = {
        .cfg = c->call->cfg, .since_ms = request->requested_ms, .until_ms = until_ms(c)};
    return drift_read(&wait, &end, &c->drift, e);
}

/* ---- RMS's side ---- */

static const char *id_text(struct arena *arena, int64_t id)
{
    return arena_printf(arena, "%" PRId64, id);
}

/* Those that the window did not show are asked for by id. */
static enum rc ask_for_rest(struct comparing *c, const struct drift_rms_list *list,
                            struct arena *arena, struct err *e)
{
    struct backfill request = request_of(c, true);
    request.orders.at = arena_array(arena, IDS_MAX, sizeof(*request.orders.at));
    for (size_t i = 0; i < list->count && request.orders.count < IDS_MAX; i++)
        if (!drift_find(&c->drift, list->at[i].shop_order))
            request.orders.at[request.orders.count++] =
                id_text(arena, list->at[i].shop_order);
    if (!request.orders.count)
        return RC_OK;
    drift_add_run(&c->drift, request.id);
    return compare(c, &request, e);
}

static enum rc add_rms(struct comparing *c, struct err *e)
{
    struct arena arena;
    struct drift_rms_list list = {0};
    arena_init(&arena);
    const struct drift_rms_window window = {
        .from_ms = c->from_ms, .to_ms = c->to_ms, .zone = c->call->cfg->rms_timezone};
    enum rc rc = drift_rms_read(c->sql, &window, &arena, &list, e);
    if (rc == RC_OK)
        rc = ask_for_rest(c, &list, &arena, e);
    size_t shown = c->drift.count;
    for (size_t i = 0; rc == RC_OK && i < list.count; i++)
        drift_take_rms(&c->drift, list.at[i].shop_order, list.at[i].id,
                       list.at[i].closed);
    struct drift known = c->drift; /* what the shop showed; extras are added behind */
    known.count = shown;
    for (size_t i = 0; rc == RC_OK && i < list.count; i++)
        if (!drift_find(&known, list.at[i].shop_order))
            drift_add_extra(&c->drift, list.at[i].shop_order, list.at[i].id);
    if (rc == RC_OK)
        drift_settle(&c->drift);
    arena_done(&arena);
    return rc;
}

static enum rc look(struct comparing *c, struct err *e)
{
    c->runs = 0;
    struct backfill request = request_of(c, true);
    request.from_ms = c->from_ms;
    request.to_ms = c->to_ms;
    request.by = BACKFILL_BY_CREATED;
    drift_init(&c->drift, request.id);
    enum rc rc = compare(c, &request, e);
    return rc ? rc : add_rms(c, e);
}

/* ---- repairing ---- */

/* How many orders the reconcilers looked at, for real: by their results. */
static enum rc repair_some(struct comparing *c, size_t *next, struct err *e)
{
    struct arena arena;
    struct progress end = {0};
    struct backfill request = request_of(c, false);
    c->runs--; /* its id is needed no longer than this */
    arena_init(&arena);
    request.orders.at = arena_array(&arena, IDS_MAX, sizeof(*request.orders.at));
    for (; *next < c->drift.count && request.orders.count < IDS_MAX; (*next)++)
        if (drift_repairs(c->drift.orders[*next].kind))
            request.orders.at[request.orders.count++] =
                id_text(&arena, c->drift.orders[*next].id);
    enum rc rc = RC_OK;
    if (request.orders.count)
        rc = run_to_end(c, &request, &end, e);
    if (rc == RC_OK && !c->call->given[JSON] && request.orders.count)
        fprintf(stderr, "%" PRId64 " orders published to be repaired\n", end.orders);
    arena_done(&arena);
    return rc;
}

/* Results of an order stand in the order of its messages: the second look, published
 * behind the repair, is decided on after it. */
static enum rc repair(struct comparing *c, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t next = 0; rc == RC_OK && next < c->drift.count;)
        rc = repair_some(c, &next, e);
    if (rc)
        return rc;
    drift_done(&c->drift);
    return look(c, e);
}

/* ---- the command ---- */

static bool needs_repair(const struct drift *drift)
{
    for (enum drift_kind kind = DRIFT_SAME; kind < DRIFT_COUNT; kind++)
        if (drift_repairs(kind) && drift->totals[kind])
            return true;
    return false;
}

static enum cli_exit work(struct comparing *c)
{
    struct err e = {0};
    enum rc rc = look(c, &e);
    if (rc == RC_OK && c->call->given[REPAIR] && needs_repair(&c->drift))
        rc = repair(c, &e);
    enum cli_exit code = cli_exit_of(rc);
    if (rc)
        out_error("%s", e.text);
    else if (!drift_show(&c->drift, c->call->given[JSON]) || drift_differing(&c->drift))
        code = CLI_FAILED;
    drift_done(&c->drift);
    return code;
}

static enum rc read_window(const struct cli_call *call, struct comparing *c,
                           struct err *e)
{
    int64_t now_ms = clock_now_ms();
    if (!call->given[FROM] || !call->cfg->shopify_shop[0])
        return err_set(e, RC_REJECT, "drift",
                       call->given[FROM] ? "SHOPIFY_SHOP is not set: which shop?"
                                         : "drift: --from is missing");
    enum rc rc = moment_parse("--from", call->text[FROM], now_ms, &c->from_ms, e);
    c->to_ms = now_ms;
    if (rc == RC_OK && call->given[TO])
        rc = moment_parse("--to", call->text[TO], now_ms, &c->to_ms, e);
    c->from_ms -= c->from_ms % 1000;
    c->to_ms -= c->to_ms % 1000;
    if (rc == RC_OK && c->from_ms >= c->to_ms)
        rc = err_set(e, RC_REJECT, "drift",
                     "drift: --from must be before --to, which is now unless given");
    return rc;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct err e = {0};
    struct comparing c = {.call = call};
    if (read_window(call, &c, &e)) {
        out_error("%s", e.text);
        return CLI_USAGE;
    }
    enum cli_exit code = database_open(call->cfg, 0, &c.sql);
    arena_init(&c.arena);
    if (code == CLI_DONE)
        code = work(&c);
    arena_done(&c.arena);
    sql_close(c.sql);
    return code;
}

static const struct cli_example examples[] = {
    {"drift --from 2026-11-01", "what differs of the orders made since"},
    {"drift --from 2026-11-01 --to 2026-11-08 --repair", "and mend it"},
    {"drift --from 2026-11-21 --json", "for a monitor: it exits with 1 when any differs"},
};

const struct cli_command command_drift = {
    .name = "drift",
    .summary = "compare the shop's orders with RMS's, one by one",
    .about =
        "For the orders made in the window: missing in RMS, differing in a column or a "
        "line, cancelled or open on one side only, held by staff, refused, and extra in "
        "RMS. The shop is read by the fetcher and the comparison is made by the "
        "reconcilers in a dry run, so it follows the very rules by which orders are "
        "applied: what staff did to an order in hand is no difference. It exits with 0 "
        "when nothing differs, with 1 when something does, or is left after --repair.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "SHOPIFY_SHOP KAFKA_BROKERS KAFKA_CONF RMS_TIMEZONE; " DATABASE_SETTINGS,
    .run = run,
};
