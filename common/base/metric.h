/* metric: what is measured, by the table metric.def, and Prometheus' text form of it
 * (version 0.0.4).
 */
#ifndef TB_METRIC_H
#define TB_METRIC_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum metric {
#define METRIC(id, name, kind, unit, buckets, labels, from, help) METRIC_##id,
#include "base/metric.def"
#undef METRIC
    METRIC_COUNT,
};

enum metric_kind { METRIC_KIND_COUNTER, METRIC_KIND_GAUGE, METRIC_KIND_HISTOGRAM };
enum metric_unit { METRIC_UNIT_ONE, METRIC_UNIT_MS };

/* Who prints it; METRIC_OF_VIEW: stats, from what Redis holds. */
enum metric_from {
    METRIC_OF_FETCHER = 1,
    METRIC_OF_RECONCILER = 2,
    METRIC_OF_STATS = 4,
    METRIC_OF_VIEW = 8,
};

enum {
    METRIC_LABELS_MAX = 3,
    METRIC_BOUNDS_MAX = 16,
};

struct metric_row {
    const char *name, *labels, *help;
    enum metric_kind kind;
    enum metric_unit unit;
    const int64_t *bounds; /* of a histogram, ascending, in the row's unit */
    size_t bound_count;
    unsigned from;
};

const struct metric_row *metric_row(enum metric metric);
const char *metric_kind_word(enum metric_kind kind);

/* The lines that precede the samples of a metric. */
void metric_head(enum metric metric, struct buf *out);
/* labels: values of the row's labels, in its order; further ones are not looked at. */
void metric_sample(enum metric metric, const char *const *labels, int64_t value,
                   struct buf *out);
/* counts: of each bound and, last, of what is above them all; not cumulated. */
void metric_histogram(enum metric metric, const char *const *labels,
                      const int64_t *counts, int64_t sum, struct buf *out);
/* The value as it is shown: of milliseconds, seconds. */
void metric_number(enum metric_unit unit, int64_t value, struct buf *out);

#endif
