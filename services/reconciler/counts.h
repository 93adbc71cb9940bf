/* counts: what the worker tells Prometheus of its decisions. */
#ifndef TB_COUNTS_H
#define TB_COUNTS_H

#include "work.h"

/* A result that was handed over; now_ms: when. */
void counts_result(const struct work *work, int64_t now_ms);

#endif
