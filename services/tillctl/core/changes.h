/* changes: what a dry run would do to each order, collected from the results of its
 * polls. Pure.
 *
 * Bounded: orders over the limits are counted only. Everything that is kept lives in the
 * arena of struct changes.
 */
#ifndef TB_CHANGES_H
#define TB_CHANGES_H

#include "wire/messages.h"

#include <cjson/cJSON.h>

enum {
    CHANGES_KEPT_MAX = 1000,             /* orders of either list */
    CHANGES_BYTES_MAX = 8 * 1024 * 1024, /* of their results */
    CHANGES_SHOWN_MAX = 25,              /* orders that people are shown */
    CHANGES_ROWS_MAX = 40,               /* and lines of each */
};

struct changes_list {
    struct result *at;
    size_t count; /* kept */
    size_t seen;
};

struct changes {
    struct arena arena;
    struct arena scratch;
    const char *trigger_id;      /* borrowed */
    struct codec_texts poll_ids; /* of the trigger */
    int64_t started_ms;          /* of the first of its polls; 0: none yet */
    size_t bytes;
    struct changes_list acted; /* all but skipped */
    struct changes_list skipped;
    size_t reasons[REASON_COUNT]; /* of the skipped */
};

void changes_init(struct changes *changes, const char *trigger_id);
void changes_done(struct changes *changes);

/* Take a message of tillbridge.polls, of rms.results; those of other polls are passed
 * over. Results count once those polls are known. */
void changes_take_poll(struct changes *changes, const char *value, size_t len);
void changes_take_result(struct changes *changes, const char *value, size_t len);

/* Sorts by order and drops what came twice; to be called before showing. */
void changes_settle(struct changes *changes);

void changes_view(const struct changes *changes, bool color, struct buf *out);
/* Adds "orders", each as in rms.results, and "orders_left_out". */
void changes_json(const struct changes *changes, cJSON *data);

#endif
