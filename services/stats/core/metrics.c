/* metrics: the all-time counters as Prometheus text; see view.h. */
#include "base/metric.h"
#include "core/view.h"

static const enum metric of_counter[] = {
#define COUNTER(id, name, help) [COUNTER_##id] = METRIC_##id,
#include "core/counters.def"
#undef COUNTER
};

static void add_one(enum metric metric, int64_t value, struct buf *out)
{
    metric_head(metric, out);
    metric_sample(metric, NULL, value, out);
}

static void add_orders(const struct view *view, struct buf *out)
{
    metric_head(METRIC_ORDERS, out);
    for (size_t c = 0; c < CLASS_COUNT; c++)
        for (size_t i = 0; i < OUTCOME_COUNT; i++) {
            enum tally_class class = (enum tally_class)c;
            enum tally_outcome outcome = (enum tally_outcome)i;
            const char *const labels[] = {tally_class_word(class),
                                          tally_outcome_name(outcome)};
            metric_sample(METRIC_ORDERS, labels,
                          tally_sum(&view->board->all, class, outcome), out);
        }
}

static void add_reasons(const struct view *view, struct buf *out)
{
    metric_head(METRIC_BY_REASON, out);
    for (size_t i = 1; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        const char *const labels[] = {reason_word(reason)};
        metric_sample(METRIC_BY_REASON, labels,
                      tally_reason(&view->board->all, CLASS_LIVE, reason), out);
    }
}

static void add_polls(const struct view *view, struct buf *out)
{
    metric_head(METRIC_LAST_POLL, out);
    for (size_t i = 0; i < view->shop_count; i++) {
        const struct status_shop *shop = &view->shops[i];
        const char *const labels[] = {shop->shop};
        if (shop->ended)
            metric_sample(METRIC_LAST_POLL, labels, shop->ended->at_ms, out);
    }
}

void view_metrics(const struct view *view, struct buf *out)
{
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        add_one(of_counter[i], view->board->counters_all[i], out);
    add_orders(view, out);
    add_reasons(view, out);
    add_polls(view, out);
    add_one(METRIC_OPEN_ISSUES, view->open_count, out);
    add_one(METRIC_SURPLUS, view->board->surplus, out);
}
