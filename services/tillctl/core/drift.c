/* drift: what is taken from the topics and from RMS; see drift.h. */
#include "core/drift.h"

#include "core/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    bool repairs;
} kinds[DRIFT_COUNT] = {
#define DRIFT(id, word, style, help, repairs) {word, repairs},
#include "core/drift.def"
#undef DRIFT
};

const char *drift_word(enum drift_kind kind)
{
    return kinds[kind].word;
}

bool drift_repairs(enum drift_kind kind)
{
    return kinds[kind].repairs;
}

void drift_init(struct drift *drift, const char *run)
{
    *drift = (struct drift){.runs = {run}, .run_count = 1};
    arena_init(&drift->arena);
    arena_init(&drift->scratch);
}

void drift_add_run(struct drift *drift, const char *run)
{
    if (drift->run_count < DRIFT_RUNS_MAX)
        drift->runs[drift->run_count++] = run;
}

void drift_done(struct drift *drift)
{
    arena_done(&drift->arena);
    arena_done(&drift->scratch);
    free(drift->sources);
}

/* ---- polls ---- */

static bool is_ours(struct drift *drift, const char *poll_id)
{
    const struct codec_texts *ids = &drift->poll_ids;
    if (!poll_id)
        return false;
    if (drift->poll_last < ids->count && strcmp(ids->at[drift->poll_last], poll_id) == 0)
        return true;
    for (size_t i = 0; i < ids->count; i++) {
        if (strcmp(ids->at[i], poll_id) == 0) {
            drift->poll_last = i; /* the next one is likely of the same poll */
            return true;
        }
    }
    return false;
}

static bool is_run(const struct drift *drift, const char *id)
{
    for (size_t i = 0; id && i < drift->run_count; i++)
        if (strcmp(drift->runs[i], id) == 0)
            return true;
    return false;
}

/* Room for one more of so many bytes each. */
static void *grown(struct arena *arena, void *at, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return at;
    size_t more = *room ? *room * 2 : 256;
    void *bigger = arena_array(arena, more, size);
    if (count)
        memcpy(bigger, at, count * size);
    *room = more;
    return bigger;
}

void drift_take_poll(struct drift *drift, const char *value, size_t len)
{
    struct poll_record record;
    struct codec_texts *ids = &drift->poll_ids;
    arena_reset(&drift->scratch);
    if (poll_decode(value, len, &drift->scratch, &record, NULL) ||
        !is_run(drift, record.trigger_id) || is_ours(drift, record.poll_id))
        return;
    ids->at =
        grown(&drift->arena, ids->at, ids->count, &drift->poll_room, sizeof(*ids->at));
    ids->at[ids->count++] = arena_strdup(&drift->arena, record.poll_id);
}

/* ---- orders as the shop shows them ---- */

static bool has_units(const struct snapshot *order)
{
    const struct snapshot_line *lines = snapshot_lines(order);
    for (size_t i = 0; i < order->lines.count; i++)
        if (lines[i].current_quantity > 0)
            return true;
    return false;
}

/* One with nothing left is closed in RMS by the reconciler; Shopify leaves it open. */
static bool is_open(const struct snapshot *order)
{
    return !order->cancelled_ms && !order->closed_ms && has_units(order) &&
           !(order->fulfillment_status &&
             strcmp(order->fulfillment_status, "FULFILLED") == 0);
}

void drift_take_order(struct drift *drift, const char *poll_id, const char *value,
                      size_t len)
{
    struct snapshot order;
    arena_reset(&drift->scratch);
    if (!is_ours(drift, poll_id) ||
        snapshot_decode(value, len, &drift->scratch, &order, NULL))
        return;
    drift->shown = grown(&drift->arena, drift->shown, drift->shown_count,
                         &drift->shown_room, sizeof(*drift->shown));
    drift->shown[drift->shown_count] = (struct drift_order){
        .id = order.id, .seq = order.fetched_ms, .open_there = is_open(&order)};
    drift->shown_count++;
}

/* ---- results ---- */

