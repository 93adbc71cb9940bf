/* redis: a redis-server of the test's own, on a free port, in the test's folder. */
#ifndef TB_UNIT_REDIS_H
#define TB_UNIT_REDIS_H

#include <sys/types.h>

struct redis {
    int port;
    pid_t pid; /* 0: not running */
};

/* Starts it (again: on the port it had) and waits until it answers; fails the test when
 * there is no redis-server. password may be NULL. It ends with the test program. */
void redis_start(struct redis *redis, const char *password);
void redis_stop(struct redis *redis); /* by SIGKILL; nothing when not running */

#endif
