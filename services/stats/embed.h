/* embed: the page and the scripts as they were at build time, in the program itself. */
#ifndef TB_STATS_EMBED_H
#define TB_STATS_EMBED_H

#include <stddef.h>

struct embed {
    const char *name;
    const char *bytes; /* a NUL follows them */
    size_t len;
};

/* NULL: no such file was embedded. */
const struct embed *embed_find(const char *name);

#endif
