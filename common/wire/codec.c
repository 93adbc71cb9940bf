/* codec: reading and writing by table; see codec.h. */
#include "wire/codec_internal.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum rc read_object(const struct codec *codec, const struct json_at *at,
                           struct arena *arena, void *out, struct err *e);

static const struct codec_field *field_named(const struct codec *codec, const char *name,
                                             size_t hint)
{
    /* Our own writer keeps the table's order, so the next field is nearly always it. */
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[(hint + i) % codec->count];
        if (strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

static enum rc count_items(const struct json_at *at, int *count, struct err *e)
{
    enum rc rc = json_array(at, count, e);
    if (rc == RC_OK && *count > CODEC_MAX_ITEMS)
        return json_fail(at, "at most 20000 elements", e);
    return rc;
}

static enum rc read_texts(const struct json_at *at, struct arena *arena,
                          struct codec_texts *out, struct err *e)
{
    int count = 0;
    enum rc rc = count_items(at, &count, e);
    if (rc)
        return rc;
    const char **texts = arena_array(arena, (size_t)count, sizeof(*texts));
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, at->value) {
        const struct json_at el = {.value = child, .parent = at, .index = i};
        if ((rc = json_text(&el, &texts[i], e)))
            return rc;
        texts[i] = arena_strdup(arena, texts[i]);
        i++;
    }
    *out = (struct codec_texts){.at = texts, .count = (size_t)count};
    return RC_OK;
}

static enum rc read_list(const struct codec *of, const struct json_at *at,
                         struct arena *arena, struct codec_list *out, struct err *e)
{
    int count = 0;
    enum rc rc = count_items(at, &count, e);
    if (rc)
        return rc;
    char *items = arena_array(arena, (size_t)count, of->size);
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, at->value) {
        const struct json_at el = {.value = child, .parent = at, .index = i};
        if ((rc = read_object(of, &el, arena, items + (size_t)i * of->size, e)))
            return rc;
        i++;
    }
    *out = (struct codec_list){.at = items, .count = (size_t)count};
    return RC_OK;
}

static enum rc read_text(const struct json_at *at, struct arena *arena, const char **out,
                         struct err *e)
{
    enum rc rc = json_text(at, out, e);
    if (rc == RC_OK)
        *out = arena_strdup(arena, *out);
    return rc;
}

static enum rc read_nested(const struct codec *of, const struct json_at *at,
                           struct arena *arena, void **out, struct err *e)
{
    void *object = arena_alloc(arena, of->size);
    enum rc rc = read_object(of, at, arena, object, e);
    if (rc == RC_OK)
        *out = object;
    return rc;
}

static enum rc read_field(const struct codec_field *field, const struct json_at *at,
                          struct arena *arena, void *to, struct err *e)
{
    switch (field->kind) {
    case CODEC_TEXT:
        return read_text(at, arena, to, e);
    case CODEC_ID:
        return json_int(at, 1, INT64_MAX, to, e);
    case CODEC_INT:
        return json_int(at, -JSON_INT_MAX, JSON_INT_MAX, to, e);
    case CODEC_TIME:
        return json_time(at, to, e);
    case CODEC_MONEY:
        return json_money(at, to, e);
    case CODEC_BOOL:
        return json_bool(at, to, e);
    case CODEC_TEXTS:
        return read_texts(at, arena, to, e);
    case CODEC_OBJECT:
        return read_nested(field->of, at, arena, to, e);
    case CODEC_LIST:
        return read_list(field->of, at, arena, to, e);
    }
    return err_set(e, RC_FATAL, "codec.read", "field %s has no kind", field->name);
}

static enum rc check_required(const struct codec *codec, const struct json_at *at,
                              struct err *e)
{
    for (size_t i = 0; i < codec->count; i++) {
        if (!(codec->fields[i].flags & CODEC_REQUIRED))
            continue;
        struct json_at member = json_member(at, codec->fields[i].name);
        if (json_null(&member))
            return json_fail(&member, "a value", e);
    }
    return RC_OK;
}

static enum rc read_object(const struct codec *codec, const struct json_at *at,
                           struct arena *arena, void *out, struct err *e)
{
    enum rc rc = json_object(at, e);
    if (rc || (rc = check_required(codec, at, e)))
        return rc;
    size_t hint = 0;
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, at->value) {
        const struct codec_field *field = field_named(codec, child->string, hint);
        if (!field || cJSON_IsNull(child))
            continue;
        hint = (size_t)(field - codec->fields) + 1;
        const struct json_at member = {
            .value = child, .parent = at, .name = child->string};
        if ((rc = read_field(field, &member, arena, (char *)out + field->offset, e)))
            return rc;
    }
    return RC_OK;
}

