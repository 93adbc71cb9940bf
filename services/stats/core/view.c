/* view: see view.h. */
#include "core/view.h"

#include "core/out.h"

#include <inttypes.h>
#include <stdio.h>

static cJSON *success(cJSON **data)
{
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    *data = out_object_in(answer, "data");
    return answer;
}

static void add_outcomes(const struct view *view, enum tally_class class, cJSON *to)
{
    char name[64];
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        enum tally_outcome outcome = (enum tally_outcome)i;
        snprintf(name, sizeof(name), "%s%s", tally_class_prefix(class),
                 tally_outcome_name(outcome));
        out_number(to, name, tally_sum(&view->board->shown, class, outcome));
    }
}

static void add_counter(const struct view *view, enum tally_counter counter, cJSON *to)
{
    out_number(to, tally_counter_name(counter), view->board->counters[counter]);
}

static void add_statistics(const struct view *view, cJSON *to)
{
    add_counter(view, COUNTER_TOTAL_POLLED, to);
    add_outcomes(view, CLASS_LIVE, to);
    add_counter(view, COUNTER_IN_FLIGHT, to);
    out_hundredths(to, "success_rate", tally_success_e2(&view->board->shown, CLASS_LIVE));
    out_time(to, "last_poll_time", view->status.last_poll_ms);
    out_number(to, "open_issues", view->open_count);
}

static void add_reasons(const struct view *view, cJSON *to)
{
    cJSON *reasons = out_object_in(to, "reasons");
    for (size_t i = 1; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        out_number(reasons, reason_word(reason),
                   tally_reason(&view->board->shown, CLASS_LIVE, reason));
    }
}

bool view_is_unclosed(const struct board *board, bool polling)
{
    return !polling && (board->cut || board->surplus > 0 ||
                        board->counters_all[COUNTER_IN_FLIGHT] > 0);
}

/* NULL: there is none. */
static const char *alarm_of(const struct view *view, char *text, size_t size)
{
    int64_t open_ms = view->now_ms - view->unclosed_ms;
    if (!view->unclosed_ms || open_ms < view->alarm_ms)
        return NULL;
    snprintf(text, size,
             "orders and results do not balance since %" PRId64 " minutes: %" PRId64
             " orders have no result, %" PRId64
             " results no order; is a reconciler up, and ready?",
             open_ms / 60000, view->board->counters_all[COUNTER_IN_FLIGHT],
             view->board->surplus);
    return text;
}

static void add_alarm(const struct view *view, cJSON *to)
{
    char text[300];
    out_text(to, "alarm", alarm_of(view, text, sizeof(text)));
}

/* All-time: a reset does not change these. Replays and results are not announced by
 * polls, so nothing can be missing of them. */
static void add_sources(const struct board *board, cJSON *to)
{
    cJSON *sources = out_object_in(to, "sources");
    for (size_t i = 0; i < TALLY_SOURCE_COUNT; i++) {
        enum tally_source source = (enum tally_source)i;
        cJSON *item = out_object_in(sources, tally_source_word(source));
        bool announced = tally_class_of(source, false) == CLASS_LIVE;
        if (announced)
            out_number(item, "published", board->published_by[i]);
        out_number(item, "accounted", board->accounted_by[i]);
        if (announced)
            out_number(item, "difference",
                       board->published_by[i] - board->accounted_by[i]);
    }
}

/* closed: every order that polls say they published has a result, or is in flight, and no
 * result is without such an order. Results overtake poll records while a poll runs. */
static void add_completeness(const struct view *view, cJSON *to)
{
    const struct board *board = view->board;
    bool polling = view->status.state == STATUS_POLLING;
    cJSON *completeness = out_object_in(to, "completeness");
    out_bool(completeness, "closed", !board->cut && (polling || board->surplus == 0));
    out_number(completeness, "accounted", tally_total(&board->shown, CLASS_LIVE));
    out_number(completeness, "unannounced_results", polling ? 0 : board->surplus);
    out_number(completeness, "unrecorded_orders", board->unrecorded);
    out_bool(completeness, "history_cut", board->cut);
    out_time(completeness, "unclosed_since", view->unclosed_ms);
    add_alarm(view, completeness);
    add_sources(board, completeness);
}

