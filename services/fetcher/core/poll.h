/* poll: one poll's counts and the shop's state as poll records. Pure.
 *
 * Every record holds the whole state of the shop, so the last one is all that a fetcher
 * needs to go on; the topic is compacted by shop.
 */
#ifndef TB_FETCHER_POLL_H
#define TB_FETCHER_POLL_H

#include "core/deep.h"
#include "core/window.h"
#include "wire/backfill.h"
#include "wire/messages.h"

enum {
    POLL_ID_MAX = 40,
};

/* What began a poll: see kinds in poll.c. */
enum poll_kind {
    POLL_TIMER,
    POLL_TRIGGER,
    POLL_WEBHOOK,  /* the orders that doorbells name */
    POLL_BACKFILL, /* a slice of the backfill trigger_id */
    POLL_DEEP,     /* a slice of the deep pass */
    POLL_KIND_COUNT,
};

/* What outlives a poll. Zeroed: the shop was never polled. */
struct poll_state {
    struct window_state window;
    int64_t fetched_ms; /* last fetchedAt handed out */
    int64_t published_total, dry_run_total;
    int64_t published_by[POLL_KIND_COUNT]; /* of the total; those of the records only */
    struct deep_state deep;
};

/* The next fetchedAt: now, or one more than the last one, so that it is strictly
 * monotonic whatever the clock does. */
int64_t poll_stamp(struct poll_state *state, int64_t now_ms);

/* RC_REJECT: a cursor too long to be ours. */
enum rc poll_state_from(const struct poll_record *record, struct poll_state *out,
                        struct err *e) TB_MUST_CHECK;

/* The word of its records, and that of its orders' header `source`. */
const char *poll_kind_word(enum poll_kind kind);
const char *poll_source_word(enum poll_kind kind);
/* POLL_TIMER for a word that is not known. */
enum poll_kind poll_kind_of(const char *word);

struct poll {
    char id[POLL_ID_MAX]; /* "20261122T100000125-0f3a9c": sorts by time */
    enum poll_kind kind;
    const char *trigger_id; /* NULL: the timer's */
    bool dry_run;
    bool force; /* its orders carry the header force */
    int64_t started_ms;
    int batch_size, max_pages;
    struct window window;
    int64_t pages, orders; /* read; acknowledged */
    bool complete;
    int64_t cost, waited_ms;
};

struct poll_when {
    int64_t now_ms;  /* our clock: of the id and the records */
    int64_t shop_ms; /* Shopify's: of the window */
    uint32_t seed;   /* makes the id unique */
};

/* trigger: NULL for a timer poll. config is what the trigger leaves open. The window is
 * planned and *state begun. */
void poll_begin(struct poll *poll, struct poll_state *state,
                const struct runtime_config *config, const struct trigger *trigger,
                const struct poll_when *when);

/* A slice of the deep pass; batch_size is the polls' own. */
void poll_begin_deep(struct poll *poll, struct poll_state *state,
                     const struct deep_rule *rule, int batch_size,
                     const struct poll_when *when);

/* A poll of single orders: it has no window. */
void poll_begin_orders(struct poll *poll, enum poll_kind kind,
                       const struct poll_when *when);

/* Orders were acknowledged that no poll's record tells of yet. */
void poll_state_count(struct poll_state *state, enum poll_kind kind, bool dry_run,
                      int64_t orders);

/* Orders of a poll without a window are acknowledged. */
void poll_count(struct poll *poll, struct poll_state *state, int64_t orders);

/* The page is acknowledged: `orders` of it were published. True when the poll is to go
 * on: there is another page and max_pages is not reached. */
bool poll_page(struct poll *poll, struct poll_state *state,
               const struct window_page *page, int64_t orders);

/* The poll as a record; word is one of those below, error and request_id are left to the
 * caller. Texts are borrowed from poll, state and shop. */
struct poll_record poll_record_of(const struct poll *poll, const struct poll_state *state,
                                  const char *shop, const char *word, int64_t at_ms);

#define POLL_STARTED  "started"
#define POLL_PROGRESS "progress"
#define POLL_FINISHED "finished"
#define POLL_FAILED   "failed"

#endif
