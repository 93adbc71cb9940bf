/* rms_load: what its parts share: guards, then the orders of RMS. */
#ifndef TB_RMS_LOAD_H
#define TB_RMS_LOAD_H

#include "rms_internal.h"

struct rms_found;

/* What the queries fill, for the whole batch; all but states is the parts' own, in the
 * arena. */
struct rms_loading {
    struct rms *rms;
    struct arena *arena;
    const struct snapshot *const *orders;
    size_t count;
    struct rms_state *states; /* borrowed; one for each of orders */
    struct rms_found *found;  /* orders of RMS, sorted by id for the entries */
    size_t found_count, found_room;
    int64_t *others; /* orders of RMS that other shops' orders of the same ids have */
    size_t other_count;
};

/* The orders with their entries, given to the states. The guards have been read. */
enum rc rms_load_orders(struct rms_loading *load, struct err *e) TB_MUST_CHECK;

/* Several columns of the row at once, by their indexes. Texts are put into the arena,
 * NULL for NULL. */
enum rc rms_read_ints(struct sql_stmt *stmt, const int *columns, size_t count,
                      int64_t *out, struct err *e) TB_MUST_CHECK;
enum rc rms_read_moneys(struct sql_stmt *stmt, const int *columns, size_t count,
                        int64_t *out, struct err *e) TB_MUST_CHECK;
enum rc rms_read_texts(struct sql_stmt *stmt, const int *columns, size_t count,
                       struct arena *arena, const char **out,
                       struct err *e) TB_MUST_CHECK;

#endif
