/* codec_digest: the content of a struct fed to a digest, by the same table and the same
 * rule of what is there as the JSON. Names are fed, not positions, so that a field added
 * to the table later changes no digest while it holds nothing. */
#include "wire/codec_internal.h"

static void add_texts(const struct codec_texts *texts, struct digest *digest)
{
    digest_add_int(digest, (int64_t)texts->count);
    for (size_t i = 0; i < texts->count; i++)
        digest_add_text(digest, texts->at[i]);
}

static void add_list(const struct codec *of, const struct codec_list *list,
                     struct digest *digest)
{
    const char *items = list->at;
    digest_add_int(digest, (int64_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        codec_digest(of, items + i * of->size, digest);
}

static void add_field(const struct codec_field *field, union codec_seen v,
                      struct digest *digest)
{
    switch (field->kind) {
    case CODEC_TEXT:
        digest_add_text(digest, *v.text ? *v.text : "");
        break;
    case CODEC_ID:
    case CODEC_INT:
    case CODEC_TIME:
    case CODEC_MONEY:
        digest_add_int(digest, *v.number);
        break;
    case CODEC_BOOL:
        digest_add_int(digest, *v.flag);
        break;
    case CODEC_TEXTS:
        add_texts(v.texts, digest);
        break;
    case CODEC_OBJECT:
        if (*v.object)
            codec_digest(field->of, *v.object, digest);
        break;
    case CODEC_LIST:
        add_list(field->of, v.list, digest);
        break;
    }
}

void codec_digest(const struct codec *codec, const void *in, struct digest *digest)
{
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[i];
        union codec_seen v = codec_see(field, in);
        if (!codec_is_there(field, v))
            continue;
        digest_add_text(digest, field->name);
        add_field(field, v, digest);
    }
    digest_add_text(digest, ""); /* no field has this name: the end of the struct */
}
