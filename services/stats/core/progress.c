/* progress: see progress.h. */
#include "core/progress.h"

#include "base/str.h"
#include "core/keys.h"
#include "core/out.h"
#include "core/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "c|live|created|" -> a cell. */
static void read_cell(const char *field, const char *value, struct arena *arena,
                      struct tally *tally)
{
    enum tally_class class = CLASS_LIVE;
    enum action action = ACTION_CREATED;
    enum reason reason = REASON_NONE;
    int64_t number = 0;
    char *save = NULL;
    char *name = arena_strdup(arena, field + strlen(FIELD_COUNT));
    const char *class_word = strtok_r(name, "|", &save);
    const char *action_text = strtok_r(NULL, "|", &save);
    const char *reason_text = strtok_r(NULL, "|", &save);
    if (class_word && action_text && tally_class_parse(class_word, &class) &&
        action_parse(action_text, &action) &&
        reason_parse(reason_text ? reason_text : "", &reason) &&
        str_int64(value, 0, INT64_MAX, &number))
        tally->cells[class][action][reason] += number;
}

void progress_read_poll(const char *const *fields, size_t count, struct arena *arena,
                        struct progress_poll *out)
{
    *out = (struct progress_poll){0};
    for (size_t i = 0; i + 1 < count; i += 2) {
        const char *value = fields[i + 1];
        struct poll_record record = {0};
        if (strncmp(fields[i], FIELD_COUNT, strlen(FIELD_COUNT)) == 0)
            read_cell(fields[i], value, arena, &out->tally);
        else if (strcmp(fields[i], FIELD_POLL) == 0 &&
                 poll_decode(value, strlen(value), arena, &record, NULL) == RC_OK)
            out->record = record;
    }
}

static bool has_ended(const struct progress_poll *poll)
{
    enum status_poll state = STATUS_POLL_STARTED;
    return poll->record.shop && status_poll_parse(poll->record.state, &state) &&
           status_poll_ended(state);
}

static int64_t results_of(const struct progress_poll *poll)
{
    enum tally_class class = poll->record.dry_run ? CLASS_DRY_RUN : CLASS_LIVE;
    return tally_total(&poll->tally, class);
}

static bool answers(const struct progress_poll *polls, size_t count, const char *shop)
{
    for (size_t i = 0; i < count; i++)
        if (polls[i].record.shop && strcmp(polls[i].record.shop, shop) == 0)
            return true;
    return false;
}

static bool all_done(const struct progress_poll *polls, size_t count,
                     const char *const *shops, size_t shop_count)
{
    for (size_t i = 0; i < count; i++)
        if (!has_ended(&polls[i]) || results_of(&polls[i]) < polls[i].record.orders)
            return false;
    for (size_t i = 0; i < shop_count; i++)
        if (!answers(polls, count, shops[i]))
            return false;
    return count > 0;
}

static void add_tally(struct tally *to, const struct tally *from)
{
    for (size_t c = 0; c < CLASS_COUNT; c++)
        for (size_t a = 0; a < ACTION_COUNT; a++)
            for (size_t r = 0; r < REASON_COUNT; r++)
                to->cells[c][a][r] += from->cells[c][a][r];
}

static void add_poll(const struct progress_poll *poll, struct progress *out)
{
    const struct poll_record *record = &poll->record;
    add_tally(&out->tally, &poll->tally);
    out->accounted += results_of(poll);
    if (!record->shop)
        return;
    out->orders += record->orders;
    out->dry_run |= record->dry_run;
    if (out->started_ms == 0 || record->started_ms < out->started_ms)
        out->started_ms = record->started_ms;
    if (record->at_ms > out->ended_ms)
        out->ended_ms = record->at_ms;
    if (has_ended(poll) && strcmp(record->state, "failed") == 0)
        out->error = record->error ? record->error : "the poll failed";
}

struct progress progress_of(const struct progress_poll *polls, size_t count,
                            const char *const *shops, size_t shop_count)
{
    struct progress out = {.state = count ? PROGRESS_RUNNING : PROGRESS_WAITING};
    for (size_t i = 0; i < count; i++)
        add_poll(&polls[i], &out);
    if (all_done(polls, count, shops, shop_count))
        out.state = PROGRESS_DONE;
    return out;
}

int64_t progress_duration_e2(const struct progress *progress, int64_t done_ms)
{
    int64_t ms = progress->started_ms ? done_ms - progress->started_ms : 0;
    return ms > 0 ? (ms + 5) / 10 : 0;
}

static const char *word_of(const struct progress *progress)
{
    if (progress->state != PROGRESS_DONE)
        return "running";
    if (progress->error)
        return "error";
    return progress->dry_run ? "dry_run" : "success";
}

static int64_t synced(const struct progress *progress, enum tally_class class)
{
    return tally_sum(&progress->tally, class, OUTCOME_NEWLY_SYNCED) +
           tally_sum(&progress->tally, class, OUTCOME_UPDATED) +
           tally_sum(&progress->tally, class, OUTCOME_CANCELLED);
}

static void write_message(const struct progress *progress, enum tally_class class,
                          cJSON *data)
{
    char text[640];
    int64_t done = synced(progress, class);
    if (progress->state == PROGRESS_WAITING)
        snprintf(text, sizeof(text), "Waiting for a fetcher to begin");
    else if (progress->state == PROGRESS_RUNNING)
        snprintf(text, sizeof(text),
                 "Polling goes on: %" PRId64 " of %" PRId64 " orders accounted for",
                 progress->accounted, progress->orders);
    else if (progress->error)
        snprintf(text, sizeof(text), "Polling failed: %.*s",
                 (int)str_utf16_cut(progress->error, 120), progress->error);
    else
        snprintf(text, sizeof(text), "%s complete: %" PRId64 "/%" PRId64 " orders %s",
                 progress->dry_run ? "Dry run" : "Polling", done, progress->orders,
                 progress->dry_run ? "would be synced" : "synced");
    out_text(data, "message", text);
}

static void write_statistics(const struct progress *progress, enum tally_class class,
                             cJSON *data)
{
    int64_t in_flight = progress->orders - progress->accounted;
    cJSON *statistics = out_object_in(data, "statistics");
    out_number(statistics, tally_counter_name(COUNTER_TOTAL_POLLED),
               in_flight > 0 ? progress->orders : progress->accounted);
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        out_number(statistics, tally_outcome_name((enum tally_outcome)i),
                   tally_sum(&progress->tally, class, (enum tally_outcome)i));
    out_number(statistics, tally_counter_name(COUNTER_IN_FLIGHT),
               in_flight > 0 ? in_flight : 0);
    out_hundredths(statistics, "success_rate", tally_success_e2(&progress->tally, class));
}

cJSON *progress_write(const struct progress *progress, const char *trigger_id,
                      int64_t done_ms)
{
    enum tally_class class = progress->dry_run ? CLASS_DRY_RUN : CLASS_LIVE;
    cJSON *data = out_object();
    out_text(data, "status", word_of(progress));
    out_text(data, "trigger_id", trigger_id);
    out_time(data, "timestamp", done_ms);
    out_hundredths(data, "duration_seconds", progress_duration_e2(progress, done_ms));
    write_message(progress, class, data);
    out_text_opt(data, "error", progress->error);
    write_statistics(progress, class, data);
    return data;
}
