/* latency: see latency.h. */
#include "core/latency.h"

#include "base/str.h"
#include "core/keys.h"
#include "core/out.h"

#include <string.h>

enum {
    MS = 1000,
};

static const int64_t ends_s[] = {
#define RANGE(seconds) seconds,
#include "core/latency.def"
#undef RANGE
};

static size_t range_of(int64_t ms)
{
    size_t i = 0;
    while (i < LATENCY_ABOVE && ms > ends_s[i] * MS)
        i++;
    return i;
}

void latency_count(enum action action, int64_t updated_ms, int64_t committed_ms,
                   struct ops *ops)
{
    bool committed = action == ACTION_CREATED || action == ACTION_UPDATED ||
                     action == ACTION_CANCELLED;
    int64_t ms = committed_ms - updated_ms;
    if (!committed || updated_ms <= 0 || committed_ms <= 0)
        return;
    if (ms < 0)
        ms = 0;
    ops_add(ops, KEY_STATS,
            arena_printf(ops->arena, "%s%zu", FIELD_LATENCY, range_of(ms)), 1);
    ops_add(ops, KEY_STATS, FIELD_LATENCY "sum", (ms + MS / 2) / MS);
}

void latency_read(struct latency *latency, const char *name, int64_t value)
{
    int64_t range = 0;
    if (strcmp(name, "sum") == 0)
        latency->sum_s = value;
    else if (str_int64(name, 0, LATENCY_ABOVE, &range))
        latency->counts[range] = value;
}

static int64_t total(const struct latency *latency)
{
    int64_t count = 0;
    for (size_t i = 0; i < LATENCY_RANGES; i++)
        count += latency->counts[i];
    return count;
}

/* The upper end of the range that holds it; null when that is above all, or none is. */
static void add_quantile(const struct latency *latency, const char *name, int64_t percent,
                         cJSON *to)
{
    int64_t count = total(latency);
    int64_t seen = 0;
    for (size_t i = 0; count && i < LATENCY_ABOVE; i++) {
        seen += latency->counts[i];
        if (seen * 100 >= count * percent) {
            out_number(to, name, ends_s[i]);
            return;
        }
    }
    out_text(to, name, NULL);
}

void latency_write(const struct latency *latency, cJSON *to)
{
    cJSON *object = out_object_in(to, "latency");
    int64_t below = 0;
    out_number(object, "count", total(latency));
    out_number(object, "sum_seconds", latency->sum_s);
    add_quantile(latency, "half_within_seconds", 50, object);
    add_quantile(latency, "most_within_seconds", 95, object);
    cJSON *ranges = out_array_in(object, "ranges");
    for (size_t i = 0; i < LATENCY_RANGES; i++) {
        cJSON *range = out_object();
        below += latency->counts[i];
        if (i < LATENCY_ABOVE)
            out_number(range, "up_to_seconds", ends_s[i]);
        else
            out_text(range, "up_to_seconds", NULL);
        out_number(range, "count", below);
        out_append(ranges, range);
    }
}
