/* deep: see deep.h. */
#include "core/deep.h"

#include <stdio.h>

static int64_t slot_of(const struct deep_rule *rule, int64_t at_ms)
{
    return (at_ms - rule->offset_ms) / rule->every_ms;
}

void deep_count(struct deep_state *state, int64_t now_ms)
{
    if (!state->at_ms)
        state->at_ms = now_ms;
}

bool deep_due(struct deep_state *state, const struct deep_rule *rule, int64_t now_ms)
{
    if (!rule->every_ms)
        return false;
    deep_count(state, now_ms);
    return state->from_ms || slot_of(rule, now_ms) > slot_of(rule, state->at_ms);
}

struct window deep_plan(struct deep_state *state, const struct deep_rule *rule,
                        int64_t first_from_ms, int64_t now_ms)
{
    if (!state->from_ms) {
        int64_t from_ms = now_ms - rule->window_ms;
        from_ms -= from_ms % 1000;
        *state = (struct deep_state){.at_ms = now_ms,
                                     .from_ms = from_ms > first_from_ms ? from_ms
                                                                        : first_from_ms,
                                     .to_ms = now_ms};
    }
    struct window window = {.kind = WINDOW_ASIDE, .from_ms = state->from_ms};
    snprintf(window.cursor, sizeof(window.cursor), "%s", state->cursor);
    return window;
}

bool deep_advance(struct deep_state *state, const struct window_page *page)
{
    bool more = page->has_next && page->last_updated_ms < state->to_ms;
    snprintf(state->cursor, sizeof(state->cursor), "%s", more ? page->cursor : "");
    if (!more)
        state->from_ms = state->to_ms = 0;
    return more;
}
