/* find: see find.h. Names are in the messages only, so the topics are read whole: the
 * results first, which are the smaller ones. */
#include "find.h"

#include "kafka.h"
#include "wire/messages.h"

#include <stdio.h>
#include <unistd.h>

enum {
    SHOW_EVERY = 20000, /* messages: some tenths of a second */
};

struct looking {
    struct search *search;
    const char *topic;
    bool shows_progress; /* a person looks at standard error */
};

static bool see(void *ctx, const struct bus_message *message)
{
    struct looking *looking = ctx;
    search_take(looking->search, message->key, message->key_len, message->value,
                message->value_len, message->timestamp_ms);
    if (looking->shows_progress && looking->search->looked_at % SHOW_EVERY == 0)
        fprintf(stderr, "\r\033[K%s: %zu messages looked at", looking->topic,
                looking->search->looked_at);
    return true;
}

static enum rc look_in(const struct bus_conf *conf, struct search *search,
                       const char *topic, struct err *e)
{
    struct looking looking = {search, topic, isatty(STDERR_FILENO)};
    enum rc rc = bus_read_all(conf, topic, 0, see, &looking, e);
    if (looking.shows_progress)
        fprintf(stderr, "\r\033[K");
    return rc;
}

enum rc find_order(const struct cfg *cfg, struct search *search, struct err *e)
{
    const struct bus_conf conf = kafka_conf(cfg);
    enum rc rc = look_in(&conf, search, TOPIC_RESULTS, e);
    if (rc == RC_OK && !search->count)
        rc = look_in(&conf, search, TOPIC_ORDERS, e);
    return rc;
}
