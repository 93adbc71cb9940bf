/* poller: one poll from its start to its last record: ask, complete, publish, remember.
 */
#ifndef TB_FETCHER_POLLER_H
#define TB_FETCHER_POLLER_H

#include "api.h"
#include "core/poll.h"
#include "publish.h"

struct poller;

/* All must outlive it. */
struct poller_parts {
    const struct cfg *cfg;
    const struct turn *turn;
    struct api *api;
    struct publisher *publisher;
};
struct poller *poller_new(const struct poller_parts *parts);
void poller_free(struct poller *poller); /* NULL accepted */

/* Whose token it is and what it may read, asked without a poll. RC_RETRY: Shopify is
 * away, or the turn said that it is to be given up. RC_REJECT: a person has to act. */
enum rc poller_check_again(struct poller *poller, struct err *e) TB_MUST_CHECK;

/* A timer poll (trigger NULL) or a trigger's. *state moves with each page that the broker
 * acknowledged. RC_OK: finished and recorded. RC_RETRY: failed and recorded; soon again.
 * RC_REJECT: failed and recorded; a person has to act. RC_FATAL: end the process. With
 * *given_up no record was written: the turn said so. */
enum rc poller_run(struct poller *poller, struct poll_state *state,
                   const struct runtime_config *config, const struct trigger *trigger,
                   bool *given_up, struct err *e) TB_MUST_CHECK;

/* Reads the orders that doorbells name and publishes them as a poll does; those that the
 * shop has no more are told of. All of them, or none counts as done. Otherwise as
 * poller_run. */
enum rc poller_ring(struct poller *poller, struct poll_state *state,
                    const struct gone *orders, size_t count, bool *given_up,
                    struct err *e) TB_MUST_CHECK;

/* A slice of the deep pass is to be read. */
bool poller_deep_due(const struct poller *poller, struct poll_state *state);
/* Reads it. Otherwise as poller_run. */
enum rc poller_deep(struct poller *poller, struct poll_state *state, int batch_size,
                    bool *given_up, struct err *e) TB_MUST_CHECK;

#endif
