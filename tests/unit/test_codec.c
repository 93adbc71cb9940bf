/* test_codec: every kind of field both ways at its limits, by a table made for it, and
 * the JSON Schema. */
#include "arena_rig.h"
#include "base/json.h"
#include "base/money.h"
#include "unit.h"
#include "wire/codec.h"

#include <stdlib.h>
#include <string.h>

struct inner {
    const char *word;
    int64_t number;
};

struct outer {
    const char *text, *needed;
    int64_t id, number, sparse, time_ms, money_e4, sparse_e4;
    bool flag;
    struct codec_texts words;
    const struct inner *one;
    struct codec_list many;
};

static const struct codec_field inner_fields[] = {
    CODEC_FIELD(inner, CODEC_TEXT, word, CODEC_REQUIRED, "word", "a word"),
    CODEC_FIELD(inner, CODEC_INT, number, CODEC_OPTIONAL, "number", "a number"),
};
static const struct codec inner_codec = CODEC_TABLE(inner, inner_fields, "inner", "in");

static const struct codec_field outer_fields[] = {
    CODEC_FIELD(outer, CODEC_TEXT, text, CODEC_OPTIONAL, "text", "text"),
    CODEC_FIELD(outer, CODEC_TEXT, needed, CODEC_REQUIRED, "needed", "needed"),
    CODEC_FIELD(outer, CODEC_ID, id, CODEC_OPTIONAL, "id", "id"),
    CODEC_FIELD(outer, CODEC_INT, number, CODEC_OPTIONAL, "number", "number"),
    CODEC_FIELD(outer, CODEC_INT, sparse, CODEC_SPARSE, "sparse", "sparse"),
    CODEC_FIELD(outer, CODEC_TIME, time_ms, CODEC_OPTIONAL, "time", "time"),
    CODEC_FIELD(outer, CODEC_MONEY, money_e4, CODEC_OPTIONAL, "money", "money"),
    CODEC_FIELD(outer, CODEC_MONEY, sparse_e4, CODEC_SPARSE, "sparseMoney", "sparse"),
    CODEC_FIELD(outer, CODEC_BOOL, flag, CODEC_OPTIONAL, "flag", "flag"),
    CODEC_FIELD(outer, CODEC_TEXTS, words, CODEC_OPTIONAL, "words", "words"),
    CODEC_NESTED(outer, CODEC_OBJECT, one, CODEC_OPTIONAL, "one", &inner_codec, "one"),
    CODEC_NESTED(outer, CODEC_LIST, many, CODEC_OPTIONAL, "many", &inner_codec, "many"),
};
static const struct codec outer_codec = CODEC_TABLE(outer, outer_fields, "outer", "out");

static const char *written(const struct outer *in)
{
    struct buf out;
    buf_init(&out, 10000);
    codec_encode(&outer_codec, in, &out);
    assert_false(out.full);
    const char *copy = arena_strdup(&arena, buf_str(&out));
    buf_done(&out);
    return copy;
}

static struct outer reread(const char *json)
{
    struct err e = {0};
    struct outer out;
    assert_ok(codec_decode(&outer_codec, json, strlen(json), &arena, &out, &e), &e);
    return out;
}

static void nothing_is_written_for_nothing(void **state)
{
    (void)state;
    const struct outer empty = {0};
    assert_string_equal(written(&empty),
                        "{\"needed\":\"\",\"number\":0,\"money\":\"0.00\"}");
    struct outer back = reread(written(&empty));
    assert_string_equal(back.needed, "");
    assert_null(back.text);
    assert_null(back.one);
    assert_int_equal(back.time_ms, 0);
    assert_int_equal(back.many.count, 0);
}

