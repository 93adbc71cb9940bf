/* cmd_webhooks: the subscriptions that make Shopify send webhooks to the fetcher: looked
 * at, made, put right, deleted. */
#include "commands.h"
#include "core/hooks.h"
#include "io/cfg.h"
#include "out.h"
#include "shop.h"

#include <stdlib.h>
#include <string.h>

enum { DRY_RUN, JSON };
static const struct cli_option options[] = {
    [DRY_RUN] = {.name = "--dry-run",
                 .kind = CLI_FLAG,
                 .help = "only say what would be done"},
    [JSON] = CLI_OPTION_JSON,
};

enum {
    HOOKS_MAX = 1000,
};

struct run {
    const struct cfg *cfg;
    struct shop *shop;
    struct arena arena;
    struct hook *hooks;
    size_t count;
    bool dry_run, is_wrong;
    struct table table;
    cJSON *list;
};

static cJSON *must(cJSON *value)
{
    if (!value)
        abort(); /* out of memory: as in arena.h */
    return value;
}

/* ---- reading ---- */

static enum rc read_hook(const struct json_at *node, struct arena *arena,
                         struct hook *out, struct err *e)
{
    int fields = 0;
    const char *texts[4] = {0};
    static const char *const names[] = {"id", "topic", "uri", "format"};
    for (size_t i = 0; i < CLI_COUNT(names); i++) {
        struct json_at at = json_member(node, names[i]);
        enum rc rc = json_text(&at, &texts[i], e);
        if (rc)
            return rc;
        texts[i] = arena_strdup(arena, texts[i]);
    }
    struct json_at at = json_member(node, "includeFields");
    enum rc rc = json_array(&at, &fields, e);
    if (rc == RC_OK)
        *out = (struct hook){.id = texts[0],
                             .topic = texts[1],
                             .uri = texts[2],
                             .is_json = strcmp(texts[3], "JSON") == 0,
                             .is_small = fields > 0};
    return rc;
}

/* *after: the next page's cursor, or NULL. */
static enum rc read_page(struct run *run, const struct reply *reply, const char **after,
                         struct err *e)
{
    int count = 0;
    bool has_next = false;
    struct json_at root = reply_root(reply);
    struct json_at data = json_member(&root, "data");
    struct json_at list = json_member(&data, "webhookSubscriptions");
    struct json_at nodes = json_member(&list, "nodes");
    struct json_at info = json_member(&list, "pageInfo");
    struct json_at more = json_member(&info, "hasNextPage");
    struct json_at cursor = json_member(&info, "endCursor");
    enum rc rc = json_array(&nodes, &count, e);
    if (rc || (rc = json_bool(&more, &has_next, e)) ||
        (rc = json_text_opt(&cursor, after, e)))
        return rc;
    for (int i = 0; i < count && run->count < HOOKS_MAX; i++) {
        struct json_at node = json_element(&nodes, i);
        if ((rc = read_hook(&node, &run->arena, &run->hooks[run->count++], e)))
            return rc;
    }
    *after = has_next && *after ? arena_strdup(&run->arena, *after) : NULL;
    return RC_OK;
}

static enum rc read_all(struct run *run, struct err *e)
{
    const char *after = NULL;
    run->hooks = arena_array(&run->arena, HOOKS_MAX, sizeof(*run->hooks));
    do {
        struct reply reply = {0};
        cJSON *variables = must(cJSON_CreateObject());
        if (after)
            must(cJSON_AddStringToObject(variables, "after", after));
        enum rc rc = shop_ask(run->shop, QUERY_WEBHOOKS, variables, &reply, e);
        if (rc == RC_OK)
            rc = read_page(run, &reply, &after, e);
        reply_done(&reply);
        if (rc)
            return rc;
    } while (after && run->count < HOOKS_MAX);
    return RC_OK;
}

/* ---- doing ---- */

