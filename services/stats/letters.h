/* letters: dead letters read whole, sent again and marked. What waits for Kafka runs on
 * libuv's threads, one piece of work at a time, so that the loop goes on; functions here
 * are the loop's.
 */
#ifndef TB_STATS_LETTERS_H
#define TB_STATS_LETTERS_H

#include "core/letter.h"
#include "io/bus.h"
#include "io/http.h"
#include "store.h"

#include <uv.h>

struct letters;

/* Borrows all it is given. */
void letters_open(uv_loop_t *loop, const struct bus_conf *conf, struct store *store,
                  struct letters **out);
/* After the loop has ended. NULL accepted. */
void letters_close(struct letters *letters);

/* Work is going on: no further can be begun. */
bool letters_busy(const struct letters *letters);

struct letters_task {
    struct letter_outcome outcome; /* what is known before: refused, more, dry_run */
    const struct letter *letters;  /* to be acted on */
    size_t count;
};

/* Answers the request when all is done: each letter was sent again and is acknowledged,
 * and then marked; or only marked. Nothing is marked that was not acknowledged. */
void letters_act(struct letters *letters, const struct letters_task *task,
                 const struct http_request *request);

/* Answers with the letter as it lies in its topic. */
void letters_show(struct letters *letters, const struct letter *letter,
                  const struct http_request *request);

#endif
