/* drift_rms: see drift_rms.h. */
#include "drift_rms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char drift_rms_text[] =
    "SELECT \"ID\", \"ReferenceNumber\", \"Closed\" FROM \"Order\" WHERE "
    "\"ReferenceNumber\" LIKE 'SHOPIFY-%' AND \"Time\" >= ? AND \"Time\" < ? "
    "ORDER BY \"ID\"";

enum {
    LOCAL_TEXT_MAX = 32,
};

static const char *local_text(int64_t ms, char out[LOCAL_TEXT_MAX])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    localtime_r(&seconds, &tm);
    strftime(out, LOCAL_TEXT_MAX - 4, "%Y-%m-%d %H:%M:%S", &tm);
    strncat(out, ".000", LOCAL_TEXT_MAX - strlen(out) - 1);
    return out;
}

static void add(struct drift_rms_list *list, size_t *room, struct arena *arena,
                const struct drift_rms_order *order)
{
    if (list->count == *room) {
        size_t more = *room ? *room * 2 : 256;
        struct drift_rms_order *at = arena_array(arena, more, sizeof(*at));
        if (list->count)
            memcpy(at, list->at, list->count * sizeof(*at));
        list->at = at;
        *room = more;
    }
    list->at[list->count++] = *order;
}

/* *is_one false: the reference only begins like one of ours. */
static enum rc read_row(struct sql_stmt *stmt, struct arena *scratch,
                        struct drift_rms_order *order, bool *is_one, struct err *e)
{
    const char *reference = NULL;
    int64_t closed = 0;
    char *end = NULL;
    arena_reset(scratch);
    enum rc rc = sql_int(stmt, 0, &order->id, e);
    if (rc == RC_OK)
        rc = sql_text(stmt, 1, scratch, &reference, e);
    if (rc == RC_OK)
        rc = sql_int(stmt, 2, &closed, e);
    if (rc)
        return rc;
    order->closed = closed != 0;
    order->shop_order = strtoll(reference + strlen("SHOPIFY-"), &end, 10);
    *is_one = order->shop_order > 0 && end[strspn(end, " ")] == '\0';
    return RC_OK;
}

static enum rc read_rows(struct sql_stmt *stmt, struct arena *arena,
                         struct drift_rms_list *out, struct err *e)
{
    struct arena scratch;
    size_t room = 0;
    bool got = true;
    enum rc rc = RC_OK;
    arena_init(&scratch);
    while (rc == RC_OK && (rc = sql_next(stmt, &got, e)) == RC_OK && got) {
        struct drift_rms_order order = {0};
        bool is_one = false;
        rc = read_row(stmt, &scratch, &order, &is_one, e);
        if (rc == RC_OK && is_one)
            add(out, &room, arena, &order);
    }
    arena_done(&scratch);
    return rc;
}

enum rc drift_rms_read(struct sql *sql, const struct drift_rms_window *window,
                       struct arena *arena, struct drift_rms_list *out, struct err *e)
{
    char from[LOCAL_TEXT_MAX];
    char to[LOCAL_TEXT_MAX];
    struct sql_stmt *stmt = NULL;
    struct drift_rms_list list = {0};
    setenv("TZ", window->zone, 1); /* for localtime_r */
    tzset();
    enum rc rc = sql_prepare(sql, drift_rms_text, &stmt, e);
    if (rc)
        return rc;
    sql_bind_time(stmt, local_text(window->from_ms, from));
    sql_bind_time(stmt, local_text(window->to_ms, to));
    rc = sql_exec(stmt, NULL, e);
    if (rc == RC_OK)
        rc = read_rows(stmt, arena, &list, e);
    if (rc == RC_OK)
        *out = list;
    return rc;
}
