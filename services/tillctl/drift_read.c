/* drift_read: see drift_read.h. */
#include "drift_read.h"

#include "io/clock.h"
#include "kafka.h"
#include "out.h"

#include <inttypes.h>
#include <time.h>

enum {
    LOOK_EVERY_MS = 500,
    CLOCKS_MS = 5 * 60 * 1000, /* what two machines' clocks may differ */
    AGAIN_MS = 10000,          /* partitions are not read at the same moment */
};

struct reading {
    struct drift *drift;
    int64_t latest_ms; /* of the messages seen */
};

static bool see_poll(void *ctx, const struct bus_message *message)
{
    if (message->value)
        drift_take_poll(((struct reading *)ctx)->drift, message->value,
                        message->value_len);
    return true;
}

static bool see_order(void *ctx, const struct bus_message *message)
{
    if (message->value)
        drift_take_order(((struct reading *)ctx)->drift,
                         bus_header(message, HEADER_POLL_ID), message->value,
                         message->value_len);
    return true;
}

static bool see_result(void *ctx, const struct bus_message *message)
{
    struct reading *reading = ctx;
    if (message->timestamp_ms > reading->latest_ms)
        reading->latest_ms = message->timestamp_ms;
    if (message->value)
        drift_take_result(reading->drift, message->value, message->value_len);
    return true;
}

static enum rc too_late(const struct drift *drift, int64_t wanted, struct err *e)
{
    return err_set(e, RC_RETRY, "drift",
                   "%zu of %" PRId64 " orders were looked at by a reconciler in time: is "
                   "one running?",
                   drift_results(drift), wanted);
}

/* The results of the run before are there already. */
static enum rc read_results(const struct drift_wait *wait, const struct bus_conf *conf,
                            int64_t wanted, struct reading *reading, struct err *e)
{
    int64_t from_ms = wait->since_ms - CLOCKS_MS;
    for (;;) {
        enum rc rc = bus_read_all(conf, TOPIC_RESULTS, from_ms, see_result, reading, e);
        if (rc && rc != RC_RETRY)
            return rc;
        if ((int64_t)drift_results(reading->drift) >= wanted)
            return RC_OK;
        if (clock_monotonic_ms() >= wait->until_ms)
            return too_late(reading->drift, wanted, e);
        if (rc == RC_OK && reading->latest_ms - AGAIN_MS > from_ms)
            from_ms = reading->latest_ms - AGAIN_MS;
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000L}, NULL);
    }
}

enum rc drift_read(const struct drift_wait *wait, const struct progress *run,
                   struct drift *drift, struct err *e)
{
    const struct bus_conf conf = kafka_conf(wait->cfg);
    struct reading reading = {.drift = drift};
    int64_t before = (int64_t)drift_results(drift);
    int64_t from_ms = wait->since_ms - CLOCKS_MS;
    enum rc rc = bus_read_all(&conf, TOPIC_POLLS, from_ms, see_poll, &reading, e);
    if (rc == RC_OK)
        rc = bus_read_all(&conf, TOPIC_ORDERS, from_ms, see_order, &reading, e);
    if (rc == RC_OK)
        rc = read_results(wait, &conf, before + run->orders, &reading, e);
    if (rc == RC_OK)
        drift_settle(drift);
    return rc;
}

bool drift_show(const struct drift *drift, bool as_json)
{
    if (as_json) {
        cJSON *root = drift_json(drift);
        bool is_written = out_json(root);
        cJSON_Delete(root);
        return is_written;
    }
    struct buf text;
    buf_init(&text, OUT_MAX_BYTES);
    drift_view(drift, out_has_color(), &text);
    bool is_written = out_text(buf_str(&text));
    buf_done(&text);
    return is_written;
}
