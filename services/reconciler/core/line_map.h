/* line_map: the guard's memory of which OrderEntry is which Shopify line, as text:
 * "<line>:<entry>:<item>:<committed in ten-thousandths> ..." */
#ifndef TB_LINE_MAP_H
#define TB_LINE_MAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/rows.h"

/* RC_REJECT: the text is not such a map (someone changed our table). */
enum rc line_map_parse(const char *text, struct arena *arena, const struct line_map **out,
                       size_t *count, struct err *e) TB_MUST_CHECK;
/* What staff made of a line may be below 0; of ours is then nothing committed. */
void line_map_format(const struct line_map *lines, size_t count, struct buf *out);

#endif
