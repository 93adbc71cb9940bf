/* poller_deep: a slice of the deep pass (core/deep.h), read and published as a poll's
 * pages are. */
#include "poller_internal.h"

static const int64_t hour_ms = 3600000;

static struct deep_rule rule_of(const struct poller *poller)
{
    const struct cfg *cfg = poller->parts.cfg;
    return (struct deep_rule){.every_ms = cfg->deep_pass_hours * hour_ms,
                              .offset_ms = cfg->deep_pass_at_hour * hour_ms,
                              .window_ms = cfg->deep_pass_days * 24 * hour_ms};
}

bool poller_deep_due(const struct poller *poller, struct poll_state *state)
{
    const struct deep_rule rule = rule_of(poller);
    return state->window.watermark_ms &&
           deep_due(&state->deep, &rule, api_now_ms(poller->parts.api));
}

enum rc poller_deep(struct poller *poller, struct poll_state *state, int batch_size,
                    bool *given_up, struct err *e)
{
    struct poll poll;
    enum rc rc = poller_check_start(poller, e);
    const struct poll_when when = poller_when(poller);
    const struct deep_rule rule = rule_of(poller);
    poll_begin_deep(&poll, state, &rule, batch_size, &when);
    cost_size_begin(&poller->size, poll.batch_size);
    if (rc == RC_OK) {
        poller_tell_start(poller, &poll);
        rc = poller_read_all(poller, &poll, state, e);
    }
    return poller_end(poller, &poll, state, rc, given_up, e);
}
