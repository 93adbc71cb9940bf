/* kafka: Kafka as the settings name it, for the commands that read topics. */
#ifndef TB_KAFKA_H
#define TB_KAFKA_H

#include "io/bus.h"
#include "io/cfg.h"

/* Borrows from cfg. */
struct bus_conf kafka_conf(const struct cfg *cfg);

#endif
