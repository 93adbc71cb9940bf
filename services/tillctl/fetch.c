/* fetch: see fetch.h. */
#include "fetch.h"

#include "core/bar.h"
#include "io/clock.h"
#include "kafka.h"
#include "wire/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
    ASK_MS = 30000,
    LOOK_EVERY_MS = 500,
    TOLD_EVERY_MS = 10000,
    CLOCKS_MS = 5 * 60 * 1000, /* what two machines' clocks may differ */
    LINE_MAX_BYTES = 4096,
};

const char *fetch_id(char out[FETCH_ID_MAX])
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) < 0)
        random = (uint64_t)clock_monotonic_ms();
    snprintf(out, FETCH_ID_MAX, "%" PRId64 "-%08" PRIx64, clock_now_ms() / 1000,
             random & UINT32_MAX);
    return out;
}

/* ---- asking ---- */

static enum rc settle(struct bus_producer *producer, struct err *e)
{
    enum rc rc = bus_flush(producer, ASK_MS, NULL, e);
    return rc == RC_REJECT ? RC_FATAL : rc;
}

enum rc fetch_ask(const struct cfg *cfg, const struct backfill *request, struct err *e)
{
    struct buf value;
    struct bus_producer *producer = NULL;
    char key[sizeof(KEY_BACKFILL) + BACKFILL_ID_MAX];
    const struct bus_conf conf = kafka_conf(cfg);
    snprintf(key, sizeof(key), KEY_BACKFILL "%s", request->id);
    buf_init(&value, MESSAGE_MAX_BYTES);
    codec_encode(&backfill_codec, request, &value);
    enum rc rc = bus_producer_open(&conf, &producer, e);
    if (rc == RC_OK)
        rc = bus_produce_text(producer, TOPIC_CONTROL, key, &value, e);
    if (rc == RC_OK)
        rc = settle(producer, e);
    bus_producer_close(producer);
    buf_done(&value);
    return rc;
}

struct asked {
    const struct cfg *cfg;
    bool found;
};

static bool see_request(void *ctx, const struct bus_message *message)
{
    struct asked *asked = ctx;
    struct arena arena;
    struct backfill request = {0};
    arena_init(&arena);
    if (message->value && backfill_decode(message->value, message->value_len, &arena,
                                          &request, NULL) == RC_OK)
        asked->found = strcmp(request.shop, asked->cfg->shopify_shop) == 0;
    arena_done(&arena);
    return true;
}

enum rc fetch_was_asked(const struct cfg *cfg, const char *id, struct err *e)
{
    char key[sizeof(KEY_BACKFILL) + BACKFILL_ID_MAX];
    const struct bus_conf conf = kafka_conf(cfg);
    struct asked asked = {.cfg = cfg};
    snprintf(key, sizeof(key), KEY_BACKFILL "%s", id);
    enum rc rc = bus_read_key(&conf, TOPIC_CONTROL, key, see_request, &asked, e);
    if (rc || asked.found)
        return rc;
    return err_set(
        e, RC_REJECT, "backfill",
        "no backfill %.60s of %s was asked for: its id is what tillctl backfill "
        "printed first",
        id, cfg->shopify_shop);
}

/* ---- following ---- */

struct following {
    const struct fetch_follow *follow;
    struct arena *arena;
    struct progress last;
    int64_t from_ms; /* where the next look begins */
    bool met;
    int64_t told_ms;
    char told[64]; /* state and step */
};

static bool see(void *ctx, const struct bus_message *message)
{
    struct following *following = ctx;
    char key[512];
    int len = snprintf(key, sizeof(key), "%s/" KEY_BACKFILL "%s",
                       following->follow->cfg->shopify_shop, following->follow->id);
    struct progress progress = {0};
    if (!message->value || message->key_len != (size_t)len ||
        memcmp(message->key, key, (size_t)len) != 0)
        return true;
    arena_reset(following->arena);
    if (progress_decode(message->value, message->value_len, following->arena, &progress,
                        NULL) == RC_OK) {
        following->last = progress;
        following->met = true;
        following->from_ms = message->timestamp_ms;
    }
    return true;
}

static bool is_news(struct following *following)
{
    char now[64];
    int64_t now_ms = clock_monotonic_ms();
    snprintf(now, sizeof(now), "%.30s %.30s", following->last.state,
             following->last.step);
    if (strcmp(now, following->told) == 0 && now_ms < following->told_ms + TOLD_EVERY_MS)
        return false;
    memcpy(following->told, now, sizeof(now));
    following->told_ms = now_ms;
    return true;
}

static void tell(struct following *following)
{
    struct buf line;
    bool terminal = isatty(STDERR_FILENO);
    if (!following->follow->shows || (!terminal && !is_news(following)))
        return;
    buf_init(&line, LINE_MAX_BYTES);
    if (following->met)
        bar_line(&following->last, &line);
    else
        buf_text(&line, "waiting for a fetcher to take it up");
    fprintf(stderr, terminal ? "\r\033[K%.160s" : "%s\n", buf_str(&line));
    buf_done(&line);
}

static enum rc too_late(const struct following *following, struct err *e)
{
    if (!following->met)
        return err_set(e, RC_RETRY, "backfill",
                       "no fetcher of %s has taken up %s: is one running? It stays asked "
                       "for",
                       following->follow->cfg->shopify_shop, following->follow->id);
    return err_set(e, RC_RETRY, "backfill",
                   "%s still runs, and goes on; tillctl backfill --follow %s shows it",
                   following->follow->id, following->follow->id);
}

enum rc fetch_wait(const struct fetch_follow *follow, struct arena *arena,
                   struct progress *out, struct err *e)
{
    const struct bus_conf conf = kafka_conf(follow->cfg);
    struct following following = {.follow = follow,
                                  .arena = arena,
                                  .last = {.state = "", .step = ""},
                                  .from_ms = follow->since_ms - CLOCKS_MS};
    enum rc rc = RC_OK;
    for (;;) {
        rc = bus_read_all(&conf, TOPIC_POLLS,
                          following.from_ms > 0 ? following.from_ms : 0, see, &following,
                          e);
        if (rc && rc != RC_RETRY)
            break;
        if (following.met && progress_ended(&following.last)) {
            rc = RC_OK;
            break;
        }
        if (clock_monotonic_ms() >= follow->until_ms) {
            rc = rc ? rc : too_late(&following, e);
            break;
        }
        tell(&following);
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000L}, NULL);
    }
    if (follow->shows && isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    if (rc == RC_OK)
        *out = following.last;
    return rc;
}
