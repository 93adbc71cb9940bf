/* store_rig: a Redis for the whole program, and stores on it. Static, for one test each.
 */
#ifndef TB_TEST_STORE_RIG_H
#define TB_TEST_STORE_RIG_H

#include "redis_rig.h"
#include "stats_batch.h"
#include "store.h"

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
