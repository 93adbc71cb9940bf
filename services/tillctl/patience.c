/* patience: see patience.h. */
#include "patience.h"

#include "io/clock.h"
#include "out.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TRY_EVERY_MS = 1000,
};

static void pause_ms(int64_t ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

enum rc patience_try(int64_t wait_s, const char *what,
                     enum rc (*attempt)(void *ctx, struct err *e), void *ctx,
                     struct err *e)
{
    int64_t until_ms = clock_monotonic_ms() + wait_s * 1000;
    char said[sizeof(e->text)] = "";
    for (;;) {
        enum rc rc = attempt(ctx, e);
        int64_t left_ms = until_ms - clock_monotonic_ms();
        if (rc != RC_RETRY || left_ms <= 0)
            return rc;
        if (strcmp(said, e->text) != 0)
            out_error("waiting for %s: %s", what, e->text);
        snprintf(said, sizeof(said), "%s", e->text);
        pause_ms(left_ms < TRY_EVERY_MS ? left_ms : TRY_EVERY_MS);
    }
}
