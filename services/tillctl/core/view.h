/* view: an answer of the API as a person reads it. Pure.
 *
 * What is shown comes from the answer itself, so that nothing the API says is left out:
 * its members in their order as "name  value", objects in it as sections, lists of
 * objects as tables. Only counters that are 0 and of little interest then (reasons,
 * replays, dry runs) are left to --json.
 */
#ifndef TB_VIEW_H
#define TB_VIEW_H

#include "base/arena.h"
#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* data: an object, borrowed. */
void view_object(const cJSON *data, struct arena *arena, bool color, struct buf *out);

#endif
