/* arena_rig: an arena for the whole program. Static, for one test each. */
#ifndef TB_TEST_ARENA_RIG_H
#define TB_TEST_ARENA_RIG_H

#include "base/arena.h"

static struct arena arena;

static int arena_start(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int arena_stop(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#endif
