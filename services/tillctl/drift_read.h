/* drift_read: a dry run's orders and results out of the topics. */
#ifndef TB_DRIFT_READ_H
#define TB_DRIFT_READ_H

#include "core/drift.h"
#include "io/cfg.h"
#include "wire/backfill.h"

enum {
    DRIFT_RESULTS_MS = 15 * 60 * 1000, /* that reconcilers may take */
};

struct drift_wait {
    const struct cfg *cfg;
    int64_t since_ms; /* the run began no earlier: UTC */
    int64_t until_ms; /* monotonic; then RC_RETRY */
};

/* Waits until as many results are there as orders were published; the run's id is one of
 * drift->runs. Settled. */
enum rc drift_read(const struct drift_wait *wait, const struct progress *run,
                   struct drift *drift, struct err *e) TB_MUST_CHECK;

/* False: standard output does not take it. */
bool drift_show(const struct drift *drift, bool as_json);

#endif
