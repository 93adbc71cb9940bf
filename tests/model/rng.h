/* rng: a seeded generator (splitmix64) for tests: the same seed, the same case, on every
 * machine. */
#ifndef TB_MODEL_RNG_H
#define TB_MODEL_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to n - 1; n above 0. */
static inline size_t rng_below(struct rng *rng, size_t n)
{
    return (size_t)(rng_next(rng) % n);
}

/* True once in n times. */
static inline bool rng_once_in(struct rng *rng, size_t n)
{
    return rng_below(rng, n) == 0;
}

#endif
