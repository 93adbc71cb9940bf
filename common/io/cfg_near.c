/* cfg_near: names in the environment that are nearly a setting's, which nobody reads. */
#include "base/str.h"
#include "io/cfg_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NEAR_ENOUGH = 2, /* letters that may differ */
    NAME_MAX_BYTES = 64,
};

/* The setting of that name, else the nearest that is read and not set; NULL: none. */
static const struct cfg_setting *nearest(enum cfg_service service, const char *name,
                                         bool *same)
{
    const struct cfg_setting *best = NULL;
    size_t least = NEAR_ENOUGH + 1;
    for (size_t i = 0; i < cfg_settings_count; i++) {
        const struct cfg_setting *at = &cfg_settings[i];
        if (at->group)
            continue;
        size_t far = str_distance(name, at->name, strlen(at->name));
        bool is_read = (at->services & (unsigned)service) && !getenv(at->name);
        if (far < least && (far == 0 || is_read)) {
            best = at;
            least = far;
        }
    }
    *same = least == 0;
    return best;
}

void cfg_near(enum cfg_service service, struct buf *out)
{
    for (char **entry = environ; *entry; entry++) {
        char name[NAME_MAX_BYTES];
        bool same = false;
        size_t len = strcspn(*entry, "=");
        if (len >= sizeof(name))
            continue;
        memcpy(name, *entry, len);
        name[len] = '\0';
        char *file = len > 5 ? name + len - 5 : NULL;
        bool is_file = file && strcmp(file, "_FILE") == 0;
        if (is_file)
            *file = '\0';
        const struct cfg_setting *near = nearest(service, name, &same);
        if (near && !same)
            buf_printf(out, "%.*s: no setting has this name; did you mean %s%s?\n",
                       (int)len, *entry, near->name, is_file ? "_FILE" : "");
    }
}
