/* reading: numbers, status and lists; see reading.h. */
#include "reading.h"

#include "base/str.h"
#include "core/keys.h"

#include <stdio.h>
#include <string.h>

/* ---- numbers and status ---- */

static const struct poll_record *decode_poll(const char *json, struct arena *arena)
{
    struct poll_record *record = arena_alloc(arena, sizeof(*record));
    return poll_decode(json, strlen(json), arena, record, NULL) == RC_OK ? record : NULL;
}

static struct status_shop *shop_of(struct status_shop *shops, size_t *count,
                                   const char *shop)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(shops[i].shop, shop) == 0)
            return &shops[i];
    shops[*count] = (struct status_shop){.shop = shop};
    return &shops[(*count)++];
}

/* latest, ended: shop, record, shop, record ... */
static void read_shops(const struct store_texts *latest, const struct store_texts *ended,
                       struct arena *arena, struct view *out)
{
    size_t max = latest->count / 2 + ended->count / 2;
    struct status_shop *shops = arena_array(arena, max, sizeof(*shops));
    size_t count = 0;
    for (size_t i = 0; i + 1 < latest->count; i += 2)
        shop_of(shops, &count, latest->at[i])->latest =
            decode_poll(latest->at[i + 1], arena);
    for (size_t i = 0; i + 1 < ended->count; i += 2)
        shop_of(shops, &count, ended->at[i])->ended =
            decode_poll(ended->at[i + 1], arena);
    out->shops = shops;
    out->shop_count = count;
}

/* The newest of: the environment's, what the control topic said, what was put here and
 * may not have come back yet. */
static const struct runtime_config *read_config(const struct reading_conf *conf,
                                                const char *json, struct arena *arena)
{
    struct runtime_config *config = arena_alloc(arena, sizeof(*config));
    *config = conf->defaults;
    if (json && config_decode(json, strlen(json), arena, config, NULL))
        *config = conf->defaults;
    if (conf->put.at_ms > config->at_ms)
        *config = conf->put;
    return config;
}

enum rc reading_view(const struct reading_conf *conf, int64_t now_ms, struct arena *arena,
                     struct view *out, struct err *e)
{
    struct store *store = conf->store;
    struct store_texts stats;
    struct store_texts latest;
    struct store_texts ended;
    struct store_texts open;
    enum rc rc = store_read(store, arena, &stats, e, "HGETALL", KEY_STATS, NULL);
    if (rc == RC_OK)
        rc = store_read(store, arena, &latest, e, "HGETALL", KEY_POLLS_LATEST, NULL);
    if (rc == RC_OK)
        rc = store_read(store, arena, &ended, e, "HGETALL", KEY_POLLS_ENDED, NULL);
    if (rc == RC_OK)
        rc = store_read(store, arena, &open, e, "ZCARD", KEY_OPEN, NULL);
    if (rc)
        return rc;
    struct board *board = arena_alloc(arena, sizeof(*board));
    board_read(stats.at, stats.count, arena, board);
    *out = (struct view){.board = board,
                         .config = read_config(conf, board->config, arena),
                         .webhooks_enabled = conf->webhooks_enabled,
                         .now_ms = now_ms};
    read_shops(&latest, &ended, arena, out);
    if (open.count == 1 && !str_int64(open.at[0], 0, INT64_MAX, &out->open_count))
        out->open_count = 0;
    out->status = status_of(out->config, out->shops, out->shop_count, now_ms);
    return RC_OK;
}

/* ---- lists ---- */

enum rc reading_list(struct store *store, const char *key, struct arena *arena,
                     struct lists_values *out, struct err *e)
{
    struct store_texts texts;
    enum rc rc = store_read(store, arena, &texts, e, "LRANGE", key, "0", "-1", NULL);
    if (rc == RC_OK)
        *out = (struct lists_values){.at = texts.at, .count = texts.count};
    return rc;
}

enum rc reading_open(struct store *store, struct arena *arena, struct lists_values *out,
                     int64_t *total, struct err *e)
{
    struct store_texts members;
    struct store_texts value;
    struct store_texts count;
    enum rc rc = store_read(store, arena, &members, e, "ZREVRANGE", KEY_OPEN, "0",
                            ops_number(arena, SHOW_OPEN - 1), NULL);
    if (rc == RC_OK)
        rc = store_read(store, arena, &count, e, "ZCARD", KEY_OPEN, NULL);
    if (rc)
        return rc;
    const char **values = arena_array(arena, members.count, sizeof(*values));
    size_t found = 0;
    for (size_t i = 0; i < members.count; i++) {
        rc = store_read(store, arena, &value, e, "HGET", KEY_OPEN_DATA, members.at[i],
                        NULL);
        if (rc)
            return rc;
        if (value.count == 1)
            values[found++] = value.at[0];
    }
    *out = (struct lists_values){.at = values, .count = found};
    if (count.count != 1 || !str_int64(count.at[0], 0, INT64_MAX, total))
        *total = 0;
    return RC_OK;
}

/* ---- one order ---- */

struct finding {
    struct store *store;
    struct arena *arena;
    struct lists_order *orders;
    size_t count, cap;
};

/* Adds the order when there is a history of it. */
static enum rc find_one(struct finding *finding, const char *shop, const char *id,
                        struct err *e)
{
    struct lists_order *order = &finding->orders[finding->count];
    const char *key = arena_printf(finding->arena, "%s%s/%s", KEY_ORDER, shop, id);
    if (finding->count == finding->cap)
        return RC_OK;
    *order = (struct lists_order){.shop = shop, .id = id};
    enum rc rc = reading_list(finding->store, key, finding->arena, &order->decisions, e);
    if (rc == RC_OK && order->decisions.count)
        finding->count++;
    return rc;
}

static enum rc find_by_id(struct finding *finding, const struct board *board,
                          const char *id, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < board->shop_count && rc == RC_OK; i++)
        rc = find_one(finding, board->shops[i].shop, id, e);
    return rc;
}

static enum rc find_by_name(struct finding *finding, const char *name, struct err *e)
{
    struct store_texts ids;
    enum rc rc = store_read(finding->store, finding->arena, &ids, e, "HGETALL",
                            arena_printf(finding->arena, "%s%s", KEY_NAME, name), NULL);
    for (size_t i = 0; rc == RC_OK && i + 1 < ids.count; i += 2)
        rc = find_one(finding, ids.at[i], ids.at[i + 1], e);
    return rc;
}

/* A name may be all digits too, so both are looked for. */
enum rc reading_orders(struct store *store, const struct board *board, const char *order,
                       struct arena *arena, struct reading_orders *out, struct err *e)
{
    int64_t id = 0;
    struct finding finding = {
        .store = store,
        .arena = arena,
        .orders = arena_array(arena, BOARD_SHOPS + 1, sizeof(struct lists_order)),
        .cap = BOARD_SHOPS};
    enum rc rc = RC_OK;
    if (str_int64(order, 1, INT64_MAX, &id))
        rc = find_by_id(&finding, board, order, e);
    if (rc == RC_OK && finding.count == 0)
        rc = find_by_name(&finding, order, e);
    if (rc)
        return rc;
    *out = (struct reading_orders){.at = finding.orders, .count = finding.count};
    return RC_OK;
}
