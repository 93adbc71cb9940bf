/* work: one message of shopify.orders or shopify.orders.retry as the worker handles it:
 * what it says, what was decided on it, and the result event that tells. */
#ifndef TB_WORK_H
#define TB_WORK_H

#include "core/plan.h"
#include "io/bus.h"
#include "wire/messages.h"

enum {
    WORK_KEY_MAX =
        512, /* bytes of a key; a shop's domain and an order id take far less */
};

/* Where a message stood first: what results, dead letters and the guard go by. A message
 * put aside for later keeps it in its headers. */
struct work_origin {
    const char *topic;
    int32_t partition;
    int64_t offset, timestamp_ms;
};

struct work {
    struct bus_message message; /* owned until work_free */
    struct work_origin origin;
    int64_t attempt;        /* times it was put aside before; 0: not from there */
    int64_t aside_until_ms; /* not decided: to be tried again then; 0: decided */
    struct snapshot snapshot;
    const char *refusal;          /* why it is not readable */
    const char *source, *poll_id; /* source: "replay" when it was sent again */
    const char *detail;
    struct result result;
    enum action action;
    enum reason reason;
    bool readable; /* snapshot is valid; otherwise it is refused as malformed */
    bool dry_run;
    bool force, force_older; /* as in plan_input */
    bool dead;               /* a dead letter is due */
    bool letter_sent; /* by work_publish, whose result is still to be handed over */
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

/* Somebody else holds rows of the order: it is not decided, but goes to the retry topic,
 * for work->attempt + 1 to be made at until_ms. */
void work_put_aside(struct work *work, const char *why, int64_t until_ms,
                    struct arena *arena);

/* When a message is to be tried; 0: now. */
int64_t work_not_before_ms(const struct bus_message *message);

/* Times the message was put aside, and where it stood before the first. 0: not of the
 * retry topic, or without the headers that we write there. */
int64_t work_retry_origin(const struct bus_message *message, struct work_origin *out);

/* The plan's row operations as rows for people (struct result_diff). */
struct codec_list work_diff(const struct plan *plan, struct arena *arena);

/* Produces the dead letter when one is due, then the result event; of a work put aside
 * its message for the retry topic and, the first time, a result that says so. RC_RETRY:
 * the producer's queue is full, call again for the rest. Acknowledged only after
 * bus_flush. */
enum rc work_publish(struct work *work, struct bus_producer *producer, int64_t now_ms,
                     const char *worker, struct err *e) TB_MUST_CHECK;

#endif
