/* cmd_replay: a window of shopify.orders, produced again as it is. */
#include "base/json.h"
#include "base/str.h"
#include "commands.h"
#include "core/moment.h"
#include "io/clock.h"
#include "kafka.h"
#include "out.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

#include <inttypes.h>
#include <string.h>

enum { FROM, TO, ORDER, DRY_RUN, JSON };
static const struct cli_option options[] = {
    [FROM] = {.name = "--from",
              .value = "TIME",
              .kind = CLI_TEXT,
              .help = "messages of this time or later: 2026-11-22 (UTC) or "
                      "2026-11-22T10:00:00Z; needed"},
    [TO] = {.name = "--to",
            .value = "TIME",
            .kind = CLI_TEXT,
            .help = "messages before this time (now)"},
    [ORDER] = {.name = "--order",
               .value = "ORDER",
               .kind = CLI_TEXT,
               .help = "only those of an order: its id, or its name"},
    [DRY_RUN] = {.name = "--dry-run",
                 .kind = CLI_FLAG,
                 .help = "count them, and send nothing"},
    [JSON] = CLI_OPTION_JSON,
};

enum {
    ACKNOWLEDGE_MS = 60000,
    FLUSH_EVERY = 1000, /* messages: what is not acknowledged yet is bounded */
};

struct replay {
    const struct cli_call *call;
    int64_t from_ms, to_ms;
    int64_t order;                 /* 0: given by name, or not at all */
    struct bus_producer *producer; /* NULL: only counts */
    int64_t sent, unacknowledged, dry_runs;
    enum rc rc;
    struct err *e;
};

/* ---- which ---- */

static bool has_name(const struct bus_message *message, const char *name)
{
    cJSON *tree = NULL;
    bool same = false;
    if (!message->value || json_parse(message->value, message->value_len, &tree, NULL))
        return false;
    const char *has =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "name"));
    if (has)
        same = strcmp(has, name) == 0 || (has[0] == '#' && strcmp(has + 1, name) == 0);
    cJSON_Delete(tree);
    return same;
}

static bool is_of_order(const struct replay *replay, const struct bus_message *message)
{
    struct arena arena;
    const char *shop = NULL;
    int64_t id = 0;
    if (!replay->call->given[ORDER])
        return true;
    arena_init(&arena);
    bool known = message->key &&
                 snapshot_key_parse(message->key, message->key_len, &arena, &shop, &id);
    arena_done(&arena);
    return (known && id == replay->order) || has_name(message, replay->call->text[ORDER]);
}

/* ---- sending ---- */

static enum rc flush(struct replay *replay)
{
    size_t failed = 0;
    replay->unacknowledged = 0;
    return bus_flush(replay->producer, ACKNOWLEDGE_MS, &failed, replay->e);
}

static enum rc send_again(struct replay *replay, const struct bus_message *message)
{
    const struct bus_record record = bus_record_again(message, TOPIC_ORDERS);
    enum rc rc = bus_produce(replay->producer, &record, replay->e);
    if (rc == RC_OK && ++replay->unacknowledged == FLUSH_EVERY)
        rc = flush(replay);
    return rc;
}

/* The copy gets the time of copying: that is how it is known as a replay. */
static bool see(void *ctx, const struct bus_message *message)
{
    struct replay *replay = ctx;
    if (message->timestamp_ms < replay->from_ms ||
        message->timestamp_ms >= replay->to_ms || !is_of_order(replay, message))
        return true;
    if (bus_header(message, HEADER_DRY_RUN)) {
        replay->dry_runs++;
        return true;
    }
    if (replay->producer)
        replay->rc = send_again(replay, message);
    replay->sent += replay->rc == RC_OK;
    return replay->rc == RC_OK;
}

static enum rc run_all(struct replay *replay, const struct bus_conf *conf)
{
    enum rc rc = RC_OK;
    if (!replay->call->given[DRY_RUN])
        rc = bus_producer_open(conf, &replay->producer, replay->e);
    if (rc == RC_OK)
        rc = bus_read_all(conf, TOPIC_ORDERS, replay->from_ms, see, replay, replay->e);
    if (rc == RC_OK)
        rc = replay->rc;
    if (rc == RC_OK && replay->producer)
        rc = flush(replay);
    bus_producer_close(replay->producer);
    return rc;
}

/* ---- the command ---- */

static bool show(const struct replay *replay)
{
    bool dry = replay->call->given[DRY_RUN];
    cJSON *data = cJSON_CreateObject();
    cJSON_AddBoolToObject(data, "dry_run", dry);
    cJSON_AddNumberToObject(data, "messages", (double)replay->sent);
    cJSON_AddNumberToObject(data, "dry_runs_left_out", (double)replay->dry_runs);
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    buf_printf(&text, "%" PRId64 " messages %s; %" PRId64 " of dry runs left out\n",
               replay->sent, dry ? "would be sent again" : "sent again and acknowledged",
               replay->dry_runs);
    bool is_written =
        replay->call->given[JSON] ? out_json(data) : out_text(buf_str(&text));
    buf_done(&text);
    cJSON_Delete(data);
    return is_written;
}

static enum rc read_window(const struct cli_call *call, struct replay *replay)
{
    struct err *e = replay->e;
    int64_t now_ms = clock_now_ms();
    replay->to_ms = now_ms;
    if (!call->given[FROM])
        return err_set(e, RC_REJECT, "replay", "--from: needed, as --from 2026-11-22");
    enum rc rc = moment_parse("--from", call->text[FROM], now_ms, &replay->from_ms, e);
    if (rc == RC_OK && call->given[TO])
        rc = moment_parse("--to", call->text[TO], now_ms, &replay->to_ms, e);
    if (rc == RC_OK && replay->from_ms >= replay->to_ms)
        rc = err_set(e, RC_REJECT, "replay",
                     "--from must be before --to, which is now unless given");
    return rc;
}

static enum cli_exit run(const struct cli_call *call)
{
    struct err e = {0};
    const struct bus_conf conf = kafka_conf(call->cfg);
    struct replay replay = {.call = call, .e = &e};
    enum rc rc = read_window(call, &replay);
    if (rc) {
        out_error("replay: %s", e.text);
        return CLI_USAGE;
    }
    if (call->given[ORDER] && !str_int64(call->text[ORDER], 1, INT64_MAX, &replay.order))
        replay.order = 0;
    rc = run_all(&replay, &conf);
    if (rc == RC_OK)
        return show(&replay) ? CLI_DONE : CLI_FAILED;
    out_error("replay: after %" PRId64 " messages: %s; run it again: what comes twice "
              "does no harm",
              replay.sent, e.text);
    return cli_exit_of(rc);
}

static const struct cli_example examples[] = {
    {"replay --from 2026-11-22T10:00:00Z --dry-run", "how many messages it would be"},
    {"replay --from 2026-11-22T10:00:00Z --to 2026-11-22T11:00:00Z", "one hour again"},
    {"replay --from 2026-11-01 --order '#1003'", "one order"},
};

const struct cli_command command_replay = {
    .name = "replay",
    .summary = "send a window of orders again, as they were published",
    .about =
        "Messages of shopify.orders are produced again to the same topic, each to where "
        "its order lies. Replaying too much does no harm: what RMS has already is "
        "skipped. Results are counted as replays.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "KAFKA_BROKERS KAFKA_CONF",
    .run = run,
};
