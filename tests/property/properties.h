/* properties: what holds for every order and every history. Each draws a case from the
 * world's seed and leaves why it does not hold in world->fault. */
#ifndef TB_PROPERTY_PROPERTIES_H
#define TB_PROPERTY_PROPERTIES_H

#include "world.h"

struct property {
    const char *name;
    void (*run)(struct world *world);
};

#define PROPERTY(name) void property_##name(struct world *world);
#include "properties.def"
#undef PROPERTY

#endif
