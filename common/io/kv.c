/* kv: a synchronous connection that is made on first use and made anew after an error;
 * see kv.h. libcurl takes the URL apart. */
#include "io/kv.h"

#include "base/str.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum {
    DEFAULT_PORT = 6379,
    PORT_MAX = 65535,
    DB_MAX = 1000000,
};

struct kv {
    redisContext *context; /* NULL: to be connected on next use */
    char host[256];
    char *user, *password; /* NULL: none */
    int port;
    char db[16];
    int64_t timeout_ms;
};

/* ---- what an error reply means ---- */

static const struct {
    const char *word;
    enum rc rc;
    bool reconnect; /* another server may answer at the address by then */
    const char *remedy;
} replies[] = {
    {"LOADING", RC_RETRY, false, ": Redis reads its data from disk; wait until it has"},
    {"OOM", RC_RETRY, false, ": give Redis more memory (maxmemory)"},
    {"READONLY", RC_RETRY, true, ": REDIS_URL leads to a replica"},
    {"MISCONF", RC_RETRY, false, ": Redis can't save to its disk"},
    {"CLUSTERDOWN", RC_RETRY, true, ": a Redis cluster; a single server is needed"},
    {"MASTERDOWN", RC_RETRY, true, ": REDIS_URL leads to a replica"},
    {"NOREPLICAS", RC_RETRY, false,
     ": start its replicas, or lower min-replicas-to-write"},
    {"TRYAGAIN", RC_RETRY, false, ": a Redis cluster; a single server is needed"},
    {"BUSY", RC_RETRY, false, ": another script runs too long"},
    {"UNKILLABLE", RC_RETRY, false, ": another script runs too long, and has written"},
    {"ERR max number of clients", RC_RETRY, true, ": raise maxclients of Redis"},
    {"NOAUTH", RC_FATAL, false, ": put the password into REDIS_URL"},
    {"WRONGPASS", RC_FATAL, false, ": check the password in REDIS_URL"},
    {"NOPERM", RC_FATAL, false, ": give the Redis user the right"},
    {"MOVED", RC_FATAL, false, ": a Redis cluster; a single server is needed"},
    {"CROSSSLOT", RC_FATAL, false, ": a Redis cluster; a single server is needed"},
    {"WRONGTYPE", RC_FATAL, false, ": the key is used by something else"},
};

/* The word begins the reply, or stands within it where a script handed it on. */
static bool says(const char *reply, const char *word)
{
    char within[32];
    size_t len = strlen(word);
    if (strncmp(reply, word, len) == 0 && (reply[len] == ' ' || !reply[len]))
        return true;
    snprintf(within, sizeof(within), "-%s ", word);
    return strstr(reply, within) != NULL;
}

static void disconnect(struct kv *kv)
{
    if (kv->context)
        redisFree(kv->context);
    kv->context = NULL;
}

static enum rc fail_reply(struct kv *kv, const char *command, const char *reply,
                          struct err *e)
{
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        if (!says(reply, replies[i].word))
            continue;
        if (replies[i].reconnect)
            disconnect(kv);
        return err_set(e, replies[i].rc, "redis", "%s: %s%s", command, reply,
                       replies[i].remedy);
    }
    return err_set(e, RC_FATAL, "redis", "%s: %s", command, reply);
}

/* ---- connecting ---- */

static enum rc fail_connection(struct kv *kv, const char *doing, struct err *e)
{
    const redisContext *context = kv->context;
    bool late = context && context->err == REDIS_ERR_IO && errno == EAGAIN;
    const char *why = context ? context->errstr : "out of memory";
    if (late)
        err_set(e, RC_RETRY, "redis", "%s: %s:%d did not answer within %" PRId64 " ms",
                doing, kv->host, kv->port, kv->timeout_ms);
    else
        err_set(e, RC_RETRY, "redis", "%s: %s:%d: %s", doing, kv->host, kv->port, why);
    disconnect(kv);
    return RC_RETRY;
}

/* Sends one command; *out is NULL unless RC_OK. An error reply is a reply. */
static enum rc ask(struct kv *kv, int argc, const char **argv, const size_t *lens,
                   redisReply **out, struct err *e)
{
    errno = 0;
    *out = redisCommandArgv(kv->context, argc, argv, lens);
    return *out ? RC_OK : fail_connection(kv, argv[0], e);
}

