/* openapi: this interface as an OpenAPI 3.1 document, made from the tables routes.def,
 * params.def, replies.def and shapes.def. Pure. */
#ifndef TB_STATS_OPENAPI_H
#define TB_STATS_OPENAPI_H

#include "base/buf.h"

void openapi_write(struct buf *out);

#endif
