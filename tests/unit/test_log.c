/* test_log: lines are JSON whatever goes in, or readable text; and stop's handlers. */
#include "io/clock.h"
#include "io/log.h"
#include "io/stop.h"
#include "unit.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Standard error goes to a file while a test logs; `end_capture` gives what came. */
static int kept_stderr = -1;

static void begin_capture(void)
{
    int fd = open(unit_path("stderr"), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    kept_stderr = dup(STDERR_FILENO);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    close(fd);
}

static const char *end_capture(void)
{
    static char text[20000];
    assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0);
    close(kept_stderr);
    FILE *file = fopen(unit_path("stderr"), "re");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static int stop(void **state)
{
    (void)state;
    unit_remove_folder();
    return 0;
}

static const char *member(const cJSON *line, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(line, name));
    return text ? text : "(none)";
}

static void a_line_is_one_json_object(void **state)
{
    (void)state;
    log_open("reconciler", "info", "json");
    begin_capture();
    log_info("order.applied", KV("order", "#1001"), KV("rows", (size_t)3),
             KV("offset", INT64_MIN), KV("dry_run", (bool)true), KV("lines", 5),
             KV("nothing", (const char *)NULL));
    const char *text = end_capture();
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    cJSON *line = cJSON_Parse(text);
    assert_non_null(line);
    assert_string_equal(member(line, "level"), "info");
    assert_string_equal(member(line, "service"), "reconciler");
    assert_string_equal(member(line, "event"), "order.applied");
    assert_string_equal(member(line, "order"), "#1001");
    assert_int_equal(strlen(member(line, "time")), strlen("2026-11-22T10:00:00.125Z"));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(line, "dry_run")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(line, "nothing")));
    assert_contains(text, "\"rows\":3,");
    assert_contains(text, "\"offset\":-9223372036854775808,");
    cJSON_Delete(line);
}

static void any_bytes_give_valid_json(void **state)
{
    (void)state;
    log_open("x", "info", "json");
    for (int byte = 1; byte < 256; byte++) {
        char bytes[] = {'a', (char)byte, 'b', (char)byte, '\0'};
        begin_capture();
        log_info("odd.bytes", KV("text", bytes), KV(bytes, "key"));
        const char *text = end_capture();
        const char *end = NULL;
        cJSON *line = cJSON_ParseWithOpts(text, &end, false);
        if (!line || strcmp(end, "\n") != 0)
            fail_msg("byte %d: %s", byte, text);
        const char *back = member(line, "text");
        if (byte < 0x80)
            assert_string_equal(back, bytes);
        else
            assert_string_equal(back, "a\xef\xbf\xbd"
                                      "b\xef\xbf\xbd");
        for (const char *p = text; *p; p++) /* nothing that a terminal would act on */
            assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        cJSON_Delete(line);
    }
}

static void good_utf8_stays_and_long_text_is_cut(void **state)
{
    (void)state;
    char longer[6000];
    log_open("x", "info", "json");
    memset(longer, 'x', sizeof(longer));
    memcpy(longer + 4094, "\xe6\x97\xa5\xe6\x97\xa5", 6);
    longer[sizeof(longer) - 1] = '\0';
    begin_capture();
    log_info("a.b", KV("text", "\xc3\xa9\xf0\x9f\x98\x80"), KV("longer", longer));
    const char *text = end_capture();
    cJSON *line = cJSON_Parse(text);
    assert_non_null(line);
    assert_string_equal(member(line, "text"), "\xc3\xa9\xf0\x9f\x98\x80");
    const char *cut = member(line, "longer");
    assert_int_equal(strlen(cut), 4094 + 3 + 3); /* a whole character, an ellipsis */
    assert_string_equal(cut + 4094, "\xe6\x97\xa5\xe2\x80\xa6");
    cJSON_Delete(line);
}

static void lower_levels_are_left_out(void **state)
{
    (void)state;
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    for (int least = 0; least < 4; least++) {
        log_open("x", levels[least], "json");
        begin_capture();
        log_debug("a.debug");
        log_info("a.info");
        log_warn("a.warn");
        log_error("a.error");
        const char *text = end_capture();
        for (int level = 0; level < 4; level++) {
            char event[20];
            snprintf(event, sizeof(event), "\"a.%s\"", levels[level]);
            assert_int_equal(strstr(text, event) != NULL, level >= least);
            assert_int_equal(log_enabled((enum log_level)level), level >= least);
        }
    }
}

