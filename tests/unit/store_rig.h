/* store_rig: a Redis for the whole program, and stores on it. Static, for one test each.
 */
#ifndef TB_TEST_STORE_RIG_H
#define TB_TEST_STORE_RIG_H

#include "redis.h"
#include "stats_batch.h"
#include "store.h"

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

static struct store *open_store(void)
{
    char url[100];
    struct err e = {0};
    struct store *opened = NULL;
    snprintf(url, sizeof(url), "redis://127.0.0.1:%d/0", redis.port);
    assert_ok(store_open(url, &opened, &e), &e);
    return opened;
}

#endif
