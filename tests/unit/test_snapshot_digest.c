/* test_snapshot_digest: equal content gives an equal digest, and every field of the
 * tables counts, found by walking them. */
#include "unit.h"
#include "wire/codec_internal.h"
#include "wire/snapshot.h"

#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct snapshot order;

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    arena_init(&arena);
    char *sample = unit_data("snapshot.json");
    assert_ok(snapshot_decode(sample, strlen(sample), &arena, &order, &e), &e);
    free(sample);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void the_same_content_gives_the_same_digest(void **state)
{
    (void)state;
    struct err e = {0};
    char first[DIGEST_TEXT_MAX];
    char second[DIGEST_TEXT_MAX];
    struct snapshot again;
    struct buf written;
    buf_init(&written, SNAPSHOT_MAX_BYTES);
    snapshot_encode(&order, &written);
    assert_ok(snapshot_decode(buf_str(&written), written.len, &arena, &again, &e), &e);
    again.updated_ms += 1000;
    again.fetched_ms += 2000;
    snapshot_digest(&order, first);
    snapshot_digest(&again, second);
    assert_string_equal(first, second);
    buf_done(&written);
}

static void change_text(const char **text)
{
    *text = arena_printf(&arena, "%s.", *text ? *text : "");
}

static void change_number(int64_t *number)
{
    ++*number;
}

static void change_flag(bool *flag)
{
    *flag = !*flag;
}

static void drop_last(size_t *count)
{
    --*count;
}

static void change(const struct codec_field *field, void *member)
{
    switch (field->kind) {
    case CODEC_TEXT:
        change_text(member);
        break;
    case CODEC_ID:
    case CODEC_INT:
    case CODEC_TIME:
    case CODEC_MONEY:
        change_number(member);
        break;
    case CODEC_BOOL:
        change_flag(member);
        break;
    case CODEC_TEXTS:
        drop_last(&((struct codec_texts *)member)->count);
        break;
    case CODEC_LIST:
        drop_last(&((struct codec_list *)member)->count);
        break;
    case CODEC_OBJECT:
        break; /* its fields are tried one by one */
    }
}

static size_t size_of(const struct codec_field *field)
{
    switch (field->kind) {
    case CODEC_BOOL:
        return sizeof(bool);
    case CODEC_TEXTS:
        return sizeof(struct codec_texts);
    case CODEC_LIST:
        return sizeof(struct codec_list);
    case CODEC_TEXT:
    case CODEC_ID:
    case CODEC_INT:
    case CODEC_TIME:
    case CODEC_MONEY:
    case CODEC_OBJECT:
        break;
    }
    return sizeof(int64_t);
}

static bool is_version(const struct codec_field *field)
{
    return strcmp(field->name, "updatedAt") == 0 || strcmp(field->name, "fetchedAt") == 0;
}

/* Changes each field of *in, looks at the digest, and puts the field back. */
static int try_fields(const struct codec *codec, void *in, const char *before)
{
    int tried = 0;
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[i];
        char *member = (char *)in + field->offset;
        union codec_seen v = codec_see(field, in);
        unsigned char kept[sizeof(struct codec_list)];
        char after[DIGEST_TEXT_MAX];
        memcpy(kept, member, size_of(field));
        if (field->kind == CODEC_OBJECT)
            tried += try_fields(field->of, (void *)*v.object, before);
        if (field->kind == CODEC_LIST)
            tried += try_fields(field->of, v.list->at, before);
        change(field, member);
        bool same = strcmp(snapshot_digest(&order, after), before) == 0;
        if (same != (is_version(field) || field->kind == CODEC_OBJECT))
            fail_msg("%s of %s: the digest %s", field->name, codec->name,
                     same ? "stays" : "changes");
        memcpy(member, kept, size_of(field));
        tried++;
    }
    return tried;
}

static void every_field_changes_the_digest(void **state)
{
    (void)state;
    char before[DIGEST_TEXT_MAX];
    char after[DIGEST_TEXT_MAX];
    snapshot_digest(&order, before);
    assert_true(try_fields(&snapshot_codec, &order, before) > 100);
    assert_string_equal(snapshot_digest(&order, after), before);
    struct snapshot without = order;
    without.customer = NULL;
    assert_string_not_equal(snapshot_digest(&without, after), before);
}

/* What moves from one field to another is no equal content. */
static void contents_are_kept_apart(void **state)
{
    (void)state;
    char digests[4][DIGEST_TEXT_MAX];
    const char *two[] = {"a"};
    const char *other[] = {"b"};
    const char *all[] = {"a", "gateways", "b"};
    const struct snapshot_customer first = {.id = 1, .first_name = "X"};
    const struct snapshot_customer last = {.id = 1, .last_name = "X"};
    struct snapshot s = {.tags = {two, 1}, .gateways = {other, 1}};
    snapshot_digest(&s, digests[0]);
    s = (struct snapshot){.tags = {all, 3}};
    snapshot_digest(&s, digests[1]);
    s = (struct snapshot){.customer = &first};
    snapshot_digest(&s, digests[2]);
    s = (struct snapshot){.customer = &last};
    snapshot_digest(&s, digests[3]);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(digests[i], digests[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_content_gives_the_same_digest),
        cmocka_unit_test(every_field_changes_the_digest),
        cmocka_unit_test(contents_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
