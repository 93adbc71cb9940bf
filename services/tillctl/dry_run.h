/* dry_run: reads what a dry run would change from the topics. */
#ifndef TB_DRY_RUN_H
#define TB_DRY_RUN_H

#include "core/changes.h"
#include "io/cfg.h"

/* After the trigger's polls and all their orders are accounted for. RC_REJECT: the topics
 * hold none of its polls, or are not there. RC_RETRY: Kafka is away. */
enum rc dry_run_read(const struct cfg *cfg, struct changes *changes,
                     struct err *e) TB_MUST_CHECK;

#endif
