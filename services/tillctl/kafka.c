/* kafka: see kafka.h. */
#include "kafka.h"

struct bus_conf kafka_conf(const struct cfg *cfg)
{
    return (struct bus_conf){.brokers = cfg->kafka_brokers,
                             .extra = cfg->kafka_conf,
                             .client_id = "tillctl",
                             .group_instance_id = ""};
}
