/* outcome: words and texts of the two lists; see outcome.h. */
#include "wire/outcome.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *word, *help;
} actions[] = {
#define ACTION(id, word, help) {word, help},
#include "wire/outcome.def"
#undef ACTION
};

static const struct {
    const char *word, *help, *remedy;
} reasons[] = {
#define REASON(id, word, help, remedy) {word, help, remedy},
#include "wire/outcome.def"
#undef REASON
};

const char *action_word(enum action action)
{
    assert(action < ACTION_COUNT);
    return actions[action].word;
}

const char *action_help(enum action action)
{
    assert(action < ACTION_COUNT);
    return actions[action].help;
}

bool action_parse(const char *word, enum action *out)
{
    for (size_t i = 0; word && i < ACTION_COUNT; i++) {
        if (strcmp(actions[i].word, word) == 0) {
            *out = (enum action)i;
            return true;
        }
    }
    return false;
}

const char *reason_word(enum reason reason)
{
    assert(reason < REASON_COUNT);
    return reasons[reason].word;
}

const char *reason_help(enum reason reason)
{
    assert(reason < REASON_COUNT);
    return reasons[reason].help;
}

const char *reason_remedy(enum reason reason)
{
    assert(reason < REASON_COUNT);
    return reasons[reason].remedy;
}

bool reason_parse(const char *word, enum reason *out)
{
    for (size_t i = 0; word && i < REASON_COUNT; i++) {
        if (strcmp(reasons[i].word, word) == 0) {
            *out = (enum reason)i;
            return true;
        }
    }
    return false;
}
