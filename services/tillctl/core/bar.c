/* bar: see bar.h. */
#include "core/bar.h"

#include <inttypes.h>
#include <string.h>

enum {
    BAR_WIDTH = 20,
};

static const struct {
    const char *step, *says;
} steps[] = {
    {"start", "asking Shopify"},
    {"operation", "Shopify puts the orders together"},
    {"download", "the file is fetched"},
};

static const char *waiting_for(const struct progress *progress)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (strcmp(steps[i].step, progress->step) == 0)
            return steps[i].says;
    return NULL;
}

static void add_bar(const struct progress *progress, struct buf *out)
{
    char bar[BAR_WIDTH + 1];
    int64_t seen = progress->seen < progress->total ? progress->seen : progress->total;
    size_t full = (size_t)(seen * BAR_WIDTH / progress->total);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', full);
    bar[BAR_WIDTH] = '\0';
    buf_printf(out, "[%s] %" PRId64 " of %" PRId64 " orders", bar, progress->seen,
               progress->total);
}

void bar_line(const struct progress *progress, struct buf *out)
{
    const char *waits = waiting_for(progress);
    if (waits)
        buf_printf(out, "%s, %" PRId64 " orders so far", waits, progress->total);
    else if (progress->total > 0)
        add_bar(progress, out);
    else
        buf_printf(out, "%" PRId64 " orders", progress->seen);
    if (progress->error)
        buf_printf(out, "; tries again: %s", progress->error);
}

void bar_end(const struct progress *progress, struct buf *out)
{
    buf_printf(out, "%s: %" PRId64 " orders published", progress->state,
               progress->orders);
    if (progress->seen != progress->orders)
        buf_printf(out, " of %" PRId64 " gone through", progress->seen);
    if (progress->note)
        buf_printf(out, "; %s", progress->note);
    if (progress->error)
        buf_printf(out, "; %s", progress->error);
}
