/* publish: orders, dead letters and poll records to Kafka, acknowledged before anything
 * is counted.
 */
#ifndef TB_FETCHER_PUBLISH_H
#define TB_FETCHER_PUBLISH_H

#include "core/gone.h"
#include "core/order.h"
#include "core/poll.h"
#include "io/bus.h"
#include "turn.h"

struct publisher;

/* shop and turn must outlive it. */
enum rc publisher_open(const struct bus_conf *bus, const char *shop,
                       const struct turn *turn, struct publisher **out,
                       struct err *e) TB_MUST_CHECK;
void publisher_close(struct publisher *publisher); /* NULL accepted */

struct publisher_page {
    struct order *orders; /* refused is set on those that prove too large */
    size_t count;
};

/* Publishes every order and waits until all are acknowledged, however long the broker
 * takes. An order that no message can hold goes to the dead letters, with a result event
 * so that the counters add up; once per version while this process lives. *published:
 * messages that have or get a result event. RC_RETRY: to be given up (turn). */
enum rc publisher_orders(struct publisher *publisher, const struct poll *poll,
                         const struct publisher_page *page, int64_t *published,
                         struct err *e) TB_MUST_CHECK;

/* Tells staff of an order that the shop has no more, and waits until that is
 * acknowledged. RC_RETRY as above. */
enum rc publisher_gone(struct publisher *publisher, const struct gone *gone,
                       struct err *e) TB_MUST_CHECK;

/* Writes the record and waits until it is acknowledged. RC_RETRY as above. */
enum rc publisher_record(struct publisher *publisher, const struct poll_record *record,
                         struct err *e) TB_MUST_CHECK;

/* How far a backfill got. RC_RETRY as above. */
enum rc publisher_progress(struct publisher *publisher, const struct progress *progress,
                           struct err *e) TB_MUST_CHECK;

/* What a poll that was given up left on its way: RC_OK once the broker has it all. */
enum rc publisher_drain(struct publisher *publisher, struct err *e) TB_MUST_CHECK;

#endif
