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

/* What a view is made of, asked at once. The hashes of the last polls come first, with
 * the place of their records in struct status_shop. */
enum {
    ASK_LATEST,
    ASK_TIMER,
    ASK_ENDED,
    ASK_STATS,
    ASK_OPEN,
    ASK_UNCLOSED,
    ASKS,
    POLL_HASHES = ASK_ENDED + 1,
};

static const struct store_ask view_asks[ASKS] = {
    [ASK_LATEST] = {.words = {"HGETALL", KEY_POLLS_LATEST}},
    [ASK_TIMER] = {.words = {"HGETALL", KEY_POLLS_TIMER}},
    [ASK_ENDED] = {.words = {"HGETALL", KEY_POLLS_ENDED}},
    [ASK_STATS] = {.words = {"HGETALL", KEY_STATS}},
    [ASK_OPEN] = {.words = {"ZCARD", KEY_OPEN}},
    [ASK_UNCLOSED] = {.words = {"GET", KEY_UNCLOSED}},
};

static const size_t poll_places[POLL_HASHES] = {
    [ASK_LATEST] = offsetof(struct status_shop, latest),
    [ASK_TIMER] = offsetof(struct status_shop, timer),
    [ASK_ENDED] = offsetof(struct status_shop, ended)};

static void take_shops(const struct store_ask asks[POLL_HASHES], struct arena *arena,
                       struct view *out)
{
    size_t max = 0;
    size_t count = 0;
    for (size_t i = 0; i < POLL_HASHES; i++)
        max += asks[i].out.count / 2;
    struct status_shop *shops = arena_array(arena, max, sizeof(*shops));
    for (size_t i = 0; i < POLL_HASHES; i++) {
        const struct store_texts *hash = &asks[i].out;
        for (size_t j = 0; j + 1 < hash->count; j += 2) {
            char *shop = (char *)shop_of(shops, &count, hash->at[j]);
            *(const struct poll_record **)(void *)(shop + poll_places[i]) =
                decode_poll(hash->at[j + 1], arena);
        }
    }
    out->shops = shops;
    out->shop_count = count;
}

/* 0: there is none, or it is not a number. */
static int64_t number_in(const struct store_ask *ask)
{
    int64_t number = 0;
    if (ask->out.count != 1 || !str_int64(ask->out.at[0], 0, INT64_MAX, &number))
        return 0;
    return number;
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
    struct store_ask asks[ASKS];
    struct board *board = arena_alloc(arena, sizeof(*board));
    *out = (struct view){.board = board,
                         .webhooks_enabled = conf->webhooks_enabled,
                         .alarm_ms = conf->alarm_ms,
                         .now_ms = now_ms};
    memcpy(asks, view_asks, sizeof(asks));
    enum rc rc = store_read_all(conf->store, arena, asks, ASKS, e);
    if (rc)
        return rc;
    out->unclosed_ms = number_in(&asks[ASK_UNCLOSED]);
    out->open_count = number_in(&asks[ASK_OPEN]);
    take_shops(asks, arena, out);
    board_read(asks[ASK_STATS].out.at, asks[ASK_STATS].out.count, arena, board);
    out->config = read_config(conf, board->config, arena);
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

enum rc reading_history(struct store *store, const char *by, int64_t limit,
                        struct arena *arena, struct reading_history *out, struct err *e)
{
    struct store_texts names;
    const char *index = arena_printf(arena, "%s%s", KEY_HISTORY, by);
    enum rc rc = store_read(store, arena, &names, e, "ZREVRANGE", index, "0",
                            ops_number(arena, limit - 1), NULL);
    if (rc)
        return rc;
    struct history_bucket *buckets = arena_array(arena, names.count, sizeof(*buckets));
    for (size_t i = 0; i < names.count; i++) {
        struct store_texts fields;
        rc = store_read(store, arena, &fields, e, "HGETALL",
                        arena_printf(arena, "%s:%s", index, names.at[i]), NULL);
        if (rc)
            return rc;
        buckets[i] = (struct history_bucket){
            .name = names.at[i], .fields = fields.at, .count = fields.count};
    }
    *out = (struct reading_history){.at = buckets, .count = names.count};
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
