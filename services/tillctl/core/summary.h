/* summary: in short, what is the matter with an order and what a person does about it.
 * Pure. */
#ifndef TB_SUMMARY_H
#define TB_SUMMARY_H

#include "core/facts.h"
#include "core/table.h"

struct summary {
    enum table_style style;
    const char *what; /* "refused: unknown_sku" */
    const char *why;  /* "" when there is nothing to say */
    const char *todo; /* "" when nothing is to be done */
};

/* Texts are in the facts' arena, or static. */
struct summary summary_of(const struct facts *facts);

#endif
