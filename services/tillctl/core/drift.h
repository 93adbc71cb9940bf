/* drift: the orders of the shop compared with those of RMS, from the results of a dry run
 * over a window and from RMS's own list. Pure.
 *
 * Bounded: of orders over DRIFT_BYTES_MAX of results the differences are left out, the
 * orders themselves are counted and named. Everything lives in the arena of struct drift.
 */
#ifndef TB_DRIFT_H
#define TB_DRIFT_H

#include "core/table.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

#include <cjson/cJSON.h>

enum drift_kind {
#define DRIFT(id, word, style, help, repairs) DRIFT_##id,
#include "core/drift.def"
#undef DRIFT
    DRIFT_COUNT,
};

enum {
    DRIFT_BYTES_MAX = 64 * 1024 * 1024,
    DRIFT_SHOWN_MAX = 50, /* orders that people are shown with their rows */
    DRIFT_ROWS_MAX = 40,  /* and rows of each */
    DRIFT_RUNS_MAX = 4,
};

struct drift_order {
    int64_t id;
    int64_t seq; /* as it came */
    enum drift_kind kind;
    const char *name;
    const struct result *result; /* NULL: left out, or RMS's alone */
    int64_t rms_order;           /* 0: none */
    bool open_there;             /* in the shop neither cancelled, archived nor sent */
    bool known;                  /* the shop showed it: open_there is told */
};

struct drift {
    struct arena arena, scratch;
    const char *runs[DRIFT_RUNS_MAX]; /* ids of the backfills; borrowed */
    size_t run_count;
    struct codec_texts poll_ids; /* of theirs */
    size_t poll_room, poll_last;
    struct drift_order *orders; /* after drift_settle by id, each once */
    size_t count, room;
    struct drift_order *shown; /* what the shop showed: id, open_there */
    size_t shown_count, shown_room;
    uint64_t *sources; /* results met: an open-addressed set, 0 = free */
    size_t source_count, source_room;
    size_t bytes;
    size_t totals[DRIFT_COUNT];
};

void drift_init(struct drift *drift, const char *run);
void drift_add_run(struct drift *drift, const char *run);
void drift_done(struct drift *drift);

/* Take a message of tillbridge.polls, shopify.orders, rms.results; those of other polls
 * are passed over, so polls come first. Met again they count once. */
void drift_take_poll(struct drift *drift, const char *value, size_t len);
void drift_take_order(struct drift *drift, const char *poll_id, const char *value,
                      size_t len);
void drift_take_result(struct drift *drift, const char *value, size_t len);

/* Every message of the runs that was decided on. */
size_t drift_results(const struct drift *drift);

/* After all were taken: by id, the last result of each. */
void drift_settle(struct drift *drift);

/* The order, after drift_settle; NULL: the shop did not show it. */
struct drift_order *drift_find(const struct drift *drift, int64_t id);

/* RMS has it: `closed` says whether it is closed there. After drift_settle. */
void drift_take_rms(struct drift *drift, int64_t id, int64_t rms_order, bool closed);
/* RMS has it and the shop does not show it. Appended: settle again before the rest. */
void drift_add_extra(struct drift *drift, int64_t id, int64_t rms_order);

const char *drift_word(enum drift_kind kind);
bool drift_repairs(enum drift_kind kind);
/* Orders that are neither the same nor unwanted. */
size_t drift_differing(const struct drift *drift);

void drift_view(const struct drift *drift, bool color, struct buf *out);
cJSON *drift_json(const struct drift *drift);

#endif
