/* status: see status.h. */
#include "core/status.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *word, *help;
} states[] = {
#define STATE(id, word, help) {word, help},
#include "core/status.def"
#undef STATE
};

static const struct {
    const char *word;
    bool ended;
} polls[] = {
#define POLL(id, word, ended) {word, ended},
#include "core/status.def"
#undef POLL
};

const char *status_word(enum status_state state)
{
    assert(state < STATUS_COUNT);
    return states[state].word;
}

const char *status_help(enum status_state state)
{
    assert(state < STATUS_COUNT);
    return states[state].help;
}

bool status_poll_parse(const char *word, enum status_poll *out)
{
    for (size_t i = 0; i < STATUS_POLL_COUNT; i++) {
        if (strcmp(polls[i].word, word) == 0) {
            *out = (enum status_poll)i;
            return true;
        }
    }
    return false;
}

bool status_poll_ended(enum status_poll state)
{
    assert(state < STATUS_POLL_COUNT);
    return polls[state].ended;
}

static bool is_running(const struct status_shop *shop)
{
    enum status_poll state = STATUS_POLL_FINISHED;
    return shop->latest && status_poll_parse(shop->latest->state, &state) &&
           !status_poll_ended(state);
}

bool status_is_polling(const struct status_shop *shop, int64_t now_ms)
{
    return is_running(shop) && now_ms - shop->latest->at_ms <= STATUS_SILENT_MS;
}

/* Whole seconds, upwards: a poll due in 300 ms is not due yet. */
static int64_t seconds_up(int64_t ms)
{
    return ms > 0 ? (ms + 999) / 1000 : 0;
}

/* The timer counts from the start of its last poll; one by hand does not move it. */
static int64_t due_ms(const struct runtime_config *config, const struct status_shop *shop)
{
    return shop->timer ? shop->timer->started_ms + config->interval_minutes * 60000 : 0;
}

struct sums {
    bool polling, silent;
    int64_t due_ms; /* soonest; 0: no shop has ever polled */
};

static void look_at(const struct status_shop *shop, const struct runtime_config *config,
                    int64_t now_ms, struct sums *sums, struct status *out)
{
    out->initialized |= shop->latest || shop->ended;
    if (shop->ended && shop->ended->at_ms > out->last_poll_ms)
        out->last_poll_ms = shop->ended->at_ms;
    if (status_is_polling(shop, now_ms)) {
        sums->polling = true;
        return;
    }
    sums->silent |= is_running(shop);
    int64_t due = due_ms(config, shop);
    if (due && (sums->due_ms == 0 || due < sums->due_ms))
        sums->due_ms = due;
}

static enum status_state state_of(const struct runtime_config *config,
                                  const struct sums *sums, const struct status *status)
{
    if (sums->polling)
        return STATUS_POLLING;
    if (!config->enabled)
        return STATUS_DISABLED;
    if (!status->initialized || sums->silent)
        return STATUS_WAITING;
    return status->next_poll_s > 0 ? STATUS_WAITING_FOR_INTERVAL : STATUS_READY_TO_POLL;
}

struct status status_of(const struct runtime_config *config,
                        const struct status_shop *shops, size_t count, int64_t now_ms)
{
    struct sums sums = {0};
    struct status out = {0};
    for (size_t i = 0; i < count; i++)
        look_at(&shops[i], config, now_ms, &sums, &out);
    if (config->enabled && sums.due_ms) {
        out.next_poll_s = seconds_up(sums.due_ms - now_ms);
        out.overdue_s = now_ms > sums.due_ms ? (now_ms - sums.due_ms) / 1000 : 0;
    }
    out.state = state_of(config, &sums, &out);
    out.will_execute_next_cycle = out.state == STATUS_READY_TO_POLL;
    return out;
}
