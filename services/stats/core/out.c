/* out: see out.h. */
#include "core/out.h"

#include "base/instant.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static cJSON *must(cJSON *value)
{
    if (!value)
        abort(); /* out of memory: as in arena.h */
    return value;
}

static void add(cJSON *object, const char *name, cJSON *value)
{
    if (!cJSON_AddItemToObject(object, name, must(value)))
        abort();
}

cJSON *out_object(void)
{
    return must(cJSON_CreateObject());
}

cJSON *out_array(void)
{
    return must(cJSON_CreateArray());
}

cJSON *out_object_in(cJSON *parent, const char *name)
{
    cJSON *object = out_object();
    add(parent, name, object);
    return object;
}

cJSON *out_array_in(cJSON *parent, const char *name)
{
    cJSON *array = out_array();
    add(parent, name, array);
    return array;
}

void out_append(cJSON *array, cJSON *item)
{
    cJSON_AddItemToArray(array, item);
}

void out_text(cJSON *object, const char *name, const char *text)
{
    add(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void out_text_opt(cJSON *object, const char *name, const char *text)
{
    if (text)
        out_text(object, name, text);
}

void out_number(cJSON *object, const char *name, int64_t value)
{
    add(object, name, cJSON_CreateNumber((double)value));
}

void out_bool(cJSON *object, const char *name, bool value)
{
    add(object, name, cJSON_CreateBool(value));
}

void out_time(cJSON *object, const char *name, int64_t at_ms)
{
    char text[INSTANT_TEXT_MAX];
    out_text(object, name, at_ms ? instant_format_offset(at_ms, text) : NULL);
}

void out_id(cJSON *object, const char *name, int64_t id)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, id);
    out_text(object, name, id ? text : NULL);
}

void out_hundredths(cJSON *object, const char *name, int64_t value_e2)
{
    char text[32];
    int64_t tens = value_e2 % 100 / 10;
    int64_t ones = value_e2 % 10;
    int len = snprintf(text, sizeof(text), "%" PRId64 ".%" PRId64, value_e2 / 100, tens);
    if (ones)
        snprintf(text + len, sizeof(text) - (size_t)len, "%" PRId64, ones);
    add(object, name, cJSON_CreateRaw(text));
}

void out_write(cJSON *object, struct buf *out)
{
    json_print(object, out);
    cJSON_Delete(object);
}

void out_write_indented(cJSON *object, struct buf *out)
{
    char *text = cJSON_Print(object);
    if (!text)
        abort(); /* out of memory: as in arena.h */
    buf_printf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(object);
}
