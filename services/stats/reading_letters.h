/* reading_letters: the index of dead letters, read from Redis and marked in it.
 *
 * Everything is in the caller's arena. RC_RETRY: Redis is away.
 */
#ifndef TB_STATS_READING_LETTERS_H
#define TB_STATS_READING_LETTERS_H

#include "core/letter.h"
#include "store.h"

struct reading_letters_of {
    enum letter_state state;
    struct letter_filter filter;
    const char *after; /* an id; NULL: from the newest on */
    size_t limit;
};

struct reading_letters {
    struct letter *at;
    size_t count;
    const char *next; /* id to go on after; NULL: there are no more */
    bool lost;        /* `after` is not in the list any more */
};

/* Newest first. */
enum rc reading_letters(struct store *store, const struct reading_letters_of *of,
                        struct arena *arena, struct reading_letters *out,
                        struct err *e) TB_MUST_CHECK;

/* Those of the ids that are known, in their order. */
enum rc reading_letters_by_id(struct store *store, const char *const *ids, size_t count,
                              struct arena *arena, struct reading_letters *out,
                              struct err *e) TB_MUST_CHECK;

enum rc reading_letters_count(struct store *store, struct arena *arena,
                              int64_t totals[LETTER_STATE_COUNT],
                              struct err *e) TB_MUST_CHECK;

/* Shows the mark at once; the control topic, which carries it, does the same again. */
enum rc reading_letters_mark(struct store *store, const struct letter *letter,
                             enum letter_state state, struct arena *arena,
                             struct err *e) TB_MUST_CHECK;

#endif
