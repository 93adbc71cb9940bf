/* test_snapshot: the order snapshot read, written and refused.
 * data/snapshot.json holds every field there is; data/snapshot_malformed.txt the ways to
 * be refused. */
#include "base/json.h"
#include "unit.h"
#include "wire/codec_internal.h"
#include "wire/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static char *sample; /* snapshot.json */
static struct snapshot order;

static int start(void **state)
{
    (void)state;
    struct err e = {0};
    arena_init(&arena);
    sample = unit_data("snapshot.json");
    assert_ok(snapshot_decode(sample, strlen(sample), &arena, &order, &e), &e);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(sample);
    arena_done(&arena);
    return 0;
}

static void fields_are_read_into_their_members(void **state)
{
    (void)state;
    const struct snapshot_line *lines = snapshot_lines(&order);
    assert_string_equal(order.shop, "example.myshopify.com");
    assert_int_equal(order.id, INT64_C(5550001112223));
    assert_int_equal(order.fetched_ms, 1795341605125);
    assert_int_equal(order.total_e4, 113000000);
    assert_int_equal(order.rounding_e4, -500);
    assert_string_equal(order.note, "L\xc3\xadnea 1\nline 2 \xf0\x9f\x98\x80");
    assert_int_equal(order.tags.count, 2);
    assert_string_equal(order.tags.at[1], "second");
    assert_string_equal(order.customer->last_name, "Brenes");
    assert_string_equal(order.billing_address->city, "Heredia");
    assert_null(order.billing_address->zip);
    assert_int_equal(order.lines.count, 2);
    assert_string_equal(lines[0].sku, "SKU-1");
    assert_int_equal(lines[0].current_quantity, 2);
    assert_null(lines[1].sku);
    assert_int_equal(lines[1].taxes.count, 0);
    assert_string_equal(snapshot_shippings(&order)[0].title, "Standard");
}

/* A field added to a table and forgotten in the sample would go untested. */
static void expect_every_field(const struct codec *codec, const void *in)
{
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[i];
        struct codec_field optional = *field;
        optional.flags = CODEC_SPARSE;
        union codec_seen v = codec_see(field, in);
        if (!codec_is_there(&optional, v))
            fail_msg("snapshot.json has no %s in its first %s", field->name, codec->name);
        if (field->kind == CODEC_OBJECT && strcmp(field->name, "billingAddress") != 0)
            expect_every_field(field->of, *v.object);
        if (field->kind == CODEC_LIST)
            expect_every_field(field->of, v.list->at);
    }
}

static void the_sample_holds_every_field(void **state)
{
    (void)state;
    expect_every_field(&snapshot_codec, &order);
}

static void what_is_written_is_what_was_read(void **state)
{
    (void)state;
    struct buf written;
    buf_init(&written, SNAPSHOT_MAX_BYTES);
    snapshot_encode(&order, &written);
    assert_false(written.full);
    assert_null(strchr(buf_str(&written), '\n')); /* one line for the console tools */
    cJSON *before = cJSON_Parse(sample);
    cJSON *after = cJSON_Parse(buf_str(&written));
    assert_true(cJSON_Compare(before, after, true));
    cJSON_Delete(before);
    cJSON_Delete(after);
    buf_done(&written);
}

static void unknown_members_are_ignored_and_the_last_of_two_counts(void **state)
{
    (void)state;
    struct err e = {0};
    struct snapshot read;
    struct buf json;
    buf_init(&json, SNAPSHOT_MAX_BYTES);
    buf_printf(&json, "{\"name\":\"first\",\"later\":[{}],%s", sample + 1);
    assert_ok(snapshot_decode(buf_str(&json), json.len, &arena, &read, &e), &e);
    assert_string_equal(read.name, "#1001");
    buf_done(&json);
}

/* ---- refused ---- */

static cJSON *step(cJSON *at, const char *name)
{
    return cJSON_IsArray(at) ? cJSON_GetArrayItem(at, name[0] - '0')
                             : cJSON_GetObjectItemCaseSensitive(at, name);
}

static void put(cJSON *parent, const char *name, const char *value)
{
    cJSON *item = strcmp(value, "absent") == 0 ? NULL : cJSON_CreateRaw(value);
    if (cJSON_IsArray(parent) && item)
        cJSON_ReplaceItemInArray(parent, name[0] - '0', item);
    else if (item)
        cJSON_ReplaceItemInObjectCaseSensitive(parent, name, item);
    else
        cJSON_DeleteItemFromObjectCaseSensitive(parent, name);
}

/* The sample with the value at `path` replaced; the caller frees. */
static char *patched(char *path, const char *value)
{
    cJSON *tree = cJSON_Parse(sample);
    cJSON *parent = tree;
    char *name = path;
    for (char *point = strchr(name, '.'); point; point = strchr(name, '.')) {
        *point = '\0';
        parent = step(parent, name);
        assert_non_null(parent);
        name = point + 1;
    }
    put(parent, name, value);
    char *text = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    return text;
}

