/* redis_rig: a Redis for the whole program. Static, for one test each. */
#ifndef TB_TEST_REDIS_RIG_H
#define TB_TEST_REDIS_RIG_H

#include "redis.h"
#include "unit.h"

static struct redis redis;

static int start(void **state)
{
    (void)state;
    redis_start(&redis, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    redis_stop(&redis);
    unit_remove_folder();
    return 0;
}

#endif
