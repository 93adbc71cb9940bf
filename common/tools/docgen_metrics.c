/* docgen_metrics: docs/metrics.md, and the metrics' names for the tests of what uses
 * them. */
#include "base/metric.h"
#include "docgen.h"

#include <stdio.h>
#include <string.h>

static const char top[] =
    "# Metrics\n\n"
    "<!-- Made by `tillbridge-docs metrics` from common/base/metric.def: change it "
    "there. "
    "-->\n\n"
    "Each service answers `/metrics` in Prometheus' text format: fetcher and reconciler "
    "on\n`HEALTH_LISTEN`, stats on `API_LISTEN`. A metric with labels appears with its "
    "first value. Nothing\npersonal is in them, and the number of series is bounded: "
    "labels are words of the code's tables or\npartitions. Rules for alerts are in "
    "`deploy/prometheus`, a dashboard in `deploy/grafana`.\n\n"
    "Figures of fetcher and reconciler begin at 0 when the process starts. Those of "
    "stats that are marked\n*kept* are read from Redis and live on.\n\n";

static const char table_top[] = "| metric | type | labels | of | what it says |\n"
                                "|---|---|---|---|---|\n";

static void add_from(struct buf *out, unsigned from)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {{METRIC_OF_FETCHER, "fetcher"},
                 {METRIC_OF_RECONCILER, "reconciler"},
                 {METRIC_OF_STATS, "stats"},
                 {METRIC_OF_VIEW, "stats, kept"}};
    unsigned every = METRIC_OF_FETCHER | METRIC_OF_RECONCILER | METRIC_OF_STATS;
    const char *between = "";
    if (from == every) {
        buf_text(out, "all");
        return;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (from & words[i].bit) {
            buf_printf(out, "%s%s", between, words[i].word);
            between = ", ";
        }
}

static void add_labels(struct buf *out, const char *labels)
{
    const char *between = "";
    while (*labels) {
        size_t len = strcspn(labels, ",");
        buf_printf(out, "%s`%.*s`", between, (int)len, labels);
        labels += len + (labels[len] == ',');
        between = " ";
    }
}

static void add_bounds(struct buf *out, const struct metric_row *row)
{
    for (size_t i = 0; i < row->bound_count; i++) {
        buf_text(out, i ? ", " : " Up to: ");
        metric_number(row->unit, row->bounds[i], out);
    }
    if (row->bound_count)
        buf_text(out, ".");
}

void docgen_metrics(struct buf *out)
{
    buf_text(out, top);
    buf_text(out, table_top);
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_row *row = metric_row((enum metric)i);
        buf_printf(out, "| `%s` | %s | ", row->name, metric_kind_word(row->kind));
        add_labels(out, row->labels);
        buf_text(out, " | ");
        add_from(out, row->from);
        buf_printf(out, " | %s", row->help);
        add_bounds(out, row);
        buf_text(out, " |\n");
    }
}

void docgen_metric_names(struct buf *out)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_row *row = metric_row((enum metric)i);
        buf_printf(out, "%s\t%s\t%s\n", row->name, metric_kind_word(row->kind),
                   row->labels);
    }
}
