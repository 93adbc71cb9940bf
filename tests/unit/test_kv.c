/* test_kv: Redis through kv, against a redis-server of the test's own. */
#include "io/clock.h"
#include "io/kv.h"
#include "redis_rig.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 500,
};

static const char *url(const char *login, const char *path)
{
    static char text[200];
    snprintf(text, sizeof(text), "redis://%s127.0.0.1:%d%s", login, redis.port, path);
    return text;
}

static struct kv *open_kv(const char *login, const char *path)
{
    struct err e = {0};
    struct kv *kv = NULL;
    assert_ok(kv_open(url(login, path), TIMEOUT_MS, &kv, &e), &e);
    return kv;
}

/* One command of words split at blanks; the reply's text, "" when it has none. */
static enum rc run(struct kv *kv, const char *line, char answer[100], struct err *e)
{
    char copy[200];
    const char *argv[8];
    int argc = 0;
    redisReply *reply = NULL;
    snprintf(copy, sizeof(copy), "%s", line);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    enum rc rc = kv_command(kv, argc, argv, NULL, &reply, e);
    if (rc)
        return rc;
    snprintf(answer, 100, "%s", reply->str ? reply->str : "");
    freeReplyObject(reply);
    return RC_OK;
}

static void must(struct kv *kv, const char *line)
{
    struct err e = {0};
    char answer[100];
    assert_ok(run(kv, line, answer, &e), &e);
}

static void expect(struct kv *kv, const char *line, const char *want)
{
    struct err e = {0};
    char answer[100];
    assert_ok(run(kv, line, answer, &e), &e);
    assert_string_equal(answer, want);
}

static void values_go_in_and_out_with_any_bytes(void **state)
{
    (void)state;
    struct err e = {0};
    struct kv *kv = open_kv("", "");
    const char *set[] = {"SET", "bytes", "a\0b\xff"};
    const size_t lens[] = {3, 5, 4};
    const char *get[] = {"GET", "bytes"};
    redisReply *reply = NULL;
    assert_ok(kv_command(kv, 3, set, lens, &reply, &e), &e);
    freeReplyObject(reply);
    assert_ok(kv_command(kv, 2, get, NULL, &reply, &e), &e);
    assert_int_equal(reply->len, 4);
    assert_memory_equal(reply->str, "a\0b\xff", 4);
    freeReplyObject(reply);
    kv_close(kv);
}

static void the_url_chooses_the_database(void **state)
{
    (void)state;
    struct kv *third = open_kv("", "/3");
    struct kv *first = open_kv("", "/0");
    must(third, "SET place three");
    expect(third, "GET place", "three");
    expect(first, "GET place", "");
    kv_close(first);
    kv_close(third);
}

static void what_is_no_redis_url_is_fatal(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "127.0.0.1:6379",
                                        "http://127.0.0.1",
                                        "rediss://127.0.0.1",
                                        "redis://",
                                        "redis://host:0",
                                        "redis://host:99999",
                                        "redis://host/name",
                                        "redis://host/-1",
                                        "redis://user@host",
                                        "redis://ho st/"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct err e = {0};
        struct kv *kv = NULL;
        assert_rc(RC_FATAL, kv_open(wrong[i], TIMEOUT_MS, &kv, &e), &e);
        assert_null(kv);
        assert_contains(e.text, "redis://");
    }
    struct err e = {0};
    struct kv *kv = NULL;
    assert_ok(kv_open("redis://[::1]:6379/15", TIMEOUT_MS, &kv, &e), &e);
    kv_close(kv);
}

