/* findings: what a look at the RMS database found, all of it, for people.
 *
 * Missing: the reconciler can't work with it and does not start. Differs: it works, but
 * somebody should know.
 */
#ifndef TB_FINDINGS_H
#define TB_FINDINGS_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum finding_level { FINDING_DIFFERS, FINDING_MISSING };

struct finding {
    enum finding_level level;
    const char *kind;   /* one word: "table", "column", "right" */
    const char *where;  /* "Order.Comment", "RMS_SHIPPING_ITEM" */
    const char *what;   /* a sentence without its full stop */
    const char *remedy; /* what to do; "" where nothing needs to be done */
};

struct findings {
    struct arena arena; /* texts may be made in it */
    struct finding *at;
    size_t count, room;
};

void findings_init(struct findings *findings);
void findings_done(struct findings *findings);

/* Copies its texts. */
void findings_add(struct findings *findings, const struct finding *finding);
size_t findings_missing(const struct findings *findings);
const struct finding *findings_first_missing(const struct findings *findings);

const char *finding_level_word(enum finding_level level); /* "missing", "differs" */
/* "missing: column Order.Comment: there is none: ..." */
void finding_line(const struct finding *finding, struct buf *out);

#endif
