/* letter: dead letters as the index keeps them, which of them are meant, and what may be
 * done with them. Pure. Texts are borrowed or from the arena.
 */
#ifndef TB_STATS_LETTER_H
#define TB_STATS_LETTER_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum letter_state {
#define STATE(id, word, help) LETTER_##id,
#include "core/letters.def"
#undef STATE
    LETTER_STATE_COUNT,
};

enum letter_action {
#define ACTION(id, word, state, help) LETTER_DO_##id,
#include "core/letters.def"
#undef ACTION
    LETTER_ACTION_COUNT,
};

const char *letter_state_word(enum letter_state state);
/* False: no such word; *out is untouched. */
bool letter_state_parse(const char *word, enum letter_state *out);
const char *letter_action_word(enum letter_action action);
enum letter_state letter_state_after(enum letter_action action);

struct letter {
    const char *id; /* "<partition>-<offset>" in shopify.orders.dlq */
    enum letter_state state;
    const char *shop; /* NULL with order 0: its key is not that of an order */
    int64_t order;
    const char *name; /* any of these texts may be NULL */
    const char *reason, *detail, *topic, *source_partition, *source_offset, *worker;
    int64_t failed_ms;
    int64_t redrives; /* how often it had been sent again before it died */
    int64_t bytes;
    bool left_out; /* key or value did not fit into the letter */
};

/* partition: "shopify.orders.dlq/3". */
const char *letter_id(const char *partition, int64_t offset, struct arena *arena);
bool letter_id_parse(const char *id, int32_t *partition, int64_t *offset);
/* The header's value; NULL or no number: 0. */
int64_t letter_redrives(const char *header);

/* As the index keeps it: JSON without the state, and back. False: not such a text. */
const char *letter_write(const struct letter *letter, struct arena *arena);
bool letter_read(const char *json, struct arena *arena, struct letter *out);

struct letter_filter {
    const char *reason, *order; /* NULL: any; order: an id or a name */
    int64_t since_ms, until_ms; /* 0: any */
};

bool letter_fits(const struct letter *letter, const struct letter_filter *filter);

/* Why the action can't be done with it, in words; NULL: it can. force lifts the limit of
 * redrives and sends again what was sent. */
struct letter_rules {
    enum letter_action action;
    bool force;
    int64_t redrives_max;
};
const char *letter_refusal(const struct letter *letter, const struct letter_rules *rules,
                           struct arena *arena);

/* A page of them. total: in that state; next: the id to go on after, NULL: no more. */
void letter_list(const struct letter *letters, size_t count,
                 const int64_t totals[LETTER_STATE_COUNT], const char *next,
                 struct buf *out);

struct letter_refused {
    const char *id, *why;
};

struct letter_outcome {
    enum letter_action action;
    bool dry_run;
    const char *const *done; /* ids */
    size_t done_count;
    const struct letter_refused *refused;
    size_t refused_count;
    bool more; /* further ones fit: ask again */
};
void letter_outcome_write(const struct letter_outcome *outcome, struct buf *out);

#endif
