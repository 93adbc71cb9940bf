/* work: one message of shopify.orders as the worker handles it: what it says, what was
 * decided on it, and the result event that tells. */
#ifndef TB_WORK_H
#define TB_WORK_H

#include "core/plan.h"
#include "io/bus.h"
#include "wire/messages.h"

enum {
    WORK_KEY_MAX =
        512, /* bytes of a key; a shop's domain and an order id take far less */
};

struct work {
    struct bus_message message; /* owned until work_free */
    struct snapshot snapshot;
    const char *refusal;          /* why it is not readable */
    const char *source, *poll_id; /* source: "replay" when it was sent again */
    const char *detail;
    struct result result;
    enum action action;
    enum reason reason;
    bool readable; /* snapshot is valid; otherwise it is refused as malformed */
    bool dry_run, force;
    bool dead; /* a dead letter is due */
};

/* Reads the message into work; text and lists are in the arena. Never fails: what can't
 * be read is refused. Takes over the message. */
void work_read(struct work *work, const struct bus_message *message, struct arena *arena);
void work_free(struct work *work);

/* The header's value, NULL when there is none or it is over WORK_KEY_MAX bytes. */
const char *work_short_header(const struct bus_message *message, const char *name);

/* True when the guard says that just this message was decided on already. */
bool work_met_again(const struct work *work, const struct guard *guard,
                    struct arena *arena);

/* Fills the source and the outcome into the plan's guard, to be written with it. */
void work_stamp(const struct work *work, const struct guard *guard, struct plan *plan,
                int64_t now_ms, struct arena *arena);

/* The result event: of a plan, of an outcome recorded before, of a refusal. */
void work_result_of_plan(struct work *work, const struct plan *plan, struct arena *arena);
void work_result_of_guard(struct work *work, const struct guard *guard,
                          struct arena *arena);
void work_result_of_refusal(struct work *work, enum reason reason, const char *detail,
                            struct arena *arena);

/* The plan's row operations as rows for people (struct result_diff). */
struct codec_list work_diff(const struct plan *plan, struct arena *arena);

/* Produces the dead letter when one is due, then the result event. Acknowledged only
 * after bus_flush. */
enum rc work_publish(const struct work *work, struct bus_producer *producer,
                     int64_t now_ms, const char *worker, struct err *e) TB_MUST_CHECK;

#endif
