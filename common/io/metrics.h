/* metrics: what this process counts and measures, by the table base/metric.def.
 *
 * One registry a process; any thread may count, and the listener's thread prints. Values
 * are in the metric's unit: milliseconds where it is shown in seconds. Metrics without
 * labels are there from the start, those with labels from their first value on.
 */
#ifndef TB_METRICS_H
#define TB_METRICS_H

#include "base/buf.h"
#include "base/metric.h"

enum {
    METRICS_LABEL_MAX = 64,    /* bytes of a label's value; the rest is cut off */
    METRICS_SERIES_MAX = 4096, /* of one metric; further ones are counted as "other" */
};

/* service: whose metrics are printed. Forgets all values. */
void metrics_open(enum metric_from service, const char *name);

void metrics_add(enum metric counter, int64_t n);
void metrics_set(enum metric gauge, int64_t value);
void metrics_observe(enum metric histogram, int64_t value);

/* With the values of the metric's labels, in the table's order; b and c may be NULL where
 * it has fewer. Copied. */
void metrics_add_of(enum metric counter, const char *a, const char *b, const char *c,
                    int64_t n);
void metrics_set_of(enum metric gauge, const char *a, const char *b, const char *c,
                    int64_t value);
/* Drops the values whose first label is a: what they were of is gone. */
void metrics_forget(enum metric metric, const char *a);

/* All of the service's metrics, with the figures of the process as they are now. */
void metrics_write(struct buf *out);

#endif
