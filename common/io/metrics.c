/* metrics: the registry; see metrics.h. One lock for all: a histogram's sum, count and
 * buckets belong together, and what is counted here is a few thousand a second at most.
 */
#include "io/metrics.h"

#include "io/clock.h"
#include "io/metrics_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The values of one set of labels. */
struct series {
    char labels[METRIC_LABELS_MAX][METRICS_LABEL_MAX];
    int64_t value; /* of a histogram: the sum */
    int64_t counts[METRIC_BOUNDS_MAX + 1];
};

struct family {
    struct series *series;
    size_t count, cap;
};

static struct {
    pthread_mutex_t lock;
    enum metric_from service;
    struct family families[METRIC_COUNT];
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- series; all with the lock held ---- */

static bool is_of(const struct series *series, const char *const *labels)
{
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++)
        if (strncmp(series->labels[i], labels[i], METRICS_LABEL_MAX - 1) != 0)
            return false;
    return true;
}

static struct series *add_series(struct family *family, const char *const *labels)
{
    if (family->count == family->cap) {
        family->cap = family->cap ? 2 * family->cap : 1;
        family->series = realloc(family->series, family->cap * sizeof(*family->series));
        if (!family->series)
            abort(); /* out of memory: as in arena.h */
    }
    struct series *series = &family->series[family->count++];
    *series = (struct series){.value = 0};
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++)
        snprintf(series->labels[i], METRICS_LABEL_MAX, "%s", labels[i]);
    return series;
}

static struct series *series_of(enum metric metric, const char *const *labels)
{
    static const char *const other[METRIC_LABELS_MAX] = {"other", "other", "other"};
    struct family *family = &registry.families[metric];
    for (size_t i = 0; i < family->count; i++)
        if (is_of(&family->series[i], labels))
            return &family->series[i];
    if (family->count < METRICS_SERIES_MAX || labels == other)
        return add_series(family, labels);
    return series_of(metric, other);
}

/* ---- counting ---- */

static const char *const no_labels[METRIC_LABELS_MAX] = {"", "", ""};

static void change(enum metric metric, const char *const *labels, int64_t n, bool set)
{
    pthread_mutex_lock(&registry.lock);
    struct series *series = series_of(metric, labels);
    series->value = set ? n : series->value + n;
    pthread_mutex_unlock(&registry.lock);
}

void metrics_add(enum metric counter, int64_t n)
{
    change(counter, no_labels, n, false);
}

void metrics_set(enum metric gauge, int64_t value)
{
    change(gauge, no_labels, value, true);
}

void metrics_add_of(enum metric counter, const char *a, const char *b, const char *c,
                    int64_t n)
{
    const char *const labels[METRIC_LABELS_MAX] = {a ? a : "", b ? b : "", c ? c : ""};
    change(counter, labels, n, false);
}

void metrics_set_of(enum metric gauge, const char *a, const char *b, const char *c,
                    int64_t value)
{
    const char *const labels[METRIC_LABELS_MAX] = {a, b ? b : "", c ? c : ""};
    change(gauge, labels, value, true);
}

void metrics_observe(enum metric histogram, int64_t value)
{
    const struct metric_row *row = metric_row(histogram);
    size_t i = 0;
    while (i < row->bound_count && value > row->bounds[i])
        i++;
    pthread_mutex_lock(&registry.lock);
    struct series *series = series_of(histogram, no_labels);
    series->value += value;
    series->counts[i]++;
    pthread_mutex_unlock(&registry.lock);
}

void metrics_forget(enum metric metric, const char *a)
{
    pthread_mutex_lock(&registry.lock);
    struct family *family = &registry.families[metric];
    size_t kept = 0;
    for (size_t i = 0; i < family->count; i++)
        if (strncmp(family->series[i].labels[0], a, METRICS_LABEL_MAX - 1) != 0)
            family->series[kept++] = family->series[i];
    family->count = kept;
    pthread_mutex_unlock(&registry.lock);
}

/* ---- opening and printing ---- */

/* A counter that is not there before its first event has no rate for it. */
static void begin(enum metric metric)
{
    free(registry.families[metric].series);
    registry.families[metric] = (struct family){0};
    if (!metric_row(metric)->labels[0])
        series_of(metric, no_labels);
}

void metrics_open(enum metric_from service, const char *name)
{
    pthread_mutex_lock(&registry.lock);
    registry.service = service;
    for (size_t i = 0; i < METRIC_COUNT; i++)
        begin((enum metric)i);
    pthread_mutex_unlock(&registry.lock);
    metrics_set_of(METRIC_BUILD_INFO, name, TB_VERSION, NULL, 1);
    metrics_set(METRIC_PROCESS_START, clock_now_ms());
}

static void write_family(enum metric metric, struct buf *out)
{
    const struct family *family = &registry.families[metric];
    if (!family->count)
        return;
    metric_head(metric, out);
    for (size_t i = 0; i < family->count; i++) {
        const struct series *series = &family->series[i];
        const char *const labels[METRIC_LABELS_MAX] = {
            series->labels[0], series->labels[1], series->labels[2]};
        if (metric_row(metric)->kind == METRIC_KIND_HISTOGRAM)
            metric_histogram(metric, labels, series->counts, series->value, out);
        else
            metric_sample(metric, labels, series->value, out);
    }
}

void metrics_write(struct buf *out)
{
    metrics_process();
    pthread_mutex_lock(&registry.lock);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (metric_row((enum metric)i)->from & registry.service)
            write_family((enum metric)i, out);
    pthread_mutex_unlock(&registry.lock);
}
