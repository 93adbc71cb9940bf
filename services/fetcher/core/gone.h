/* gone: what is said of an order that a doorbell names and the shop has no more. In RMS
 * nothing is deleted: staff are told. Pure.
 */
#ifndef TB_FETCHER_GONE_H
#define TB_FETCHER_GONE_H

#include "base/arena.h"
#include "wire/messages.h"

struct gone {
    int64_t order;
    /* Of the doorbell: the result's source, so that it counts once however often the
     * doorbell is met. */
    int64_t partition, offset, published_ms;
};

enum {
    GONE_MEMORY = 256, /* orders remembered as told of */
};

struct result gone_result(const struct gone *gone, const char *shop, int64_t now_ms,
                          struct arena *arena);

/* Told of already: one deletion rings several times. Zeroed: none. */
struct gone_memory {
    int64_t orders[GONE_MEMORY];
    size_t next;
};
bool gone_known(const struct gone_memory *memory, int64_t order);
void gone_remember(struct gone_memory *memory, int64_t order);

#endif