/* Every word is made by a script, which hands any error reply on. */
static void error_replies_say_what_to_do_next(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum rc rc;
        const char *remedy;
    } cases[] = {
        {"LOADING Redis is loading the dataset in memory", RC_RETRY, "wait until it has"},
        {"OOM command not allowed when used memory > 'maxmemory'.", RC_RETRY,
         "(maxmemory)"},
        {"MISCONF Redis is configured to save RDB snapshots", RC_RETRY,
         "can't save to its disk"},
        {"CLUSTERDOWN The cluster is down", RC_RETRY, "a single server is needed"},
        {"MASTERDOWN Link with MASTER is down", RC_RETRY, "leads to a replica"},
        {"TRYAGAIN Multiple keys request during rehashing of slot", RC_RETRY,
         "a single server is needed"},
        {"NOREPLICAS Not enough good replicas to write.", RC_RETRY,
         "min-replicas-to-write"},
        {"BUSY Redis is busy running a script.", RC_RETRY,
         "another script runs too long"},
        {"UNKILLABLE Sorry the script already executed write commands", RC_RETRY,
         "and has written"},
        {"ERR max number of clients reached", RC_RETRY, "raise maxclients of Redis"},
        {"READONLY You can't write against a read only replica.", RC_RETRY,
         "leads to a replica"},
        {"ERR Error running script: @user_script:1: -OOM command not", RC_RETRY,
         "(maxmemory)"},
        {"NOAUTH Authentication required.", RC_FATAL, "put the password into REDIS_URL"},
        {"NOPERM this user has no permissions", RC_FATAL,
         "give the Redis user the right"},
        {"MOVED 3999 127.0.0.1:6381", RC_FATAL, "a single server is needed"},
        {"ERR something else", RC_FATAL, ""},
        {"BUSYGROUP Consumer Group name already exists", RC_FATAL, ""},
    };
    struct kv *kv = open_kv("", "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kv_script script = {.text = "return redis.error_reply(ARGV[1])"};
        struct err e = {0};
        redisReply *reply = NULL;
        const char *argv[] = {cases[i].reply};
        assert_rc(cases[i].rc, kv_eval(kv, &script, 1, argv, &reply, &e), &e);
        assert_contains(e.text, cases[i].reply);
        assert_contains(e.text, cases[i].remedy);
        assert_null(reply);
    }
    must(kv, "PING");
    kv_close(kv);
}

/* Others may go: the process must not end by it. */
static void no_room_for_a_connection_is_a_retry(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    struct kv *first = open_kv("", "");
    struct kv *second = open_kv("", "");
    must(first, "CONFIG SET maxclients 1");
    assert_rc(RC_RETRY, run(second, "PING", answer, &e), &e);
    must(first, "CONFIG SET maxclients 1000");
    must(second, "PING");
    kv_close(second);
    kv_close(first);
}

static void a_wrong_type_is_fatal(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    struct kv *kv = open_kv("", "");
    must(kv, "SET text x");
    assert_rc(RC_FATAL, run(kv, "HGET text field", answer, &e), &e);
    assert_contains(e.text, "WRONGTYPE");
    assert_rc(RC_FATAL, run(kv, "NOSUCHCOMMAND", answer, &e), &e);
    kv_close(kv);
}

/* Where one of several is refused, no reply may be left for the next command. */
static void commands_at_once_are_answered_in_order(void **state)
{
    (void)state;
    struct err e = {0};
    const char *get[] = {"GET", "text"};
    const char *length[] = {"LLEN", "text"};
    const char *ping[] = {"PING"};
    redisReply *replies[3];
    const struct kv_words good[] = {{2, get}, {1, ping}, {2, get}};
    const struct kv_words bad[] = {{2, get}, {2, length}, {1, ping}};
    struct kv *kv = open_kv("", "");
    must(kv, "SET text value");
    assert_ok(kv_commands(kv, good, 3, replies, &e), &e);
    assert_string_equal(replies[0]->str, "value");
    assert_string_equal(replies[1]->str, "PONG");
    assert_string_equal(replies[2]->str, "value");
    for (int i = 0; i < 3; i++)
        freeReplyObject(replies[i]);
    assert_rc(RC_FATAL, kv_commands(kv, bad, 3, replies, &e), &e);
    assert_contains(e.text, "LLEN: WRONGTYPE");
    expect(kv, "GET text", "value");
    kv_close(kv);
}

static void memory_used_up_is_a_retry(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    redisReply *reply = NULL;
    struct kv *kv = open_kv("", "");
    struct kv_script script = {.text = "return redis.call('SET', KEYS[1], 'x')",
                               .keys = 1};
    const char *argv[] = {"key"};
    must(kv, "CONFIG SET maxmemory 1");
    assert_rc(RC_RETRY, run(kv, "SET more memory", answer, &e), &e);
    assert_contains(e.text, "maxmemory");
    assert_rc(RC_RETRY, kv_eval(kv, &script, 1, argv, &reply, &e), &e);
    must(kv, "CONFIG SET maxmemory 0");
    assert_ok(kv_eval(kv, &script, 1, argv, &reply, &e), &e);
    freeReplyObject(reply);
    kv_close(kv);
}

static void a_replica_is_a_retry(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    struct kv *kv = open_kv("", "");
    must(kv, "REPLICAOF 127.0.0.1 1");
    assert_rc(RC_RETRY, run(kv, "SET a b", answer, &e), &e);
    must(kv, "REPLICAOF NO ONE");
    must(kv, "SET a b");
    kv_close(kv);
}

