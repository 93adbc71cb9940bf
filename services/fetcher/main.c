/* tillbridge-fetcher: reads a shop's changed orders and publishes each of them, whole, to
 * Kafka. */
#include "fetcher.h"
#include "io/log.h"
#include "io/stop.h"

#include <stdio.h>

enum {
    EXIT_FATAL = 1,
    EXIT_SETTINGS = 2,
};

static const char what[] =
    "reads changed orders from Shopify and publishes them to Kafka";

/* The faults that cfg's table can't know of. */
static int check(const struct cfg *cfg)
{
    struct buf faults;
    buf_init(&faults, 8192);
    bool good = fetcher_check(cfg, &faults);
    fputs(buf_str(&faults), stderr);
    buf_done(&faults);
    return good ? 0 : EXIT_SETTINGS;
}

int main(int argc, char **argv)
{
    struct cfg cfg;
    struct err e = {0};
    bool check_only = false;
    cfg_main(CFG_FETCHER, what, argc, argv, &cfg, &check_only);
    int status = check(&cfg);
    if (status || check_only)
        return status;
    log_open("fetcher", cfg.log_level, cfg.log_format);
    stop_install();
    log_info("fetcher.started", KV("version", TB_VERSION), KV("shop", cfg.shopify_shop),
             KV("api_version", cfg.shopify_api_version));
    if (fetcher_run(&cfg, &e)) {
        log_err(LOG_ERROR, "fetcher.fatal", &e, NULL);
        return EXIT_FATAL;
    }
    log_info("fetcher.stopped");
    return 0;
}
