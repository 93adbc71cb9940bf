/* cost: see cost.h. */
#include "core/cost.h"

/* Points are whole, but their JSON numbers may carry a fraction (2000.0). */
static int64_t points(const struct json_at *at, const char *name)
{
    struct json_at member = json_member(at, name);
    if (!cJSON_IsNumber(member.value))
        return -1;
    double d = member.value->valuedouble;
    return d >= 0 && d <= 1e9 ? (int64_t)d : -1;
}

struct cost cost_read(const struct json_at *at)
{
    struct json_at cost = json_member(at, "cost");
    struct json_at status = json_member(&cost, "throttleStatus");
    return (struct cost){
        .requested = points(&cost, "requestedQueryCost"),
        .actual = points(&cost, "actualQueryCost"),
        .maximum = points(&status, "maximumAvailable"),
        .available = points(&status, "currentlyAvailable"),
        .restore_per_s = points(&status, "restoreRate"),
    };
}

void cost_note(struct cost_bucket *bucket, const struct cost *cost, int64_t at_ms)
{
    if (cost->maximum <= 0 || cost->available < 0 || cost->restore_per_s < 0)
        return;
    *bucket = (struct cost_bucket){
        .known = true,
        .maximum = cost->maximum,
        .available = cost->available,
        .restore_per_s = cost->restore_per_s,
        .at_ms = at_ms,
    };
}

/* A rate of 0 was seen in the field; waiting for ever would be the answer to it. */
static int64_t ms_until(int64_t missing, int64_t restore_per_s)
{
    enum { SLOWEST_PER_S = 10 };
    int64_t rate = restore_per_s > SLOWEST_PER_S ? restore_per_s : SLOWEST_PER_S;
    return missing <= 0 ? 0 : (missing * 1000 + rate - 1) / rate;
}

int64_t cost_wait_ms(const struct cost_bucket *bucket, int64_t needed,
                     int64_t keep_percent, int64_t now_ms)
{
    if (!bucket->known || needed <= 0)
        return 0;
    int64_t elapsed_ms = now_ms > bucket->at_ms ? now_ms - bucket->at_ms : 0;
    int64_t target = needed + bucket->maximum * keep_percent / 100;
    if (target > bucket->maximum)
        target = bucket->maximum;
    int64_t wait_ms = ms_until(target - bucket->available, bucket->restore_per_s);
    return wait_ms > elapsed_ms ? wait_ms - elapsed_ms : 0;
}

int64_t cost_throttled_ms(const struct cost *cost)
{
    enum { LEAST_MS = 100, MOST_MS = 60000, UNTOLD_MS = 2000 };
    if (cost->requested < 0 || cost->available < 0 || cost->restore_per_s < 0)
        return UNTOLD_MS;
    int64_t wait_ms = ms_until(cost->requested - cost->available, cost->restore_per_s);
    if (wait_ms < LEAST_MS)
        return LEAST_MS;
    return wait_ms > MOST_MS ? MOST_MS : wait_ms;
}

static int limit(const struct cost_size *size)
{
    return size->ceiling && size->ceiling < size->wanted ? size->ceiling : size->wanted;
}

void cost_size_begin(struct cost_size *size, int wanted)
{
    if (size->wanted != wanted) {
        bool whole = size->first == size->wanted || size->first == 0;
        size->wanted = wanted;
        if (whole || size->first > wanted)
            size->first = limit(size);
    }
}

bool cost_size_shrink(struct cost_size *size, bool too_dear)
{
    if (size->first <= 1)
        return false;
    if (too_dear)
        size->ceiling = size->first - 1;
    size->first /= 2;
    size->good = 0;
    return true;
}

void cost_size_good(struct cost_size *size)
{
    if (size->first >= limit(size) || ++size->good < COST_GROW_AFTER)
        return;
    size->first = size->first * 2 < limit(size) ? size->first * 2 : limit(size);
    size->good = 0;
}
