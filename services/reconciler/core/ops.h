/* ops: building row operations, column by column. Used by the parts of the plan only. */
#ifndef TB_OPS_H
#define TB_OPS_H

#include "core/plan.h"

/* A plan under construction: room for every operation that could be needed. */
struct ops {
    struct arena *arena;
    struct row_op *at;
    size_t count, room;
};

void ops_init(struct ops *ops, struct arena *arena, size_t room);
/* Starts an operation; the pointer is valid until the next call. */
struct row_op *ops_add(struct ops *ops, enum row_op_kind kind, enum rms_table table,
                       int64_t id);

/* Inserts: the value as it is. */
void op_number(struct row_op *op, enum column column, int64_t value);
void op_text(struct row_op *op, enum column column, const char *value);
/* Updates: only when it differs. */
void op_change_number(struct row_op *op, enum column column, int64_t before,
                      int64_t after);
void op_change_text(struct row_op *op, enum column column, const char *before,
                    const char *after);

/* Text as RMS can hold it: control characters become blanks, cut to `width` UTF-16 units
 * on a character's boundary. NULL gives "". */
const char *ops_fit(struct arena *arena, const char *text, size_t width);

#endif