static void limits_survive(void **state)
{
    (void)state;
    static const int64_t numbers[] = {JSON_INT_MAX,
                                      -JSON_INT_MAX,
                                      JSON_INT_MAX - 1,
                                      1000000000000000,
                                      999999999999999,
                                      2147483648,
                                      -1};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const struct outer in = {.id = INT64_MAX,
                                 .number = numbers[i],
                                 .sparse = numbers[i],
                                 .time_ms = 1795341600125,
                                 .money_e4 = MONEY_MAX_E4,
                                 .sparse_e4 = -MONEY_MAX_E4,
                                 .flag = true};
        struct outer back = reread(written(&in));
        assert_int_equal(back.id, INT64_MAX);
        assert_int_equal(back.number, numbers[i]);
        assert_int_equal(back.sparse, numbers[i]);
        assert_int_equal(back.time_ms, in.time_ms);
        assert_int_equal(back.money_e4, MONEY_MAX_E4);
        assert_int_equal(back.sparse_e4, -MONEY_MAX_E4);
        assert_true(back.flag);
    }
}

static void texts_of_any_kind_survive(void **state)
{
    (void)state;
    const char *words[] = {"", "\"quoted\" \\ /", "tab\there\nline\x01\x1f",
                           "\xf0\x9f\x98\x80\xe2\x80\xa8"};
    const struct inner one = {.word = "x", .number = -5};
    struct inner many[] = {{.word = "a"}, {.word = "b", .number = 2}};
    const struct outer in = {.text = words[1],
                             .needed = words[3],
                             .words = {words, 4},
                             .one = &one,
                             .many = {many, 2}};
    struct outer back = reread(written(&in));
    assert_string_equal(back.text, words[1]);
    assert_string_equal(back.needed, words[3]);
    assert_int_equal(back.words.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(back.words.at[i], words[i]);
    assert_string_equal(back.one->word, "x");
    assert_int_equal(back.one->number, -5);
    assert_int_equal(back.many.count, 2);
    assert_string_equal(((struct inner *)back.many.at)[1].word, "b");
    assert_int_equal(((struct inner *)back.many.at)[1].number, 2);
}

static void members_may_come_in_any_order_and_be_null(void **state)
{
    (void)state;
    struct outer back = reread("{\"many\":null,\"money\":\"1.5\",\"id\":7,\"text\":null,"
                               "\"needed\":\"n\",\"flag\":null,\"one\":null}");
    assert_int_equal(back.money_e4, 15000);
    assert_int_equal(back.id, 7); /* a number is an id too */
    assert_string_equal(back.needed, "n");
    assert_null(back.text);
    assert_null(back.one);
}

static void what_does_not_fit_is_marked(void **state)
{
    (void)state;
    const struct outer in = {.needed = "0123456789"};
    struct buf out;
    buf_init(&out, 20);
    codec_encode(&outer_codec, &in, &out);
    assert_true(out.full);
    buf_done(&out);
}

static void the_schema_follows_the_table(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 100000);
    codec_schema(&outer_codec, &out);
    cJSON *schema = cJSON_Parse(buf_str(&out));
    assert_non_null(schema);
    assert_string_equal(cJSON_GetObjectItem(schema, "title")->valuestring, "outer");
    cJSON *properties = cJSON_GetObjectItem(schema, "properties");
    assert_int_equal(cJSON_GetArraySize(properties), 12);
    cJSON *required = cJSON_GetObjectItem(schema, "required");
    assert_int_equal(cJSON_GetArraySize(required), 1);
    assert_string_equal(cJSON_GetArrayItem(required, 0)->valuestring, "needed");
    cJSON *many = cJSON_GetObjectItem(properties, "many");
    assert_string_equal(cJSON_GetObjectItem(many, "type")->valuestring, "array");
    assert_string_equal(cJSON_GetObjectItem(many, "description")->valuestring, "many");
    cJSON *items = cJSON_GetObjectItem(many, "items");
    assert_string_equal(cJSON_GetObjectItem(items, "description")->valuestring, "in");
    cJSON_Delete(schema);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_for_nothing),
        cmocka_unit_test(limits_survive),
        cmocka_unit_test(texts_of_any_kind_survive),
        cmocka_unit_test(members_may_come_in_any_order_and_be_null),
        cmocka_unit_test(what_does_not_fit_is_marked),
        cmocka_unit_test(the_schema_follows_the_table),
    };
    return cmocka_run_group_tests(tests, arena_start, arena_stop);
}
