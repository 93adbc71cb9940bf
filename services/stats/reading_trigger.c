/* reading_trigger: a trigger's polls and their results; see reading.h. */
#include "reading.h"

#include "base/str.h"
#include "core/keys.h"
#include "io/log.h"

#include <string.h>

#define FIELD_DONE "done"

enum {
    /* A shop whose fetcher was silent for longer than the longest interval is not waited
     * for. */
    SILENT_MS = 25 * 3600 * 1000,
};

/* What the trigger's hash says. */
struct request {
    const char *shop; /* NULL: every shop's fetcher is to answer */
    const char **poll_ids;
    size_t poll_count;
    int64_t done_ms; /* 0: not seen done yet */
};

static void read_request(const struct store_texts *fields, struct arena *arena,
                         struct request *out)
{
    struct trigger trigger = {0};
    *out = (struct request){
        .poll_ids = arena_array(arena, fields->count / 2, sizeof(*out->poll_ids))};
    for (size_t i = 0; i + 1 < fields->count; i += 2) {
        const char *name = fields->at[i];
        const char *value = fields->at[i + 1];
        if (strncmp(name, FIELD_BY_SHOP, strlen(FIELD_BY_SHOP)) == 0)
            out->poll_ids[out->poll_count++] = value;
        else if (strcmp(name, FIELD_DONE) == 0 &&
                 !str_int64(value, 0, INT64_MAX, &out->done_ms))
            out->done_ms = 0;
        else if (strcmp(name, FIELD_REQUEST) == 0 &&
                 trigger_decode(value, strlen(value), arena, &trigger, NULL) == RC_OK)
            out->shop = trigger.shop;
    }
}

static enum rc read_polls(struct store *store, const struct request *request,
                          struct arena *arena, struct progress_poll **out, struct err *e)
{
    struct progress_poll *polls = arena_array(arena, request->poll_count, sizeof(*polls));
    for (size_t i = 0; i < request->poll_count; i++) {
        struct store_texts fields;
        enum rc rc =
            store_read(store, arena, &fields, e, "HGETALL",
                       arena_printf(arena, "%s%s", KEY_POLL, request->poll_ids[i]), NULL);
        if (rc)
            return rc;
        progress_read_poll(fields.at, fields.count, arena, &polls[i]);
    }
    *out = polls;
    return RC_OK;
}

/* The shops from which a poll is awaited. */
static enum rc read_awaited(struct store *store, const struct request *request,
                            int64_t now_ms, struct arena *arena, struct store_texts *out,
                            struct err *e)
{
    struct store_texts latest;
    enum rc rc = store_read(store, arena, &latest, e, "HGETALL", KEY_POLLS_LATEST, NULL);
    if (rc)
        return rc;
    const char **shops = arena_array(arena, latest.count / 2 + 1, sizeof(*shops));
    size_t count = 0;
    for (size_t i = 0; !request->shop && i + 1 < latest.count; i += 2) {
        struct poll_record record = {0};
        const char *json = latest.at[i + 1];
        if (poll_decode(json, strlen(json), arena, &record, NULL) == RC_OK &&
            now_ms - record.at_ms < SILENT_MS)
            shops[count++] = latest.at[i];
    }
    if (request->shop)
        shops[count++] = request->shop;
    *out = (struct store_texts){.at = shops, .count = count};
    return RC_OK;
}

/* The first who sees it done writes when, so that everybody tells the same. A Redis that
 * can only be read does not keep the answer back. */
static void note_done(struct store *store, const char *key, int64_t now_ms,
                      struct arena *arena)
{
    struct err e;
    if (store_write(store, &e, "HSETNX", key, FIELD_DONE, ops_number(arena, now_ms),
                    NULL))
        log_err(LOG_DEBUG, "trigger.not_noted", &e, LOG_FIELDS());
}

enum rc reading_trigger(struct store *store, const char *id, int64_t now_ms,
                        struct arena *arena, struct reading_trigger *out, struct err *e)
{
    struct store_texts fields;
    struct store_texts awaited = {0};
    struct request request;
    struct progress_poll *polls = NULL;
    const char *key = arena_printf(arena, "%s%s", KEY_TRIGGER, id);
    enum rc rc = store_read(store, arena, &fields, e, "HGETALL", key, NULL);
    if (rc)
        return rc;
    read_request(&fields, arena, &request);
    rc = read_polls(store, &request, arena, &polls, e);
    if (rc == RC_OK)
        rc = read_awaited(store, &request, now_ms, arena, &awaited, e);
    if (rc)
        return rc;
    *out = (struct reading_trigger){
        .known = fields.count > 0,
        .progress = progress_of(polls, request.poll_count, awaited.at, awaited.count),
        .done_ms = request.done_ms ? request.done_ms : now_ms};
    if (out->progress.state == PROGRESS_DONE && !request.done_ms)
        note_done(store, key, now_ms, arena);
    return RC_OK;
}
