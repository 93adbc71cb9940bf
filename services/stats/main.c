/* tillbridge-stats: results and polls into Redis, each counted once; the interface, the
 * metrics and the dashboard over them. */
#include "io/cfg.h"
#include "io/log.h"
#include "io/metrics.h"
#include "server.h"

#include <malloc.h>

int main(int argc, char **argv)
{
    struct cfg cfg;
    struct err e;

    /* One arena: what the threads of Kafka free is taken by the fold next. */
    mallopt(M_ARENA_MAX, 1);
    cfg_main(CFG_STATS, "status, control and counters over HTTP", argc, argv, &cfg, NULL);
    log_open("stats", cfg.log_level, cfg.log_format);
    metrics_open(METRIC_OF_STATS, "stats");
    enum rc rc = server_run(&cfg, &e);
    if (rc)
        log_err(LOG_ERROR, "stats.failed", &e, LOG_FIELDS());
    log_info("stats.stopped");
    return rc ? 1 : 0;
}
