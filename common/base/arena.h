/* arena: memory of one unit of work (a message, a page), given back all at once.
 *
 * Memory grows in blocks and is zeroed. There is no limit in here: input is limited at
 * the door (MESSAGE_MAX_BYTES, page sizes), so what is derived from it is too. When the
 * system itself has no memory left the process ends: nothing was acknowledged, and the
 * supervisor starts it again. In sanitizer builds the slack and all memory given back by
 * arena_reset are poisoned.
 */
#ifndef TB_ARENA_H
#define TB_ARENA_H

#include "base/err.h"
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *head; /* newest first */
    size_t used;              /* bytes handed out since the last reset */
};

void arena_init(struct arena *arena);
/* Gives everything back but keeps one block for the next unit of work. */
void arena_reset(struct arena *arena);
/* Frees all. A zeroed or finished arena is accepted. */
void arena_done(struct arena *arena);

/* Zeroed, aligned for any type; never NULL. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* count objects of size bytes; ends the process when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Copies. text may be NULL: then NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) TB_PRINTF(2, 3);

#endif
