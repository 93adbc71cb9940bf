/* test_bus_read_key: the messages of one key, of which only its partition is read. */
#include "io/log.h"
#include "mock_kafka.h"

#include <stdlib.h>

enum {
    KEYS = 16, /* of mock_fill */
    EACH = 5,
};

/* All messages of one key; where another partition or key shows up, the test fails. */
struct mine {
    const char *key;
    int32_t partition;
    size_t count, stop_after;
    int last;
};

static bool see_mine(void *ctx, const struct bus_message *message)
{
    struct mine *mine = ctx;
    char value[16];
    assert_int_equal(message->key_len, strlen(mine->key));
    assert_memory_equal(message->key, mine->key, message->key_len);
    assert_int_equal(message->partition, mine->partition);
    snprintf(value, sizeof(value), "%.*s", (int)message->value_len, message->value);
    mine->last = atoi(value); /* NOLINT(cert-err34-c): written by mock_fill */
    mine->count++;
    return mine->count != mine->stop_after;
}

static struct mine read_key(const char *topic, const char *key, size_t stop_after)
{
    struct err e = {0};
    struct mine mine = {.key = key,
                        .partition = bus_partition_of(key, strlen(key), MOCK_PARTITIONS),
                        .stop_after = stop_after};
    assert_ok(bus_read_key(&mock_conf, topic, key, see_mine, &mine, &e), &e);
    return mine;
}

/* Each key is found where the producer's partitioner put it, with all of its messages. */
static void test_every_key_is_found_whole(void **state)
{
    bool used[MOCK_PARTITIONS] = {false};
    (void)state;
    mock_topic("keyed");
    mock_fill("keyed", KEYS * EACH);
    for (int i = 0; i < KEYS; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        struct mine mine = read_key("keyed", key, 0);
        assert_int_equal(mine.count, EACH);
        assert_int_equal(mine.last, KEYS * (EACH - 1) + i);
        used[mine.partition] = true;
    }
    for (size_t i = 0; i < MOCK_PARTITIONS; i++)
        assert_true(used[i]); /* or the test proves little */
}

/* Java's murmur2: the values were computed by Kafka's own Utils.murmur2. */
static void test_partitions_are_those_of_java(void **state)
{
    (void)state;
    assert_int_equal(bus_partition_of("demo.myshopify.com/5500000000001", 32, 12), 11);
    assert_int_equal(bus_partition_of("a", 1, 12), 4);
}

static void test_a_key_that_is_not_there(void **state)
{
    (void)state;
    mock_topic("other");
    mock_fill("other", KEYS);
    assert_int_equal(read_key("other", "k99", 0).count, 0);
    assert_int_equal(read_key("other", "k", 0).count, 0); /* not a beginning */
    mock_topic("empty");
    assert_int_equal(read_key("empty", "k1", 0).count, 0);
}

static void test_the_visitor_ends_it(void **state)
{
    (void)state;
    mock_topic("long");
    mock_fill("long", KEYS * EACH);
    assert_int_equal(read_key("long", "k3", 2).count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_found_whole),
        cmocka_unit_test(test_partitions_are_those_of_java),
        cmocka_unit_test(test_a_key_that_is_not_there),
        cmocka_unit_test(test_the_visitor_ends_it),
    };
    log_open("test", "error", "text");
    return cmocka_run_group_tests(tests, mock_start, mock_stop);
}
