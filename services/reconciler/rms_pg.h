/* rms_pg: writing to PostgreSQL by statements whose parameters are arrays; what the files
 * rms_pg_*.c share. */
#ifndef TB_RMS_PG_H
#define TB_RMS_PG_H

#include "rms_write.h"

/* ---- rms_pg_text.c: texts, made from the operation's columns ---- */

/* The database's own types of the columns that we write. */
struct rms_types {
    char of[COL_COUNT][160];
};

/* One statement for all rows of the operation's shape. Its parameters are arrays: the ids
 * first, then each of the columns. */
void rms_pg_op_text(const struct row_op *op, const struct rms_types *types,
                    struct buf *buf);

/* exists: the row is there and is replaced. Parameters: arrays, in guard.def's order. */
void rms_pg_guard_text(bool exists, struct buf *buf);
/* Parameters: customer ids, shops, Customer.IDs. */
extern const char rms_pg_link_text[];
/* Parameters: how many ids of each table, in the enum's order; a row of lists "7,8,9". */
extern const char rms_pg_ids_text[];
/* Parameter: a table's name; rows of column name and type. */
extern const char rms_pg_types_text[];
extern const char rms_pg_session_text[];

/* ---- rms_pg_stmt.c ---- */

enum {
    RMS_PG_ARRAYS_MAX = 40, /* more than any table has columns of ours */
};

struct rms_pg_stmt {
    struct rms *rms;
    struct buf text;
    struct rms_keys arrays[RMS_PG_ARRAYS_MAX];
    size_t count;
    bool out_of_range; /* an amount was */
};

void rms_pg_init(struct rms_pg_stmt *s, struct rms *rms, size_t arrays);
void rms_pg_done(struct rms_pg_stmt *s);
void rms_pg_add_text(struct rms_keys *array, const char *text); /* NULL: SQL NULL */
void rms_pg_add_value(struct rms_pg_stmt *s, size_t at, const struct column_value *value,
                      const struct rms_new_ids *ids);
/* Runs it; *rows (may be NULL): rows written. RC_REJECT also when it grew too large. */
enum rc rms_pg_run(struct rms_pg_stmt *s, int64_t *rows, struct err *e) TB_MUST_CHECK;

/* ---- rms_pg_own.c: our own tables; ids by plan ---- */

enum rc rms_pg_link_customers(struct rms_batch *batch, const struct rms_new_ids *ids,
                              struct err *e) TB_MUST_CHECK;
enum rc rms_pg_write_guards(struct rms_batch *batch, struct err *e) TB_MUST_CHECK;

#endif