/* Shopify's own words about what it refused. */
static enum rc check_refusals(const struct reply *reply, const char *topic, struct err *e)
{
    struct json_at root = reply_root(reply);
    struct json_at data = json_member(&root, "data");
    const struct json_at payload = {.value = data.value ? data.value->child : NULL,
                                    .parent = &data,
                                    .name = "payload"};
    struct json_at errors = json_member(&payload, "userErrors");
    int count = 0;
    enum rc rc = json_array(&errors, &count, e);
    if (rc || !count)
        return rc;
    struct json_at first = json_element(&errors, 0);
    struct json_at message = json_member(&first, "message");
    const char *text = NULL;
    if ((rc = json_text(&message, &text, e)))
        return rc;
    return err_set(e, RC_REJECT, "webhooks.change", "%s: Shopify refused it: %s", topic,
                   text);
}

static enum rc change(struct run *run, const struct hooks_row *row, struct err *e)
{
    static const enum query queries[] = {[HOOKS_MAKE] = QUERY_WEBHOOK_CREATE,
                                         [HOOKS_CHANGE] = QUERY_WEBHOOK_UPDATE,
                                         [HOOKS_REMOVE] = QUERY_WEBHOOK_DELETE};
    struct reply reply = {0};
    cJSON *variables = must(cJSON_CreateObject());
    if (row->act == HOOKS_MAKE)
        must(cJSON_AddStringToObject(variables, "topic", row->topic));
    else
        must(cJSON_AddStringToObject(variables, "id", row->hook->id));
    if (row->act != HOOKS_REMOVE)
        cJSON_AddItemToObject(variables, "input",
                              hooks_input(row->topic, run->cfg->webhook_address));
    enum rc rc = shop_ask(run->shop, queries[row->act], variables, &reply, e);
    if (rc == RC_OK)
        rc = check_refusals(&reply, row->topic, e);
    reply_done(&reply);
    return rc;
}

/* ---- showing ---- */

static void report(struct run *run, const struct hooks_row *row)
{
    bool is_wrong = hooks_is_wrong(row);
    bool is_good = row->act != HOOKS_LEAVE || row->state == HOOKS_OK;
    const char *uri = row->hook ? row->hook->uri : run->cfg->webhook_address;
    const char *text = hooks_state_text(row->state);
    if (row->act != HOOKS_LEAVE)
        text = arena_printf(&run->arena, "%s%s (%s)", run->dry_run ? "would be " : "",
                            hooks_act_text(row->act), text);
    table_add(&run->table,
              is_wrong  ? TABLE_BAD
              : is_good ? TABLE_GOOD
                        : TABLE_WARN,
              TABLE_CELLS(row->topic, uri, text));
    cJSON *item = must(cJSON_CreateObject());
    must(cJSON_AddStringToObject(item, "topic", row->topic));
    if (row->hook) {
        must(cJSON_AddStringToObject(item, "id", row->hook->id));
        must(cJSON_AddStringToObject(item, "address", row->hook->uri));
    }
    must(cJSON_AddStringToObject(item, "state", text));
    must(cJSON_AddBoolToObject(item, "ok", !is_wrong));
    cJSON_AddItemToArray(run->list, item);
    run->is_wrong |= is_wrong;
}

static enum rc work(struct run *run, enum hooks_verb verb, struct err *e)
{
    enum rc rc = read_all(run, e);
    if (rc)
        return rc;
    const struct hooks_plan plan =
        hooks_plan(verb, run->hooks, run->count, run->cfg->webhook_address, &run->arena);
    for (size_t i = 0; rc == RC_OK && i < plan.count; i++) {
        if (plan.rows[i].act != HOOKS_LEAVE && !run->dry_run)
            rc = change(run, &plan.rows[i], e);
        if (rc == RC_OK)
            report(run, &plan.rows[i]);
    }
    return rc;
}

static bool show(const struct run *run, bool as_json)
{
    if (!cJSON_GetArraySize(run->list)) /* Shopify did not answer */
        return true;
    return as_json ? out_json(run->list) : out_table(&run->table);
}

