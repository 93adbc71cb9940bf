/* reading_conflicts: see reading_conflicts.h. */
#include "reading_conflicts.h"

#include "base/str.h"
#include "core/keys.h"

#include <inttypes.h>
#include <string.h>

struct finding {
    struct store *store;
    struct arena *arena;
    struct reading_conflict *out;
};

/* Takes the member when it is open. */
static enum rc try(struct finding *finding, const char *member, struct err *e)
{
    struct store_texts score;
    int64_t decided_ms = 0;
    struct reading_conflict *out = finding->out;
    enum rc rc = store_read(finding->store, finding->arena, &score, e, "ZSCORE", KEY_OPEN,
                            member, NULL);
    if (rc || score.count != 1 || !str_int64(score.at[0], 0, INT64_MAX, &decided_ms))
        return rc;
    out->several |= out->item.member && strcmp(out->item.member, member) != 0;
    out->item = (struct dismissed_item){.member = member, .decided_ms = decided_ms};
    return RC_OK;
}

static enum rc try_place(struct finding *finding, const char *order, struct err *e)
{
    enum rc rc = try(finding, order, e);
    if (rc || finding->out->item.member)
        return rc;
    return try(finding, arena_printf(finding->arena, "message/%s", order), e);
}

static enum rc try_id(struct finding *finding, const struct board *board, const char *id,
                      struct err *e)
{
    int64_t number = 0;
    enum rc rc = RC_OK;
    if (!str_int64(id, 1, INT64_MAX, &number))
        return RC_OK;
    for (size_t i = 0; i < board->shop_count && rc == RC_OK; i++)
        rc = try(
            finding,
            arena_printf(finding->arena, "%s/%" PRId64, board->shops[i].shop, number), e);
    return rc;
}

static enum rc try_name(struct finding *finding, const char *name, struct err *e)
{
    struct store_texts ids;
    enum rc rc = store_read(finding->store, finding->arena, &ids, e, "HGETALL",
                            arena_printf(finding->arena, "%s%s", KEY_NAME, name), NULL);
    for (size_t i = 0; rc == RC_OK && i + 1 < ids.count; i += 2)
        rc = try(finding, arena_printf(finding->arena, "%s/%s", ids.at[i], ids.at[i + 1]),
                 e);
    return rc;
}

enum rc reading_conflict(struct store *store, const struct board *board,
                         const char *order, struct arena *arena,
                         struct reading_conflict *out, struct err *e)
{
    struct finding finding = {.store = store, .arena = arena, .out = out};
    *out = (struct reading_conflict){0};
    /* A name may hold a slash, too: FR/1003. */
    enum rc rc = strchr(order, '/') ? try_place(&finding, order, e) : RC_OK;
    if (rc || out->item.member)
        return rc;
    rc = try_id(&finding, board, order, e);
    if (rc == RC_OK)
        rc = try_name(&finding, order, e);
    if (rc == RC_OK && order[0] != '#')
        rc = try_name(&finding, arena_printf(arena, "#%s", order), e);
    return rc;
}