/* A command whose reply matters only when it is an error. */
static enum rc tell(struct kv *kv, int argc, const char **argv, struct err *e)
{
    redisReply *reply = NULL;
    enum rc rc = ask(kv, argc, argv, NULL, &reply, e);
    if (rc)
        return rc;
    if (reply->type == REDIS_REPLY_ERROR)
        rc = fail_reply(kv, argv[0], reply->str, e);
    freeReplyObject(reply);
    return rc;
}

static enum rc introduce(struct kv *kv, struct err *e)
{
    const char *auth[] = {"AUTH", kv->user ? kv->user : kv->password, kv->password};
    const char *select[] = {"SELECT", kv->db};
    enum rc rc = RC_OK;
    if (kv->password)
        rc = tell(kv, kv->user ? 3 : 2, auth, e);
    return rc ? rc : tell(kv, 2, select, e);
}

static enum rc connect_if_needed(struct kv *kv, struct err *e)
{
    if (kv->context && !kv->context->err)
        return RC_OK;
    disconnect(kv);
    struct timeval limit = {.tv_sec = kv->timeout_ms / 1000,
                            .tv_usec = kv->timeout_ms % 1000 * 1000};
    errno = 0;
    kv->context = redisConnectWithTimeout(kv->host, kv->port, limit);
    if (!kv->context || kv->context->err)
        return fail_connection(kv, "connect (REDIS_URL)", e);
    if (redisSetTimeout(kv->context, limit) != REDIS_OK)
        return fail_connection(kv, "set time-out", e);
    redisEnableKeepAlive(kv->context);
    enum rc rc = introduce(kv, e);
    if (rc) /* half introduced is not connected */
        disconnect(kv);
    return rc;
}

/* ---- the URL ---- */

/* The part, to be freed by curl_free; NULL: absent. */
static char *part(CURLU *url, CURLUPart which)
{
    char *text = NULL;
    unsigned flags =
        which == CURLUPART_USER || which == CURLUPART_PASSWORD ? CURLU_URLDECODE : 0;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
        return NULL;
    return text;
}

static char *copy_if_any(const char *text)
{
    return str_empty(text) ? NULL : strdup(text);
}

static bool take_host(struct kv *kv, const char *host)
{
    size_t len = host ? strlen(host) : 0;
    if (!len || len >= sizeof(kv->host))
        return false;
    if (host[0] == '[' && host[len - 1] == ']') { /* an IPv6 address */
        host++;
        len -= 2;
    }
    snprintf(kv->host, sizeof(kv->host), "%.*s", (int)len, host);
    return true;
}

static bool take_db(struct kv *kv, const char *path)
{
    int64_t db = 0;
    const char *digits = path && path[0] == '/' ? path + 1 : "";
    if (digits[0] && !str_int64(digits, 0, DB_MAX, &db))
        return false;
    snprintf(kv->db, sizeof(kv->db), "%" PRId64, db);
    return true;
}

static bool take_port(struct kv *kv, const char *port)
{
    int64_t number = DEFAULT_PORT;
    if (port && !str_int64(port, 1, PORT_MAX, &number))
        return false;
    kv->port = (int)number;
    return true;
}

static bool take_parts(struct kv *kv, CURLU *url)
{
    char *scheme = part(url, CURLUPART_SCHEME);
    char *host = part(url, CURLUPART_HOST);
    char *port = part(url, CURLUPART_PORT);
    char *path = part(url, CURLUPART_PATH);
    char *user = part(url, CURLUPART_USER);
    char *password = part(url, CURLUPART_PASSWORD);
    bool taken = scheme && strcmp(scheme, "redis") == 0 && take_host(kv, host) &&
                 take_port(kv, port) && take_db(kv, path);
    kv->user = copy_if_any(user);
    kv->password = copy_if_any(password);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_free(user);
    curl_free(password);
    return taken && (kv->password || !kv->user);
}

enum rc kv_open(const char *url, int64_t timeout_ms, struct kv **out, struct err *e)
{
    struct kv *kv = calloc(1, sizeof(*kv));
    CURLU *parsed = curl_url();
    if (!kv || !parsed)
        abort(); /* out of memory: as in arena.h */
    kv->timeout_ms = timeout_ms;
    bool taken =
        curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        take_parts(kv, parsed);
    curl_url_cleanup(parsed);
    if (!taken) {
        kv_close(kv);
        return err_set(e, RC_FATAL, "redis",
                       "REDIS_URL is not redis://[[user]:password@]host[:port][/db]");
    }
    *out = kv;
    return RC_OK;
}

