/* doorbells: the orders that shopify.webhooks says have changed, for the active fetcher.
 *
 * It has a consumer group of its own. Doorbells are taken in hand, those of one order
 * together; their offsets are committed when that hand is done with, so that doorbells
 * met by a fetcher that was killed are met again by the next.
 */
#ifndef TB_FETCHER_DOORBELLS_H
#define TB_FETCHER_DOORBELLS_H

#include "core/gone.h"
#include "io/bus.h"

enum {
    DOORBELLS_HAND = 100, /* orders in hand at most */
};

struct doorbells;

/* bus and shop must outlive it. Joins the group: before the broker gave it the topic's
 * partitions nothing comes. */
enum rc doorbells_open(const struct bus_conf *bus, const char *shop,
                       struct doorbells **out, struct err *e) TB_MUST_CHECK;
void doorbells_close(struct doorbells *doorbells); /* NULL accepted */

/* Takes in what is there, without waiting; to be called often. NULL accepted. RC_RETRY:
 * the broker has trouble, go on calling. */
enum rc doorbells_turn(struct doorbells *doorbells, struct err *e) TB_MUST_CHECK;

size_t doorbells_waiting(const struct doorbells *doorbells); /* NULL: 0 */

/* The orders in hand, at most DOORBELLS_HAND, by partition and offset of the last
 * doorbell of each. Nothing more is taken in until one of the two below. */
size_t doorbells_take(struct doorbells *doorbells, struct gone out[DOORBELLS_HAND]);
/* They are done with: their offsets are committed. */
enum rc doorbells_done(struct doorbells *doorbells, struct err *e) TB_MUST_CHECK;
/* They are not: they stay in hand. */
void doorbells_keep(struct doorbells *doorbells);

#endif
