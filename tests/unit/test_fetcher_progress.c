/* test_fetcher_progress: random histories of a shop and of polls that crash, fail, end
 * early or are asked for by hand: no change that Shopify shows may be left out.
 *
 * The shop has what makes it hard: changes within one second, orders that change while
 * pages are read (listed at their old place with their new updatedAt), a search index
 * that shows changes late, bursts of more changes than a poll takes. State passes from
 * poll to poll only as the encoded poll record, as it does through Kafka.
 */
#include "core/poll.h"
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORDERS = 40,
    CHANGES_MAX = 4000,
    HISTORIES = 400,
    POLLS = 60,
    LOOKBACK_MINUTES = 3,
    LAG_MAX_MS = LOOKBACK_MINUTES * 60000 - 5000, /* shorter than the overlap */
};

#define T0 INT64_C(1795341600000)

struct change {
    int order;
    int64_t at_ms, shown_ms; /* made; in the search index */
};

struct world {
    unsigned short random[3];
    int64_t now_ms;
    struct change changes[CHANGES_MAX]; /* in order of at_ms */
    int count;
    int published[ORDERS]; /* newest version published for real: index of its change */
    struct buf record;     /* the last one in the topic; empty: none */
    int64_t watermark_ms, first_from_ms; /* as of that record */
    int64_t began_ms;                    /* when the timer's window in hand was begun */
    int crashes, failures, ended_early, by_hand, moved_by_hand;
};

static int64_t below(struct world *w, int64_t n)
{
    return nrand48(w->random) % n;
}

static bool chance(struct world *w, int percent)
{
    return below(w, 100) < percent;
}

static int64_t second(int64_t ms)
{
    return ms - ms % 1000;
}

/* ---- the shop ---- */

static void change_one(struct world *w, int order)
{
    if (w->count == CHANGES_MAX)
        return;
    int64_t lag_ms = chance(w, 50) ? 0 : below(w, LAG_MAX_MS);
    w->changes[w->count++] = (struct change){
        .order = order, .at_ms = w->now_ms, .shown_ms = w->now_ms + lag_ms};
}

static void pass_time(struct world *w, int64_t ms, int changes)
{
    for (int i = 0; i < changes; i++) {
        w->now_ms += ms / (changes + 1);
        change_one(w, (int)below(w, ORDERS));
    }
    w->now_ms += ms / (changes + 1);
}

/* The newest change of an order that is there (or shown) by now; -1: none. */
static int newest(const struct world *w, int order, int64_t by_ms, bool shown)
{
    for (int i = w->count - 1; i >= 0; i--)
        if (w->changes[i].order == order &&
            (shown ? w->changes[i].shown_ms : w->changes[i].at_ms) <= by_ms)
            return i;
    return -1;
}

struct entry {
    int64_t place_ms; /* updatedAt in the index, whole seconds */
    int order;
};

static int by_place(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->place_ms != y->place_ms)
        return x->place_ms < y->place_ms ? -1 : 1;
    return x->order - y->order;
}

struct answer {
    int versions[ORDERS];
    int count;
    bool has_next;
    char cursor[64];
    int64_t last_ms;
};

static bool is_after(const struct entry *entry, const char *cursor)
{
    char *end = NULL;
    if (!cursor[0])
        return true;
    int64_t place_ms = strtoll(cursor, &end, 10);
    assert_int_equal(*end, ':');
    int order = (int)strtol(end + 1, NULL, 10);
    return entry->place_ms > place_ms ||
           (entry->place_ms == place_ms && entry->order > order);
}

