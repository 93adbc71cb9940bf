/* backfill_spool: the file of a bulk operation on this machine: downloaded by a thread of
 * its own, so that polls go on, and read order by order afterwards.
 *
 * The file goes to disk as it comes. For each of its lines the place is noted under the
 * order it belongs to; these notes are sorted in parts that fit into memory and merged
 * when they are read, so that neither the length of the file nor the order of its lines
 * matters. The files have no name: they are gone with the process, however it ends.
 */
#ifndef TB_FETCHER_BACKFILL_SPOOL_H
#define TB_FETCHER_BACKFILL_SPOOL_H

#include "base/arena.h"
#include "core/bulk_join.h"

struct spool;

/* Starts the download. url and folder are copied. RC_RETRY: the folder takes no file. */
enum rc spool_open(const char *url, const char *folder, int64_t timeout_ms,
                   struct spool **out, struct err *e) TB_MUST_CHECK;
void spool_close(struct spool *spool); /* ends a download; NULL accepted */

/* True while the download goes on; then RC_OK, or why it can't be used: RC_RETRY: try
 * again with a new address. RC_REJECT: the file is not what was asked for. */
bool spool_busy(struct spool *spool);
enum rc spool_result(const struct spool *spool, struct err *e) TB_MUST_CHECK;
int64_t spool_bytes(struct spool *spool); /* so far */

/* Reading goes on with the first order whose id is above. */
enum rc spool_seek(struct spool *spool, int64_t order, struct err *e) TB_MUST_CHECK;

struct spool_order {
    int64_t id;
    bool headless;           /* the order's own line is not in the file */
    struct bulk_text *texts; /* from the arena; the order's own line first */
    size_t count;
};

/* By rising id. *got false: there are no more. */
enum rc spool_next(struct spool *spool, struct arena *arena, struct spool_order *out,
                   bool *got, struct err *e) TB_MUST_CHECK;

#endif
