/* view: the numbers -> the answers of the order-polling interface, and the metrics. */
#ifndef TB_STATS_VIEW_H
#define TB_STATS_VIEW_H

#include "base/buf.h"
#include "core/board.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view {
    const struct board *board;
    const struct runtime_config *config;
    const struct status_shop *shops;
    size_t shop_count;
    struct status status;
    int64_t open_count;  /* orders that need a person */
    int64_t unclosed_ms; /* since when orders and results do not balance; 0: they do */
    int64_t alarm_ms;    /* how long that may be */
    bool webhooks_enabled;
    int64_t now_ms;
};

/* What the process itself is able to do. */
struct view_checks {
    bool redis, kafka;
    const char *reason; /* why one is not; "" */
};

void view_status(const struct view *view, struct buf *out);
void view_stats(const struct view *view, struct buf *out);
void view_reset(const struct view *view, struct buf *out);
void view_config(const struct view *view, struct buf *out);
/* Whether orders published and results are out of balance, with no poll running. */
bool view_is_unclosed(const struct board *board, bool polling);

/* view NULL: Redis is away. Returns whether polling is healthy. */
bool view_health(const struct view *view, const struct view_checks *checks,
                 struct buf *out);

/* Prometheus text format 0.0.4: the all-time counters. */
void view_metrics(const struct view *view, struct buf *out);

#endif
