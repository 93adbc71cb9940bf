/* store: see store.h. The scripts are the files beside this one, embedded. */
#include "store.h"

#include "base/backoff.h"
#include "base/str.h"
#include "core/keys.h"
#include "embed.h"
#include "io/clock.h"
#include "io/kv.h"
#include "io/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 1000, /* a batch takes a few milliseconds */
    WORDS_MAX = 16,
};

static const struct backoff retry = {.base_ms = 100, .max_ms = 3000};

struct gate {
    unsigned failures;
    int64_t closed_until_ms; /* monotonic */
};

struct store {
    struct kv *kv;
    struct gate reads, writes;
    struct kv_script fold, reset, rebuild, settle;
    bool there;
    char trouble[sizeof(((struct err *)0)->text)];
};

static const char *script_text(const char *name)
{
    const struct embed *file = embed_find(name);
    assert(file);
    return file->bytes;
}

enum rc store_open(const char *url, struct store **out, struct err *e)
{
    struct store *store = calloc(1, sizeof(*store));
    if (!store)
        abort(); /* out of memory: as in arena.h */
    enum rc rc = kv_open(url, TIMEOUT_MS, &store->kv, e);
    if (rc) {
        free(store);
        return rc;
    }
    store->fold = (struct kv_script){.text = script_text("fold.lua"), .keys = 1};
    store->rebuild = (struct kv_script){.text = script_text("rebuild.lua"), .keys = 1};
    store->reset = (struct kv_script){.text = script_text("reset.lua"), .keys = 1};
    store->settle = (struct kv_script){.text = script_text("settle.lua"), .keys = 1};
    snprintf(store->trouble, sizeof(store->trouble), "Redis was not asked yet");
    *out = store;
    return RC_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    kv_close(store->kv);
    free(store);
}

bool store_is_there(const struct store *store)
{
    return store->there;
}

const char *store_trouble(const struct store *store)
{
    return store->trouble;
}

bool store_may_write(const struct store *store)
{
    return clock_monotonic_ms() >= store->writes.closed_until_ms;
}

/* ---- gates ---- */

static enum rc enter(const struct store *store, const struct gate *gate, struct err *e)
{
    if (clock_monotonic_ms() >= gate->closed_until_ms)
        return RC_OK;
    return err_set(e, RC_RETRY, "redis", "%s", store->trouble);
}

static void note_failure(struct store *store, struct gate *gate, const struct err *e)
{
    int64_t now_ms = clock_monotonic_ms();
    gate->failures++;
    gate->closed_until_ms =
        now_ms + backoff_delay_ms(&retry, gate->failures, (uint64_t)now_ms);
    snprintf(store->trouble, sizeof(store->trouble), "%s", e->text);
    if (store->there || gate->failures == 1)
        log_err(LOG_WARN, "redis.away", e, LOG_FIELDS());
    store->there = false;
}

static void note_success(struct store *store, struct gate *gate)
{
    bool was_away = store->trouble[0];
    *gate = (struct gate){0};
    /* Reads that work say nothing about writes that do not. */
    if (store->writes.failures)
        return;
    store->there = true;
    store->trouble[0] = '\0';
    if (was_away)
        log_info("redis.there");
}

static enum rc leave(struct store *store, struct gate *gate, enum rc rc,
                     const struct err *failure, struct err *e)
{
    if (rc == RC_OK)
        note_success(store, gate);
    else
        note_failure(store, gate, failure);
    if (rc != RC_OK && e)
        *e = *failure;
    return rc;
}

/* ---- replies ---- */

static const char *reply_text(const redisReply *reply, struct arena *arena)
{
    if (reply->type == REDIS_REPLY_INTEGER)
        return ops_number(arena, reply->integer);
    return reply->str ? arena_strndup(arena, reply->str, (size_t)reply->len) : "";
}

static struct store_texts reply_texts(const redisReply *reply, struct arena *arena)
{
    size_t count = reply->type == REDIS_REPLY_ARRAY ? reply->elements
                   : reply->type == REDIS_REPLY_NIL ? 0
                                                    : 1;
    const char **texts = arena_array(arena, count, sizeof(*texts));
    for (size_t i = 0; i < count; i++)
        texts[i] = reply_text(
            reply->type == REDIS_REPLY_ARRAY ? reply->element[i] : reply, arena);
    return (struct store_texts){.at = texts, .count = count};
}

/* ---- commands ---- */

static int collect(va_list words, const char *argv[WORDS_MAX])
{
    int argc = 0;
    while (argc < WORDS_MAX && (argv[argc] = va_arg(words, const char *)))
        argc++;
    assert(argc < WORDS_MAX);
    return argc;
}

static enum rc command(struct store *store, struct gate *gate, int argc,
                       const char **argv, redisReply **reply, struct err *e)
{
    struct err failure = {0};
    enum rc rc = enter(store, gate, e);
    if (rc)
        return rc;
    rc = kv_command(store->kv, argc, argv, NULL, reply, &failure);
    return leave(store, gate, rc, &failure, e);
}

enum rc store_read_words(struct store *store, struct arena *arena,
                         struct store_texts *out, struct err *e, const char **words,
                         size_t count)
{
    redisReply *reply = NULL;
    enum rc rc = command(store, &store->reads, (int)count, words, &reply, e);
    if (rc)
        return rc;
    *out = reply_texts(reply, arena);
    freeReplyObject(reply);
    return RC_OK;
}