/* updated_at:>=from after the cursor, as the index has it now. */
static struct answer search(const struct world *w, const struct window *window, int first)
{
    struct entry entries[ORDERS];
    struct answer answer = {0};
    int count = 0;
    for (int order = 0; order < ORDERS; order++) {
        int shown = newest(w, order, w->now_ms, true);
        struct entry entry = {.order = order};
        entry.place_ms = shown < 0 ? -1 : second(w->changes[shown].at_ms);
        if (entry.place_ms >= window->from_ms && is_after(&entry, window->cursor))
            entries[count++] = entry;
    }
    qsort(entries, (size_t)count, sizeof(entries[0]), by_place);
    for (int i = 0; i < count && i < first; i++) {
        int version = newest(w, entries[i].order, w->now_ms, false);
        int64_t updated_ms = second(w->changes[version].at_ms);
        answer.versions[answer.count++] = version;
        answer.last_ms = updated_ms > answer.last_ms ? updated_ms : answer.last_ms;
        snprintf(answer.cursor, sizeof(answer.cursor), "%" PRId64 ":%d",
                 entries[i].place_ms, entries[i].order);
    }
    answer.has_next = count > answer.count;
    return answer;
}

/* ---- the fetcher, as the shell does it ---- */

static void write_record(struct world *w, const struct poll *poll,
                         const struct poll_state *state, const char *word)
{
    const struct poll_record record =
        poll_record_of(poll, state, "a.myshopify.com", word, w->now_ms);
    buf_clear(&w->record);
    codec_encode(&poll_codec, &record, &w->record);
    assert_true(state->window.watermark_ms >= w->watermark_ms);
    assert_true(state->window.watermark_ms <= w->now_ms);
    w->watermark_ms = state->window.watermark_ms;
    if (!w->first_from_ms)
        w->first_from_ms = state->window.first_from_ms;
    assert_int_equal(state->window.first_from_ms, w->first_from_ms);
}

static struct poll_state last_state(const struct world *w)
{
    struct err e = {0};
    struct arena arena;
    struct poll_record record;
    struct poll_state state = {0};
    if (!w->record.len)
        return state;
    arena_init(&arena);
    assert_ok(poll_decode(w->record.data, w->record.len, &arena, &record, &e), &e);
    assert_ok(poll_state_from(&record, &state, &e), &e);
    arena_done(&arena);
    return state;
}

static void publish(struct world *w, const struct poll *poll, const struct answer *answer,
                    int count)
{
    for (int i = 0; i < count && !poll->dry_run; i++) {
        int order = w->changes[answer->versions[i]].order;
        if (answer->versions[i] > w->published[order])
            w->published[order] = answer->versions[i];
    }
}

enum fate {
    GOES_WELL,
    CRASHES_HALF_PUBLISHED,
    CRASHES_UNRECORDED,
    FAILS,
    CURSOR_REFUSED
};

static enum fate draw_fate(struct world *w, bool faults)
{
    return faults && chance(w, 12) ? (enum fate)(1 + below(w, 4)) : GOES_WELL;
}

/* False: the poll ended here, by crash or failure. */
static bool one_page(struct world *w, struct poll *poll, struct poll_state *state,
                     bool faults, bool *more)
{
    int64_t asked_ms = w->now_ms;
    struct answer answer = search(w, &poll->window, poll->batch_size);
    enum fate fate = draw_fate(w, faults);
    pass_time(w, below(w, 3000),
              faults && chance(w, 30)); /* completing and publishing take time */
    if (fate == FAILS || fate == CURSOR_REFUSED) {
        if (fate == CURSOR_REFUSED)
            window_give_up_cursor(&poll->window, &state->window);
        write_record(w, poll, state, POLL_FAILED);
        w->failures++;
        return false;
    }
    publish(w, poll, &answer,
            fate == CRASHES_HALF_PUBLISHED ? answer.count / 2 : answer.count);
    if (fate != GOES_WELL) {
        w->crashes++;
        return false;
    }
    const struct window_page page = {.last_updated_ms = answer.last_ms,
                                     .cursor = answer.cursor,
                                     .has_next = answer.has_next,
                                     .asked_ms = asked_ms};
    *more = poll_page(poll, state, &page, answer.count);
    write_record(w, poll, state, *more ? POLL_PROGRESS : POLL_FINISHED);
    return true;
}

/* What the index showed when a window was begun has to be published once its end is
 * reached. */
