/* cmd_topics: makes the topics, and looks at those that are there. */
#include "commands.h"
#include "core/topics.h"
#include "io/bus.h"
#include "io/cfg.h"
#include "kafka.h"
#include "out.h"
#include "patience.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WAIT, JSON };
static const struct cli_option options[] = {
    [WAIT] = CLI_OPTION_WAIT,
    [JSON] = CLI_OPTION_JSON,
};

struct run {
    struct bus_conf bus;
    const struct cfg *cfg;
    struct arena arena;
    struct table table;
    cJSON *list;
    const struct topic *topic; /* the one at hand */
    struct topics_wish wish;
    bool made;
    int32_t partitions;
    struct bus_header *found;
    size_t found_count;
    bool is_wrong;         /* any of them */
    const char *change;    /* properties to put right at the one at hand, or NULL */
    struct buf suggestion; /* how to do that, all topics */
};

static void report(struct run *run, enum table_style style, const char *state)
{
    const char *partitions = arena_printf(&run->arena, "%d", (int)run->wish.partitions);
    const char *kept = topics_kept(run->topic, &run->arena);
    table_add(&run->table, style, TABLE_CELLS(run->topic->name, partitions, kept, state));
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "topic", run->topic->name);
    cJSON_AddNumberToObject(row, "partitions", run->wish.partitions);
    cJSON_AddStringToObject(row, "kept", kept);
    cJSON_AddBoolToObject(row, "ok", style != TABLE_BAD);
    cJSON_AddStringToObject(row, "state", state);
    if (run->change)
        cJSON_AddStringToObject(row, "change", run->change);
    cJSON_AddItemToArray(run->list, row);
    run->is_wrong |= style == TABLE_BAD;
}

/* ---- check ---- */

static enum rc look(void *ctx, struct err *e)
{
    struct run *run = ctx;
    enum rc rc = bus_topic_partitions(&run->bus, run->topic->name, &run->partitions, e);
    if (rc)
        return rc;
    return bus_topic_config(&run->bus, run->topic->name, &run->arena, &run->found,
                            &run->found_count, e);
}

static const char *found_value(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->found_count; i++)
        if (strcmp(run->found[i].name, name) == 0)
            return run->found[i].value;
    return "";
}

/* name=value, to be handed to Kafka's own tool. */
static void note_change(struct run *run, const struct topics_property *wish)
{
    if (!topics_is_ours(wish->name))
        return;
    run->change =
        run->change
            ? arena_printf(&run->arena, "%s,%s=%s", run->change, wish->name, wish->value)
            : arena_printf(&run->arena, "%s=%s", wish->name, wish->value);
}

/* Says of each property that is not as wished what it is; returns the worst verdict. */
static enum topics_verdict compare(struct run *run, struct buf *text)
{
    enum topics_verdict worst = TOPICS_SAME;
    for (size_t i = 0; i < run->wish.count; i++) {
        const struct topics_property *wish = &run->wish.properties[i];
        const char *found = found_value(run, wish->name);
        enum topics_verdict verdict =
            topics_judge(run->topic, wish->name, wish->value, found);
        if (verdict == TOPICS_SAME)
            continue;
        buf_printf(text, "%s%s is %s, tillctl makes it with %s%s", text->len ? "; " : "",
                   wish->name, found, wish->value,
                   topics_why(run->topic, wish->name, wish->value, found));
        note_change(run, wish);
        if (verdict > worst)
            worst = verdict;
    }
    return worst;
}

static void judge_partitions(struct run *run)
{
    const char *remedy = run->topic->partitions
                             ? "stop all, delete it and create it again"
                             : "set KAFKA_PARTITIONS to that";
    report(run, TABLE_BAD,
           arena_printf(&run->arena, "wrong: has %d partitions: %s", (int)run->partitions,
                        remedy));
}

static void judge(struct run *run)
{
    static const struct {
        enum table_style style;
        const char *word;
    } shown[] = {
        [TOPICS_SAME] = {TABLE_GOOD, "ok"},
        [TOPICS_OTHER] = {TABLE_WARN, "ok, but "},
        [TOPICS_BROKEN] = {TABLE_BAD, "wrong: "},
    };
    struct buf text;
    if (run->partitions != run->wish.partitions) {
        judge_partitions(run);
        return;
    }
    buf_init(&text, OUT_MAX_BYTES);
    enum topics_verdict verdict = compare(run, &text);
    report(run, shown[verdict].style,
           arena_printf(&run->arena, "%s%s", shown[verdict].word, buf_str(&text)));
    buf_done(&text);
    if (run->change)
        buf_printf(&run->suggestion,
                   "  kafka-configs.sh --bootstrap-server %s --alter --topic %s "
                   "--add-config %s\n",
                   run->cfg->kafka_brokers, run->topic->name, run->change);
}

