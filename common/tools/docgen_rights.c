/* docgen_rights: the table of rights in docs/operations.md, from services/reconciler. */
#include "docgen.h"

#include "reconciler/rights.h"

void docgen_rights(struct buf *out)
{
    buf_text(out, "| on | rights | for |\n|---|---|---|\n");
    for (const struct right *r = rights_all; r->table; r++) {
        buf_printf(out, "| `%s` | ", r->table);
        rights_words(r->rights, out);
        buf_printf(out, " | %s |\n", r->why);
    }
}
