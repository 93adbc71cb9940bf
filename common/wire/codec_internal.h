/* codec_internal: what the files of codec share. */
#ifndef TB_CODEC_INTERNAL_H
#define TB_CODEC_INTERNAL_H

#include "wire/codec.h"

/* The field as it is in memory: how it is to be seen depends on its kind. */
union codec_seen {
    const void *p;
    const char *const *text;
    const int64_t *number;
    const bool *flag;
    const struct codec_texts *texts;
    const struct codec_list *list;
    const void *const *object;
};

static inline union codec_seen codec_see(const struct codec_field *field, const void *in)
{
    return (union codec_seen){.p = (const char *)in + field->offset};
}

/* Whether the field takes part: it is required, or holds something. */
bool codec_is_there(const struct codec_field *field, union codec_seen seen);

#endif
