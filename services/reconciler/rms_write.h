/* rms_write: how the rows of a batch are written, one way for each family of databases:
 *   rms_set_write.c  SQLite, PostgreSQL: one statement for all rows of a table
 *   rms_ms_write.c   SQL Server: texts of single-row statements for some twenty orders
 * All do what rms_apply promises in rms.h, and its errors mean the same.
 */
#ifndef TB_RMS_WRITE_H
#define TB_RMS_WRITE_H

#include "rms_internal.h"

/* What rms_apply was given, and memory for the time of the call. */
struct rms_batch {
    struct rms *rms;
    const struct snapshot *const *orders;
    const struct rms_state *states;
    struct plan *plans;
    size_t count;
    struct arena *arena;
};

enum rc rms_set_write(struct rms_batch *batch, struct err *e) TB_MUST_CHECK;
enum rc rms_ms_write(struct rms_batch *batch, struct err *e) TB_MUST_CHECK;

/* The rows that an order's plan inserted so far, for those that point to them. */
struct rms_new_ids {
    int64_t order, customer; /* 0: none */
};

/* The value with PLAN_NEW_ID replaced. The plan's operations stay as they are: a dry run
 * shows them afterwards. */
int64_t rms_pointed(const struct column_value *value, const struct rms_new_ids *ids);
/* Enters the id of an inserted row into ids and the plan's guard. */
void rms_keep_id(struct plan *plan, const struct row_op *op, int64_t id,
                 struct rms_new_ids *ids);
/* The Customer.ID that our map is to get for the order's customer; 0: none. */
int64_t rms_customer_to_link(const struct plan *plan, const struct rms_state *state,
                             const struct rms_new_ids *ids);

/* Whether the operation's i-th column is increased by its value, not set to it. */
bool rms_adds(const struct row_op *op, size_t i);

/* ---- rms_guard.c: a row of our guard's table ---- */

enum rms_guard_column {
#define GUARD(name, type) GUARD_##name,
#include "guard.def"
#undef GUARD
    RMS_GUARD_COLUMNS,
};

struct rms_value {
    bool is_text;
    int64_t number;
    const char *text;
};

const char *rms_guard_column(enum rms_guard_column column);
/* "INSERT INTO tillbridge_guard (all columns)". */
void rms_guard_insert_text(struct buf *buf);
/* For SQLite and PostgreSQL: behind such an INSERT, a row that is there is replaced. */
void rms_guard_replace_text(struct buf *buf);
/* map: the line map's text; out: RMS_GUARD_COLUMNS values, borrowed from the others. */
void rms_guard_values(const struct snapshot *order, const struct guard *guard,
                      const char *map, struct rms_value *out);

#endif
