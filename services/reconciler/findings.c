/* findings: see findings.h. */
#include "findings.h"

#include <string.h>

void findings_init(struct findings *findings)
{
    *findings = (struct findings){0};
    arena_init(&findings->arena);
}

void findings_done(struct findings *findings)
{
    arena_done(&findings->arena);
}

static void make_room(struct findings *findings)
{
    if (findings->count < findings->room)
        return;
    findings->room = findings->room ? findings->room * 2 : 16;
    struct finding *more =
        arena_array(&findings->arena, findings->room, sizeof(*findings->at));
    if (findings->count)
        memcpy(more, findings->at, findings->count * sizeof(*more));
    findings->at = more;
}

void findings_add(struct findings *findings, const struct finding *finding)
{
    struct arena *arena = &findings->arena;
    make_room(findings);
    findings->at[findings->count++] =
        (struct finding){.level = finding->level,
                         .kind = arena_strdup(arena, finding->kind),
                         .where = arena_strdup(arena, finding->where),
                         .what = arena_strdup(arena, finding->what),
                         .remedy = arena_strdup(arena, finding->remedy)};
}

size_t findings_missing(const struct findings *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->at[i].level == FINDING_MISSING;
    return count;
}

const struct finding *findings_first_missing(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->at[i].level == FINDING_MISSING)
            return &findings->at[i];
    return NULL;
}

const char *finding_level_word(enum finding_level level)
{
    switch (level) {
    case FINDING_DIFFERS:
        return "differs";
    case FINDING_MISSING:
        return "missing";
    }
    return "";
}

void finding_line(const struct finding *finding, struct buf *out)
{
    buf_printf(out, "%s: %s %s: %s%s%s", finding_level_word(finding->level),
               finding->kind, finding->where, finding->what,
               finding->remedy[0] ? ": " : "", finding->remedy);
}
