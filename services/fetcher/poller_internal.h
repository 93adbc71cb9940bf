/* poller_internal: what the parts of the poller share. Nobody else includes it. */
#ifndef TB_FETCHER_POLLER_INTERNAL_H
#define TB_FETCHER_POLLER_INTERNAL_H

#include "core/page.h"
#include "core/start.h"
#include "poller.h"

struct poller {
    struct poller_parts parts;
    struct cost_size size;
    struct arena arena; /* of the page in hand */
    struct start start;
    struct gone_memory gone;
    bool checked;        /* the start check was passed */
    bool warned;         /* what it warns of was told */
    bool cursor_doubted; /* the last question was refused while a cursor was in it */
};

/* Until it was passed, before anything else is asked. RC_REJECT: the token is not fit. */
enum rc poller_check_start(struct poller *poller, struct err *e) TB_MUST_CHECK;

struct poll_when poller_when(const struct poller *poller);

enum rc poller_record(struct poller *poller, struct poll *poll,
                      const struct poll_state *state, const char *word,
                      struct err *e) TB_MUST_CHECK;

/* Gives the orders their fetchedAt and records how far these went. */
enum rc poller_stamp(struct poller *poller, struct poll *poll, struct poll_state *state,
                     const struct page *page, struct err *e) TB_MUST_CHECK;

void poller_tell_start(const struct poller *poller, const struct poll *poll);

/* Pages from the window's cursor on, until its end or max_pages, with their records. */
enum rc poller_read_all(struct poller *poller, struct poll *poll,
                        struct poll_state *state, struct err *e) TB_MUST_CHECK;

/* The end of a poll that came to rc with *e: told, and recorded when it failed. */
enum rc poller_end(struct poller *poller, struct poll *poll, struct poll_state *state,
                   enum rc rc, bool *given_up, struct err *e) TB_MUST_CHECK;

#endif
