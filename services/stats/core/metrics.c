/* metrics: the all-time counters as Prometheus text; see view.h. */
#include "core/view.h"

#include <inttypes.h>

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: backslash, quote and line feed are escaped. */
static void label(struct buf *out, const char *text)
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

static void add_orders(const struct view *view, struct buf *out)
{
    static const char name[] = "tillbridge_orders_total";
    head(out, name, "counter", "Results by what they count as.");
    for (size_t c = 0; c < CLASS_COUNT; c++)
        for (size_t i = 0; i < OUTCOME_COUNT; i++)
            buf_printf(
                out, "%s{class=\"%s\",outcome=\"%s\"} %" PRId64 "\n", name,
                tally_class_word((enum tally_class)c),
                tally_outcome_name((enum tally_outcome)i),
                tally_sum(&view->board->all, (enum tally_class)c, (enum tally_outcome)i));
}

static void add_reasons(const struct view *view, struct buf *out)
{
    static const char name[] = "tillbridge_results_by_reason_total";
    head(out, name, "counter", "Live results by reason, where one is given.");
    for (size_t i = 1; i < REASON_COUNT; i++)
        buf_printf(out, "%s{reason=\"%s\"} %" PRId64 "\n", name,
                   reason_word((enum reason)i),
                   tally_reason(&view->board->all, CLASS_LIVE, (enum reason)i));
}

static void add_counters(const struct view *view, struct buf *out)
{
    for (size_t i = 0; i < COUNTER_COUNT; i++) {
        enum tally_counter counter = (enum tally_counter)i;
        const char *name = tally_counter_metric(counter);
        head(out, name, tally_counter_type(counter), tally_counter_help(counter));
        buf_printf(out, "%s %" PRId64 "\n", name, view->board->counters_all[counter]);
    }
}

static void add_polls(const struct view *view, struct buf *out)
{
    static const char name[] = "tillbridge_last_poll_timestamp_seconds";
    head(out, name, "gauge", "When the last poll ended, by shop.");
    for (size_t i = 0; i < view->shop_count; i++) {
        if (!view->shops[i].ended)
            continue;
        buf_printf(out, "%s{shop=\"", name);
        label(out, view->shops[i].shop);
        buf_printf(out, "\"} %" PRId64 "\n", view->shops[i].ended->at_ms / 1000);
    }
}

void view_metrics(const struct view *view, struct buf *out)
{
    add_counters(view, out);
    add_orders(view, out);
    add_reasons(view, out);
    add_polls(view, out);
    head(out, "tillbridge_open_issues", "gauge", "Orders that need a person.");
    buf_printf(out, "tillbridge_open_issues %" PRId64 "\n", view->open_count);
    head(out, "tillbridge_build_info", "gauge", "The running release.");
    buf_printf(out, "tillbridge_build_info{version=\"%s\"} 1\n", TB_VERSION);
}
