/* backfill: a historic window of a shop's orders, or a list of them, to be published as
 * polls do: the request for it and how far it got. backfill.def is the contract.
 *
 * Requests are on tillbridge.control, under KEY_BACKFILL and the id; progress is on
 * tillbridge.polls, under the shop, "/", KEY_BACKFILL and the id. Both are compacted: a
 * request without a progress that ended is still to be done.
 */
#ifndef TB_BACKFILL_H
#define TB_BACKFILL_H

#include "wire/codec.h"

#define KEY_BACKFILL       "backfill/"
#define POLL_KIND_BACKFILL "backfill"

enum {
    BACKFILL_ID_MAX = 128, /* with its NUL */
};

struct backfill {
    int64_t version;
    const char *id, *shop;
    int64_t requested_ms, from_ms, to_ms;
    const char *by; /* BACKFILL_BY_...; NULL: by updatedAt */
    struct codec_texts orders;
    bool plain, dry_run, force, cancel;
};

#define BACKFILL_BY_UPDATED "updated"
#define BACKFILL_BY_CREATED "created"

struct progress {
    int64_t version;
    const char *shop, *id, *state, *step;
    int64_t at_ms, started_ms;
    const char *operation;
    int64_t total, seen, orders, last_order;
    const char *cursor, *note, *error;
};

#define PROGRESS_RUNNING   "running"
#define PROGRESS_FINISHED  "finished"
#define PROGRESS_FAILED    "failed"
#define PROGRESS_CANCELLED "cancelled"

extern const struct codec backfill_codec, progress_codec;

/* The id, and the window's bounds or the order ids, are checked too. RC_REJECT names the
 * path of what is wrong. */
enum rc backfill_decode(const char *bytes, size_t len, struct arena *arena,
                        struct backfill *out, struct err *e) TB_MUST_CHECK;
enum rc backfill_check(const struct backfill *backfill, struct err *e) TB_MUST_CHECK;

enum rc progress_decode(const char *bytes, size_t len, struct arena *arena,
                        struct progress *out, struct err *e) TB_MUST_CHECK;
bool progress_ended(const struct progress *progress);

#endif
