/* bulk: the questions of a backfill and what their answers mean: the window's search, the
 * bulk operation, whether orders are still what they were. Pure.
 */
#ifndef TB_FETCHER_BULK_H
#define TB_FETCHER_BULK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "wire/backfill.h"

enum {
    BULK_SEARCH_MAX = 128,
    BULK_ID_MAX = 128, /* of an operation's gid, with its NUL */
    BULK_URL_MAX = 8192,
    BULK_WHY_MAX = 256,
    BULK_VERSIONS_MAX = 250, /* Shopify's limit of nodes(ids:) */
};

/* "updated_at:>='...' AND updated_at:<'...'", whole seconds. */
const char *bulk_search(const struct backfill *backfill, char out[BULK_SEARCH_MAX]);

/* The document that the operation executes. */
void bulk_document(const char *search, struct buf *out);

struct bulk_page {
    const char *search, *after; /* after: "" = from the beginning */
    bool by_created;
    int first, lines;
};

/* Each appends a body to out (QUERY_BODY_MAX). */
void bulk_ask_run(const char *document, struct buf *out);
void bulk_ask_state(const char *operation, struct buf *out);
void bulk_ask_cancel(const char *operation, struct buf *out);
void bulk_ask_page(const struct bulk_page *page, struct buf *out);
void bulk_ask_versions(const int64_t *ids, size_t count, struct buf *out);

enum bulk_verdict {
    BULK_RUNNING,
    BULK_DONE,   /* url: the file, "" when it holds no order */
    BULK_FAILED, /* why says so; a part of the file may be there, but not all */
};

struct bulk_operation {
    enum bulk_verdict verdict;
    char id[BULK_ID_MAX];
    int64_t created_ms; /* nothing in the file was read before */
    int64_t orders;     /* in the file so far */
    char url[BULK_URL_MAX];
    char why[BULK_WHY_MAX];
    bool same_document; /* it executes the document that was given */
};

/* The answer to bulk_ask_run. An operation that was refused is BULK_FAILED; where Shopify
 * names one that is in its way, id is that one's, else "". */
enum rc bulk_read_run(const struct json_at *data, struct bulk_operation *out,
                      struct err *e) TB_MUST_CHECK;
/* The answer to bulk_ask_state. One that Shopify no longer knows is BULK_FAILED. */
enum rc bulk_read_state(const struct json_at *data, const char *document,
                        struct bulk_operation *out, struct err *e) TB_MUST_CHECK;

/* The answer to bulk_ask_versions: the updatedAt of each, 0 for one that is gone. */
enum rc bulk_read_versions(const struct json_at *data, size_t count, int64_t *updated_ms,
                           struct err *e) TB_MUST_CHECK;

#endif
