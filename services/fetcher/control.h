/* control: this fetcher's place in the group of the shop, and what the control topic
 * says: the runtime configuration and the triggers.
 *
 * The topic has one partition: who holds it is active, the others stand by. A trigger's
 * offset is stored when it was answered; one that was not is met again by the next owner.
 */
#ifndef TB_FETCHER_CONTROL_H
#define TB_FETCHER_CONTROL_H

#include "io/bus.h"
#include "wire/messages.h"

enum {
    CONTROL_ID_MAX = 128,            /* of a trigger's id, with its NUL */
    CONTROL_TRIGGER_MS = 10 * 60000, /* an older one is not acted on any more */
};

struct control;

/* defaults: the configuration while the topic says nothing else. */
enum rc control_open(const struct bus_conf *bus, const char *shop,
                     const struct runtime_config *defaults, struct control **out,
                     struct err *e) TB_MUST_CHECK;
void control_close(struct control *control); /* NULL accepted */

/* Who gets the requests for backfills, as they come and when a term is loaded. */
void control_on_backfill(struct control *control,
                         void (*take)(void *ctx, const struct bus_message *message),
                         void *ctx);

/* Takes in what comes within timeout_ms. RC_RETRY: the broker has trouble, the text says
 * which; go on calling. */
enum rc control_turn(struct control *control, int64_t timeout_ms,
                     struct err *e) TB_MUST_CHECK;

/* The number of this assignment, another one each time; 0: standing by. */
unsigned control_term(const struct control *control);
/* The group has given this fetcher its place, active or standby. */
bool control_placed(const struct control *control);

/* To be called at the start of a term: reads the configuration from the topic's
 * beginning. answered: the last trigger that the poll records say was answered. */
enum rc control_load(struct control *control, const char *answered,
                     struct err *e) TB_MUST_CHECK;

const struct runtime_config *control_config(const struct control *control);

/* The oldest trigger to act on, or NULL. Borrowed until it is answered. */
const struct trigger *control_next(struct control *control, int64_t now_ms);
/* That one is answered: its offset is stored and committed. */
enum rc control_answered(struct control *control, struct err *e) TB_MUST_CHECK;

/* Asks the broker for the topic's end: whether Kafka is in reach. May block for 10 s. */
enum rc control_reach(struct control *control, struct err *e) TB_MUST_CHECK;

#endif