static void an_error_brings_its_fields(void **state)
{
    (void)state;
    struct err e;
    log_open("x", "info", "json");
    err_set(&e, RC_RETRY, "rms.load", "deadlock \"again\"");
    e.native = 1205;
    snprintf(e.sqlstate, sizeof(e.sqlstate), "40001");
    begin_capture();
    log_err(LOG_WARN, "order.failed", &e, LOG_FIELDS(KV("order", "#1")));
    cJSON *line = cJSON_Parse(end_capture());
    assert_non_null(line);
    assert_string_equal(member(line, "level"), "warn");
    assert_string_equal(member(line, "rc"), "retry");
    assert_string_equal(member(line, "op"), "rms.load");
    assert_string_equal(member(line, "text"), "deadlock \"again\"");
    assert_string_equal(member(line, "sqlstate"), "40001");
    assert_string_equal(member(line, "order"), "#1");
    assert_int_equal(cJSON_GetObjectItem(line, "native")->valueint, 1205);
    cJSON_Delete(line);
    begin_capture();
    log_err(LOG_DEBUG, "order.failed", &e, NULL);
    assert_string_equal(end_capture(), "");
}

static void text_is_for_people(void **state)
{
    (void)state;
    log_open("stats", "info", "text");
    begin_capture();
    log_warn("two.words", KV("plain", "word"), KV("quoted", "two words"), KV("n", 5),
             KV("empty", ""), KV("escape", "\x1b[31mred"));
    const char *text = end_capture();
    assert_contains(text, "Z warn  stats: two.words plain=word quoted=\"two words\" n=5 "
                          "empty=\"\" escape=");
    assert_lacks(text, "\x1b");
    log_open("x", "info", "json");
}

static void lines_of_several_processes_do_not_mix(void **state)
{
    (void)state;
    char words[1000];
    int lines = 0;
    memset(words, 'w', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    log_open("x", "info", "json");
    begin_capture();
    pid_t pid = fork();
    for (int i = 0; i < 8; i++)
        log_info("a.line", KV("words", words));
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    char *text = strdup(end_capture());
    char *rest = NULL;
    for (char *p = strtok_r(text, "\n", &rest); p; p = strtok_r(NULL, "\n", &rest)) {
        cJSON *line = cJSON_Parse(p);
        assert_non_null(line);
        cJSON_Delete(line);
        lines++;
    }
    free(text);
    assert_int_equal(lines, 16);
}

/* ---- stop ---- */

/* Runs in a child: what it exits with, or minus the signal that ended it. */
static int child(void (*run)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void stop_once(void)
{
    stop_install();
    int64_t from_ms = clock_monotonic_ms();
    bool slept = stop_sleep_ms(30);
    if (!slept || stop_requested() || clock_monotonic_ms() - from_ms < 30)
        _exit(2);
    kill(getpid(), SIGTERM);
    if (!stop_requested() || stop_sleep_ms(10000))
        _exit(3);
    _exit(clock_monotonic_ms() - from_ms < 5000 ? 0 : 4);
}

static void stop_twice(void)
{
    stop_install();
    kill(getpid(), SIGINT);
    kill(getpid(), SIGTERM);
}

static void write_to_nobody(void)
{
    int ends[2];
    stop_install();
    if (pipe(ends) != 0 || close(ends[0]) != 0)
        _exit(2);
    _exit(write(ends[1], "x", 1) == -1 && !stop_requested() ? 0 : 3);
}

static void a_signal_asks_to_stop_and_a_second_ends(void **state)
{
    (void)state;
    assert_int_equal(child(stop_once), 0);
    assert_int_equal(child(stop_twice), -SIGTERM);
    assert_int_equal(child(write_to_nobody), 0);
    assert_true(clock_now_ms() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object),
        cmocka_unit_test(any_bytes_give_valid_json),
        cmocka_unit_test(good_utf8_stays_and_long_text_is_cut),
        cmocka_unit_test(lower_levels_are_left_out),
        cmocka_unit_test(an_error_brings_its_fields),
        cmocka_unit_test(text_is_for_people),
        cmocka_unit_test(lines_of_several_processes_do_not_mix),
        cmocka_unit_test(a_signal_asks_to_stop_and_a_second_ends),
    };
    return cmocka_run_group_tests(tests, NULL, stop);
}
