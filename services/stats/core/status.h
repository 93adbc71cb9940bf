/* status: what the polling is doing, from its configuration and the last poll records. */
#ifndef TB_STATS_STATUS_H
#define TB_STATS_STATUS_H

#include "wire/messages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum status_state {
#define STATE(id, word, help) STATUS_##id,
#include "core/status.def"
#undef STATE
    STATUS_COUNT,
};

enum status_poll {
#define POLL(id, word, ended) STATUS_POLL_##id,
#include "core/status.def"
#undef POLL
    STATUS_POLL_COUNT,
};

enum {
    /* A running poll writes a record a page; one silent for longer has ended unseen. */
    STATUS_SILENT_MS = 5 * 60 * 1000,
};

const char *status_word(enum status_state state);
const char *status_help(enum status_state state);
/* False: no such word; *out is untouched. */
bool status_poll_parse(const char *word, enum status_poll *out);
bool status_poll_ended(enum status_poll state);

/* What is known of one shop; any of the records may be missing. */
struct status_shop {
    const char *shop;
    const struct poll_record *latest; /* of any state */
    const struct poll_record *timer;  /* the last of the timer's polls, of any state */
    const struct poll_record *ended;  /* the last that finished or failed */
};

struct status {
    enum status_state state;
    bool initialized;             /* a fetcher has spoken */
    bool will_execute_next_cycle; /* the timer polls as soon as it looks again */
    int64_t next_poll_s;          /* seconds until the soonest poll; 0: due, or never */
    int64_t last_poll_ms;         /* when the last poll ended; 0: none did */
    int64_t overdue_s;            /* how long the poll most overdue is late; 0: none is */
};

/* Over several shops: polling when any polls, else the one whose turn is soonest. */
struct status status_of(const struct runtime_config *config,
                        const struct status_shop *shops, size_t count, int64_t now_ms);

/* Whether the shop's poll is running now. */
bool status_is_polling(const struct status_shop *shop, int64_t now_ms);

#endif
