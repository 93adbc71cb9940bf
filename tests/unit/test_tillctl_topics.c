/* test_tillctl_topics: what is asked of the broker, and how what it has is judged. */
#include "arena_rig.h"
#include "core/topics.h"
#include "io/bus_internal.h"
#include "unit.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

#include <stdlib.h>
#include <string.h>

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
    assert_string_equal(property(&orders, "max.message.bytes"), "8912896");
    assert_string_equal(property(&orders, "min.insync.replicas"), "1");

    struct topics_wish polls = wish_for(TOPIC_POLLS, 3);
    assert_string_equal(property(&polls, "cleanup.policy"), "compact");
    assert_null(property(&polls, "retention.ms"));
    assert_string_equal(property(&polls, "min.insync.replicas"), "2");
    assert_int_equal(polls.replication, 3);
}

enum {
    HEADERS_MAX_BYTES = 64 * 1024, /* far more than those of a dead letter */
};

static void test_messages_fit(void **state)
{
    static const char *const carriers[] = {TOPIC_ORDERS, TOPIC_RETRY, TOPIC_DLQ};
    (void)state;
    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
        assert_true(find(carriers[i])->max_bytes >=
                    SNAPSHOT_MAX_BYTES + HEADERS_MAX_BYTES);
    assert_true(find(TOPIC_RESULTS)->max_bytes >= MESSAGE_MAX_BYTES + HEADERS_MAX_BYTES);
}

/* What these topics take, our producer and the dead letters' topic take with more
 * headers. */
static void test_any_message_can_become_a_dead_letter(void **state)
{
    static const char *const sources[] = {TOPIC_ORDERS, TOPIC_RETRY};
    (void)state;
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        assert_true(find(sources[i])->is_capped);
        assert_true(find(sources[i])->max_bytes + HEADERS_MAX_BYTES <=
                    BUS_MESSAGE_MAX_BYTES);
    }
    assert_true(find(TOPIC_DLQ)->max_bytes >= BUS_MESSAGE_MAX_BYTES + HEADERS_MAX_BYTES);
    assert_false(find(TOPIC_DLQ)->is_capped);
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
        const char *topic, *property, *wished, *found;
        enum topics_verdict verdict;
    } cases[] = {
        {TOPIC_DLQ, "cleanup.policy", "delete", "delete", TOPICS_SAME},
        {TOPIC_POLLS, "cleanup.policy", "compact", "delete", TOPICS_BROKEN},
        {TOPIC_ORDERS, "cleanup.policy", "delete", "compact", TOPICS_BROKEN},
        {TOPIC_ORDERS, "cleanup.policy", "delete", "compact,delete", TOPICS_BROKEN},
        {TOPIC_ORDERS, "retention.ms", "2592000000", "604800000", TOPICS_OTHER},
        {TOPIC_ORDERS, "retention.ms", "2592000000", "2592000001", TOPICS_SAME},
        {TOPIC_ORDERS, "retention.ms", "2592000000", "-1", TOPICS_SAME},
        {TOPIC_ORDERS, "retention.ms", "2592000000", "", TOPICS_OTHER},
        {TOPIC_DLQ, "max.message.bytes", "10485760", "1048588", TOPICS_BROKEN},
        {TOPIC_DLQ, "max.message.bytes", "10485760", "20971520", TOPICS_SAME},
        {TOPIC_ORDERS, "max.message.bytes", "8912896", "1048588", TOPICS_BROKEN},
        {TOPIC_ORDERS, "max.message.bytes", "8912896", "8912896", TOPICS_SAME},
        {TOPIC_ORDERS, "max.message.bytes", "8912896", "10485760", TOPICS_OTHER},
        {TOPIC_RETRY, "max.message.bytes", "8912896", "10485760", TOPICS_OTHER},
        {TOPIC_ORDERS, "min.insync.replicas", "2", "1", TOPICS_OTHER},
        {TOPIC_ORDERS, "min.insync.replicas", "1", "2", TOPICS_SAME},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(topics_judge(find(cases[i].topic), cases[i].property,
                                      cases[i].wished, cases[i].found),
                         cases[i].verdict);
}

static void test_only_what_is_too_large_needs_a_word(void **state)
{
    static const char size[] = "max.message.bytes";
    (void)state;
    assert_non_null(strstr(topics_why(find(TOPIC_ORDERS), size, "8912896", "10485760"),
                           "dead letter"));
    assert_string_equal(topics_why(find(TOPIC_ORDERS), size, "8912896", "1000"), "");
    assert_string_equal(topics_why(find(TOPIC_DLQ), size, "10485760", "20971520"), "");
    assert_true(topics_is_ours(size));
    assert_true(topics_is_ours("cleanup.policy"));
    assert_false(topics_is_ours("retention.ms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_partitions, arena_start, arena_stop),
        cmocka_unit_test_setup_teardown(test_properties, arena_start, arena_stop),
        cmocka_unit_test(test_messages_fit),
        cmocka_unit_test(test_any_message_can_become_a_dead_letter),
        cmocka_unit_test_setup_teardown(test_kept, arena_start, arena_stop),
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_only_what_is_too_large_needs_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
