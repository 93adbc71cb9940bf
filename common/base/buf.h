/* buf: growable bytes with a hard maximum, named when the buffer is made.
 *
 * The first append that would pass the maximum sets `full`; from then on appends do
 * nothing, so that a caller may check once at the end. The bytes are always followed by
 * a NUL that is not counted. Owner: whoever called buf_init; buf_done frees.
 */
#ifndef TB_BUF_H
#define TB_BUF_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL until the first append; then NUL-terminated */
    size_t len, cap, max;
    bool full; /* something did not fit: the content is incomplete */
};

void buf_init(struct buf *buf, size_t max);
void buf_done(struct buf *buf); /* accepts a zeroed or finished one */
void buf_clear(struct buf *buf);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) TB_PRINTF(2, 3);
/* The content as a C string; "" when nothing was appended. Borrowed until the next call.
 */
const char *buf_str(const struct buf *buf);

#endif
