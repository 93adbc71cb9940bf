/* backfill_spool: the download and the notes of its lines; see backfill_spool.h. */
#include "backfill_spool_internal.h"

#include "io/web.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 16 * 1024 * 1024,
    BODY_MAX_BYTES = 64 * 1024, /* of an answer that is not the file */
};

static int new_file(const char *folder, struct err *e)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        snprintf(path, sizeof(path), "%s/tillbridge-backfill-XXXXXX", folder);
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        (void)err_set(e, RC_RETRY, "backfill.spool",
                      "no file can be made in %s: %s; set TMPDIR to a folder with room",
                      folder, strerror(errno));
    return fd;
}

static enum rc spool_write(int fd, const void *bytes, size_t len, struct err *e)
{
    const char *at = bytes;
    while (len) {
        ssize_t done = write(fd, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_set(e, RC_RETRY, "backfill.spool",
                           "the bulk file can't be kept: %s; set TMPDIR to a folder with "
                           "room",
                           strerror(errno));
        at += done;
        len -= (size_t)done;
    }
    return RC_OK;
}

/* ---- notes ---- */

static int by_order(const void *a, const void *b)
{
    return spool_compare(a, b);
}

/* A sorted part goes to disk. */
static enum rc write_run(struct spool *spool, struct err *e)
{
    size_t bytes = spool->note_count * sizeof(*spool->notes);
    if (!spool->note_count)
        return RC_OK;
    qsort(spool->notes, spool->note_count, sizeof(*spool->notes), by_order);
    struct spool_run *runs =
        realloc(spool->runs, (spool->run_count + 1) * sizeof(*spool->runs));
    if (!runs)
        abort(); /* out of memory: as in arena.h */
    spool->runs = runs;
    spool->runs[spool->run_count++] =
        (struct spool_run){.at = spool->index_bytes, .count = spool->note_count};
    spool->index_bytes += (int64_t)bytes;
    spool->note_count = 0;
    return spool_write(spool->index_fd, spool->notes, bytes, e);
}

static enum rc note_line(struct spool *spool, const char *line, size_t len, struct err *e)
{
    struct bulk_key key = {0};
    enum rc rc = bulk_key_read(line, len, &key, e);
    if (rc)
        return rc;
    spool->notes[spool->note_count++] = (struct spool_note){.order = key.order,
                                                            .at = spool->line_at,
                                                            .len = (uint32_t)len,
                                                            .is_line = !key.is_order};
    return spool->note_count == SPOOL_RUN_NOTES ? write_run(spool, e) : RC_OK;
}

/* What was left of the last piece, and this piece up to its line end. */
static enum rc end_line(struct spool *spool, const char *bytes, size_t len, struct err *e)
{
    buf_add(&spool->line, bytes, len);
    if (spool->line.full)
        return err_set(e, RC_REJECT, "backfill.spool",
                       "a line of the bulk file has more than 16 MiB");
    enum rc rc = RC_OK;
    if (spool->line.len)
        rc = note_line(spool, buf_str(&spool->line), spool->line.len, e);
    spool->line_at += (int64_t)spool->line.len + 1;
    buf_clear(&spool->line);
    return rc;
}

static enum rc take_piece(struct spool *spool, const char *bytes, size_t len,
                          struct err *e)
{
    enum rc rc = spool_write(spool->data_fd, bytes, len, e);
    atomic_fetch_add(&spool->bytes, (int64_t)len);
    while (rc == RC_OK && len) {
        const char *end = memchr(bytes, '\n', len);
        if (!end) {
            buf_add(&spool->line, bytes, len);
            break;
        }
        size_t piece = (size_t)(end - bytes);
        rc = end_line(spool, bytes, piece, e);
        bytes += piece + 1;
        len -= piece + 1;
    }
    return rc;
}

/* ---- the thread ---- */

static bool sink(void *ctx, const char *bytes, size_t len)
{
    struct spool *spool = ctx;
    return take_piece(spool, bytes, len, &spool->err) == RC_OK;
}

static bool go_on(void *ctx)
{
    return !atomic_load(&((struct spool *)ctx)->ends);
}

static enum rc judge(const struct web_response *response, struct err *e)
{
    if (response->status == 200)
        return RC_OK;
    return err_set(e, RC_RETRY, "backfill.spool",
                   "the bulk file's address answers HTTP %ld: has it expired?",
                   response->status);
}

static enum rc download(struct spool *spool, struct err *e)
{
    struct web_response response = {0};
    static const char *const headers[] = {"Accept: application/jsonl, */*", NULL};
    const struct web_request request = {.method = "GET",
                                        .url = spool->url,
                                        .headers = headers,
                                        .timeout_ms = spool->timeout_ms,
                                        .max_bytes = BODY_MAX_BYTES,
                                        .sink = sink,
                                        .go_on = go_on,
                                        .ctx = spool};
    enum rc rc = web_send(spool->web, &request, &response, e);
    if (rc && spool->err.rc) { /* not libcurl's saying that we took no more */
        *e = spool->err;
        rc = e->rc;
    }
    if (rc == RC_OK)
        rc = judge(&response, e);
    web_response_done(&response);
    if (rc == RC_OK)
        rc = end_line(spool, "", 0, e); /* the last line may lack its end */
    return rc ? rc : write_run(spool, e);
}

static void *run(void *arg)
{
    struct spool *spool = arg;
    struct err e = {0};
    e.rc = download(spool, &e);
    free(spool->notes);
    spool->notes = NULL;
    buf_done(&spool->line);
    spool->err = e;
    atomic_store(&spool->busy, false);
    return NULL;
}

/* ---- its life ---- */

static enum rc start(struct spool *spool, const char *folder, struct err *e)
{
    spool->data_fd = new_file(folder, e);
    if (spool->data_fd >= 0)
        spool->index_fd = new_file(folder, e);
    if (spool->data_fd < 0 || spool->index_fd < 0)
        return RC_RETRY;
    enum rc rc = web_open(&spool->web, e);
    if (rc)
        return rc;
    atomic_store(&spool->busy, true);
    int code = pthread_create(&spool->thread, NULL, run, spool);
    if (code)
        return err_set(e, RC_RETRY, "backfill.spool", "no thread: %s", strerror(code));
    spool->started = true;
    return RC_OK;
}

enum rc spool_open(const char *url, const char *folder, int64_t timeout_ms,
                   struct spool **out, struct err *e)
{
    struct spool *spool = calloc(1, sizeof(*spool));
    struct spool_note *notes = calloc(SPOOL_RUN_NOTES, sizeof(*notes));
    char *copy = strdup(url);
    if (!spool || !notes || !copy)
        abort(); /* out of memory: as in arena.h */
    *spool = (struct spool){.data_fd = -1,
                            .index_fd = -1,
                            .url = copy,
                            .timeout_ms = timeout_ms,
                            .notes = notes};
    buf_init(&spool->line, LINE_MAX_BYTES);
    enum rc rc = start(spool, folder, e);
    if (rc)
        spool_close(spool);
    else
        *out = spool;
    return rc;
}

void spool_close(struct spool *spool)
{
    if (!spool)
        return;
    atomic_store(&spool->ends, true);
    if (spool->started)
        pthread_join(spool->thread, NULL);
    if (spool->data_fd >= 0)
        close(spool->data_fd);
    if (spool->index_fd >= 0)
        close(spool->index_fd);
    web_close(spool->web);
    buf_done(&spool->line);
    free(spool->notes);
    for (size_t i = 0; i < spool->run_count; i++)
        free(spool->runs[i].window);
    free(spool->runs);
    free(spool->url);
    free(spool);
}

bool spool_busy(struct spool *spool)
{
    return atomic_load(&spool->busy);
}

enum rc spool_result(const struct spool *spool, struct err *e)
{
    if (spool->err.rc)
        *e = spool->err;
    return spool->err.rc;
}

int64_t spool_bytes(struct spool *spool)
{
    return atomic_load(&spool->bytes);
}
