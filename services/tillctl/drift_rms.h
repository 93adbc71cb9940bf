/* drift_rms: the web orders that RMS holds of a window. Read only. */
#ifndef TB_DRIFT_RMS_H
#define TB_DRIFT_RMS_H

#include "base/arena.h"
#include "io/sql.h"

#include <stdbool.h>

struct drift_rms_order {
    int64_t shop_order; /* of the reference SHOPIFY-<id> */
    int64_t id;         /* Order.ID */
    bool closed;
};

struct drift_rms_list {
    struct drift_rms_order *at; /* in the arena */
    size_t count;
};

struct drift_rms_window {
    int64_t from_ms, to_ms;
    const char *zone; /* the store's time zone: a name of the tz database */
};

/* Orders whose Time, which is the order's time of creation by the store's clock, lies in
 * the window. */
enum rc drift_rms_read(struct sql *sql, const struct drift_rms_window *window,
                       struct arena *arena, struct drift_rms_list *out,
                       struct err *e) TB_MUST_CHECK;

/* The statement, so that a test can print every text that a database is ever sent. */
extern const char drift_rms_text[];

#endif
