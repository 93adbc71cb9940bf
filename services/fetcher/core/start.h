/* start: what the token belongs to and may read, asked once before the first poll. Pure.
 */
#ifndef TB_FETCHER_START_H
#define TB_FETCHER_START_H

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    START_WARNINGS_MAX = 4,
};

struct start {
    const char *warnings[START_WARNINGS_MAX]; /* one line each, static */
    int count;
    bool all_orders; /* read_all_orders: no limit of 60 days */
};

/* data: the answer's "data". RC_REJECT: the token is another shop's, or may not read
 * orders; the text says what to do. */
enum rc start_check(const struct json_at *data, const char *shop, struct start *out,
                    struct err *e) TB_MUST_CHECK;

/* True when a window from from_ms on reaches back past what the token may read: such
 * orders are left out silently. */
bool start_is_too_old(const struct start *start, int64_t from_ms, int64_t now_ms);

#endif
