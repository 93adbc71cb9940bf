/* summary: see summary.h. */
#include "core/summary.h"

#include "base/str.h"
#include "core/words.h"

#include <inttypes.h>
#include <string.h>

enum {
    MINUTE_MS = 60 * 1000,
    SLACK_MIN = 5,          /* until somebody has typed it */
    LOOKBACK_MAX = 24 * 60, /* minutes: what a poll may be asked for */
};

/* How the order's message comes to the reconciler once more. */
static const char *bring_again(const struct facts *facts)
{
    int64_t age_ms = facts->now_ms - facts->said.snapshot.updated_ms;
    int64_t minutes = (age_ms > 0 ? age_ms / MINUTE_MS : 0) + SLACK_MIN;
    if (minutes > LOOKBACK_MAX)
        return "change it in the shop (a tag will do): the next poll reads it again";
    return arena_printf(facts->arena,
                        "tillctl poll --lookback %" PRId64 " reads it again", minutes);
}

static struct summary waiting(const struct facts *facts)
{
    return (struct summary){TABLE_WARN, "waits for the reconciler",
                            arena_printf(facts->arena,
                                         "the message at %s [%" PRId32 "] offset %" PRId64
                                         " was not decided on yet",
                                         TOPIC_ORDERS, facts->said.last.partition,
                                         facts->said.last.offset),
                            "see that tillbridge-reconciler runs and is not behind"};
}

/* Nothing to plan with: all there is to tell is the last decision. */
static struct summary last_decision(const struct facts *facts, const char *why)
{
    if (!facts->decision_count)
        return (struct summary){TABLE_WARN,
                                facts->rms.state.order_count ? "RMS holds it"
                                                             : "little is known of it",
                                why, ""};
    const struct result *last = &facts->decisions[facts->decision_count - 1].result;
    return (struct summary){
        words_style(last),
        arena_printf(facts->arena, "last decided: %s", words_verdict(last, facts->arena)),
        arena_printf(facts->arena, "%s%s%s", words_why(last),
                     words_why(last)[0] ? "; " : "", why),
        words_remedy(last)};
}

static struct summary nothing_said(const struct facts *facts)
{
    const struct facts_said *said = &facts->said;
    if (facts->unreached[FACTS_ORDERS])
        return last_decision(facts, "what the shop said could not be read");
    if (said->unreadable)
        return (struct summary){TABLE_BAD, "refused: its message can't be read",
                                said->unreadable_why, reason_remedy(REASON_MALFORMED)};
    return last_decision(facts, TOPIC_ORDERS " holds no message of it");
}

/* ---- by what would be decided now ---- */

static struct summary skipped(const struct facts *facts)
{
    const struct result *now = &facts->rms.now;
    if (words_reason(now) != REASON_UNCHANGED)
        return (struct summary){TABLE_PLAIN, "nothing is to be done", words_why(now),
                                words_remedy(now)};
    return (struct summary){TABLE_GOOD, "RMS holds what the shop says",
                            facts->rms.state.guard.closed_by_us
                                ? "we closed the order in RMS as the shop cancelled it"
                                : "",
                            ""};
}

static struct summary refused(const struct facts *facts, const char *word)
{
    const struct result *now = &facts->rms.now;
    return (struct summary){
        words_style(now),
        arena_printf(facts->arena, "%s: %s", word, now->reason ? now->reason : ""),
        words_why(now), words_remedy(now)};
}

/* RMS could be as the shop says, but is not. */
static struct summary behind(const struct facts *facts)
{
    const struct guard *guard = &facts->rms.state.guard;
    const char *why = "";
    if (guard->held)
        why = arena_printf(facts->arena, "it was held for %s; nothing is in the way now",
                           reason_word(guard->held_for));
    else if (guard->exists && guard->reason != REASON_NONE)
        why = arena_printf(facts->arena, "it was %s before: %s",
                           action_word(guard->action), reason_help(guard->reason));
    return (struct summary){TABLE_WARN,
                            arena_printf(facts->arena,
                                         "RMS is behind: now it would be %s",
                                         facts->rms.now.action),
                            why, bring_again(facts)};
}

static struct summary planned(const struct facts *facts)
{
    enum action action = ACTION_COUNT;
    (void)action_parse(facts->rms.now.action, &action);
    if (action == ACTION_SKIPPED)
        return skipped(facts);
    if (action == ACTION_CONFLICT)
        return refused(facts, "left to staff");
    if (action == ACTION_ERROR)
        return refused(facts, "refused");
    return behind(facts);
}

struct summary summary_of(const struct facts *facts)
{
    if (facts_waits(facts))
        return waiting(facts);
    if (!facts->said.readable)
        return nothing_said(facts);
    if (!facts->rms.planned)
        return last_decision(facts, "RMS could not be asked");
    return planned(facts);
}
