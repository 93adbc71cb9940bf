/* rig: the reconciler on a real RMS database, without Kafka: messages are put together by
 * hand, committed as batches, and the rows asked for through a connection of our own.
 *
 * Runs under db_run: SQLite always, PostgreSQL when TB_TEST_POSTGRES is set. Each test
 * begins with the RMS-shaped tables and seed of deploy/rms and our own tables.
 */
#ifndef TB_UNIT_RIG_H
#define TB_UNIT_RIG_H

#include "batch.h"
#include "db.h"
#include "io/cfg.h"

enum {
    RIG_WORKS_MAX = 64,
};

struct rig {
    const struct db *db;
    char connection[1000]; /* of the RMS database */
    struct cfg cfg;
    struct rms *rms;
    struct sql *look; /* what the test asks through */
    struct arena arena;
    struct work works[RIG_WORKS_MAX]; /* sent and not yet committed, or the last batch */
    size_t count;
    int64_t next_offset;
    int64_t now_ms;
};

/* settings: NAME=value pairs ending in NULL, beside the database; NULL for none. */
void rig_open(struct rig *rig, void **state, const char *const *settings);
void rig_close(struct rig *rig);
/* The worker is started anew on the same database. */
void rig_restart(struct rig *rig);

/* An order of two lines (2 x MUG-STONE-350, 1 x PLATE-DIN-27), taxes included, to be
 * changed by the test; rig_total sets the sums from its lines and shipping. */
struct snapshot *rig_order(struct rig *rig, int64_t id);
struct snapshot_line *rig_line(struct snapshot *order, size_t at);
struct snapshot_line *rig_add_line(struct rig *rig, struct snapshot *order,
                                   const char *sku, int64_t quantity);
void rig_total(struct snapshot *order);
/* A later version: updatedAt and fetchedAt move on. */
void rig_later(struct snapshot *order);

/* Puts the order into the batch as the fetcher would have produced it. */
struct work *rig_send(struct rig *rig, const struct snapshot *order);
struct work *rig_send_with(struct rig *rig, const struct snapshot *order,
                           const char *header, const char *value);
struct work *rig_send_bytes(struct rig *rig, const char *key, const char *value);
/* The message in works[at] once more, with its offset: after a restart. */
struct work *rig_send_again(struct rig *rig, size_t at);

/* Commits all that was sent, group by group, and leaves the works with their results. */
enum rc rig_try(struct rig *rig, struct err *e);
void rig_commit(struct rig *rig);
/* Sends one order, commits it alone, and returns its work. */
struct work *rig_do(struct rig *rig, const struct snapshot *order);

/* Fails unless the work ended so. reason "" for none. */
void rig_expect(const struct work *work, const char *action, const char *reason);

/* One number or text by SQL; "?" stands for nothing: values are written into the text. */
int64_t rig_number(struct rig *rig, const char *fmt, ...) TB_PRINTF(2, 3);
const char *rig_text(struct rig *rig, const char *fmt, ...) TB_PRINTF(2, 3);
void rig_must(struct rig *rig, const char *fmt, ...) TB_PRINTF(2, 3);
/* Item.QuantityCommitted of a lookup code. */
int64_t rig_committed(struct rig *rig, const char *code);
/* One expression over an order's entries (e, with their item i), in their order: "2,1".
 */
const char *rig_entries(struct rig *rig, int64_t order, const char *expression);
/* One expression over an order. */
const char *rig_order_text(struct rig *rig, int64_t id, const char *expression);
#define RIG_QUANTITIES "CAST(e.\"QuantityOnOrder\" AS INTEGER)"
#define RIG_CENTS      "CAST(e.\"Price\" * 100 AS INTEGER)"
/* Every row of the tables that we read or write, as text. */
const char *rig_dump(struct rig *rig);

#endif
