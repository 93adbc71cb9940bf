/* metric: the table's rows and their text form; see metric.h. */
#include "base/metric.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* From a hundredth of a second to a minute: a transaction, a request. */
static const int64_t bounds_call[] = {5,    10,   25,   50,    100,   250,  500,
                                      1000, 2500, 5000, 10000, 30000, 60000};
static const int64_t bounds_poll[] = {100,   500,   1000,   2500,   5000,  10000,
                                      30000, 60000, 120000, 300000, 900000};
/* Up to a day: the interval between polls is part of it. */
static const int64_t bounds_latency[] = {1000,    5000,    15000,    30000,
                                         60000,   120000,  300000,   600000,
                                         1200000, 3600000, 14400000, 86400000};
static const int64_t bounds_size[] = {0, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};

enum { F = METRIC_OF_FETCHER, R = METRIC_OF_RECONCILER, S = METRIC_OF_STATS, V = 8 };

#define BOUNDS_NO      NULL, 0
#define BOUNDS(list)   list, sizeof(list) / sizeof((list)[0])
#define BOUNDS_CALL    BOUNDS(bounds_call)
#define BOUNDS_POLL    BOUNDS(bounds_poll)
#define BOUNDS_LATENCY BOUNDS(bounds_latency)
#define BOUNDS_SIZE    BOUNDS(bounds_size)

static const struct metric_row rows[] = {
#define METRIC(id, name, kind, unit, buckets, labels, from, help) \
    {name, labels, help, METRIC_KIND_##kind, METRIC_UNIT_##unit, BOUNDS_##buckets, from},
#include "base/metric.def"
#undef METRIC
};

const struct metric_row *metric_row(enum metric metric)
{
    assert(metric < METRIC_COUNT);
    return &rows[metric];
}

const char *metric_kind_word(enum metric_kind kind)
{
    switch (kind) {
    case METRIC_KIND_COUNTER:
        return "counter";
    case METRIC_KIND_GAUGE:
        return "gauge";
    case METRIC_KIND_HISTOGRAM:
        return "histogram";
    }
    return "untyped";
}

void metric_head(enum metric metric, struct buf *out)
{
    const struct metric_row *row = metric_row(metric);
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
               metric_kind_word(row->kind));
}

void metric_number(enum metric_unit unit, int64_t value, struct buf *out)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned part = (unsigned)(size % 1000);
    if (unit == METRIC_UNIT_ONE) {
        buf_printf(out, "%" PRId64, value);
        return;
    }
    buf_printf(out, "%s%" PRIu64, value < 0 ? "-" : "", size / 1000);
    if (part % 10)
        buf_printf(out, ".%03u", part);
    else if (part % 100)
        buf_printf(out, ".%02u", part / 10);
    else if (part)
        buf_printf(out, ".%u", part / 100);
}

/* A label's value: backslash, quote and line feed are escaped. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            buf_text(out, "\\n");
        else if (*text == '\\' || *text == '"')
            buf_printf(out, "\\%c", *text);
        else
            buf_add(out, text, 1);
    }
}

/* {a="x",b="y",le="5"}; bound NULL: without le. */
static void add_labels(const struct metric_row *row, const char *const *values,
                       const struct buf *bound, struct buf *out)
{
    const char *between = "{";
    size_t i = 0;
    for (const char *name = row->labels; *name; i++) {
        size_t len = strcspn(name, ",");
        buf_printf(out, "%s%.*s=\"", between, (int)len, name);
        add_escaped(out, values[i]);
        buf_text(out, "\"");
        between = ",";
        name += len + (name[len] == ',');
    }
    if (bound)
        buf_printf(out, "%sle=\"%s\"", between, buf_str(bound));
    if (bound || i)
        buf_text(out, "}");
}

void metric_sample(enum metric metric, const char *const *labels, int64_t value,
                   struct buf *out)
{
    const struct metric_row *row = metric_row(metric);
    buf_text(out, row->name);
    add_labels(row, labels, NULL, out);
    buf_text(out, " ");
    metric_number(row->unit, value, out);
    buf_text(out, "\n");
}

static void add_bucket(const struct metric_row *row, const char *const *labels,
                       const char *bound, int64_t count, struct buf *out)
{
    struct buf le;
    buf_init(&le, 64);
    buf_text(&le, bound);
    buf_printf(out, "%s_bucket", row->name);
    add_labels(row, labels, &le, out);
    buf_printf(out, " %" PRId64 "\n", count);
    buf_done(&le);
}

void metric_histogram(enum metric metric, const char *const *labels,
                      const int64_t *counts, int64_t sum, struct buf *out)
{
    const struct metric_row *row = metric_row(metric);
    int64_t total = 0;
    for (size_t i = 0; i < row->bound_count; i++) {
        struct buf bound;
        buf_init(&bound, 64);
        metric_number(row->unit, row->bounds[i], &bound);
        total += counts[i];
        add_bucket(row, labels, buf_str(&bound), total, out);
        buf_done(&bound);
    }
    total += counts[row->bound_count];
    add_bucket(row, labels, "+Inf", total, out);
    buf_printf(out, "%s_sum", row->name);
    add_labels(row, labels, NULL, out);
    buf_text(out, " ");
    metric_number(row->unit, sum, out);
    buf_printf(out, "\n%s_count", row->name);
    add_labels(row, labels, NULL, out);
    buf_printf(out, " %" PRId64 "\n", total);
}
