/* openapi_shapes: the answers' bodies as JSON Schemas, by shapes.def; see openapi.h. */
#include "core/openapi_internal.h"
#include "core/out.h"
#include "core/tally.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum set {
#define SET(id, words) SET_##id,
#include "core/shapes.def"
#undef SET
    SET_ACTION,
    SET_SOURCE,
    SET_STATE,
    SET_POLL_STATE,
    SET_LETTER_STATE,
    SET_LETTER_ACTION,
};

static const char *const sets[] = {
#define SET(id, words) [SET_##id] = words,
#include "core/shapes.def"
#undef SET
    [SET_ACTION] =
#define ACTION(id, word, help) "|" word
#include "wire/outcome.def"
#undef ACTION
        ,
    [SET_SOURCE] =
#define SOURCE(id, word, class) "|" word
#include "core/counters.def"
#undef SOURCE
        ,
    [SET_STATE] =
#define STATE(id, word, help) "|" word
#include "core/status.def"
#undef STATE
        ,
    [SET_POLL_STATE] =
#define POLL(id, word, ended) "|" word
#include "core/status.def"
#undef POLL
        ,
    [SET_LETTER_STATE] =
#define STATE(id, word, help) "|" word
#include "core/letters.def"
#undef STATE
        ,
    [SET_LETTER_ACTION] =
#define ACTION(id, word, state, help) "|" word
#include "core/letters.def"
#undef ACTION
        ,
};

static const struct {
    const char *name, *help;
} shapes[] = {
#define SHAPE(id, name, help) {name, help},
#include "core/shapes.def"
#undef SHAPE
};

enum kind {
    TEXT,
    TIME,
    COUNT,
    INTEGER,
    NUMBER,
    BOOL,
    TEXTS,
    WORD,
    OBJECT,
    LIST,
    EITHER,
    COUNTS,
    COUNTS_BY,
    REASONS,
    SOURCES,
    WITH,
    OUTCOMES,
};

enum presence { ALWAYS, OR_NULL, MAYBE, NULL_MAYBE };

enum { NONE };

static const struct field {
    enum openapi_shape shape;
    const char *name;
    enum kind kind;
    int of;
    enum presence presence;
    const char *help;
} fields[] = {
#define FIELD(shape, name, kind, of, presence, help) \
    {SHAPE_##shape, name, kind, of, presence, help},
#include "core/shapes.def"
#undef FIELD
};

/* ---- types ---- */

static void set_type(cJSON *schema, const char *type, bool or_null)
{
    if (!or_null) {
        out_text(schema, "type", type);
        return;
    }
    cJSON *types = out_array_in(schema, "type");
    out_append(types, cJSON_CreateString(type));
    out_append(types, cJSON_CreateString("null"));
}

static void add_reference(cJSON *to, enum openapi_shape shape)
{
    char text[100];
    snprintf(text, sizeof(text), "#/components/schemas/%s", shapes[shape].name);
    out_text(to, "$ref", text);
}

void openapi_refer(cJSON *to, enum openapi_shape shape)
{
    add_reference(out_object_in(to, "schema"), shape);
}

void openapi_enum(cJSON *schema, const char *words)
{
    cJSON *list = out_array_in(schema, "enum");
    for (const char *at = words; *at;) {
        char word[60];
        size_t len = strcspn(at, "|");
        snprintf(word, sizeof(word), "%.*s", (int)len, at);
        if (len)
            out_append(list, cJSON_CreateString(word));
        at += len + (at[len] == '|');
    }
}

static void set_word(cJSON *schema, enum set set, bool or_null)
{
    set_type(schema, "string", or_null);
    openapi_enum(schema, sets[set]);
    if (or_null)
        out_append(cJSON_GetObjectItemCaseSensitive(schema, "enum"), cJSON_CreateNull());
}

static void set_counts(cJSON *schema)
{
    set_type(schema, "object", false);
    cJSON *each = out_object_in(schema, "additionalProperties");
    set_type(each, "integer", false);
    out_number(each, "minimum", 0);
}

static void set_numbered(cJSON *schema)
{
    set_type(schema, "array", false);
    cJSON *list = out_array_in(out_object_in(schema, "items"), "oneOf");
    cJSON *order = out_object();
    cJSON *poll = out_object();
    add_reference(order, SHAPE_NUMBERED_ORDER);
    add_reference(poll, SHAPE_NUMBERED_POLL);
    out_append(list, order);
    out_append(list, poll);
}

/* ---- objects whose members are the words of a table ---- */

static cJSON *begin_object(cJSON *schema)
{
    set_type(schema, "object", false);
    out_array_in(schema, "required");
    out_bool(schema, "additionalProperties", false);
    return out_object_in(schema, "properties");
}

static cJSON *add_property(cJSON *schema, const char *name, bool required)
{
    if (required)
        out_append(cJSON_GetObjectItemCaseSensitive(schema, "required"),
                   cJSON_CreateString(name));
    return out_object_in(cJSON_GetObjectItemCaseSensitive(schema, "properties"), name);
}

static void add_count(cJSON *schema, const char *name)
{
    set_type(add_property(schema, name, true), "integer", false);
}

static void set_reasons(cJSON *schema)
{
    begin_object(schema);
    for (size_t i = 1; i < REASON_COUNT; i++)
        add_count(schema, reason_word((enum reason)i));
}

static void set_sources(cJSON *schema, enum openapi_shape shape)
{
    begin_object(schema);
    for (size_t i = 0; i < TALLY_SOURCE_COUNT; i++)
        add_reference(add_property(schema, tally_source_word((enum tally_source)i), true),
                      shape);
}

static void add_outcomes(cJSON *schema, enum tally_class class)
{
    char name[64];
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        snprintf(name, sizeof(name), "%s%s", tally_class_prefix(class),
                 tally_outcome_name((enum tally_outcome)i));
        add_count(schema, name);
    }
}