static uint64_t mixed(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t source_of(const struct result *result)
{
    uint64_t hash = mixed(UINT64_C(14695981039346656037), result->src_topic,
                          strlen(result->src_topic));
    hash =
        mixed(hash, (const char *)&result->src_partition, sizeof(result->src_partition));
    hash = mixed(hash, (const char *)&result->src_offset, sizeof(result->src_offset));
    return hash ? hash : 1;
}

static bool put(uint64_t *set, size_t room, uint64_t key)
{
    size_t at = (size_t)key & (room - 1);
    while (set[at] && set[at] != key)
        at = (at + 1) & (room - 1);
    bool is_new = !set[at];
    set[at] = key;
    return is_new;
}

static void grow_set(struct drift *drift)
{
    size_t room = drift->source_room ? drift->source_room * 2 : 1024;
    uint64_t *set = calloc(room, sizeof(*set));
    if (!set)
        abort(); /* out of memory: as in arena.h */
    for (size_t i = 0; i < drift->source_room; i++)
        if (drift->sources[i])
            put(set, room, drift->sources[i]);
    free(drift->sources);
    drift->sources = set;
    drift->source_room = room;
}

static bool is_new(struct drift *drift, const struct result *result)
{
    if (drift->source_count * 2 >= drift->source_room)
        grow_set(drift);
    if (!put(drift->sources, drift->source_room, source_of(result)))
        return false;
    drift->source_count++;
    return true;
}

static enum drift_kind kind_of(const struct result *result)
{
    enum action action = ACTION_SKIPPED;
    if (!action_parse(result->action, &action))
        return DRIFT_REFUSED; /* of a newer release: better shown than not */
    switch (action) {
    case ACTION_CREATED:
        return DRIFT_MISSING;
    case ACTION_UPDATED:
        return DRIFT_DIFFERS;
    case ACTION_CANCELLED:
        return DRIFT_CANCELLED;
    case ACTION_CONFLICT:
        return DRIFT_HELD;
    case ACTION_ERROR:
        return DRIFT_REFUSED;
    case ACTION_SKIPPED:
    case ACTION_COUNT:
        break;
    }
    enum reason reason = words_reason(result);
    return reason == REASON_UNCHANGED || reason == REASON_STALE ? DRIFT_SAME
                                                                : DRIFT_UNWANTED;
}

static const struct result *keep(struct drift *drift, const char *value, size_t len)
{
    struct result *result = NULL;
    if (drift->bytes + len > DRIFT_BYTES_MAX)
        return NULL;
    result = arena_alloc(&drift->arena, sizeof(*result));
    if (result_decode(value, len, &drift->arena, result, NULL))
        return NULL;
    drift->bytes += len;
    return result;
}

static void add(struct drift *drift, const struct drift_order *order)
{
    drift->orders = grown(&drift->arena, drift->orders, drift->count, &drift->room,
                          sizeof(*drift->orders));
    drift->orders[drift->count] = *order;
    drift->orders[drift->count].seq = (int64_t)drift->count;
    drift->count++;
}

void drift_take_result(struct drift *drift, const char *value, size_t len)
{
    struct result result;
    arena_reset(&drift->scratch);
    if (result_decode(value, len, &drift->scratch, &result, NULL) || !result.dry_run ||
        !is_ours(drift, result.poll_id) || !is_new(drift, &result))
        return;
    enum drift_kind kind = kind_of(&result);
    bool is_shown = kind != DRIFT_SAME && kind != DRIFT_UNWANTED;
    const struct drift_order order = {.id = result.order,
                                      .kind = kind,
                                      .name = arena_strdup(&drift->arena, result.name),
                                      .rms_order = result.rms_order,
                                      .result =
                                          is_shown ? keep(drift, value, len) : NULL};
    add(drift, &order);
}

size_t drift_results(const struct drift *drift)
{
    return drift->source_count;
}

/* ---- settling ---- */

static int by_id(const void *a, const void *b)
{
    const struct drift_order *x = a;
    const struct drift_order *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* Sorts, and keeps the last of each id; how many there are then. */
static size_t settle(struct drift_order *orders, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(orders, count, sizeof(*orders), by_id);
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || orders[i + 1].id != orders[i].id)
            orders[kept++] = orders[i];
    return kept;
}

static struct drift_order *look_up(struct drift_order *orders, size_t count, int64_t id)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (orders[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && orders[low].id == id ? &orders[low] : NULL;
}

void drift_settle(struct drift *drift)
{
    drift->count = settle(drift->orders, drift->count);
    drift->shown_count = settle(drift->shown, drift->shown_count);
    memset(drift->totals, 0, sizeof(drift->totals));
    for (size_t i = 0; i < drift->count; i++) {
        struct drift_order *order = &drift->orders[i];
        const struct drift_order *shown =
            look_up(drift->shown, drift->shown_count, order->id);
        order->known = shown != NULL;
        order->open_there = shown && shown->open_there;
        drift->totals[order->kind]++;
    }
}

struct drift_order *drift_find(const struct drift *drift, int64_t id)
{
    return look_up(drift->orders, drift->count, id);
}

/* Staff may have finished or closed what the shop still waits for. */
void drift_take_rms(struct drift *drift, int64_t id, int64_t rms_order, bool closed)
{
    struct drift_order *order = drift_find(drift, id);
    if (!order)
        return;
    order->rms_order = rms_order;
    if (!closed || !order->open_there || order->kind != DRIFT_SAME)
        return;
    drift->totals[order->kind]--;
    order->kind = DRIFT_CLOSED;
    drift->totals[order->kind]++;
}

void drift_add_extra(struct drift *drift, int64_t id, int64_t rms_order)
{
    const struct drift_order order = {
        .id = id, .kind = DRIFT_EXTRA, .rms_order = rms_order};
    add(drift, &order);
    drift->totals[DRIFT_EXTRA]++;
}

size_t drift_differing(const struct drift *drift)
{
    size_t count = 0;
    for (enum drift_kind kind = DRIFT_MISSING; kind < DRIFT_COUNT; kind++)
        count += drift->totals[kind];
    return count;
}
