/* backfills: the backfills asked for, done one after the other, a slice at a time beside
 * the polls. How far one got stands in tillbridge.polls, so that another fetcher, or this
 * one after a crash, goes on from there.
 */
#ifndef TB_FETCHER_BACKFILLS_H
#define TB_FETCHER_BACKFILLS_H

#include "api.h"
#include "io/bus.h"
#include "poller.h"

struct backfills;

/* The poller and its parts must outlive it. */
struct backfills *backfills_new(const struct poller_parts *parts, struct poller *poller);
void backfills_free(struct backfills *backfills); /* NULL accepted */

/* A message of the control topic whose key begins with KEY_BACKFILL; one met again
 * changes nothing. */
void backfills_take(struct backfills *backfills, const struct bus_message *message);

/* A term begins: forget everything, take what the control topic says, load. */
void backfills_forget(struct backfills *backfills);
enum rc backfills_load(struct backfills *backfills, const struct bus_conf *bus,
                       struct err *e) TB_MUST_CHECK;

/* Milliseconds until there is something to do, 0 for now; -1: nothing is asked for. */
int64_t backfills_wait_ms(const struct backfills *backfills, int64_t now_ms);

/* Does a little. Its own trouble is kept, told and tried again; RC_FATAL alone comes out:
 * the process can't go on. */
enum rc backfills_step(struct backfills *backfills, struct poll_state *state,
                       int64_t batch_size, struct err *e) TB_MUST_CHECK;

#endif