enum rc codec_decode(const struct codec *codec, const char *bytes, size_t len,
                     struct arena *arena, void *out, struct err *e)
{
    cJSON *tree = NULL;
    enum rc rc = json_parse(bytes, len, &tree, e);
    if (rc)
        return rc;
    memset(out, 0, codec->size);
    struct json_at root = json_root(tree);
    rc = read_object(codec, &root, arena, out, e);
    cJSON_Delete(tree);
    return rc;
}

static cJSON *must(cJSON *value)
{
    if (!value)
        abort(); /* out of memory: as in arena.h */
    return value;
}

static cJSON *write_object(const struct codec *codec, const void *in);

static cJSON *write_texts(const struct codec_texts *texts)
{
    cJSON *array = must(cJSON_CreateArray());
    for (size_t i = 0; i < texts->count; i++)
        cJSON_AddItemToArray(array, must(cJSON_CreateString(texts->at[i])));
    return array;
}

static cJSON *write_list(const struct codec *of, const struct codec_list *list)
{
    cJSON *array = must(cJSON_CreateArray());
    const char *items = list->at;
    for (size_t i = 0; i < list->count; i++)
        cJSON_AddItemToArray(array, write_object(of, items + i * of->size));
    return array;
}

static cJSON *write_id(int64_t id)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, id);
    return cJSON_CreateString(text);
}

/* Not by cJSON_CreateNumber, which prints 15 digits where 16 are needed. */
static cJSON *write_int(int64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, number);
    return cJSON_CreateRaw(text);
}

static cJSON *write_time(int64_t ms)
{
    char text[INSTANT_TEXT_MAX];
    return cJSON_CreateString(instant_format(ms, text));
}

static cJSON *write_money(int64_t amount_e4)
{
    char text[MONEY_TEXT_MAX];
    return cJSON_CreateString(money_format(amount_e4, text));
}

static bool holds_nothing(const struct codec_field *field, union codec_seen v)
{
    switch (field->kind) {
    case CODEC_TEXT:
        return !*v.text;
    case CODEC_ID:
    case CODEC_TIME:
        return *v.number == 0;
    case CODEC_INT:
    case CODEC_MONEY:
        return (field->flags & CODEC_SPARSE) && *v.number == 0;
    case CODEC_BOOL:
        return !*v.flag;
    case CODEC_TEXTS:
        return v.texts->count == 0;
    case CODEC_OBJECT:
        return !*v.object;
    case CODEC_LIST:
        return v.list->count == 0;
    }
    return true;
}

bool codec_is_there(const struct codec_field *field, union codec_seen seen)
{
    return (field->flags & CODEC_REQUIRED) || !holds_nothing(field, seen);
}

static cJSON *write_field(const struct codec_field *field, union codec_seen v)
{
    switch (field->kind) {
    case CODEC_TEXT:
        return cJSON_CreateString(*v.text ? *v.text : "");
    case CODEC_ID:
        return write_id(*v.number);
    case CODEC_INT:
        return write_int(*v.number);
    case CODEC_TIME:
        return write_time(*v.number);
    case CODEC_MONEY:
        return write_money(*v.number);
    case CODEC_BOOL:
        return cJSON_CreateBool(*v.flag);
    case CODEC_TEXTS:
        return write_texts(v.texts);
    case CODEC_OBJECT:
        return *v.object ? write_object(field->of, *v.object) : cJSON_CreateObject();
    case CODEC_LIST:
        return write_list(field->of, v.list);
    }
    return NULL;
}

static cJSON *write_object(const struct codec *codec, const void *in)
{
    cJSON *object = must(cJSON_CreateObject());
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[i];
        union codec_seen v = codec_see(field, in);
        if (codec_is_there(field, v))
            cJSON_AddItemToObjectCS(object, field->name, must(write_field(field, v)));
    }
    return object;
}

void codec_encode(const struct codec *codec, const void *in, struct buf *out)
{
    cJSON *object = write_object(codec, in);
    json_print(object, out);
    cJSON_Delete(object);
}
