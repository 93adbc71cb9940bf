/* hooks: the app's webhook subscriptions against those that tillbridge needs, and what a
 * command does about each. Pure.
 */
#ifndef TB_TILLCTL_HOOKS_H
#define TB_TILLCTL_HOOKS_H

#include "base/arena.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* A subscription as the shop has it; texts borrowed. */
struct hook {
    const char *id, *topic, *uri;
    bool is_json;
    bool is_small; /* only some fields of the order are sent */
};

enum hooks_state {
    HOOKS_OK,
    HOOKS_LARGE,     /* ours, but the whole order is sent, customer and all */
    HOOKS_ELSEWHERE, /* a topic that is needed, sent to another address only */
    HOOKS_MISSING,
    HOOKS_NEEDLESS, /* our address, but a topic that is not needed */
    HOOKS_OTHER,    /* none of ours */
};

enum hooks_verb { HOOKS_LIST, HOOKS_CREATE, HOOKS_REPAIR, HOOKS_DELETE };

enum hooks_act { HOOKS_LEAVE, HOOKS_MAKE, HOOKS_CHANGE, HOOKS_REMOVE };

struct hooks_row {
    const char *topic;
    const struct hook *hook; /* NULL: HOOKS_MISSING */
    enum hooks_state state;
    enum hooks_act act;
};

struct hooks_plan {
    struct hooks_row *rows; /* in the arena: the topics needed, then the others */
    size_t count;
};

struct hooks_plan hooks_plan(enum hooks_verb verb, const struct hook *hooks, size_t count,
                             const char *address, struct arena *arena);

/* One line for people. */
const char *hooks_state_text(enum hooks_state state);
/* "made", "changed", "deleted"; "" for HOOKS_LEAVE. */
const char *hooks_act_text(enum hooks_act act);
/* The row needs something that was not done. */
bool hooks_is_wrong(const struct hooks_row *row);

/* WebhookSubscriptionInput of the topic: the order's id only, where there is more. The
 * caller's to be freed. */
cJSON *hooks_input(const char *topic, const char *address);

#endif
