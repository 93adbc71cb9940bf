/* rms_ms: writing to SQL Server by texts of some twenty orders; what rms_ms_*.c share.
 *
 * Each statement in a text writes one row. Ids stay on the server in variables (@o, @c,
 * @e); the text ends with SELECT @ids, the ids of all rows it inserted, so that having
 * that row also tells that it ran to its end. A row that is gone ends it by RAISERROR,
 * "tillbridge: ...". T-SQL of 2008; the session's settings are in sql.c.
 */
#ifndef TB_RMS_MS_H
#define TB_RMS_MS_H

#include "rms_write.h"

enum {
    RMS_MS_ORDERS_MAX = 20,
    RMS_MS_PARAMS_MAX = 2000, /* the server takes 2,100, less those of sp_executesql */
};

/* A marker's value. */
struct rms_ms_param {
    enum column_kind kind;
    int64_t number;
    const char *text; /* the plans' own, or the batch's arena's */
};

/* A row that the text inserts. */
struct rms_ms_new {
    size_t plan;
    const struct row_op *op;
};

/* Where the next text begins: a plan and its step; after the operations come the
 * customer's link and the guard. */
struct rms_ms_place {
    size_t plan, step;
    struct rms_new_ids ids; /* of the plan, from texts before */
};

struct rms_ms_text {
    struct buf text;
    struct rms_ms_param params[RMS_MS_PARAMS_MAX];
    size_t param_count;
    struct rms_ms_new *news; /* in the order of @ids */
    size_t new_count;
};

/* Makes the text of what comes at *place, as much as fits, and moves it on. Ids of rows
 * that earlier texts inserted must have been entered by rms_ms_enter. */
void rms_ms_make(struct rms_batch *batch, struct rms_ms_place *place,
                 struct rms_ms_text *text);
void rms_ms_text_done(struct rms_ms_text *text);

/* Enters the ids that the text gave, ",7,8,9", into the plans and place->ids. RC_FATAL:
 * they are not as many as rows were inserted. */
enum rc rms_ms_enter(struct rms_batch *batch, const struct rms_ms_text *text,
                     const char *ids, struct rms_ms_place *place,
                     struct err *e) TB_MUST_CHECK;

/* RC_RETRY in place of a refusal of a row of ours that another worker made meanwhile. */
enum rc rms_ms_again(enum rc rc, struct err *e) TB_MUST_CHECK;

/* Runs one text; *ids is in the batch's arena. A test has one of its own. */
typedef enum rc rms_ms_run(struct rms_batch *batch, const struct rms_ms_text *text,
                           const char **ids, struct err *e);
enum rc rms_ms_write_by(struct rms_batch *batch, rms_ms_run *run,
                        struct err *e) TB_MUST_CHECK;

#endif