enum rc store_read(struct store *store, struct arena *arena, struct store_texts *out,
                   struct err *e, ...)
{
    const char *argv[WORDS_MAX];
    va_list words;
    va_start(words, e);
    int argc = collect(words, argv);
    va_end(words);
    return store_read_words(store, arena, out, e, argv, (size_t)argc);
}

static struct kv_words words_of(struct store_ask *ask)
{
    struct kv_words words = {.argv = ask->words};
    while (words.argc < (int)(sizeof(ask->words) / sizeof(ask->words[0])) &&
           ask->words[words.argc])
        words.argc++;
    return words;
}

enum rc store_read_all(struct store *store, struct arena *arena, struct store_ask *asks,
                       size_t count, struct err *e)
{
    struct err failure = {0};
    struct kv_words words[STORE_ASKS_MAX];
    redisReply *replies[STORE_ASKS_MAX] = {NULL};
    assert(count <= STORE_ASKS_MAX);
    enum rc rc = enter(store, &store->reads, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < count; i++)
        words[i] = words_of(&asks[i]);
    rc = kv_commands(store->kv, words, count, replies, &failure);
    for (size_t i = 0; i < count && rc == RC_OK; i++) {
        asks[i].out = reply_texts(replies[i], arena);
        freeReplyObject(replies[i]);
    }
    return leave(store, &store->reads, rc, &failure, e);
}

enum rc store_write(struct store *store, struct err *e, ...)
{
    const char *argv[WORDS_MAX];
    redisReply *reply = NULL;
    va_list words;
    va_start(words, e);
    int argc = collect(words, argv);
    va_end(words);
    enum rc rc = command(store, &store->writes, argc, argv, &reply, e);
    if (rc == RC_OK)
        freeReplyObject(reply);
    return rc;
}

/* ---- scripts ---- */

static enum rc eval(struct store *store, struct kv_script *script, int argc,
                    const char **argv, redisReply **reply, struct err *e)
{
    struct err failure = {0};
    enum rc rc = enter(store, &store->writes, e);
    if (rc)
        return rc;
    rc = kv_eval(store->kv, script, argc, argv, reply, &failure);
    return leave(store, &store->writes, rc, &failure, e);
}

static bool is_array(const redisReply *reply, size_t elements)
{
    return reply->type == REDIS_REPLY_ARRAY && reply->elements >= elements;
}

/* {1, failed, text} or {0, stored} of fold.lua. */
static enum rc read_applied(const redisReply *reply, const char *partition,
                            struct store_applied *applied, struct err *e)
{
    if (is_array(reply, 3) && reply->element[0]->integer == 1) {
        *applied = (struct store_applied){0};
        if (reply->element[1]->integer > 0)
            log_error("fold.display_failed", KV("partition", partition),
                      KV("commands", reply->element[1]->integer),
                      KV("text", reply->element[2]->str));
        return RC_OK;
    }
    if (is_array(reply, 2) && reply->element[0]->integer == 0 && reply->element[1]->str &&
        str_int64(reply->element[1]->str, 0, INT64_MAX, &applied->stored)) {
        applied->moved = true;
        return RC_OK;
    }
    return err_set(e, RC_FATAL, "redis.fold",
                   "%s: the position in %s is not a number: delete that key to have it "
                   "rebuilt",
                   partition, KEY_STATS);
}

enum rc store_apply(struct store *store, const char *partition, int64_t expected,
                    const struct ops *ops, struct store_applied *applied, struct err *e)
{
    redisReply *reply = NULL;
    struct ops_text arguments = ops_arguments(ops);
    size_t argc = arguments.count + 3;
    const char **argv = arena_array(ops->arena, argc, sizeof(*argv));
    argv[0] = KEY_STATS;
    argv[1] = partition;
    argv[2] = ops_number(ops->arena, expected);
    memcpy(argv + 3, arguments.at, arguments.count * sizeof(*argv));
    enum rc rc = eval(store, &store->fold, (int)argc, argv, &reply, e);
    if (rc)
        return rc;
    rc = read_applied(reply, partition, applied, e);
    freeReplyObject(reply);
    return rc;
}

/* A script that answers with a number. */
static enum rc eval_number(struct store *store, struct kv_script *script, int argc,
                           const char **argv, int64_t *out, struct err *e)
{
    redisReply *reply = NULL;
    enum rc rc = eval(store, script, argc, argv, &reply, e);
    if (rc)
        return rc;
    *out = reply->integer;
    freeReplyObject(reply);
    return RC_OK;
}

enum rc store_reset(struct store *store, int64_t now_ms, struct err *e)
{
    char now[24];
    int64_t done = 0;
    const char *argv[] = {KEY_STATS, now};
    snprintf(now, sizeof(now), "%lld", (long long)now_ms);
    return eval_number(store, &store->reset, 2, argv, &done, e);
}

enum rc store_rebuild(struct store *store, int64_t *keys, struct err *e)
{
    const char *argv[] = {KEY_STATS, KEY_ALL};
    return eval_number(store, &store->rebuild, 2, argv, keys, e);
}

enum rc store_settle(struct store *store, int64_t *orders, struct err *e)
{
    const char *argv[] = {KEY_STATS};
    return eval_number(store, &store->settle, 1, argv, orders, e);
}