static void add_shops(const struct view *view, cJSON *to)
{
    cJSON *shops = out_array_in(to, "shops");
    for (size_t i = 0; i < view->shop_count; i++) {
        const struct status_shop *shop = &view->shops[i];
        const struct poll_record *ended = shop->ended;
        cJSON *item = out_object();
        out_text(item, "shop", shop->shop);
        out_bool(item, "polling", status_is_polling(shop, view->now_ms));
        out_time(item, "last_poll_time", ended ? ended->at_ms : 0);
        out_text(item, "last_poll_outcome", ended ? ended->state : NULL);
        out_text(item, "last_poll_error", ended ? ended->error : NULL);
        out_time(item, "watermark", shop->latest ? shop->latest->watermark_ms : 0);
        out_append(shops, item);
    }
}

static void add_settings(const struct runtime_config *config, cJSON *to)
{
    out_bool(to, "enabled", config->enabled);
    out_number(to, "interval_minutes", config->interval_minutes);
    out_number(to, "lookback_minutes", config->lookback_minutes);
    out_number(to, "batch_size", config->batch_size);
    out_number(to, "max_pages", config->max_pages);
}

void view_status(const struct view *view, struct buf *out)
{
    const struct status *status = &view->status;
    cJSON *data = NULL;
    cJSON *answer = success(&data);
    add_settings(view->config, data);
    out_time(data, "last_poll_time", status->last_poll_ms);
    out_bool(data, "polling_service_initialized", status->initialized);
    out_bool(data, "will_execute_next_cycle", status->will_execute_next_cycle);
    out_number(data, "seconds_until_next_poll", status->next_poll_s);
    out_bool(data, "webhooks_enabled", view->webhooks_enabled);
    out_text(data, "status", status_word(status->state));
    out_text(data, "status_help", status_help(status->state));
    add_statistics(view, out_object_in(data, "statistics"));
    add_alarm(view, data);
    add_shops(view, data);
    out_write(answer, out);
}

void view_stats(const struct view *view, struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = success(&data);
    add_statistics(view, data);
    add_outcomes(view, CLASS_REPLAYED, data);
    add_outcomes(view, CLASS_DRY_RUN, data);
    add_counter(view, COUNTER_MALFORMED, data);
    add_counter(view, COUNTER_DUPLICATES, data);
    add_counter(view, COUNTER_GAPS, data);
    add_reasons(view, data);
    add_completeness(view, data);
    latency_write(&view->board->latency, data);
    out_time(data, "counting_since", view->board->reset_ms);
    out_write(answer, out);
}

void view_reset(const struct view *view, struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = success(&data);
    out_text(answer, "message", "Statistics reset");
    out_time(data, "reset_at", view->board->reset_ms);
    add_statistics(view, out_object_in(data, "statistics"));
    out_write(answer, out);
}

void view_config(const struct view *view, struct buf *out)
{
    cJSON *data = NULL;
    cJSON *answer = success(&data);
    out_text(answer, "message", "Configuration updated");
    add_settings(view->config, data);
    out_time(data, "updated_at", view->config->at_ms);
    out_write(answer, out);
}

/* The first thing that is wrong, most urgent first; NULL: nothing is. */
static const char *complaint(const struct view *view, const struct view_checks *checks,
                             char *text, size_t size)
{
    if (!view || !checks->redis || !checks->kafka)
        return checks->reason;
    if (!view->status.initialized)
        return "no fetcher has spoken yet: is it running, and do the topics exist?";
    for (size_t i = 0; i < view->shop_count; i++) {
        const struct poll_record *ended = view->shops[i].ended;
        if (!ended || !ended->error)
            continue;
        snprintf(text, size, "the last poll of %.100s failed: %.300s", ended->shop,
                 ended->error);
        return text;
    }
    if (!view->config->enabled)
        return "polling is switched off: PUT {\"enabled\": true} to .../polling/config";
    if (alarm_of(view, text, size))
        return text;
    int64_t late_s = view->status.overdue_s;
    if (late_s <= view->config->interval_minutes * 60 + 60)
        return NULL;
    snprintf(text, size, "the last poll is overdue by %" PRId64 " s: is the fetcher up?",
             late_s);
    return text;
}

bool view_health(const struct view *view, const struct view_checks *checks,
                 struct buf *out)
{
    char text[512];
    const char *wrong = complaint(view, checks, text, sizeof(text));
    cJSON *answer = out_object();
    out_text(answer, "status", wrong ? "unhealthy" : "healthy");
    cJSON *data = out_object_in(answer, "data");
    out_bool(data, "enabled", view && view->config->enabled);
    out_bool(data, "polling_service_initialized", view && view->status.initialized);
    out_bool(data, "redis", checks->redis);
    out_bool(data, "kafka", checks->kafka);
    out_time(data, "last_poll_time", view ? view->status.last_poll_ms : 0);
    out_text(data, "detail", wrong);
    out_write(answer, out);
    return !wrong;
}
