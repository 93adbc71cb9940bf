/* refusal: what is said of an order that no message can hold: over 5,000 lines, over
 * 8 MiB, over what the topic takes, an amount out of range. It must not hold up the shop
 * for ever, nor vanish: it becomes a dead letter and a result event. Pure.
 */
#ifndef TB_FETCHER_REFUSAL_H
#define TB_FETCHER_REFUSAL_H

#include "base/arena.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

enum {
    REFUSAL_DETAIL_MAX = 240,
    REFUSAL_MEMORY = 64, /* versions remembered */
};

/* why as a header's value: one line, no comma or tab. */
const char *refusal_detail(const char *why, char out[REFUSAL_DETAIL_MAX]);

/* Appends the dead letter's value: what names the order, and why. It is no snapshot, so
 * that a redrive of it can never be taken for an order without lines. */
void refusal_letter(const struct snapshot *snapshot, const char *why, struct buf *out);

/* The result event; dry_run, source and poll_id are left to the caller. Its source
 * coordinates are "shopify.api/<key>", 0, fetchedAt: rising with each reading. */
struct result refusal_result(const struct snapshot *snapshot, const char *why,
                             const char *key, struct arena *arena);

/* Versions refused already: the overlap reads them again and again. Zeroed: none. */
struct refusal_memory {
    struct {
        int64_t order, updated_ms;
    } at[REFUSAL_MEMORY];
    size_t next;
};
bool refusal_known(const struct refusal_memory *memory, const struct snapshot *snapshot);
void refusal_remember(struct refusal_memory *memory, const struct snapshot *snapshot);

#endif
