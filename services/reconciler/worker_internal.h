/* worker_internal: what the parts of worker share. Nobody else includes it. */
#ifndef TB_WORKER_INTERNAL_H
#define TB_WORKER_INTERNAL_H

#include "work.h"
#include "worker.h"

enum {
    WORKER_POLL_MS = 200,
};

/* ---- waiting without leaving the group ---- */

/* Polls the paused consumer for so long. False: stop, or partitions gone. */
bool worker_wait(struct worker *worker, int64_t ms);
/* Says why, not ready meanwhile, and waits as long as the attempt asks for. work: the one
 * it is about, or NULL. */
bool worker_wait_retry(struct worker *worker, const char *event, const struct work *work,
                       unsigned attempt, const struct err *e);

/* ---- one commit group ---- */

/* Until it is decided, told and its offsets are stored. RC_RETRY: stopped, or the
 * partitions went away; the group is dropped and read again. */
enum rc worker_group(struct worker *worker, struct work *works, size_t count,
                     struct err *e) TB_MUST_CHECK;

/* ---- messages of the retry topic that are not due yet ---- */

/* True: it is not due, or behind one that is not; taken over, and its partition held. */
bool worker_later(struct worker *worker, const struct bus_message *message);
/* The first that is due; of a partition in their order. */
bool worker_due(struct worker *worker, struct bus_message *message);
void worker_later_drop(struct worker *worker);

#endif
