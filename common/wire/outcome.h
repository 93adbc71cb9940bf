/* outcome: the closed lists of actions and reasons. outcome.def is the one source. */
#ifndef TB_OUTCOME_H
#define TB_OUTCOME_H

#include <stdbool.h>

enum action {
#define ACTION(id, word, help) ACTION_##id,
#include "wire/outcome.def"
#undef ACTION
    ACTION_COUNT,
};

enum reason {
#define REASON(id, word, help, remedy) REASON_##id,
#include "wire/outcome.def"
#undef REASON
    REASON_COUNT,
};

const char *action_word(enum action action);
const char *action_help(enum action action);
/* False: no such word; *out is untouched. */
bool action_parse(const char *word, enum action *out);

const char *reason_word(enum reason reason); /* "" for REASON_NONE */
const char *reason_help(enum reason reason);
const char *reason_remedy(enum reason reason); /* "" when nothing is to be done */
bool reason_parse(const char *word, enum reason *out);

#endif