/* <00> and <ff> become bytes. Returns the length. */
static size_t unescape(char *text)
{
    char *to = text;
    for (const char *p = text; *p; p++) {
        if (strncmp(p, "<00>", 4) == 0 || strncmp(p, "<ff>", 4) == 0) {
            *to++ = p[1] == '0' ? '\0' : '\xff';
            p += 3;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

static void expect_refused(const char *json, size_t len, const char *says,
                           const char *line)
{
    struct err e = {0};
    struct snapshot untouched = {.id = 77};
    enum rc rc = snapshot_decode(json, len, &arena, &untouched, &e);
    if (rc != RC_REJECT || !strstr(e.text, says))
        fail_msg("%s\n    gave %s: %s", line, err_rc_name(rc), rc ? e.text : "");
    assert_int_equal(untouched.id, 77);
}

static void try_line(const char *line)
{
    char copy[500];
    snprintf(copy, sizeof(copy), "%s", line);
    char *what = strstr(copy, " | ");
    assert_non_null(what);
    *what = '\0';
    what += 3;
    char *says = strstr(what, " | ");
    assert_non_null(says);
    *says = '\0';
    says += 3;
    if (strcmp(copy, "raw") == 0) {
        size_t len = unescape(what);
        expect_refused(what, len, says, line);
        return;
    }
    char *json = patched(copy, what);
    expect_refused(json, strlen(json), says, line);
    free(json);
}

static void what_is_malformed_is_refused_with_its_place(void **state)
{
    (void)state;
    char *table = unit_data("snapshot_malformed.txt");
    char *rest = NULL;
    int tried = 0;
    for (char *line = strtok_r(table, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#')
            continue;
        try_line(line);
        tried++;
    }
    assert_true(tried > 70);
    free(table);
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct snapshot read;
    assert_rc(RC_REJECT,
              snapshot_decode(sample, SNAPSHOT_MAX_BYTES + 1, &arena, &read, &e), &e);
    assert_contains(e.text, "8388608 bytes");
    struct buf json; /* commas alone must not take memory for lines */
    buf_init(&json, SNAPSHOT_MAX_BYTES);
    buf_printf(&json, "{\"lines\":[0");
    for (int i = 0; i < CODEC_MAX_ITEMS; i++)
        buf_text(&json, ",0");
    buf_printf(&json, "],%s", strstr(sample, "\"v\""));
    char *second = strstr(json.data + 9, "\"lines\"");
    second[1] = 'L'; /* another name, so that the long list is the one that counts */
    size_t used = arena.used;
    assert_rc(RC_REJECT, snapshot_decode(buf_str(&json), json.len, &arena, &read, &e),
              &e);
    assert_contains(e.text, "lines: expected at most 20000 elements");
    assert_true(arena.used - used < 10000);
    buf_done(&json);
}

static void more_lines_than_the_limit_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct snapshot read;
    struct snapshot many = order;
    struct snapshot_line *lines =
        arena_array(&arena, SNAPSHOT_MAX_LINES + 1, sizeof(*lines));
    struct buf json;
    buf_init(&json, SNAPSHOT_MAX_BYTES);
    for (int64_t i = 0; i <= SNAPSHOT_MAX_LINES; i++) {
        lines[i] = snapshot_lines(&order)[1];
        lines[i].id = i + 1;
    }
    many.lines = (struct codec_list){.at = lines, .count = SNAPSHOT_MAX_LINES};
    snapshot_encode(&many, &json);
    assert_ok(snapshot_decode(buf_str(&json), json.len, &arena, &read, &e), &e);
    assert_int_equal(read.lines.count, SNAPSHOT_MAX_LINES);
    many.lines.count++;
    buf_clear(&json);
    snapshot_encode(&many, &json);
    assert_rc(RC_REJECT, snapshot_decode(buf_str(&json), json.len, &arena, &read, &e),
              &e);
    assert_contains(e.text, "more than 5000 lines");
    buf_done(&json);
}

/* ---- keys ---- */

static void keys_hold_shop_and_order(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",        "/",      "/5",
                                        "shop/",   "shop/0", "shop/-1",
                                        "shop/5x", "shop",   "shop/9223372036854775808"};
    const char *shop = NULL;
    int64_t id = 0;
    const char *key = snapshot_key("example.myshopify.com", 42, &arena);
    assert_string_equal(key, "example.myshopify.com/42");
    assert_true(snapshot_key_parse(key, strlen(key), &arena, &shop, &id));
    assert_string_equal(shop, "example.myshopify.com");
    assert_int_equal(id, 42);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(snapshot_key_parse(wrong[i], strlen(wrong[i]), &arena, &shop, &id));
    assert_false(snapshot_key_parse(NULL, 0, &arena, &shop, &id));
    assert_true(snapshot_key_parse("s/123", 3, &arena, &shop, &id)); /* not NUL-ended */
    assert_int_equal(id, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_into_their_members),
        cmocka_unit_test(the_sample_holds_every_field),
        cmocka_unit_test(what_is_written_is_what_was_read),
        cmocka_unit_test(unknown_members_are_ignored_and_the_last_of_two_counts),
        cmocka_unit_test(what_is_malformed_is_refused_with_its_place),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(more_lines_than_the_limit_are_refused),
        cmocka_unit_test(keys_hold_shop_and_order),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
