/* case: one golden case: the order and the RMS rows that it meets, from two files.
 *
 * order.json is a snapshot as it stands in shopify.orders; rms.json is described by
 * case.def. items.json beside the cases holds the items that every case has.
 */
#ifndef TB_GOLDEN_CASE_H
#define TB_GOLDEN_CASE_H

#include "model.h"

struct golden_case {
    struct snapshot order;
    struct plan_settings settings;
    struct plan_input input; /* but .rms and .order's state, which model_load gives */
    struct model model;
    bool same_goods; /* as applied */
    struct arena arena;
};

/* Text of a file from the arena; NULL: there is none. */
char *case_read_file(const char *folder, const char *name, struct arena *arena);

/* RC_REJECT: a file is missing or wrong, the text says which and where. */
enum rc case_load(const char *cases, const char *name, struct golden_case *out,
                  struct err *e) TB_MUST_CHECK;
void case_done(struct golden_case *c);

#endif
