/* streams: GET /api/v1/events: new decisions and polls, and changes of state, as they
 * come, to many clients.
 *
 * What is new is asked of Redis, so it does not matter which aggregator folded it. Each
 * event carries its number; a client that comes again with the last one it has is sent
 * what it missed, as far as the list of recent events holds it.
 */
#ifndef TB_STATS_STREAMS_H
#define TB_STATS_STREAMS_H

#include "base/arena.h"
#include "io/http.h"
#include "reading.h"

#include <stdbool.h>

enum {
    STREAMS_MAX = 200,
};

struct streams;

void streams_open(const struct reading_conf *reading, struct streams **out);
/* After the listener is closed. NULL accepted. */
void streams_close(struct streams *streams);

bool streams_full(const struct streams *streams);
/* last: the header Last-Event-ID; NULL or no number: only what comes from now on. */
void streams_add(struct streams *streams, const struct http_request *request,
                 const char *last);
/* Ends all of them: the process is ending. */
void streams_end(struct streams *streams);

/* Sends what is new; trouble: why this process can't work, "" when it can. Call it a few
 * times a second. */
void streams_tick(struct streams *streams, const char *trouble);

#endif
