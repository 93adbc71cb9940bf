/* tillbridge-reconciler: orders from Kafka into RMS, each in one transaction. */
#include "check.h"
#include "io/cfg.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/stop.h"
#include "worker.h"

#include <stdlib.h>
#include <time.h>

static int fail(const struct err *e)
{
    log_err(LOG_ERROR, "reconciler.failed", e, LOG_FIELDS());
    return 1;
}

int main(int argc, char **argv)
{
    struct cfg cfg;
    struct worker worker;
    struct err e;
    bool check_only = false;

    cfg_main(CFG_RECONCILER, "orders from Kafka into RMS", argc, argv, &cfg, &check_only);
    if (!check_lists(&cfg))
        return CFG_EXIT_FAULTS;
    setenv("TZ", cfg.rms_timezone, 1);
    tzset();
    log_open("reconciler", cfg.log_level, cfg.log_format);
    log_allow_personal(cfg.log_personal);
    metrics_open(METRIC_OF_RECONCILER, "reconciler");
    if (check_only)
        return check_config(&cfg);
    stop_install();
    enum rc rc = worker_open(&worker, &cfg, &e);
    if (rc == RC_OK)
        rc = worker_run(&worker, &e);
    worker_close(&worker);
    log_info("reconciler.stopped");
    return rc ? fail(&e) : 0;
}
