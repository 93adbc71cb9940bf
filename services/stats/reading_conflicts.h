/* reading_conflicts: which of what needs a person is meant by an id or a name. */
#ifndef TB_STATS_READING_CONFLICTS_H
#define TB_STATS_READING_CONFLICTS_H

#include "core/board.h"
#include "core/dismissed.h"
#include "store.h"

struct reading_conflict {
    struct dismissed_item item; /* .member NULL: none */
    bool several;               /* and another one is meant, too */
};

/* order: "<shop>/<id>", an id, a name with or without #, or a message's place. Only what
 * is open is looked at. The texts are the arena's or borrowed. RC_RETRY: Redis is away.
 */
enum rc reading_conflict(struct store *store, const struct board *board,
                         const char *order, struct arena *arena,
                         struct reading_conflict *out, struct err *e) TB_MUST_CHECK;

#endif
