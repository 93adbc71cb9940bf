/* search: which order a person means by "1003", "#1003" or an id, from the messages of a
 * topic. Pure. */
#ifndef TB_SEARCH_H
#define TB_SEARCH_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEARCH_MAX = 20, /* orders of one name that are told apart */
};

struct search_hit {
    const char *shop, *name;
    int64_t id;
    int64_t seen_ms; /* timestamp of the last message with it */
};

struct search {
    struct arena *arena;
    struct arena scratch;
    const char *shop; /* NULL: any */
    const char *name; /* with its # */
    int64_t id;       /* 0: it can't be an id */
    struct search_hit hits[SEARCH_MAX];
    size_t count;
    size_t looked_at; /* messages */
};

/* text: as typed. */
void search_init(struct search *search, const char *text, const char *shop,
                 struct arena *arena);
void search_done(struct search *search);

/* A message of rms.results or shopify.orders. */
void search_take(struct search *search, const char *key, size_t key_len,
                 const char *value, size_t len, int64_t timestamp_ms);

#endif
