/* follow: the topics into Redis: results, polls and control records, in one group.
 *
 * Positions come from Redis alone; what Kafka holds for the group is only written, for
 * those who look at its lag. Reading starts one record before the position: that record's
 * digest tells whether the topic is still the one that was folded. While Redis is away
 * the consumer is paused and polled on, and what was in hand is kept. When Redis holds an
 * older position than ours it was emptied or restored: the consumer is opened anew and
 * the counting goes on from there.
 */
#ifndef TB_STATS_FOLLOW_H
#define TB_STATS_FOLLOW_H

#include "base/err.h"
#include "io/bus.h"
#include "store.h"

#include <stdbool.h>
#include <stdint.h>

struct follow;

/* Borrows conf and store until follow_close. */
void follow_open(const struct bus_conf *conf, struct store *store, struct follow **out);
void follow_close(struct follow *follow); /* NULL accepted */

/* Reads and folds what is there. *more: not all of it, call again soon. RC_FATAL: end the
 * process. */
enum rc follow_turn(struct follow *follow, bool *more, struct err *e) TB_MUST_CHECK;

/* Once a second: positions and topics are looked after. */
enum rc follow_tick(struct follow *follow, struct err *e) TB_MUST_CHECK;

/* Readable when follow_turn has something to do; -1 while there is no consumer. It
 * changes when the consumer is opened anew: `generation` counts that. */
int follow_event_fd(const struct follow *follow, unsigned *generation);

/* Why it does not count at the moment; "" when it does. */
const char *follow_trouble(const struct follow *follow);

#endif
