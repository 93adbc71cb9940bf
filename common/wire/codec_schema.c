/* codec_schema: the JSON Schema of a message, from the same table that reads it. */
#include "wire/codec.h"

#include "base/json.h"

#include <stdlib.h>

static cJSON *schema_object(const struct codec *codec);

static cJSON *typed(const char *type, const char *pattern)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", type);
    if (pattern)
        cJSON_AddStringToObject(schema, "pattern", pattern);
    return schema;
}

static cJSON *array_of(cJSON *items)
{
    cJSON *schema = typed("array", NULL);
    cJSON_AddItemToObject(schema, "items", items);
    return schema;
}

static cJSON *schema_field(const struct codec_field *field)
{
    switch (field->kind) {
    case CODEC_TEXT:
        return typed("string", NULL);
    case CODEC_ID:
        return typed("string", "^[1-9][0-9]{0,18}$");
    case CODEC_INT:
        return typed("integer", NULL);
    case CODEC_TIME:
        return typed("string", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
                               "([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$");
    case CODEC_MONEY:
        return typed("string", "^-?[0-9]{1,11}([.][0-9]{1,4}0*)?$");
    case CODEC_BOOL:
        return typed("boolean", NULL);
    case CODEC_TEXTS:
        return array_of(typed("string", NULL));
    case CODEC_OBJECT:
        return schema_object(field->of);
    case CODEC_LIST:
        return array_of(schema_object(field->of));
    }
    return NULL;
}

static cJSON *schema_object(const struct codec *codec)
{
    cJSON *schema = typed("object", NULL);
    cJSON_AddStringToObject(schema, "description", codec->help);
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    cJSON *required = cJSON_CreateArray();
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[i];
        cJSON *property = schema_field(field);
        cJSON_DeleteItemFromObjectCaseSensitive(property, "description");
        cJSON_AddStringToObject(property, "description", field->help);
        cJSON_AddItemToObject(properties, field->name, property);
        if (field->flags & CODEC_REQUIRED)
            cJSON_AddItemToArray(required, cJSON_CreateString(field->name));
    }
    cJSON_AddItemToObject(schema, "required", required);
    return schema;
}

void codec_schema(const struct codec *codec, struct buf *out)
{
    cJSON *schema = schema_object(codec);
    cJSON_AddStringToObject(schema, "$schema",
                            "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(schema, "title", codec->name);
    char *text = cJSON_Print(schema);
    if (!text)
        abort(); /* out of memory: as in arena.h */
    buf_text(out, text);
    buf_text(out, "\n");
    cJSON_free(text);
    cJSON_Delete(schema);
}
