/* backfill_spool_internal: what the parts of backfill_spool share. Nobody else includes
 * it. */
#ifndef TB_FETCHER_BACKFILL_SPOOL_INTERNAL_H
#define TB_FETCHER_BACKFILL_SPOOL_INTERNAL_H

#include "backfill_spool.h"
#include "base/buf.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SPOOL_RUN_NOTES = 128 * 1024, /* sorted at once: 3 MiB */
    SPOOL_WINDOW = 128,           /* notes of a run in memory while they are merged */
};

/* Where a line is. */
struct spool_note {
    int64_t order, at;
    uint32_t len;
    uint32_t is_line; /* 0: the order itself, which comes first */
};

struct spool_run {
    int64_t at; /* in the index */
    size_t count, next;
    struct spool_note *window; /* [loaded - 1, ...); loaded 0: none yet */
    size_t loaded;
};

struct spool {
    int data_fd, index_fd;
    char *url;
    int64_t timeout_ms;
    struct web *web;
    pthread_t thread;
    bool started;
    atomic_bool busy, ends;
    _Atomic int64_t bytes;
    struct err err; /* of the thread; to be read when it is no longer busy */
    /* The thread's until it is no longer busy. */
    struct buf line; /* that is not at its end yet */
    int64_t line_at;
    struct spool_note *notes;
    size_t note_count;
    int64_t index_bytes;
    struct spool_run *runs;
    size_t run_count;
};

static inline int spool_compare(const struct spool_note *a, const struct spool_note *b)
{
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->is_line != b->is_line)
        return a->is_line < b->is_line ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

#endif
