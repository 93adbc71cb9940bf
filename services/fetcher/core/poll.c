/* poll: see poll.h. */
#include "core/poll.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *kind, *source;
} kinds[POLL_KIND_COUNT] = {
    [POLL_TIMER] = {"timer", "poll"},
    [POLL_TRIGGER] = {"trigger", "trigger"},
    [POLL_WEBHOOK] = {POLL_KIND_WEBHOOK, "webhook"},
    [POLL_BACKFILL] = {POLL_KIND_BACKFILL, "backfill"},
    [POLL_DEEP] = {"deep", "poll"},
};

const char *poll_kind_word(enum poll_kind kind)
{
    return kinds[kind].kind;
}

const char *poll_source_word(enum poll_kind kind)
{
    return kinds[kind].source;
}

enum poll_kind poll_kind_of(const char *word)
{
    for (size_t i = 0; i < POLL_KIND_COUNT; i++)
        if (strcmp(kinds[i].kind, word) == 0)
            return (enum poll_kind)i;
    return POLL_TIMER;
}

int64_t poll_stamp(struct poll_state *state, int64_t now_ms)
{
    int64_t next_ms = state->fetched_ms + 1;
    state->fetched_ms = next_ms > now_ms ? next_ms : now_ms;
    return state->fetched_ms;
}

enum rc poll_state_from(const struct poll_record *record, struct poll_state *out,
                        struct err *e)
{
    if ((record->cursor && strlen(record->cursor) >= WINDOW_CURSOR_MAX) ||
        (record->deep_cursor && strlen(record->deep_cursor) >= WINDOW_CURSOR_MAX))
        return err_set(e, RC_REJECT, "poll.state",
                       "a cursor in the poll record %s has more than 1023 bytes",
                       record->poll_id);
    *out = (struct poll_state){
        .window = {.first_from_ms = record->first_from_ms,
                   .watermark_ms = record->watermark_ms,
                   .cursor_from_ms = record->cursor_from_ms,
                   .late_from_ms = record->late_from_ms},
        .fetched_ms = record->fetched_ms,
        .published_total = record->published_total,
        .dry_run_total = record->dry_run_total,
        .published_by = {[POLL_TRIGGER] = record->published_trigger,
                         [POLL_WEBHOOK] = record->published_webhook,
                         [POLL_BACKFILL] = record->published_backfill},
        .deep = {.at_ms = record->deep_at_ms,
                 .from_ms = record->deep_from_ms,
                 .to_ms = record->deep_to_ms},
    };
    snprintf(out->deep.cursor, sizeof(out->deep.cursor), "%s",
             record->deep_cursor ? record->deep_cursor : "");
    snprintf(out->window.cursor, sizeof(out->window.cursor), "%s",
             record->cursor ? record->cursor : "");
    return RC_OK;
}

static void make_id(char out[POLL_ID_MAX], int64_t now_ms, uint32_t seed)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm = {0};
    char time[24];
    gmtime_r(&seconds, &tm);
    strftime(time, sizeof(time), "%Y%m%dT%H%M%S", &tm);
    snprintf(out, POLL_ID_MAX, "%s%03d-%06" PRIx32, time, (int)(now_ms % 1000),
             seed & 0xFFFFFF);
}

static int64_t or_else(int64_t asked, int64_t configured)
{
    return asked ? asked : configured;
}

void poll_begin(struct poll *poll, struct poll_state *state,
                const struct runtime_config *config, const struct trigger *trigger,
                const struct poll_when *when)
{
    static const struct trigger timer = {0};
    const struct trigger *asked = trigger ? trigger : &timer;
    *poll = (struct poll){
        .kind = trigger ? POLL_TRIGGER : POLL_TIMER,
        .trigger_id = asked->id,
        .dry_run = asked->dry_run,
        .started_ms = when->now_ms,
        .batch_size = (int)or_else(asked->batch_size, config->batch_size),
        .max_pages = (int)or_else(asked->max_pages, config->max_pages),
    };
    make_id(poll->id, when->now_ms, when->seed);
    if (state->window.watermark_ms)
        deep_count(&state->deep, when->shop_ms);
    const struct window_ask ask = {
        .now_ms = when->shop_ms,
        .overlap_ms = config->lookback_minutes * 60000,
        .lookback_ms = asked->lookback_minutes * 60000,
        .dry_run = asked->dry_run,
    };
    poll->window = window_plan(&state->window, &ask);
}

void poll_begin_deep(struct poll *poll, struct poll_state *state,
                     const struct deep_rule *rule, int batch_size,
                     const struct poll_when *when)
{
    *poll = (struct poll){.kind = POLL_DEEP,
                          .started_ms = when->now_ms,
                          .batch_size = batch_size,
                          .max_pages = DEEP_SLICE_PAGES};
    make_id(poll->id, when->now_ms, when->seed);
    poll->window =
        deep_plan(&state->deep, rule, state->window.first_from_ms, when->shop_ms);
}

void poll_begin_orders(struct poll *poll, enum poll_kind kind,
                       const struct poll_when *when)
{
    *poll = (struct poll){.kind = kind, .started_ms = when->now_ms};
    make_id(poll->id, when->now_ms, when->seed);
}

void poll_state_count(struct poll_state *state, enum poll_kind kind, bool dry_run,
                      int64_t orders)
{
    if (dry_run) {
        state->dry_run_total += orders;
        return;
    }
    state->published_total += orders;
    state->published_by[kind] += orders;
}

void poll_count(struct poll *poll, struct poll_state *state, int64_t orders)
{
    poll->orders += orders;
    poll_state_count(state, poll->kind, poll->dry_run, orders);
}

bool poll_page(struct poll *poll, struct poll_state *state,
               const struct window_page *page, int64_t orders)
{
    poll->pages++;
    poll_count(poll, state, orders);
    window_advance(&poll->window, &state->window, page);
    bool more = page->has_next;
    if (poll->kind == POLL_DEEP)
        more = deep_advance(&state->deep, page);
    poll->complete = !more;
    return more && poll->pages < poll->max_pages;
}

struct poll_record poll_record_of(const struct poll *poll, const struct poll_state *state,
                                  const char *shop, const char *word, int64_t at_ms)
{
    return (struct poll_record){
        .version = MESSAGE_VERSION,
        .shop = shop,
        .poll_id = poll->id,
        .state = word,
        .kind = poll_kind_word(poll->kind),
        .trigger_id = poll->trigger_id,
        .dry_run = poll->dry_run,
        .at_ms = at_ms,
        .started_ms = poll->started_ms,
        .from_ms = poll->window.from_ms,
        .first_from_ms = state->window.first_from_ms,
        .watermark_ms = state->window.watermark_ms,
        .fetched_ms = state->fetched_ms,
        .cursor = state->window.cursor[0] ? state->window.cursor : NULL,
        .cursor_from_ms = state->window.cursor_from_ms,
        .late_from_ms = state->window.late_from_ms,
        .deep_at_ms = state->deep.at_ms,
        .deep_from_ms = state->deep.from_ms,
        .deep_to_ms = state->deep.to_ms,
        .deep_cursor = state->deep.cursor[0] ? state->deep.cursor : NULL,
        .pages = poll->pages,
        .orders = poll->orders,
        .published_total = state->published_total,
        .published_trigger = state->published_by[POLL_TRIGGER],
        .published_webhook = state->published_by[POLL_WEBHOOK],
        .published_backfill = state->published_by[POLL_BACKFILL],
        .dry_run_total = state->dry_run_total,
        .complete = poll->complete,
        .cost = poll->cost,
        .waited_ms = poll->waited_ms,
    };
}
