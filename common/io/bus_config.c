/* bus_config: a topic's properties as the broker has them. */
#include "io/bus_internal.h"

static void copy_entries(const rd_kafka_ConfigResource_t *resource, struct arena *arena,
                         struct bus_header **out, size_t *count)
{
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t **at =
        rd_kafka_ConfigResource_configs(resource, &entries);
    struct bus_header *list = arena_array(arena, entries, sizeof(*list));
    for (size_t i = 0; i < entries; i++) {
        const char *value = rd_kafka_ConfigEntry_value(at[i]); /* NULL when secret */
        list[i].name = arena_strdup(arena, rd_kafka_ConfigEntry_name(at[i]));
        list[i].value = arena_strdup(arena, value ? value : "");
    }
    *out = list;
    *count = entries;
}

static enum rc judge(const struct bus_link *link, const char *topic,
                     rd_kafka_event_t *event, const rd_kafka_ConfigResource_t **out,
                     struct err *e)
{
    if (!event)
        return err_set(e, RC_RETRY, "bus.config", "%s: no broker answered in time",
                       topic);
    if (rd_kafka_event_error(event))
        return bus_fail(link, rd_kafka_event_error(event), "bus.config", topic, e);
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count);
    if (count != 1)
        return err_set(e, RC_RETRY, "bus.config", "%s: an empty answer", topic);
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return err_set(e, RC_REJECT, "bus.config",
                       "there is no topic %s; make it with \"tillctl topics create\"",
                       topic);
    if (code)
        return bus_fail(link, code, "bus.config", topic, e);
    *out = resources[0];
    return RC_OK;
}

static rd_kafka_event_t *ask(const struct bus_link *link, const char *topic)
{
    rd_kafka_ConfigResource_t *wish =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(link->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(link->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_AdminOptions_set_request_timeout(options, BUS_REQUEST_MS, NULL, 0);
    rd_kafka_DescribeConfigs(link->rk, &wish, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, BUS_REQUEST_MS * 2);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(wish);
    return event;
}

enum rc bus_topic_config(const struct bus_conf *conf, const char *topic,
                         struct arena *arena, struct bus_header **out, size_t *count,
                         struct err *e)
{
    const struct bus_spec spec = {.type = RD_KAFKA_PRODUCER};
    const rd_kafka_ConfigResource_t *resource = NULL;
    struct bus_link *link = NULL;
    enum rc rc = bus_link_open(conf, &spec, &link, e);
    if (rc)
        return rc;
    rd_kafka_event_t *event = ask(link, topic);
    rc = bus_link_check(link, "bus.config", e);
    if (rc == RC_OK)
        rc = judge(link, topic, event, &resource, e);
    if (rc == RC_OK)
        copy_entries(resource, arena, out, count);
    if (event)
        rd_kafka_event_destroy(event);
    bus_link_close(link);
    return rc;
}
