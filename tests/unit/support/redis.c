/* redis: see redis.h. */
#include "redis.h"

#include "io/stop.h"
#include "unit.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TRIES = 200,
    STEP_MS = 25,
};

static void run_server(const struct redis *redis, const char *password)
{
    char port[16];
    snprintf(port, sizeof(port), "%d", redis->port);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!freopen(unit_path("redis.log"), "a", stdout))
        _exit(126);
    execlp("redis-server", "redis-server", "--bind", "127.0.0.1", "--port", port, "--dir",
           unit_folder(), "--save", "", "--requirepass", password ? password : "",
           (char *)NULL);
    _exit(127);
}

static bool answers(const struct redis *redis)
{
    struct timeval limit = {.tv_sec = 1};
    redisContext *context = redisConnectWithTimeout("127.0.0.1", redis->port, limit);
    redisReply *reply = NULL;
    if (context && !context->err)
        reply = redisCommand(context, "PING"); /* NOAUTH is an answer too */
    bool got = reply != NULL;
    freeReplyObject(reply);
    redisFree(context);
    return got;
}

void redis_start(struct redis *redis, const char *password)
{
    unit_folder(); /* made before the fork, so that both know it */
    if (!redis->port)
        redis->port = unit_free_port();
    redis->pid = fork();
    assert_true(redis->pid >= 0);
    if (redis->pid == 0)
        run_server(redis, password);
    for (int i = 0; i < TRIES; i++) {
        if (answers(redis))
            return;
        int status = 0;
        if (waitpid(redis->pid, &status, WNOHANG) == redis->pid)
            fail_msg("redis-server ended with %d: is it installed?", status);
        stop_sleep_ms(STEP_MS);
    }
    fail_msg("redis-server does not answer on port %d", redis->port);
}

void redis_stop(struct redis *redis)
{
    if (!redis->pid)
        return;
    kill(redis->pid, SIGKILL);
    waitpid(redis->pid, NULL, 0);
    redis->pid = 0;
}
