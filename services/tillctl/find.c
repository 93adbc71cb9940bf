/* find: see find.h. Names are in the messages only, so the topics are read whole: the
 * results first, which are the smaller ones. */
#include "find.h"

#include "kafka.h"
#include "wire/messages.h"

static bool see(void *ctx, const struct bus_message *message)
{
    search_take(ctx, message->key, message->key_len, message->value, message->value_len,
                message->timestamp_ms);
    return true;
}

enum rc find_order(const struct cfg *cfg, struct search *search, struct err *e)
{
    const struct bus_conf conf = kafka_conf(cfg);
    enum rc rc = bus_read_all(&conf, TOPIC_RESULTS, 0, see, search, e);
    if (rc == RC_OK && !search->count)
        rc = bus_read_all(&conf, TOPIC_ORDERS, 0, see, search, e);
    return rc;
}
