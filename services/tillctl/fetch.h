/* fetch: backfills asked of the fetcher, and followed by the topics. */
#ifndef TB_FETCH_H
#define TB_FETCH_H

#include "io/cfg.h"
#include "wire/backfill.h"

enum {
    FETCH_ID_MAX = 40,
};

/* Makes an id. */
const char *fetch_id(char out[FETCH_ID_MAX]);

/* Puts the request on tillbridge.control; RC_RETRY: Kafka did not take it. */
enum rc fetch_ask(const struct cfg *cfg, const struct backfill *request,
                  struct err *e) TB_MUST_CHECK;

/* Whether the request is on tillbridge.control. RC_REJECT: it is not; the text says so.
 */
enum rc fetch_was_asked(const struct cfg *cfg, const char *id,
                        struct err *e) TB_MUST_CHECK;

struct fetch_follow {
    const struct cfg *cfg;
    const char *id;
    int64_t since_ms; /* it was asked for no earlier: UTC */
    int64_t until_ms; /* monotonic; then RC_RETRY */
    bool shows;       /* tells on standard error how far it is */
};

/* Waits for its end. Texts of *out are in the arena. */
enum rc fetch_wait(const struct fetch_follow *follow, struct arena *arena,
                   struct progress *out, struct err *e) TB_MUST_CHECK;

#endif
