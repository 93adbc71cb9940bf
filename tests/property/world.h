/* world: what a property runs in: an RMS in memory, settings and orders, all drawn from
 * one seed; and the shorthand to deliver a snapshot and look at what came of it. */
#ifndef TB_PROPERTY_WORLD_H
#define TB_PROPERTY_WORLD_H

#include "shop.h"

enum {
    WORLD_SHOPS = 3,
};

struct world {
    struct rng rng;
    struct model model;
    struct plan_settings settings;
    struct arena arena; /* of the case */
    struct shop shops[WORLD_SHOPS];
    size_t size;
    bool force;
    char fault[600]; /* why the property does not hold, or "" */
};

void world_open(struct world *world, uint64_t seed, size_t size);
void world_close(struct world *world);

/* Another world with the same settings and an RMS as empty. */
void world_open_like(struct world *world, const struct world *other);

/* The snapshot of an order now, from the case's arena. */
struct snapshot *world_tell(struct world *world, struct shop *shop);
/* Plans and applies. What no plan may do becomes the world's fault. */
struct plan *world_deliver(struct world *world, const struct snapshot *order);
/* Plans only. */
struct plan *world_plan(struct world *world, const struct snapshot *order);

/* Keeps the first fault; always false, to be returned. */
bool world_fault(struct world *world, const char *fmt, ...) TB_PRINTF(2, 3);

/* The order's row in RMS, or NULL. */
struct rms_order *world_order(struct world *world, const struct snapshot *order);
/* Every row as text, from the case's arena. */
const char *world_rows(struct world *world);

/* The rows are what the order says: one entry per line with units, its item, quantity,
 * price; header; sums to the smallest unit, or a detail that says by how much. */
bool world_rows_equal(struct world *world, const struct shop *shop,
                      const struct snapshot *order, const struct plan *plan);
/* Committed stock is what open orders hold. */
bool world_stock_adds_up(struct world *world);

#endif
