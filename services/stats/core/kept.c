/* kept: see kept.h. One record that is too long for a list or a stream would keep all
 * others of it from being shown. */
#include "core/kept.h"

#include "base/str.h"
#include "core/keys.h"
#include "wire/messages.h"

#include <string.h>

enum {
    TEXT_UNITS = 1000, /* UTF-16 */
};

static void shorten(const struct codec_field *field, char *at, struct arena *arena)
{
    const char **text = (const char **)(void *)at;
    switch (field->kind) {
    case CODEC_TEXT:
        if (*text)
            *text = arena_strndup(arena, *text, str_utf16_cut(*text, TEXT_UNITS));
        break;
    case CODEC_TEXTS:
        *(struct codec_texts *)(void *)at = (struct codec_texts){0};
        break;
    case CODEC_LIST:
        *(struct codec_list *)(void *)at = (struct codec_list){0};
        break;
    case CODEC_OBJECT: /* there is none in what is kept */
    case CODEC_ID:
    case CODEC_INT:
    case CODEC_TIME:
    case CODEC_MONEY:
    case CODEC_BOOL:
        break;
    }
}

const char *kept_value(const struct codec *codec, const void *message,
                       const struct fold_record *record, struct arena *arena)
{
    if (record->value_len <= KEEP_VALUE_BYTES)
        return arena_strndup(arena, record->value, record->value_len);
    struct buf buf;
    char *copy = arena_alloc(arena, codec->size);
    memcpy(copy, message, codec->size);
    for (size_t i = 0; i < codec->count; i++)
        shorten(&codec->fields[i], copy + codec->fields[i].offset, arena);
    buf_init(&buf, MESSAGE_MAX_BYTES);
    codec_encode(codec, copy, &buf);
    const char *value = arena_strdup(arena, buf_str(&buf));
    buf_done(&buf);
    return value;
}