static enum rc check_one(struct run *run, int64_t wait_s, struct err *e)
{
    enum rc rc = patience_try(wait_s, "Kafka", look, run, e);
    if (rc == RC_OK)
        judge(run);
    else if (rc == RC_REJECT)
        report(run, TABLE_BAD, "missing");
    return rc == RC_REJECT ? RC_OK : rc;
}

/* ---- create ---- */

static enum rc create(void *ctx, struct err *e)
{
    struct run *run = ctx;
    struct bus_header config[TOPICS_PROPERTIES_MAX];
    for (size_t i = 0; i < run->wish.count; i++)
        config[i] = (struct bus_header){run->wish.properties[i].name,
                                        run->wish.properties[i].value};
    const struct bus_topic topic = {
        .name = run->topic->name,
        .partitions = run->wish.partitions,
        .replication = run->wish.replication,
        .config = config,
        .config_count = run->wish.count,
    };
    return bus_topic_create(&run->bus, &topic, &run->made, e);
}

static enum rc create_one(struct run *run, int64_t wait_s, struct err *e)
{
    enum rc rc = patience_try(wait_s, "Kafka", create, run, e);
    if (rc == RC_OK)
        report(run, TABLE_GOOD, run->made ? "made" : "already there");
    else if (rc == RC_REJECT) /* there, but otherwise; the others can still be made */
        rc = check_one(run, wait_s, e);
    return rc;
}

/* ---- both ---- */

static enum rc each(struct run *run, const struct cli_call *call,
                    enum rc (*one)(struct run *run, int64_t wait_s, struct err *e),
                    struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < topics_count && rc == RC_OK; i++) {
        run->topic = &topics_all[i];
        run->change = NULL;
        run->wish = topics_wish(run->topic, run->cfg->kafka_partitions,
                                run->cfg->kafka_replication, &run->arena);
        rc = one(run, call->value[WAIT], e);
    }
    return rc;
}

static bool show(const struct run *run, bool as_json)
{
    if (!cJSON_GetArraySize(run->list)) /* nobody answered */
        return true;
    if (as_json)
        return out_json(run->list);
    if (!out_table(&run->table))
        return false;
    return !run->suggestion.len || (out_text("\nTo make them as tillctl does:\n") &&
                                    out_text(buf_str(&run->suggestion)));
}

static enum cli_exit run_all(const struct cli_call *call,
                             enum rc (*one)(struct run *run, int64_t wait_s,
                                            struct err *e))
{
    struct err e = {0};
    struct run run = {
        .cfg = call->cfg,
        .bus = kafka_conf(call->cfg),
        .list = cJSON_CreateArray(),
    };
    arena_init(&run.arena);
    buf_init(&run.suggestion, OUT_MAX_BYTES);
    table_init(&run.table, &run.arena, 4);
    table_head(&run.table, TABLE_CELLS("TOPIC", "PARTITIONS", "KEPT", "STATE"));
    enum rc rc = each(&run, call, one, &e);
    bool is_written = show(&run, call->given[JSON]);
    if (rc)
        out_error("%s", e.text);
    enum cli_exit code = cli_exit_of(rc);
    if (code == CLI_DONE && (run.is_wrong || !is_written))
        code = CLI_FAILED;
    cJSON_Delete(run.list);
    buf_done(&run.suggestion);
    arena_done(&run.arena);
    return code;
}

static enum cli_exit run_create(const struct cli_call *call)
{
    return run_all(call, create_one);
}

static enum cli_exit run_check(const struct cli_call *call)
{
    return run_all(call, check_one);
}

#define TOPIC_SETTINGS "KAFKA_BROKERS KAFKA_CONF KAFKA_PARTITIONS KAFKA_REPLICATION"

static const struct cli_example create_examples[] = {
    {"topics create --wait 60",
     "as the first step of an installation, while Kafka starts"},
};

const struct cli_command command_topics_create = {
    .name = "topics create",
    .summary = "make the Kafka topics that are missing",
    .about = "Topics that are there already stay as they are, so it can be run at any "
             "time. The number of partitions of the order topics is for good: a later "
             "change would tear the versions of an order apart.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = create_examples,
    .example_count = CLI_COUNT(create_examples),
    .settings = TOPIC_SETTINGS,
    .run = run_create,
};

static const struct cli_example check_examples[] = {
    {"topics check", "what differs from how tillctl makes them"},
};

const struct cli_command command_topics_check = {
    .name = "topics check",
    .summary = "compare the topics with what tillbridge needs",
    .about =
        "A topic that is missing, has another number of partitions, another cleanup "
        "policy or too small a limit for messages fails the check. Too large a limit "
        "and another retention are shown, the latter may well be meant. It ends with "
        "the calls of Kafka's own tool that put the rest right.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = check_examples,
    .example_count = CLI_COUNT(check_examples),
    .settings = TOPIC_SETTINGS,
    .run = run_check,
};
