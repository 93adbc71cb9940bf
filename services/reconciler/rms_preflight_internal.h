/* rms_preflight_internal: shared by the parts of rms_preflight. */
#ifndef TB_RMS_PREFLIGHT_INTERNAL_H
#define TB_RMS_PREFLIGHT_INTERNAL_H

#include "rights.h"
#include "rms_preflight.h"

enum {
    PREFLIGHT_TABLES_MAX = 32,
};

/* A look under way. */
struct preflight {
    struct sql *sql;
    const struct cfg *cfg;
    size_t *width;
    struct findings *out;
    /* Tables that are there with the columns and rights for reading them. */
    const char *readable[PREFLIGHT_TABLES_MAX];
    size_t readable_count;
};

bool preflight_readable(const struct preflight *look, const char *table);

/* Runs a text with up to four texts as parameters (NULL ends them); row may be NULL. */
typedef enum rc preflight_row(void *ctx, struct sql_stmt *stmt, struct err *e);
enum rc preflight_query(struct preflight *look, enum preflight_text which,
                        const char *const *params, preflight_row *row, void *ctx,
                        struct err *e) TB_MUST_CHECK;
/* The first row's first column; *number is left alone when there is no row. */
enum rc preflight_number(struct preflight *look, enum preflight_text which,
                         const char *const *params, int64_t *number,
                         struct err *e) TB_MUST_CHECK;

#define PREFLIGHT_PARAMS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The columns of a table, as need by need; returns false at the end. */
bool preflight_need(const char *table, size_t *at, const struct cfg *cfg,
                    struct column_need *need);

/* What a part adds to the findings. */
void preflight_add(struct preflight *look, enum finding_level level, const char *kind,
                   const char *where, const char *what, const char *remedy);

enum rc preflight_tables(struct preflight *look, bool ours, struct err *e) TB_MUST_CHECK;
/* *can_read: every right of the table's that reading needs is there. */
enum rc preflight_rights(struct preflight *look, const char *table, bool *can_read,
                         struct err *e) TB_MUST_CHECK;
/* PostgreSQL: of a table that rows are added to. */
enum rc preflight_sequence(struct preflight *look, const char *table,
                           struct err *e) TB_MUST_CHECK;
enum rc preflight_writable(struct preflight *look, struct err *e) TB_MUST_CHECK;
enum rc preflight_settings(struct preflight *look, struct err *e) TB_MUST_CHECK;

#endif
