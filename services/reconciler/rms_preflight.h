/* rms_preflight: what must be there before the first order is written, compared with what
 * the database has: our own tables and their version, RMS's tables, columns, types and
 * widths, third-party triggers, collation, compatibility level, the login's rights, and
 * whatever the settings name: store, items, customer, sales representative.
 *
 * It changes nothing. All that is found is listed, not only the first.
 */
#ifndef TB_RMS_PREFLIGHT_H
#define TB_RMS_PREFLIGHT_H

#include "core/columns.h"
#include "findings.h"
#include "io/cfg.h"
#include "io/sql.h"

/* width: filled with the text columns' widths in UTF-16 units, COL_COUNT of them; RMS
 * 2.0's where the column tells none. RC_OK: looked at everything, see *out. RC_RETRY: the
 * database went away or is locked. RC_FATAL: its catalogue can't be read. */
enum rc rms_preflight_look(struct sql *sql, const struct cfg *cfg, size_t *width,
                           struct findings *out, struct err *e) TB_MUST_CHECK;

/* ---- judging, apart from asking ---- */

/* A column as the catalogue has it. */
struct column_found {
    const char *name, *type, *collation;
    size_t width;     /* of text, in characters; 0: no limit is told */
    bool is_required; /* NOT NULL and neither a default nor made by the server */
};

/* A column as tillbridge uses it. */
struct column_need {
    const char *table, *name;
    enum column_kind kind;
    size_t width;     /* of RMS 2.0; 0: not text, or not written */
    size_t min_width; /* less would not do */
};

/* found: NULL where there is none. */
void preflight_judge_column(const struct column_need *need,
                            const struct column_found *found, enum sql_dialect dialect,
                            struct findings *out);
/* A column that tillbridge does not write, of a table that it adds rows to. */
void preflight_judge_unwritten(const char *table, const struct column_found *found,
                               struct findings *out);
/* SQL Server's compatibility level. */
void preflight_judge_level(int64_t level, struct findings *out);
void preflight_judge_encoding(const char *encoding, struct findings *out);

/* ---- the queries, for a test that reads every text we send ---- */

enum preflight_text {
    PREFLIGHT_COLUMNS,      /* table: name, type, width, collation, is required */
    PREFLIGHT_TRIGGERS,     /* table: names */
    PREFLIGHT_RIGHT,        /* table, right: 0 or 1 */
    PREFLIGHT_COLUMN_RIGHT, /* table, right, column: 0 or 1 */
    PREFLIGHT_SEQUENCE,     /* table: what numbers its rows, 0 or 1 */
    PREFLIGHT_LOGIN,        /* its name, quoted */
    PREFLIGHT_SERVER,       /* compatibility level, encoding */
    PREFLIGHT_STORE,
    PREFLIGHT_STORES,
    PREFLIGHT_CUSTOMER,  /* id: how many */
    PREFLIGHT_SALES_REP, /* id: how many */
    PREFLIGHT_DOUBLE,    /* orders of RMS that two guards claim: first, how many */
    PREFLIGHT_TEXT_COUNT,
};
/* NULL: not asked in this dialect. */
const char *preflight_text(enum sql_dialect dialect, enum preflight_text which);

#endif
