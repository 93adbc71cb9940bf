/* records: the shop's state from tillbridge.polls: its last record there. */
#ifndef TB_FETCHER_RECORDS_H
#define TB_FETCHER_RECORDS_H

#include "control.h"
#include "core/poll.h"
#include "io/bus.h"

struct records_last {
    struct poll_state state;       /* zeroed: the shop was never polled */
    char answered[CONTROL_ID_MAX]; /* trigger of the last finished or failed poll; "" */
    /* The last poll, when it neither finished nor failed; "" otherwise. */
    char unfinished[POLL_ID_MAX];
    enum poll_kind kind;
    bool dry_run;
    int64_t started_ms, orders; /* of that poll; acknowledged by its last record */
};

/* Reads the last record, and counts in what an unfinished poll published after it.
 * RC_RETRY: the broker or a topic is away. RC_REJECT: there are records of the shop, but
 * none can be read: polling from a first start would skip orders, so a person has to
 * decide. */
enum rc records_load(const struct bus_conf *bus, const char *shop,
                     struct records_last *out, struct err *e) TB_MUST_CHECK;

#endif
