/* test_messages: results, poll records, triggers and configurations, read and refused. */
#include "arena_rig.h"
#include "unit.h"
#include "wire/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *json; /* a message written last */

static size_t write_message(const struct codec *codec, const void *in)
{
    struct buf out;
    buf_init(&out, MESSAGE_MAX_BYTES);
    codec_encode(codec, in, &out);
    json = arena_strdup(&arena, buf_str(&out));
    buf_done(&out);
    return strlen(json);
}

static void a_result_survives(void **state)
{
    (void)state;
    struct err e = {0};
    const char *columns[] = {"Total", "Tax"};
    struct result_diff diff[] = {{.table = "Order",
                                  .op = "update",
                                  .row = "5",
                                  .column = "Total",
                                  .before = "1",
                                  .after = "2"}};
    const struct result in = {.version = 1,
                              .shop = "example.myshopify.com",
                              .order = 42,
                              .action = "updated",
                              .reason = "",
                              .columns = {columns, 2},
                              .diff = {diff, 1},
                              .lines_changed = 3,
                              .source = "poll",
                              .src_topic = TOPIC_ORDERS,
                              .src_partition = 0,
                              .src_offset = INT64_C(9007199254740991),
                              .decided_ms = 1795341600000};
    struct result back;
    size_t len = write_message(&result_codec, &in);
    assert_ok(result_decode(json, len, &arena, &back, &e), &e);
    assert_int_equal(back.order, 42);
    assert_string_equal(back.action, "updated");
    assert_int_equal(back.src_offset, INT64_C(9007199254740991));
    assert_int_equal(back.lines_changed, 3);
    assert_int_equal(back.lines_added, 0);
    assert_string_equal(back.columns.at[1], "Tax");
    assert_string_equal(((struct result_diff *)back.diff.at)[0].after, "2");
}

static void a_poll_record_survives(void **state)
{
    (void)state;
    struct err e = {0};
    const struct poll_record in = {.version = 1,
                                   .shop = "example.myshopify.com",
                                   .poll_id = "p1",
                                   .state = "progress",
                                   .kind = "timer",
                                   .at_ms = 1795341600000,
                                   .started_ms = 1795341590000,
                                   .watermark_ms = 1795341580000,
                                   .cursor = "abc",
                                   .pages = 2,
                                   .orders = 100,
                                   .published_total = 1234567890123};
    struct poll_record back;
    size_t len = write_message(&poll_codec, &in);
    assert_ok(poll_decode(json, len, &arena, &back, &e), &e);
    assert_string_equal(back.cursor, "abc");
    assert_int_equal(back.published_total, 1234567890123);
    assert_int_equal(back.watermark_ms, 1795341580000);
    assert_null(back.error);
}

static struct trigger trigger_of(int64_t lookback, int64_t batch, int64_t pages)
{
    return (struct trigger){.version = 1,
                            .id = "t1",
                            .requested_ms = 1795341600000,
                            .lookback_minutes = lookback,
                            .batch_size = batch,
                            .max_pages = pages};
}

static void triggers_are_checked(void **state)
{
    (void)state;
    static const struct {
        int64_t lookback, batch, pages;
        const char *fault; /* NULL: none */
    } cases[] = {
        {0, 0, 0, NULL},
        {1, 1, 1, NULL},
        {1440, 250, 50, NULL},
        {1441, 0, 0, "lookback_minutes: 1441 is not from 1 to 1440"},
        {-1, 0, 0, "lookback_minutes"},
        {0, 251, 0, "batch_size: 251 is not from 1 to 250"},
        {0, 0, 51, "max_pages: 51 is not from 1 to 50"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        struct trigger in = trigger_of(cases[i].lookback, cases[i].batch, cases[i].pages);
        struct trigger back;
        size_t len = write_message(&trigger_codec, &in);
        assert_rc(cases[i].fault ? RC_REJECT : RC_OK,
                  trigger_decode(json, len, &arena, &back, &e), &e);
        if (cases[i].fault)
            assert_contains(e.text, cases[i].fault);
        else
            assert_int_equal(back.batch_size, cases[i].batch);
    }
}

static void configurations_are_checked(void **state)
{
    (void)state;
    static const struct {
        int64_t interval, lookback, batch, pages;
        const char *fault;
    } cases[] = {
        {10, 15, 50, 10, NULL},
        {1, 1, 1, 1, NULL},
        {1440, 1440, 250, 50, NULL},
        {0, 15, 50, 10, "interval_minutes: 0 is not from 1 to 1440"},
        {1441, 15, 50, 10, "interval_minutes"},
        {10, 0, 50, 10, "lookback_minutes"},
        {10, 15, 251, 10, "batch_size"},
        {10, 15, 50, 0, "max_pages"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {0};
        const struct runtime_config in = {.version = 1,
                                          .at_ms = 1795341600000,
                                          .interval_minutes = cases[i].interval,
                                          .lookback_minutes = cases[i].lookback,
                                          .batch_size = cases[i].batch,
                                          .max_pages = cases[i].pages,
                                          .enabled = true};
        struct runtime_config back;
        size_t len = write_message(&config_codec, &in);
        assert_rc(cases[i].fault ? RC_REJECT : RC_OK,
                  config_decode(json, len, &arena, &back, &e), &e);
        if (cases[i].fault)
            assert_contains(e.text, cases[i].fault);
        else
            assert_true(back.enabled);
    }
}

static void another_releases_messages_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct trigger in = trigger_of(0, 0, 0);
    struct trigger back;
    in.version = 2;
    size_t len = write_message(&trigger_codec, &in);
    assert_rc(RC_REJECT, trigger_decode(json, len, &arena, &back, &e), &e);
    assert_contains(e.text, "trigger with v 2");
}

static void what_is_no_message_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "[]", "{}", "{\"v\":1}", "{\"v\":\"x\"}",
                                        "x"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct err e = {0};
        struct result result;
        struct poll_record poll;
        struct trigger trigger;
        struct runtime_config config;
        size_t len = strlen(wrong[i]);
        assert_rc(RC_REJECT, result_decode(wrong[i], len, &arena, &result, &e), &e);
        assert_rc(RC_REJECT, poll_decode(wrong[i], len, &arena, &poll, &e), &e);
        assert_rc(RC_REJECT, trigger_decode(wrong[i], len, &arena, &trigger, &e), &e);
        assert_rc(RC_REJECT, config_decode(wrong[i], len, &arena, &config, &e), &e);
    }
    struct err e = {0};
    struct result result;
    assert_rc(RC_REJECT, result_decode("{}", MESSAGE_MAX_BYTES + 1, &arena, &result, &e),
              &e);
    assert_contains(e.text, "4194304 at most");
}

static void every_message_has_its_documents(void **state)
{
    (void)state;
    size_t count = 0;
    for (; messages_all[count]; count++) {
        assert_true(strlen(messages_all[count]->help) > 20);
        for (size_t i = 0; i < messages_all[count]->count; i++)
            assert_true(strlen(messages_all[count]->fields[i].help) > 1);
    }
    assert_int_equal(count, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_survives),
        cmocka_unit_test(a_poll_record_survives),
        cmocka_unit_test(triggers_are_checked),
        cmocka_unit_test(configurations_are_checked),
        cmocka_unit_test(another_releases_messages_are_refused),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(every_message_has_its_documents),
    };
    return cmocka_run_group_tests(tests, arena_start, arena_stop);
}
