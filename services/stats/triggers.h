/* triggers: requests that wait until their poll's orders are all accounted for. */
#ifndef TB_STATS_TRIGGERS_H
#define TB_STATS_TRIGGERS_H

#include "core/progress.h"
#include "io/http.h"
#include "store.h"
#include "wire/messages.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TRIGGERS_MAX = 32, /* waiting at once; a further one gets 429 */
    TRIGGERS_ID_MAX = 40,
};

struct triggers;

/* wait_ms: after it the answer is 202 with the id. Borrows the store. */
void triggers_open(struct store *store, int64_t wait_ms, struct triggers **out);
/* Requests still open are left to http_close. */
void triggers_close(struct triggers *triggers); /* NULL accepted */

bool triggers_full(const struct triggers *triggers);
bool triggers_waiting(const struct triggers *triggers);

/* A new id: the time and 32 random bits. out: TRIGGERS_ID_MAX bytes. */
void triggers_new_id(int64_t now_ms, char *out);

/* Keeps the request open; there is room (triggers_full). */
void triggers_add(struct triggers *triggers, const char *id,
                  const struct http_request *request);

/* Answers those that are done or have waited long enough. */
void triggers_check(struct triggers *triggers);

/* The answer to a trigger, finished or not: {"status":..., "data":...}. */
void triggers_write(const struct progress *progress, const char *id, int64_t done_ms,
                    struct buf *out);

#endif
