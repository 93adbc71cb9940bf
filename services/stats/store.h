/* store: Redis as the aggregator uses it: reads for the interface, scripts for the fold.
 *
 * Reading and writing are gated apart: after a failure neither is tried again before a
 * short while has passed, so that a Redis that does not answer can't hold up the loop
 * with one time-out after another, and one that is only out of memory is still read.
 * Replies are copied into arenas.
 */
#ifndef TB_STATS_STORE_H
#define TB_STATS_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "core/fold.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* RC_FATAL: not such a URL. */
enum rc store_open(const char *url, struct store **out, struct err *e) TB_MUST_CHECK;
void store_close(struct store *store); /* NULL accepted */

struct store_texts {
    const char *const *at;
    size_t count;
};

/* Whether the last thing asked of Redis was answered; otherwise why not. */
bool store_is_there(const struct store *store);
const char *store_trouble(const struct store *store);
/* Whether it makes sense to write now: false within a while after a failure. */
bool store_may_write(const struct store *store);

/* A command that only reads; words up to a NULL. The reply's texts: of an array its
 * elements, of a number or text the one, of nil none. RC_RETRY: Redis away. */
enum rc store_read(struct store *store, struct arena *arena, struct store_texts *out,
                   struct err *e, ...) TB_MUST_CHECK __attribute__((sentinel));

/* As store_read, for commands of many words. */
enum rc store_read_words(struct store *store, struct arena *arena,
                         struct store_texts *out, struct err *e, const char **words,
                         size_t count) TB_MUST_CHECK;

enum {
    STORE_ASKS_MAX = 8,
};

/* One of several reads that are sent at once; words up to a NULL. */
struct store_ask {
    const char *words[4];
    struct store_texts out;
};
enum rc store_read_all(struct store *store, struct arena *arena, struct store_ask *asks,
                       size_t count, struct err *e) TB_MUST_CHECK;

/* A command that writes and is safe to repeat; words up to a NULL. */
enum rc store_write(struct store *store, struct err *e, ...) TB_MUST_CHECK
    __attribute__((sentinel));

struct store_applied {
    bool moved;     /* Redis holds another position: nothing was changed */
    int64_t stored; /* which one */
};

/* Applies a batch if Redis still holds `expected` as the partition's next offset.
 * RC_RETRY: Redis away, or the answer was lost: ask again, a batch that was applied has
 * then moved the position itself. */
enum rc store_apply(struct store *store, const char *partition, int64_t expected,
                    const struct ops *ops, struct store_applied *applied,
                    struct err *e) TB_MUST_CHECK;

/* Empties our part of Redis; the aggregators count again from the topics. *keys: how many
 * there were. */
enum rc store_rebuild(struct store *store, int64_t *keys, struct err *e) TB_MUST_CHECK;
/* Keeps the counters of now as the base that is taken off them from now on. */
enum rc store_reset(struct store *store, int64_t now_ms, struct err *e) TB_MUST_CHECK;

/* Balances orders published and results counted (settle.lua); only when all there is was
 * folded and nothing is in flight. orders: how many it was about. */
enum rc store_settle(struct store *store, int64_t *orders, struct err *e) TB_MUST_CHECK;

#endif
