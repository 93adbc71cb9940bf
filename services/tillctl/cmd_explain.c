/* cmd_explain: everything that is known of one order, and why it is as it is. */
#include "base/str.h"
#include "commands.h"
#include "core/facts_view.h"
#include "core/words.h"
#include "database.h"
#include "find.h"
#include "gather.h"
#include "io/clock.h"
#include "out.h"

#include <inttypes.h>

enum { SHOP, JSON };
static const struct cli_option options[] = {
    [SHOP] = {.name = "--shop",
              .value = "SHOP",
              .kind = CLI_TEXT,
              .help = "the shop's myshopify domain, when it is not SHOPIFY_SHOP"},
    [JSON] = CLI_OPTION_JSON,
};

/* "" when neither says it: then the order is looked for in all shops. */
static const char *shop_of(const struct cli_call *call)
{
    return call->given[SHOP] ? call->text[SHOP] : call->cfg->shopify_shop;
}

/* ---- showing ---- */

static bool show_text(const struct facts *facts)
{
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    facts_view(facts, out_has_color(), &text);
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    return is_written;
}

static bool show_json(const struct facts *facts)
{
    cJSON *root = facts_json(facts);
    bool is_written = out_json(root);
    cJSON_Delete(root);
    return is_written;
}

/* A part that was not reached is said beside what could be shown. */
static void say_unreached(const struct facts *facts)
{
    for (enum facts_part part = FACTS_ORDERS; part < FACTS_PARTS; part++)
        if (facts->unreached[part])
            out_error("%s: %s", facts_part_name(part), facts->unreached[part]);
}

static enum cli_exit show(const struct cli_call *call, const struct facts *facts)
{
    if (!(call->given[JSON] ? show_json(facts) : show_text(facts)))
        return CLI_FAILED;
    say_unreached(facts);
    return facts_incomplete(facts) ? CLI_UNREACHED : CLI_DONE;
}

/* ---- which order ---- */

/* *found false: nothing is known of this id; CLI_UNREACHED when a part was not reached.
 */
static enum cli_exit explain_id(const struct cli_call *call, const char *shop, int64_t id,
                                bool *found)
{
    struct arena arena;
    struct facts facts;
    enum cli_exit code = CLI_FAILED;
    arena_init(&arena);
    facts_init(&facts, shop, id, clock_now_ms(), &arena);
    gather(call->cfg, &facts);
    *found = facts_known(&facts);
    if (*found)
        code = show(call, &facts);
    else if (facts_incomplete(&facts))
        code = CLI_UNREACHED;
    facts_done(&facts);
    arena_done(&arena);
    return code;
}

static cJSON *hits_json(const struct search *search)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "orders");
    for (size_t i = 0; i < search->count; i++) {
        const struct search_hit *hit = &search->hits[i];
        cJSON *each = cJSON_CreateObject();
        cJSON_AddStringToObject(each, "shop", hit->shop);
        cJSON_AddStringToObject(each, "order",
                                arena_printf(search->arena, "%" PRId64, hit->id));
        cJSON_AddStringToObject(each, "name", hit->name);
        cJSON_AddItemToArray(list, each);
    }
    return root;
}

static bool show_hits(const struct search *search)
{
    struct table table;
    table_init(&table, search->arena, 4);
    table_head(&table, TABLE_CELLS("ORDER", "SHOP", "NAME", "LAST MESSAGE"));
    for (size_t i = 0; i < search->count; i++) {
        const struct search_hit *hit = &search->hits[i];
        table_add(&table, TABLE_PLAIN,
                  TABLE_CELLS(arena_printf(search->arena, "%" PRId64, hit->id), hit->shop,
                              hit->name, words_time(hit->seen_ms, search->arena)));
    }
    return out_table(&table);
}

/* Which of them is meant is for the person to say. */
static enum cli_exit tell_apart(const struct cli_call *call, const struct search *search)
{
    cJSON *root = hits_json(search);
    bool is_written = call->given[JSON] ? out_json(root) : show_hits(search);
    cJSON_Delete(root);
    out_error("explain: %s is the name of %zu%s orders; give the id of the one that is "
              "meant, and --shop where the shops differ",
              call->argument, search->count,
              search->count == SEARCH_MAX ? " or more" : "");
    return is_written ? CLI_USAGE : CLI_FAILED;
}

static enum cli_exit unknown(const struct cli_call *call)
{
    const char *shop = shop_of(call);
    out_error("explain: no order %s is known%s%s, neither to the topics nor to RMS; "
              "\"tillctl poll --lookback MINUTES\" reads orders that changed lately",
              call->argument, str_empty(shop) ? "" : " of ", shop);
    return CLI_FAILED;
}

static enum cli_exit explain_hits(const struct cli_call *call,
                                  const struct search *search)
{
    bool found = false;
    if (search->count > 1)
        return tell_apart(call, search);
    if (search->count == 0)
        return unknown(call);
    return explain_id(call, search->hits[0].shop, search->hits[0].id, &found);
}

static enum cli_exit explain_name(const struct cli_call *call)
{
    struct err e = {0};
    struct arena arena;
    struct search search;
    arena_init(&arena);
    search_init(&search, call->argument, shop_of(call), &arena);
    enum rc rc = find_order(call->cfg, &search, &e);
    enum cli_exit code = CLI_UNREACHED;
    if (rc)
        out_error("explain: which order %s is can't be looked up: %s", call->argument,
                  e.text);
    else
        code = explain_hits(call, &search);
    search_done(&search);
    arena_done(&arena);
    return code;
}

/* Digits may be an id or a name. */
static enum cli_exit run(const struct cli_call *call)
{
    const char *shop = shop_of(call);
    int64_t id = 0;
    bool found = false;
    enum cli_exit code = CLI_FAILED;
    if (!str_empty(shop) && str_int64(call->argument, 1, INT64_MAX, &id))
        code = explain_id(call, shop, id, &found);
    if (found)
        return code;
    enum cli_exit by_name = explain_name(call);
    return by_name == CLI_FAILED ? code : by_name;
}

static const struct cli_example examples[] = {
    {"explain 1003", "the order that people call #1003"},
    {"explain '#1003' --json", "the same for programs; # needs quotes in a shell"},
    {"explain 6210000065537", "by Shopify's id, which is quicker"},
};

const struct cli_command command_explain = {
    .name = "explain",
    .summary = "tell what became of one order, and why",
    .about =
        "It shows what Shopify said last, what RMS holds, what tillbridge remembers of "
        "it, the decisions and the dead letters with what to do about them, and what "
        "would happen now: the plan that the reconciler would make, in a transaction "
        "that is rolled back. It writes nothing.\nIt exits with 1 when the order is not "
        "known anywhere, with 2 when several have that name (they are listed), and with "
        "3 when Kafka or RMS was not reached; it then shows what it could.",
    .argument = "ORDER",
    .argument_help = "Shopify's order id, or the name: 1003 or #1003",
    .options = options,
    .option_count = CLI_COUNT(options),
    .examples = examples,
    .example_count = CLI_COUNT(examples),
    .settings = "KAFKA_BROKERS KAFKA_CONF SHOPIFY_SHOP " DATABASE_SETTINGS
                "; and as the reconciler: RMS_TIMEZONE ALLOWED_ORDER_FINANCIAL_STATUSES "
                "and the RMS_ settings of orders",
    .run = run,
};
