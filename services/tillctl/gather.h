/* gather: the facts of one order, from Kafka and RMS. */
#ifndef TB_GATHER_H
#define TB_GATHER_H

#include "core/facts.h"
#include "io/cfg.h"

/* Fills the initialised facts. A part that can't be reached is noted in them; the others
 * are looked at all the same. */
void gather(const struct cfg *cfg, struct facts *facts);

#endif
