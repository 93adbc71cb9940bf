/* reading: what the interface shows, read from Redis as the core's structs.
 *
 * Everything is in the caller's arena. RC_RETRY: Redis is away.
 */
#ifndef TB_STATS_READING_H
#define TB_STATS_READING_H

#include "core/history.h"
#include "core/lists.h"
#include "core/progress.h"
#include "core/view.h"
#include "store.h"

struct reading_conf {
    struct store *store;
    struct runtime_config defaults; /* of the environment; .at_ms 0 */
    struct runtime_config put;      /* the last one set through this process */
    bool webhooks_enabled;
    int64_t alarm_ms; /* how long orders and results may be out of balance */
};

/* Numbers, status and configuration: all that the views need. */
enum rc reading_view(const struct reading_conf *conf, int64_t now_ms, struct arena *arena,
                     struct view *out, struct err *e) TB_MUST_CHECK;

/* The newest elements of a list. */
enum rc reading_list(struct store *store, const char *key, struct arena *arena,
                     struct lists_values *out, struct err *e) TB_MUST_CHECK;

/* The newest orders that need a person. */
enum rc reading_open(struct store *store, struct arena *arena, struct lists_values *out,
                     int64_t *total, struct err *e) TB_MUST_CHECK;

struct reading_orders {
    struct lists_order *at;
    size_t count; /* 0: not known */
};

/* Orders by id or by name. */
enum rc reading_orders(struct store *store, const struct board *board, const char *order,
                       struct arena *arena, struct reading_orders *out,
                       struct err *e) TB_MUST_CHECK;

struct reading_history {
    struct history_bucket *at;
    size_t count;
};

/* The newest hours or days. */
enum rc reading_history(struct store *store, const char *by, int64_t limit,
                        struct arena *arena, struct reading_history *out,
                        struct err *e) TB_MUST_CHECK;

struct reading_trigger {
    bool known; /* false: there is no trigger with this id */
    struct progress progress;
    int64_t done_ms; /* when it was first seen to be done; now_ms while it is not */
};

enum rc reading_trigger(struct store *store, const char *id, int64_t now_ms,
                        struct arena *arena, struct reading_trigger *out,
                        struct err *e) TB_MUST_CHECK;

#endif
