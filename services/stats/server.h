/* server: the event loop: HTTP, Kafka's wake-up, timers and signals on one thread. */
#ifndef TB_STATS_SERVER_H
#define TB_STATS_SERVER_H

#include "base/err.h"
#include "io/cfg.h"

/* Runs until SIGTERM or SIGINT. RC_FATAL: settings or rights; the text says which. */
enum rc server_run(const struct cfg *cfg, struct err *e) TB_MUST_CHECK;

#endif
