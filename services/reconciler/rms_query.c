/* rms_query: a query by a list of keys, and several columns of one type at once; see
 * rms_load.h. */
#include "rms_load.h"

enum rc rms_query(struct rms *rms, const char *text, struct rms_keys *keys, rms_row *row,
                  void *ctx, struct err *e)
{
    struct sql_stmt *stmt = NULL;
    enum rc rc = sql_prepare(rms->sql, text, &stmt, e);
    if (rc)
        return rc;
    sql_bind_long_text(stmt, rms_keys_end(keys));
    rc = sql_exec(stmt, NULL, e);
    bool got = true;
    while (rc == RC_OK && (rc = sql_next(stmt, &got, e)) == RC_OK && got)
        rc = row(ctx, stmt, e);
    sql_done(stmt);
    return rc;
}

enum rc rms_read_texts(struct sql_stmt *stmt, const int *columns, size_t count,
                       struct arena *arena, const char **out, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = sql_text(stmt, columns[i], arena, &out[i], e);
    return rc;
}

enum rc rms_read_ints(struct sql_stmt *stmt, const int *columns, size_t count,
                      int64_t *out, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = sql_int(stmt, columns[i], &out[i], e);
    return rc;
}

enum rc rms_read_moneys(struct sql_stmt *stmt, const int *columns, size_t count,
                        int64_t *out, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = sql_money(stmt, columns[i], &out[i], e);
    return rc;
}
