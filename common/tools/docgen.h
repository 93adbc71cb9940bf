/* docgen: the documents that are made from the tables of the code. */
#ifndef TB_DOCGEN_H
#define TB_DOCGEN_H

#include "base/buf.h"
#include "wire/codec.h"

/* docs/messages.md: topics, headers, every message field by field, outcomes. */
void docgen_messages(struct buf *out);
/* The two tables of actions and reasons. */
void docgen_outcomes(struct buf *out);
/* docs/metrics.md; and "name TAB kind TAB labels" a line, for tools. */
void docgen_metrics(struct buf *out);
void docgen_metric_names(struct buf *out);
/* The table of rights, a part of docs/operations.md. */
void docgen_rights(struct buf *out);
/* The manual pages. */
void docgen_man_fetcher(struct buf *out);
void docgen_man_reconciler(struct buf *out);
void docgen_man_stats(struct buf *out);
void docgen_man_tillctl(struct buf *out);
/* "order snapshot" -> "order-snapshot", the name of its schema file. */
const char *docgen_schema_name(const struct codec *codec, char out[64]);

#endif
