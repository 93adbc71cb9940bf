/* rms_set: writing all rows of a table and set of columns by one statement, on SQLite and
 * PostgreSQL; what the files rms_set_*.c and the texts of both share. */
#ifndef TB_RMS_SET_H
#define TB_RMS_SET_H

#include "rms_write.h"

/* ---- texts, by dialect: rms_pg_text.c, rms_lite_text.c ---- */

/* PostgreSQL's own types of the columns that we write. */
struct rms_types {
    char of[COL_COUNT][160];
};

/* Rows come as parameters: PostgreSQL takes an array for each value of a row, SQLite one
 * array of all rows. */
struct rms_set_texts {
    /* How many ids of each table, in the enum's order; gives lists such as "7,8,9". */
    const char *ids;
    /* Rows of customer id, shop, Customer.ID. */
    const char *link;
    /* For all rows of the operation's shape: its id, then its columns. */
    void (*op)(const struct row_op *op, const struct rms_types *types, struct buf *buf);
    /* Rows in guard.def's order. exists: the row is there and is replaced. */
    void (*guard)(bool exists, struct buf *buf);
};
extern const struct rms_set_texts rms_pg_sets, rms_lite_sets;
const struct rms_set_texts *rms_set_texts(enum sql_dialect dialect);

/* Parameter: a table's name; rows of column name and type. */
extern const char rms_pg_types_text[];
extern const char rms_pg_session_text[];

/* ---- rms_set_stmt.c ---- */

enum {
    RMS_SET_ARRAYS_MAX = 40, /* more than any table has columns of ours */
};

struct rms_set_stmt {
    struct rms *rms;
    struct buf text;
    struct rms_keys arrays[RMS_SET_ARRAYS_MAX];
    bool one_array; /* SQLite's, of all rows; otherwise one for each value of a row */
    size_t count;   /* of arrays */
    size_t rows;
    size_t at;         /* the value that comes next in the row */
    bool out_of_range; /* an amount was */
};

/* values: of each row. */
void rms_set_init(struct rms_set_stmt *s, struct rms *rms, size_t values);
void rms_set_done(struct rms_set_stmt *s);
/* A row: begin, each of its values in turn, end. */
void rms_set_begin(struct rms_set_stmt *s);
void rms_set_add_int(struct rms_set_stmt *s, int64_t value);
void rms_set_add_text(struct rms_set_stmt *s, const char *text); /* NULL: SQL NULL */
void rms_set_add_value(struct rms_set_stmt *s, const struct column_value *value,
                       const struct rms_new_ids *ids);
void rms_set_end(struct rms_set_stmt *s);
/* Runs it; *rows (may be NULL): rows written. RC_REJECT also when it grew too large. */
enum rc rms_set_run(struct rms_set_stmt *s, int64_t *rows, struct err *e) TB_MUST_CHECK;

/* ---- rms_set_own.c: our own tables; ids by plan ---- */

enum rc rms_set_link_customers(struct rms_batch *batch, const struct rms_new_ids *ids,
                               struct err *e) TB_MUST_CHECK;
enum rc rms_set_write_guards(struct rms_batch *batch, struct err *e) TB_MUST_CHECK;

#endif
