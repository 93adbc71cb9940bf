/* counts: see counts.h. */
#include "counts.h"

#include "io/metrics.h"

#include <string.h>

static bool is_replay(const struct work *work)
{
    return strcmp(work->source, SOURCE_REPLAY) == 0;
}

/* As stats tells them apart (counters.def). */
static const char *class_of(const struct work *work)
{
    if (work->dry_run)
        return "dry_run";
    return is_replay(work) ? "replayed" : "live";
}

static bool wrote(const struct work *work)
{
    return work->action == ACTION_CREATED || work->action == ACTION_UPDATED ||
           work->action == ACTION_CANCELLED;
}

void counts_result(const struct work *work, int64_t now_ms)
{
    metrics_add_of(METRIC_RESULTS, action_word(work->action), reason_word(work->reason),
                   class_of(work), 1);
    if (work->dead)
        metrics_add_of(METRIC_DEAD_LETTERS, reason_word(work->reason), NULL, NULL, 1);
    if (wrote(work) && !work->dry_run && !is_replay(work))
        metrics_observe(METRIC_LATENCY, now_ms - work->snapshot.updated_ms);
}
