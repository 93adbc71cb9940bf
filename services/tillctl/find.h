/* find: which order is meant by what a person typed. */
#ifndef TB_FIND_H
#define TB_FIND_H

#include "core/search.h"
#include "io/cfg.h"

/* Fills search->hits from rms.results, and from shopify.orders when that has none.
 * RC_RETRY: Kafka is away. RC_REJECT: a topic is not there. */
enum rc find_order(const struct cfg *cfg, struct search *search,
                   struct err *e) TB_MUST_CHECK;

#endif
