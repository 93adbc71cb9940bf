/* backfill_merge: the orders of the downloaded file, by rising id: the sorted notes are
 * merged, and each order's lines are read from their places. */
#include "backfill_spool_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* Of one order. One with more can't be published: the rest need not be read. */
    LINES_MAX = SNAPSHOT_MAX_LINES + 500,
};

static enum rc read_at(int fd, void *out, size_t len, int64_t at, struct err *e)
{
    char *to = out;
    while (len) {
        ssize_t got = pread(fd, to, len, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_set(e, RC_RETRY, "backfill.spool",
                           "the bulk file that was kept can't be read: %s",
                           got < 0 ? strerror(errno) : "it is shorter than it was");
        to += got;
        len -= (size_t)got;
        at += got;
    }
    return RC_OK;
}

/* The run's next note, or NULL at its end. */
static enum rc peek(struct spool *spool, struct spool_run *run, struct spool_note **out,
                    struct err *e)
{
    enum rc rc = RC_OK;
    size_t at = run->next % SPOOL_WINDOW;
    *out = NULL;
    if (run->next == run->count)
        return RC_OK;
    if (run->loaded != run->next - at + 1) {
        size_t left = run->count - (run->next - at);
        size_t count = left < SPOOL_WINDOW ? left : SPOOL_WINDOW;
        if (!run->window && !(run->window = calloc(SPOOL_WINDOW, sizeof(**out))))
            abort(); /* out of memory: as in arena.h */
        rc = read_at(spool->index_fd, run->window, count * sizeof(**out),
                     run->at + (int64_t)((run->next - at) * sizeof(**out)), e);
        run->loaded = run->next - at + 1;
    }
    if (rc == RC_OK)
        *out = &run->window[at];
    return rc;
}

/* The least note of all runs and its run; NULL: there are no more. It is not taken off.
 */
static enum rc least(struct spool *spool, struct spool_run **out, struct spool_note *note,
                     struct err *e)
{
    *out = NULL;
    for (size_t i = 0; i < spool->run_count; i++) {
        struct spool_note *each = NULL;
        enum rc rc = peek(spool, &spool->runs[i], &each, e);
        if (rc)
            return rc;
        if (each && (!*out || spool_compare(each, note) < 0)) {
            *out = &spool->runs[i];
            *note = *each;
        }
    }
    return RC_OK;
}

enum rc spool_seek(struct spool *spool, int64_t order, struct err *e)
{
    struct spool_run *run = NULL;
    struct spool_note note = {0};
    for (size_t i = 0; i < spool->run_count; i++) {
        spool->runs[i].next = 0;
        spool->runs[i].loaded = 0;
    }
    enum rc rc = least(spool, &run, &note, e);
    while (rc == RC_OK && run && note.order <= order) {
        run->next++;
        rc = least(spool, &run, &note, e);
    }
    return rc;
}

/* ---- an order ---- */

static enum rc add_text(struct spool *spool, const struct spool_note *note,
                        struct arena *arena, struct spool_order *order, size_t *room,
                        struct err *e)
{
    if (order->count == LINES_MAX)
        return RC_OK;
    if (order->count == *room) {
        size_t more = *room ? *room * 2 : 16;
        struct bulk_text *texts = arena_array(arena, more, sizeof(*texts));
        if (order->count)
            memcpy(texts, order->texts, order->count * sizeof(*texts));
        order->texts = texts;
        *room = more;
    }
    char *text = arena_alloc(arena, (size_t)note->len + 1);
    order->texts[order->count++] = (struct bulk_text){.at = text, .len = note->len};
    return read_at(spool->data_fd, text, note->len, note->at, e);
}

enum rc spool_next(struct spool *spool, struct arena *arena, struct spool_order *out,
                   bool *got, struct err *e)
{
    struct spool_run *run = NULL;
    struct spool_note note = {0};
    size_t room = 0;
    enum rc rc = least(spool, &run, &note, e);
    *got = run != NULL;
    *out = (struct spool_order){.id = note.order, .headless = note.is_line};
    while (rc == RC_OK && run && note.order == out->id) {
        rc = add_text(spool, &note, arena, out, &room, e);
        run->next++;
        if (rc == RC_OK)
            rc = least(spool, &run, &note, e);
    }
    return rc;
}