static void an_answer_too_late_is_a_retry(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    struct kv *kv = open_kv("", "");
    int64_t from_ms = clock_monotonic_ms();
    assert_rc(RC_RETRY, run(kv, "BLPOP nothing 10", answer, &e), &e);
    assert_in_range(clock_monotonic_ms() - from_ms, TIMEOUT_MS - 50, 3000);
    assert_contains(e.text, "did not answer within 500 ms");
    expect(kv, "PING", "PONG"); /* not the late answer of the one before */
    kv_close(kv);
}

static void a_restarted_server_is_found_again(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    redisReply *reply = NULL;
    struct kv *kv = open_kv("", "");
    struct kv_script script = {.text = "return ARGV[1]"};
    const char *argv[] = {"again"};
    assert_ok(kv_eval(kv, &script, 1, argv, &reply, &e), &e);
    freeReplyObject(reply);
    redis_stop(&redis);
    assert_rc(RC_RETRY, run(kv, "PING", answer, &e), &e);
    assert_rc(RC_RETRY, run(kv, "PING", answer, &e), &e);
    assert_contains(e.text, "Connection refused");
    assert_contains(e.text, "REDIS_URL");
    redis_start(&redis, NULL);
    expect(kv, "PING", "PONG");
    assert_ok(kv_eval(kv, &script, 1, argv, &reply, &e), &e); /* it forgot the script */
    assert_string_equal(reply->str, "again");
    freeReplyObject(reply);
    kv_close(kv);
}

static void a_script_gets_its_keys_and_arguments(void **state)
{
    (void)state;
    struct err e = {0};
    redisReply *reply = NULL;
    struct kv *kv = open_kv("", "");
    struct kv_script script = {.text = "return {#KEYS, #ARGV, KEYS[2], ARGV[1]}",
                               .keys = 2};
    const char *argv[] = {"k1", "k2", "a1"};
    for (int i = 0; i < 2; i++) {
        assert_ok(kv_eval(kv, &script, 3, argv, &reply, &e), &e);
        assert_int_equal(reply->element[0]->integer, 2);
        assert_int_equal(reply->element[1]->integer, 1);
        assert_string_equal(reply->element[2]->str, "k2");
        assert_string_equal(reply->element[3]->str, "a1");
        freeReplyObject(reply);
        must(kv, "SCRIPT FLUSH");
    }
    struct kv_script broken = {.text = "return ("};
    assert_rc(RC_FATAL, kv_eval(kv, &broken, 0, NULL, &reply, &e), &e);
    kv_close(kv);
}

static void passwords_are_used_and_never_shown(void **state)
{
    (void)state;
    struct err e = {0};
    char answer[100];
    struct redis guarded = {0};
    redis_start(&guarded, "p@ss/word");
    struct redis open = redis;
    redis = guarded;
    struct kv *kv = open_kv(":p%40ss%2fword@", "");
    expect(kv, "PING", "PONG");
    kv_close(kv);
    kv = open_kv("default:p%40ss%2fword@", "");
    expect(kv, "PING", "PONG");
    kv_close(kv);
    kv = open_kv("", "");
    assert_rc(RC_FATAL, run(kv, "PING", answer, &e), &e);
    assert_contains(e.text, "NOAUTH");
    kv_close(kv);
    kv = open_kv(":wrong-one@", "");
    assert_rc(RC_FATAL, run(kv, "PING", answer, &e), &e);
    assert_contains(e.text, "REDIS_URL");
    assert_lacks(e.text, "wrong-one");
    kv_close(kv);
    redis = open;
    redis_stop(&guarded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_go_in_and_out_with_any_bytes),
        cmocka_unit_test(the_url_chooses_the_database),
        cmocka_unit_test(what_is_no_redis_url_is_fatal),
        cmocka_unit_test(error_replies_say_what_to_do_next),
        cmocka_unit_test(no_room_for_a_connection_is_a_retry),
        cmocka_unit_test(a_wrong_type_is_fatal),
        cmocka_unit_test(commands_at_once_are_answered_in_order),
        cmocka_unit_test(memory_used_up_is_a_retry),
        cmocka_unit_test(a_replica_is_a_retry),
        cmocka_unit_test(an_answer_too_late_is_a_retry),
        cmocka_unit_test(a_restarted_server_is_found_again),
        cmocka_unit_test(a_script_gets_its_keys_and_arguments),
        cmocka_unit_test(passwords_are_used_and_never_shown),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
