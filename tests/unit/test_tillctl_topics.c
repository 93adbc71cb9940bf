/* test_tillctl_topics: what is asked of the broker, and how what it has is judged. */
#include "core/topics.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const struct topic *find(const char *name)
{
    for (size_t i = 0; i < topics_count; i++)
        if (strcmp(topics_all[i].name, name) == 0)
            return &topics_all[i];
    fail_msg("no topic %s", name);
    return NULL;
}

static const char *property(const struct topics_wish *wish, const char *name)
{
    for (size_t i = 0; i < wish->count; i++)
        if (strcmp(wish->properties[i].name, name) == 0)
            return wish->properties[i].value;
    return NULL;
}

static struct topics_wish wish_for(const char *name, int64_t replication)
{
    return topics_wish(find(name), 6, replication, &arena);
}

static void test_partitions(void **state)
{
    (void)state;
    assert_int_equal(topics_count, 7);
    assert_int_equal(wish_for(TOPIC_ORDERS, 1).partitions, 6);
    assert_int_equal(wish_for(TOPIC_RETRY, 1).partitions, 6);
    assert_int_equal(wish_for(TOPIC_DLQ, 1).partitions, 6);
    assert_int_equal(wish_for(TOPIC_RESULTS, 1).partitions, 6);
    assert_int_equal(wish_for(TOPIC_WEBHOOKS, 1).partitions, 3);
    assert_int_equal(wish_for(TOPIC_POLLS, 1).partitions, 1);
    assert_int_equal(wish_for(TOPIC_CONTROL, 1).partitions, 1);
}

static void test_properties(void **state)
{
    (void)state;
    struct topics_wish orders = wish_for(TOPIC_ORDERS, 1);
    assert_string_equal(property(&orders, "cleanup.policy"), "delete");
    assert_string_equal(property(&orders, "retention.ms"), "2592000000");
    assert_string_equal(property(&orders, "max.message.bytes"), "10485760");
    assert_string_equal(property(&orders, "min.insync.replicas"), "1");

    struct topics_wish polls = wish_for(TOPIC_POLLS, 3);
    assert_string_equal(property(&polls, "cleanup.policy"), "compact");
    assert_null(property(&polls, "retention.ms"));
    assert_string_equal(property(&polls, "min.insync.replicas"), "2");
    assert_int_equal(polls.replication, 3);
}

static void test_messages_fit(void **state)
{
    static const char *const carriers[] = {TOPIC_ORDERS, TOPIC_RETRY, TOPIC_DLQ};
    const int64_t headers = (int64_t)64 * 1024;
    (void)state;
    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
        assert_true(find(carriers[i])->max_bytes >= SNAPSHOT_MAX_BYTES + headers);
    assert_true(find(TOPIC_RESULTS)->max_bytes >= MESSAGE_MAX_BYTES);
}

static void test_kept(void **state)
{
    (void)state;
    assert_string_equal(topics_kept(find(TOPIC_ORDERS), &arena), "30 days");
    assert_string_equal(topics_kept(find(TOPIC_CONTROL), &arena), "last per key");
}

static void test_judge(void **state)
{
    static const struct {
        const char *property, *wished, *found;
        enum topics_verdict verdict;
    } cases[] = {
        {"cleanup.policy", "delete", "delete", TOPICS_SAME},
        {"cleanup.policy", "compact", "delete", TOPICS_BROKEN},
        {"cleanup.policy", "delete", "compact", TOPICS_BROKEN},
        {"cleanup.policy", "delete", "compact,delete", TOPICS_BROKEN},
        {"retention.ms", "2592000000", "604800000", TOPICS_OTHER},
        {"retention.ms", "2592000000", "2592000001", TOPICS_SAME},
        {"retention.ms", "2592000000", "-1", TOPICS_SAME},
        {"retention.ms", "2592000000", "", TOPICS_OTHER},
        {"max.message.bytes", "10485760", "1048588", TOPICS_BROKEN},
        {"max.message.bytes", "10485760", "20971520", TOPICS_SAME},
        {"min.insync.replicas", "2", "1", TOPICS_OTHER},
        {"min.insync.replicas", "1", "2", TOPICS_SAME},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(topics_judge(cases[i].property, cases[i].wished, cases[i].found),
                         cases[i].verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_partitions, start, stop),
        cmocka_unit_test_setup_teardown(test_properties, start, stop),
        cmocka_unit_test(test_messages_fit),
        cmocka_unit_test_setup_teardown(test_kept, start, stop),
        cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