void kv_close(struct kv *kv)
{
    if (!kv)
        return;
    disconnect(kv);
    if (kv->password)
        explicit_bzero(kv->password, strlen(kv->password));
    free(kv->password);
    free(kv->user);
    free(kv);
}

/* ---- commands ---- */

enum rc kv_command(struct kv *kv, int argc, const char **argv, const size_t *lens,
                   redisReply **out, struct err *e)
{
    redisReply *reply = NULL;
    enum rc rc = connect_if_needed(kv, e);
    if (rc == RC_OK)
        rc = ask(kv, argc, argv, lens, &reply, e);
    if (rc)
        return rc;
    if (reply->type == REDIS_REPLY_ERROR) {
        rc = fail_reply(kv, argv[0], reply->str, e);
        assert(rc != RC_OK);
        freeReplyObject(reply);
        return rc;
    }
    *out = reply;
    return RC_OK;
}

static void free_all(redisReply **out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        freeReplyObject(out[i]);
        out[i] = NULL;
    }
}

static enum rc send_all(struct kv *kv, const struct kv_words *commands, size_t count,
                        struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (redisAppendCommandArgv(kv->context, commands[i].argc, commands[i].argv, NULL))
            return fail_connection(kv, commands[i].argv[0], e);
    return RC_OK;
}

static enum rc receive_all(struct kv *kv, const struct kv_words *commands, size_t count,
                           redisReply **out, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        void *reply = NULL;
        errno = 0;
        if (redisGetReply(kv->context, &reply)) {
            free_all(out, i);
            return fail_connection(kv, commands[i].argv[0], e);
        }
        out[i] = reply;
    }
    return RC_OK;
}

enum rc kv_commands(struct kv *kv, const struct kv_words *commands, size_t count,
                    redisReply **out, struct err *e)
{
    enum rc rc = connect_if_needed(kv, e);
    if (rc == RC_OK)
        rc = send_all(kv, commands, count, e);
    if (rc == RC_OK)
        rc = receive_all(kv, commands, count, out, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        if (out[i]->type == REDIS_REPLY_ERROR)
            rc = fail_reply(kv, commands[i].argv[0], out[i]->str, e);
    if (rc)
        free_all(out, count);
    return rc;
}

static enum rc load_script(struct kv *kv, struct kv_script *script, struct err *e)
{
    const char *argv[] = {"SCRIPT", "LOAD", script->text};
    redisReply *reply = NULL;
    enum rc rc = kv_command(kv, 3, argv, NULL, &reply, e);
    if (rc)
        return rc;
    if (reply->type == REDIS_REPLY_STRING && reply->len == sizeof(script->sha) - 1)
        memcpy(script->sha, reply->str, sizeof(script->sha));
    else
        rc = err_set(e, RC_FATAL, "redis", "SCRIPT LOAD gave no SHA-1");
    freeReplyObject(reply);
    return rc;
}

/* A server that was restarted or emptied has forgotten the script: *forgotten. */
static enum rc run_script(struct kv *kv, int argc, const char **argv, redisReply **out,
                          bool *forgotten, struct err *e)
{
    struct err failure = {0};
    enum rc rc = kv_command(kv, argc, argv, NULL, out, &failure);
    *forgotten = rc == RC_FATAL && strstr(failure.text, ": NOSCRIPT ");
    if (rc && e)
        *e = failure;
    return rc;
}

enum rc kv_eval(struct kv *kv, struct kv_script *script, int argc, const char **argv,
                redisReply **out, struct err *e)
{
    enum rc rc = script->sha[0] ? RC_OK : load_script(kv, script, e);
    if (rc)
        return rc;
    char count[16];
    const char **all = calloc((size_t)argc + 3, sizeof(*all));
    if (!all)
        abort(); /* out of memory: as in arena.h */
    snprintf(count, sizeof(count), "%d", script->keys);
    all[0] = "EVALSHA";
    all[1] = script->sha;
    all[2] = count;
    for (int i = 0; i < argc; i++)
        all[3 + i] = argv[i];
    bool forgotten = false;
    rc = run_script(kv, argc + 3, all, out, &forgotten, e);
    if (rc && forgotten && (rc = load_script(kv, script, e)) == RC_OK)
        rc = run_script(kv, argc + 3, all, out, &forgotten, e);
    free(all);
    return rc;
}
