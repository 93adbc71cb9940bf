/* facts: what is known of one order, gathered from the topics and from RMS. Pure.
 *
 * The shell hands over the order's messages as it meets them, oldest first, and the rows
 * of RMS; the views only read. What is kept is in the arena; the bytes of a message are
 * borrowed for the call only.
 */
#ifndef TB_FACTS_H
#define TB_FACTS_H

#include "reconciler/core/rows.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

enum facts_part { FACTS_ORDERS, FACTS_RESULTS, FACTS_LETTERS, FACTS_RMS, FACTS_PARTS };

struct facts_place {
    int32_t partition;
    int64_t offset;       /* -1: nowhere */
    int64_t timestamp_ms; /* of the message */
};

/* A message as the shell gives it; header values may be NULL. */
struct facts_message {
    struct facts_place place;
    const char *value; /* NULL: a tombstone */
    size_t len;
    const char *dry_run;                                /* of shopify.orders */
    const char *reason, *detail, *failed_at, *redrives; /* of shopify.orders.dlq */
};

/* What shopify.orders holds of it. */
struct facts_said {
    size_t messages, dry_runs, unreadable;
    bool readable; /* newest, at and snapshot are set */
    struct facts_place newest;
    struct snapshot snapshot; /* the newest version, which need not be the last message */
    struct facts_place last;  /* message that is to be decided on: no dry run */
    const char *unreadable_why; /* the last of them, NULL: none */
};

/* Results that say the same, one after the other. */
struct facts_decision {
    struct result result; /* the last of them */
    int64_t first_ms;
    size_t times;
};

struct facts_letter {
    struct facts_place place;
    struct result told; /* its reason and detail only */
    const char *failed_at, *redrives;
};

/* What RMS holds of it, and what would be decided now. */
struct facts_rms {
    struct rms_state state;
    const char *applied; /* "this", "another" version's content, "none" */
    bool planned;        /* now is set */
    struct result now;
};

struct facts {
    struct arena *arena;
    struct arena newest, scratch; /* newest: of said.snapshot */
    const char *shop, *name;      /* name: "" while not known */
    int64_t id;
    int64_t now_ms;
    const char *unreached[FACTS_PARTS]; /* why; NULL: it was looked at */
    struct facts_said said;
    struct facts_decision *decisions; /* oldest first */
    size_t decision_count, decision_room;
    int64_t decided_offset;       /* highest source offset of a result; -1: none */
    struct facts_letter *letters; /* oldest first */
    size_t letter_count, letter_room;
    struct facts_rms rms;
};

void facts_init(struct facts *facts, const char *shop, int64_t id, int64_t now_ms,
                struct arena *arena);
void facts_done(struct facts *facts);

/* "shopify.orders", ..., "RMS". */
const char *facts_part_name(enum facts_part part);

void facts_take_order(struct facts *facts, const struct facts_message *message);
void facts_take_result(struct facts *facts, const struct facts_message *message);
void facts_take_letter(struct facts *facts, const struct facts_message *message);
/* state is in the facts' arena. */
void facts_take_rms(struct facts *facts, const struct rms_state *state);

/* Anything at all was found. */
bool facts_known(const struct facts *facts);
/* A part could not be looked at. */
bool facts_incomplete(const struct facts *facts);
/* Its last message was not decided on yet. */
bool facts_waits(const struct facts *facts);

#endif
