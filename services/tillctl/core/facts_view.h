/* facts_view: all that is known of an order, for people and for programs. Pure. */
#ifndef TB_FACTS_VIEW_H
#define TB_FACTS_VIEW_H

#include "core/facts.h"

#include <cjson/cJSON.h>

/* Bounded: what is left out is said, and is in the JSON. */
void facts_view(const struct facts *facts, bool color, struct buf *out);

/* Owned by the caller. */
cJSON *facts_json(const struct facts *facts);

#endif