static enum cli_exit run_verb(const struct cli_call *call, enum hooks_verb verb)
{
    struct err e = {0};
    struct run run = {
        .cfg = call->cfg, .dry_run = call->given[DRY_RUN], .list = cJSON_CreateArray()};
    arena_init(&run.arena);
    table_init(&run.table, &run.arena, 3);
    table_head(&run.table, TABLE_CELLS("TOPIC", "ADDRESS", "STATE"));
    enum rc rc = shop_open(call->cfg, &run.shop, &e);
    if (rc == RC_OK)
        rc = work(&run, verb, &e);
    bool is_written = show(&run, call->given[JSON]);
    if (rc)
        out_error("%s", e.text);
    enum cli_exit code = cli_exit_of(rc);
    bool is_wrong = run.is_wrong && verb != HOOKS_DELETE;
    if (code == CLI_DONE && (is_wrong || !is_written))
        code = CLI_FAILED;
    shop_close(run.shop);
    cJSON_Delete(run.list);
    arena_done(&run.arena);
    return code;
}

static enum cli_exit run_checked(const struct cli_call *call, enum hooks_verb verb)
{
    const char *address = call->cfg->webhook_address;
    if (strncmp(address, "https://", 8) == 0)
        return run_verb(call, verb);
    out_error("WEBHOOK_ADDRESS: %s (example: https://tillbridge.example.com/webhooks)",
              address[0] ? "does not begin with https://" : "not set");
    return CLI_USAGE;
}

static enum cli_exit run_list(const struct cli_call *call)
{
    /* It has no --dry-run: its --json is the first option. */
    struct cli_call shown = *call;
    shown.given[JSON] = call->given[0];
    shown.given[DRY_RUN] = false;
    return run_checked(&shown, HOOKS_LIST);
}

static enum cli_exit run_create(const struct cli_call *call)
{
    return run_checked(call, HOOKS_CREATE);
}

static enum cli_exit run_repair(const struct cli_call *call)
{
    return run_checked(call, HOOKS_REPAIR);
}

static enum cli_exit run_delete(const struct cli_call *call)
{
    return run_checked(call, HOOKS_DELETE);
}

#define SETTINGS                                                                 \
    "SHOPIFY_SHOP SHOPIFY_ACCESS_TOKEN SHOPIFY_CLIENT_ID SHOPIFY_CLIENT_SECRET " \
    "SHOPIFY_API_URL SHOPIFY_API_VERSION SHOPIFY_TIMEOUT_MS WEBHOOK_ADDRESS"

static const struct cli_option list_options[] = {CLI_OPTION_JSON};
static const struct cli_example list_examples[] = {
    {"webhooks list", "which are there, and which are missing"},
};
static const struct cli_example delete_examples[] = {
    {"webhooks delete --dry-run", "before webhooks are given up: which it would be"},
};
static const struct cli_example create_examples[] = {
    {"webhooks create --dry-run", "before the first start with ENABLE_WEBHOOKS=true"},
};
static const struct cli_example repair_examples[] = {
    {"webhooks repair", "after WEBHOOK_ADDRESS has changed"},
};

const struct cli_command command_webhooks_list = {
    .name = "webhooks list",
    .summary = "show the app's webhook subscriptions and those that are missing",
    .about = "Ends with 1 when a subscription that is needed is missing, or has another "
             "address only. Shopify shows an app its own subscriptions only.",
    .options = list_options,
    .option_count = CLI_COUNT(list_options),
    .examples = list_examples,
    .example_count = CLI_COUNT(list_examples),
    .settings = SETTINGS,
    .run = run_list,
};

const struct cli_command command_webhooks_create = {
    .name = "webhooks create",
    .summary = "make the webhook subscriptions that are missing",
    .about = "They send the order's id only, to WEBHOOK_ADDRESS. Those that exist stay "
             "as they are.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = create_examples,
    .example_count = CLI_COUNT(create_examples),
    .settings = SETTINGS,
    .run = run_create,
};

const struct cli_command command_webhooks_repair = {
    .name = "webhooks repair",
    .summary = "put the webhook subscriptions right",
    .about = "Makes those that are missing, gives those with another address ours, and "
             "has the order's id sent only.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = repair_examples,
    .example_count = CLI_COUNT(repair_examples),
    .settings = SETTINGS,
    .run = run_repair,
};

const struct cli_command command_webhooks_delete = {
    .name = "webhooks delete",
    .summary = "delete the webhook subscriptions of WEBHOOK_ADDRESS",
    .about = "Others stay. Polling goes on without webhooks.",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = delete_examples,
    .example_count = CLI_COUNT(delete_examples),
    .settings = SETTINGS,
    .run = run_delete,
};
