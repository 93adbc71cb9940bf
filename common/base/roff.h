/* roff: texts as they stand in a manual page (man(7)). */
#ifndef TB_ROFF_H
#define TB_ROFF_H

#include "base/buf.h"

/* The text with what roff would take as its own escaped; a newline in it begins a
 * paragraph. */
void roff_text(struct buf *out, const char *text);
/* One line of its own: the text, then the line's end. */
void roff_line(struct buf *out, const char *text);
/* The page's head and its section NAME. section: "1"; summary: one line. */
void roff_page(struct buf *out, const char *name, const char *section,
               const char *summary);
/* ".SH TITLE" */
void roff_section(struct buf *out, const char *title);

#endif
