/* letters_work: the part of letters that waits for Kafka; no other state is touched, so
 * that it may run on another thread. */
#ifndef TB_STATS_LETTERS_WORK_H
#define TB_STATS_LETTERS_WORK_H

#include "core/letter.h"
#include "io/bus.h"

enum letters_kind { LETTERS_READ, LETTERS_SEND, LETTERS_MARK };

struct letters_work {
    enum letters_kind kind;
    const struct bus_conf *conf;
    struct arena *arena;
    const struct letter *letters;
    size_t count;
    const char *state; /* mark to be put */
    int64_t now_ms;
    /* what came of it */
    bool *met;         /* each was there and was sent; all true for a mark alone */
    const char *shown; /* of LETTERS_READ: the answer */
    enum rc rc;        /* not RC_OK: nothing was marked */
    struct err e;
};

void letters_work_run(struct letters_work *work);

#endif
