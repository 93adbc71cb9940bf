/* dry_run: see dry_run.h. The API tells how many orders would be acted on; what would be
 * written for each is in rms.results. */
#include "dry_run.h"

#include "kafka.h"

enum {
    CLOCKS_MS = 5 * 60 * 1000, /* what two machines' clocks may differ */
};

static bool see_poll(void *ctx, const struct bus_message *message)
{
    if (message->value)
        changes_take_poll(ctx, message->value, message->value_len);
    return true;
}

static bool see_result(void *ctx, const struct bus_message *message)
{
    if (message->value)
        changes_take_result(ctx, message->value, message->value_len);
    return true;
}

enum rc dry_run_read(const struct cfg *cfg, struct changes *changes, struct err *e)
{
    const struct bus_conf conf = kafka_conf(cfg);
    enum rc rc = bus_read_all(&conf, TOPIC_POLLS, 0, see_poll, changes, e);
    if (rc)
        return rc;
    if (!changes->poll_ids.count)
        return err_set(e, RC_REJECT, "poll",
                       "%s holds no poll of the trigger %s: is KAFKA_BROKERS that of the "
                       "services?",
                       TOPIC_POLLS, changes->trigger_id);
    rc = bus_read_all(&conf, TOPIC_RESULTS, changes->started_ms - CLOCKS_MS, see_result,
                      changes, e);
    if (rc == RC_OK)
        changes_settle(changes);
    return rc;
}
