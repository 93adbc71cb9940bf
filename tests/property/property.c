/* property: runs the properties on cases drawn from seeds; a case that fails is tried at
 * smaller sizes, and the smallest is shown.
 *
 *   property [NAME...]      all, or those named
 *   TB_CASES=20000          cases of each property (default 400)
 *   TB_SEED=1 TB_SIZE=7     the first case's seed; one size only
 */
#include "properties.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CASES = 400,
    SIZE_MAX_CASE = 20,
};

static const struct property properties[] = {
#define PROPERTY(name) {#name, property_##name},
#include "properties.def"
#undef PROPERTY
};

static int64_t number_of(const char *variable, int64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoll(text, NULL, 10) : otherwise;
}

/* True when it holds; otherwise why not is in `fault`. */
static bool holds(const struct property *property, uint64_t seed, size_t size,
                  char *fault, size_t room)
{
    struct world *world = calloc(1, sizeof(*world));
    if (!world)
        abort();
    world_open(world, seed, size);
    property->run(world);
    bool good = !world->fault[0];
    snprintf(fault, room, "%s", world->fault);
    world_close(world);
    free(world);
    return good;
}

static void report(const struct property *property, uint64_t seed, size_t size)
{
    char fault[600];
    size_t smallest = 0;
    while (smallest < size && holds(property, seed, smallest, fault, sizeof(fault)))
        smallest++;
    (void)holds(property, seed, smallest, fault, sizeof(fault));
    printf("%s does not hold: seed %" PRIu64 ", size %zu: %s\n", property->name, seed,
           smallest, fault);
    printf("  again: TB_SEED=%" PRIu64 " TB_SIZE=%zu TB_CASES=1 property %s\n", seed,
           smallest, property->name);
}

static bool check(const struct property *property)
{
    char fault[600];
    int64_t cases = number_of("TB_CASES", CASES);
    int64_t one_size = number_of("TB_SIZE", -1);
    uint64_t first = (uint64_t)number_of("TB_SEED", 1);
    for (int64_t i = 0; i < cases; i++) {
        size_t size = one_size < 0 ? (size_t)(i % (SIZE_MAX_CASE + 1)) : (size_t)one_size;
        uint64_t seed = first + (uint64_t)i;
        if (holds(property, seed, size, fault, sizeof(fault)))
            continue;
        report(property, seed, size);
        return false;
    }
    printf("%s: %" PRId64 " cases from seed %" PRIu64 "\n", property->name, cases, first);
    return true;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    int run = 0;
    int failed = 0;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (!is_wanted(properties[i].name, argc, argv))
            continue;
        run++;
        failed += !check(&properties[i]);
    }
    if (run == 0)
        fprintf(stderr, "no such property; see properties.def\n");
    return failed || run == 0;
}
