/* What the two files of openapi share. */
#ifndef TB_STATS_OPENAPI_INTERNAL_H
#define TB_STATS_OPENAPI_INTERNAL_H

#include <cjson/cJSON.h>

enum openapi_shape {
#define SHAPE(id, name, help) SHAPE_##id,
#include "core/shapes.def"
#undef SHAPE
    SHAPE_NOTHING,
};

/* The schemas of all shapes, by name. */
void openapi_shapes(cJSON *schemas);
/* {"$ref": ...} as a member "schema". */
void openapi_refer(cJSON *to, enum openapi_shape shape);
/* words: "a|b|c". */
void openapi_enum(cJSON *schema, const char *words);

#endif
