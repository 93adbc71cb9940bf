/* triggers: see triggers.h. What decides is in Redis, so it does not matter which
 * aggregator folded the results. */
#include "triggers.h"

#include "core/api.h"
#include "core/out.h"
#include "io/clock.h"
#include "io/log.h"
#include "reading.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct waiting {
    char id[TRIGGERS_ID_MAX];
    struct http_pending *pending; /* NULL: free */
    int64_t until_ms;             /* monotonic */
};

struct triggers {
    struct store *store;
    int64_t wait_ms;
    struct arena arena;
    struct waiting at[TRIGGERS_MAX];
    size_t count;
};

void triggers_open(struct store *store, int64_t wait_ms, struct triggers **out)
{
    struct triggers *triggers = calloc(1, sizeof(*triggers));
    if (!triggers)
        abort(); /* out of memory: as in arena.h */
    triggers->store = store;
    triggers->wait_ms = wait_ms;
    arena_init(&triggers->arena);
    *out = triggers;
}

void triggers_close(struct triggers *triggers)
{
    if (!triggers)
        return;
    arena_done(&triggers->arena);
    free(triggers);
}

bool triggers_full(const struct triggers *triggers)
{
    return triggers->count == TRIGGERS_MAX;
}

bool triggers_waiting(const struct triggers *triggers)
{
    return triggers->count > 0;
}

void triggers_new_id(int64_t now_ms, char *out)
{
    uint32_t random = 0;
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm = {0};
    char stamp[20];
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        random = (uint32_t)clock_monotonic_ms();
    gmtime_r(&seconds, &tm);
    if (strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
        stamp[0] = '\0';
    snprintf(out, TRIGGERS_ID_MAX, "%s-%08x", stamp, (unsigned)random);
}

void triggers_add(struct triggers *triggers, const char *id,
                  const struct http_request *request)
{
    assert(!triggers_full(triggers));
    struct waiting *waiting = triggers->at;
    while (waiting->pending)
        waiting++;
    snprintf(waiting->id, sizeof(waiting->id), "%s", id);
    waiting->pending = http_defer(request);
    waiting->until_ms = clock_monotonic_ms() + triggers->wait_ms;
    triggers->count++;
}

void triggers_write(const struct progress *progress, const char *id, int64_t done_ms,
                    struct buf *out)
{
    bool done = progress->state == PROGRESS_DONE;
    cJSON *answer = out_object();
    out_text(answer, "status", done ? "success" : "accepted");
    cJSON *data = progress_write(progress, id, done_ms);
    if (!done) {
        const char *path = api_path(API_TRIGGER_STATE);
        char ask[200];
        snprintf(ask, sizeof(ask), "%.*s%s", (int)strcspn(path, "{"), path, id);
        out_text(data, "ask", ask);
    }
    cJSON_AddItemToObject(answer, "data", data);
    out_write(answer, out);
}

static void finish(struct triggers *triggers, struct waiting *waiting,
                   const struct progress *progress, int64_t done_ms)
{
    struct http_response response = {.status =
                                         progress->state == PROGRESS_DONE ? 200 : 202,
                                     .content_type = "application/json"};
    buf_init(&response.body, OUT_MAX);
    triggers_write(progress, waiting->id, done_ms, &response.body);
    log_info("trigger.answered", KV("trigger", waiting->id),
             KV("status", response.status));
    http_answer(waiting->pending, &response);
    waiting->pending = NULL;
    triggers->count--;
}

static void check(struct triggers *triggers, struct waiting *waiting)
{
    struct reading_trigger reading = {0};
    struct err e;
    int64_t now_ms = clock_now_ms();
    bool late = clock_monotonic_ms() >= waiting->until_ms;
    arena_reset(&triggers->arena);
    enum rc rc = reading_trigger(triggers->store, waiting->id, now_ms, &triggers->arena,
                                 &reading, &e);
    if (rc) /* Redis is away: what will become of it can be asked later */
        reading = (struct reading_trigger){.done_ms = now_ms};
    if (late || reading.progress.state == PROGRESS_DONE)
        finish(triggers, waiting, &reading.progress, reading.done_ms);
}

void triggers_check(struct triggers *triggers)
{
    for (size_t i = 0; i < TRIGGERS_MAX && triggers->count; i++)
        if (triggers->at[i].pending)
            check(triggers, &triggers->at[i]);
}