/* ---- fields ---- */

static void set_list(cJSON *schema, const struct field *field)
{
    set_type(schema, "array", false);
    cJSON *each = out_object_in(schema, "items");
    if (field->kind == LIST)
        add_reference(each, (enum openapi_shape)field->of);
    else
        set_type(each, "string", false);
}

static void set_scalar(cJSON *schema, const struct field *field, const char *type)
{
    set_type(schema, type, field->presence == OR_NULL || field->presence == NULL_MAYBE);
    if (field->kind == TIME)
        out_text(schema, "format", "date-time");
    if (field->kind == COUNT || field->kind == NUMBER)
        out_number(schema, "minimum", 0);
}

static void set_field(cJSON *schema, const struct field *field)
{
    switch (field->kind) {
    case TEXT:
    case TIME:
        return set_scalar(schema, field, "string");
    case COUNT:
    case INTEGER:
        return set_scalar(schema, field, "integer");
    case NUMBER:
        return set_scalar(schema, field, "number");
    case BOOL:
        return set_scalar(schema, field, "boolean");
    case WORD:
        return set_word(schema, (enum set)field->of, field->presence == OR_NULL);
    case OBJECT:
        return add_reference(schema, (enum openapi_shape)field->of);
    case TEXTS:
    case LIST:
        return set_list(schema, field);
    case EITHER:
        return set_numbered(schema);
    case COUNTS:
        return set_counts(schema);
    case COUNTS_BY:
        set_type(schema, "object", false);
        return set_counts(out_object_in(schema, "additionalProperties"));
    case REASONS:
        return set_reasons(schema);
    case SOURCES:
        return set_sources(schema, (enum openapi_shape)field->of);
    case WITH:
    case OUTCOMES:
        break;
    }
    assert(false); /* no member of its own */
}

/* Shapes within shapes end: each stands above those that it is WITH. */
static void add_fields(cJSON *schema,
                       enum openapi_shape shape) /* NOLINT(misc-no-recursion) */
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct field *field = &fields[i];
        if (field->shape != shape)
            continue;
        if (field->kind == WITH) {
            add_fields(schema, (enum openapi_shape)field->of);
        } else if (field->kind == OUTCOMES) {
            add_outcomes(schema, (enum tally_class)field->of);
        } else {
            bool required = field->presence == ALWAYS || field->presence == OR_NULL;
            cJSON *property = add_property(schema, field->name, required);
            set_field(property, field);
            out_text_opt(property, "description", *field->help ? field->help : NULL);
        }
    }
}

void openapi_shapes(cJSON *schemas)
{
    for (size_t i = 0; i < SHAPE_NOTHING; i++) {
        cJSON *schema = out_object_in(schemas, shapes[i].name);
        out_text_opt(schema, "description", *shapes[i].help ? shapes[i].help : NULL);
        begin_object(schema);
        add_fields(schema, (enum openapi_shape)i);
    }
}
