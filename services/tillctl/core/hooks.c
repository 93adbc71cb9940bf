/* hooks: see hooks.h. */
#include "core/hooks.h"

#include <stdlib.h>
#include <string.h>

/* orders/updated comes with every change but a deletion; the two others are told sooner
 * by their own. */
static const char *const needed[] = {"ORDERS_CREATE", "ORDERS_UPDATED",
                                     "ORDERS_CANCELLED", "ORDERS_DELETE"};
enum { NEEDED = sizeof(needed) / sizeof(needed[0]) };

static const char deletion[] = "ORDERS_DELETE"; /* has nothing but the id in any case */

static bool is_needed(const char *topic)
{
    for (size_t i = 0; i < NEEDED; i++)
        if (strcmp(needed[i], topic) == 0)
            return true;
    return false;
}

static bool is_ours(const struct hook *hook, const char *address)
{
    return strcmp(hook->uri, address) == 0;
}

/* The subscription of the topic: ours, or the first one. */
static const struct hook *find(const struct hook *hooks, size_t count, const char *topic,
                               const char *address)
{
    const struct hook *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(hooks[i].topic, topic) != 0)
            continue;
        if (is_ours(&hooks[i], address))
            return &hooks[i];
        if (!first)
            first = &hooks[i];
    }
    return first;
}

static enum hooks_state state_of(const struct hook *hook, const char *address)
{
    if (!hook)
        return HOOKS_MISSING;
    if (!is_needed(hook->topic))
        return is_ours(hook, address) ? HOOKS_NEEDLESS : HOOKS_OTHER;
    if (!is_ours(hook, address))
        return HOOKS_ELSEWHERE;
    bool whole = !hook->is_small && strcmp(hook->topic, deletion) != 0;
    return whole || !hook->is_json ? HOOKS_LARGE : HOOKS_OK;
}

static enum hooks_act act_of(enum hooks_verb verb, enum hooks_state state)
{
    bool is_there = state == HOOKS_OK || state == HOOKS_LARGE || state == HOOKS_NEEDLESS;
    switch (verb) {
    case HOOKS_LIST:
        return HOOKS_LEAVE;
    case HOOKS_CREATE:
        return state == HOOKS_MISSING ? HOOKS_MAKE : HOOKS_LEAVE;
    case HOOKS_REPAIR:
        if (state == HOOKS_MISSING)
            return HOOKS_MAKE;
        return state == HOOKS_ELSEWHERE || state == HOOKS_LARGE ? HOOKS_CHANGE
                                                                : HOOKS_LEAVE;
    case HOOKS_DELETE:
        return is_there ? HOOKS_REMOVE : HOOKS_LEAVE;
    }
    return HOOKS_LEAVE;
}

static void add(struct hooks_plan *plan, enum hooks_verb verb, struct hooks_row row)
{
    row.act = act_of(verb, row.state);
    plan->rows[plan->count++] = row;
}

struct hooks_plan hooks_plan(enum hooks_verb verb, const struct hook *hooks, size_t count,
                             const char *address, struct arena *arena)
{
    struct hooks_plan plan = {0};
    const struct hook *shown[NEEDED];
    plan.rows = arena_array(arena, NEEDED + count, sizeof(*plan.rows));
    for (size_t i = 0; i < NEEDED; i++) {
        shown[i] = find(hooks, count, needed[i], address);
        add(&plan, verb,
            (struct hooks_row){.topic = needed[i],
                               .hook = shown[i],
                               .state = state_of(shown[i], address)});
    }
    for (size_t i = 0; i < count; i++) {
        bool is_shown = false;
        for (size_t k = 0; k < NEEDED; k++)
            is_shown |= shown[k] == &hooks[i];
        bool is_second = is_needed(hooks[i].topic); /* another's, beside ours */
        if (!is_shown)
            add(&plan, verb,
                (struct hooks_row){.topic = hooks[i].topic,
                                   .hook = &hooks[i],
                                   .state = is_second ? HOOKS_OTHER
                                                      : state_of(&hooks[i], address)});
    }
    return plan;
}

const char *hooks_state_text(enum hooks_state state)
{
    static const char *const texts[] = {
        [HOOKS_OK] = "ok",
        [HOOKS_LARGE] = "ok, but sends whole orders",
        [HOOKS_ELSEWHERE] = "wrong: another address",
        [HOOKS_MISSING] = "missing",
        [HOOKS_NEEDLESS] = "not needed: refused by the fetcher",
        [HOOKS_OTHER] = "not ours",
    };
    return texts[state];
}

const char *hooks_act_text(enum hooks_act act)
{
    static const char *const texts[] = {[HOOKS_LEAVE] = "",
                                        [HOOKS_MAKE] = "made",
                                        [HOOKS_CHANGE] = "changed",
                                        [HOOKS_REMOVE] = "deleted"};
    return texts[act];
}

bool hooks_is_wrong(const struct hooks_row *row)
{
    return row->act == HOOKS_LEAVE &&
           (row->state == HOOKS_MISSING || row->state == HOOKS_ELSEWHERE);
}

cJSON *hooks_input(const char *topic, const char *address)
{
    static const char *const fields[] = {"id", "admin_graphql_api_id"};
    cJSON *input = cJSON_CreateObject();
    if (!input || !cJSON_AddStringToObject(input, "uri", address) ||
        !cJSON_AddStringToObject(input, "format", "JSON"))
        abort(); /* out of memory: as in arena.h */
    if (strcmp(topic, deletion) != 0)
        cJSON_AddItemToObject(input, "includeFields", cJSON_CreateStringArray(fields, 2));
    return input;
}
