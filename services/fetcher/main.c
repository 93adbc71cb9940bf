/* tillbridge-fetcher: reads a shop's changed orders and publishes each of them, whole, to
 * Kafka. */
#include "fetcher.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/stop.h"

static const char what[] =
    "reads changed orders from Shopify and publishes them to Kafka";

int main(int argc, char **argv)
{
    struct cfg cfg;
    struct err e = {0};
    cfg_main(CFG_FETCHER, what, argc, argv, &cfg, NULL);
    log_open("fetcher", cfg.log_level, cfg.log_format);
    metrics_open(METRIC_OF_FETCHER, "fetcher");
    stop_install();
    log_info("fetcher.started", KV("version", TB_VERSION), KV("shop", cfg.shopify_shop),
             KV("api_version", cfg.shopify_api_version));
    if (fetcher_run(&cfg, &e)) {
        log_err(LOG_ERROR, "fetcher.fatal", &e, LOG_FIELDS());
        return 1;
    }
    log_info("fetcher.stopped");
    return 0;
}