static void check_nothing_left_out(const struct world *w, int64_t by_ms)
{
    for (int order = 0; order < ORDERS; order++) {
        int shown = newest(w, order, by_ms, true);
        if (shown < 0 || second(w->changes[shown].at_ms) < w->first_from_ms)
            continue;
        if (w->published[order] < shown)
            fail_msg("order %d: change %d of second %" PRId64 " was shown by %" PRId64
                     ", published is %d",
                     order, shown, (w->changes[shown].at_ms - T0) / 1000,
                     (by_ms - T0) / 1000, w->published[order]);
    }
}

static bool is_as_timer(const struct trigger *trigger)
{
    return !trigger->dry_run && !trigger->lookback_minutes;
}

/* True when it reached the end of its window. */
static bool run_poll(struct world *w, const struct trigger *trigger, bool faults)
{
    struct poll poll;
    struct poll_state state = last_state(w);
    int64_t watermark_ms = state.window.watermark_ms;
    bool more = true;
    const struct runtime_config config = {.lookback_minutes = LOOKBACK_MINUTES,
                                          .batch_size = 1 + below(w, 6),
                                          .max_pages = 1 + below(w, 5)};
    const struct poll_when when = {.now_ms = w->now_ms, .shop_ms = w->now_ms};
    if (!state.window.cursor_from_ms && (!trigger || is_as_timer(trigger)))
        w->began_ms = w->now_ms;
    poll_begin(&poll, &state, &config, trigger, &when);
    write_record(w, &poll, &state, POLL_STARTED);
    if (poll.window.kind == WINDOW_NEXT)
        assert_true(poll.window.from_ms >= w->first_from_ms);
    while (more)
        if (!one_page(w, &poll, &state, faults, &more))
            return false;
    w->ended_early += !poll.complete;
    if (trigger && state.window.watermark_ms != watermark_ms)
        w->moved_by_hand++;
    if (poll.complete && poll.window.kind == WINDOW_NEXT)
        check_nothing_left_out(w, w->began_ms);
    return poll.complete && poll.window.kind == WINDOW_NEXT;
}

static void run_trigger(struct world *w)
{
    const struct trigger trigger = {
        .id = "t", .lookback_minutes = below(w, 10), .dry_run = chance(w, 30)};
    w->by_hand++;
    run_poll(w, &trigger, true);
}

static void run_history(struct world *w)
{
    for (int i = 0; i < POLLS; i++) {
        if (chance(w, 5))
            pass_time(w, 3600000 + below(w, 3600000), (int)below(w, 60)); /* an outage */
        else if (chance(w, 10))
            pass_time(w, 900, (int)below(w, 60)); /* more in a second than a poll takes */
        else
            pass_time(w, below(w, 120000), (int)below(w, 12));
        if (chance(w, 20))
            run_trigger(w);
        else
            run_poll(w, NULL, true);
    }
    pass_time(w, LAG_MAX_MS + 1000, 0); /* from here on nothing changes; all is shown */
    int left = 2 * CHANGES_MAX;
    while (!run_poll(w, NULL, false))
        assert_true(left-- > 0); /* an unfinished window is finished some time */
    while (!run_poll(w, NULL, false))
        assert_true(left-- > 0);
    check_nothing_left_out(w, w->now_ms);
}

static void test_no_change_is_left_out(void **unused)
{
    (void)unused;
    struct world *w = calloc(1, sizeof(*w));
    int crashes = 0, failures = 0, ended_early = 0, by_hand = 0, moved = 0;
    for (int seed = 1; seed <= HISTORIES; seed++) {
        *w = (struct world){.random = {(unsigned short)seed, 77, 4}, .now_ms = T0};
        for (int i = 0; i < ORDERS; i++)
            w->published[i] = -1;
        buf_init(&w->record, 10000);
        run_history(w);
        crashes += w->crashes;
        failures += w->failures;
        ended_early += w->ended_early;
        by_hand += w->by_hand;
        moved += w->moved_by_hand;
        buf_done(&w->record);
    }
    print_message("%d histories of %d polls: %d crashes, %d failures, %d ended early, "
                  "%d by hand, of which %d moved the watermark\n",
                  HISTORIES, POLLS, crashes, failures, ended_early, by_hand, moved);
    assert_true(crashes > 500 && failures > 500 && ended_early > 500);
    assert_true(by_hand > 500 && moved > 50);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_change_is_left_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
