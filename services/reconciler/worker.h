/* worker: the reconciler's loop: poll, batch, commit to RMS, publish results and wait for
 * their acknowledgement, then store the offsets. */
#ifndef TB_WORKER_H
#define TB_WORKER_H

#include "io/bus.h"
#include "io/cfg.h"
#include "io/health.h"
#include "rms.h"

struct worker_held;

struct worker {
    const struct cfg *cfg;
    struct rms *rms;
    struct bus_consumer *consumer;
    struct bus_producer *producer;
    struct health *health;
    char *name;               /* host and pid, in results and dead letters */
    struct arena group_arena; /* of one try of a commit group */
    struct bus_message kept;  /* came while waiting: the next to be taken */
    bool has_kept;
    struct worker_held *later; /* of the retry topic, not due yet */
    bool revoked; /* a rebalance took partitions away: drop what is in hand */
};

enum rc worker_open(struct worker *worker, const struct cfg *cfg,
                    struct err *e) TB_MUST_CHECK;
/* Until a stop is requested (RC_OK) or the process is unfit (RC_FATAL). */
enum rc worker_run(struct worker *worker, struct err *e) TB_MUST_CHECK;
void worker_close(struct worker *worker);

#endif
