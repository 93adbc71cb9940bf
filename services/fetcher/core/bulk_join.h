/* bulk_join: the lines of a bulk operation's file as orders. Pure.
 *
 * Each order and each of its line items and shipping lines is a line of JSON; the latter
 * name their order in __parentId and may stand anywhere in the file.
 */
#ifndef TB_FETCHER_BULK_JOIN_H
#define TB_FETCHER_BULK_JOIN_H

#include "core/order.h"

struct bulk_key {
    int64_t order;
    bool is_order; /* the order itself, not one of its lines */
};

/* Which order a line of the file belongs to. RC_REJECT: it is none of the query's. */
enum rc bulk_key_read(const char *line, size_t len, struct bulk_key *out,
                      struct err *e) TB_MUST_CHECK;

struct bulk_text {
    const char *at;
    size_t len;
};

/* texts: the order's own line first, then its others, in any order. */
enum rc bulk_join(const struct bulk_text *texts, size_t count, const char *shop,
                  struct arena *arena, struct order *out, struct err *e) TB_MUST_CHECK;

#endif
