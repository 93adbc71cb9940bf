/* follow_parts: the partitions that are ours, and where their reading starts. */
#include "follow_internal.h"

#include "core/keys.h"
#include "io/clock.h"
#include "io/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    char *out = strdup(text);
    if (!out)
        abort(); /* out of memory: as in arena.h */
    return out;
}

static char *part_id(const struct bus_partition *partition)
{
    char *id = NULL;
    if (asprintf(&id, "%s/%d", partition->topic, (int)partition->partition) < 0)
        abort();
    return id;
}

void follow_drop_parts(struct follow *follow)
{
    for (size_t i = 0; i < follow->part_count; i++) {
        free(follow->parts[i].topic);
        free(follow->parts[i].id);
        arena_done(&follow->parts[i].keep);
    }
    free(follow->parts);
    follow->parts = NULL;
    follow->part_count = 0;
}

void follow_drop_in_hand(struct follow *follow)
{
    for (size_t i = 0; i < follow->in_hand_count; i++)
        bus_message_free(&follow->in_hand[i]);
    follow->in_hand_count = 0;
    follow->in_hand_bytes = 0;
}

void follow_adopt(struct follow_part *part, const struct fold_state *state)
{
    struct arena old = part->keep; /* state may be borrowed from it */
    arena_init(&part->keep);
    fold_state_copy(state, &part->keep, &part->state);
    arena_done(&old);
}

enum rc follow_reload(struct follow *follow, struct follow_part *part, struct err *e)
{
    struct store_texts fields;
    struct fold_state state;
    enum rc rc =
        store_read(follow->store, &follow->arena, &fields, e, "HGETALL", KEY_STATS, NULL);
    if (rc)
        return rc;
    fold_state_read(fields.at, fields.count, part->id, &follow->arena, &state);
    follow_adopt(part, &state);
    return RC_OK;
}

static void add_part(struct follow *follow, const struct bus_partition *partition,
                     const struct store_texts *fields)
{
    struct follow_part *part = &follow->parts[follow->part_count++];
    *part = (struct follow_part){.topic = copy(partition->topic),
                                 .id = part_id(partition),
                                 .partition = partition->partition};
    arena_init(&part->keep);
    fold_state_read(fields->at, fields->count, part->id, &part->keep, &part->state);
    part->same_history = part->state.next == 0;
}

/* One record earlier than needed: see follow.h. */
static int64_t start_of(const struct follow_part *part)
{
    return part->state.next > 0 ? part->state.next - 1 : 0;
}

void follow_assigned(void *ctx, struct bus_partition *partitions, size_t count)
{
    struct follow *follow = ctx;
    struct store_texts fields;
    struct err e;
    struct arena arena;
    arena_init(&arena);
    follow_drop_in_hand(follow);
    follow_drop_parts(follow);
    if (store_read(follow->store, &arena, &fields, &e, "HGETALL", KEY_STATS, NULL)) {
        log_err(LOG_WARN, "fold.positions_unknown", &e, LOG_FIELDS());
        follow->rewind = true; /* joins again when Redis is back */
        arena_done(&arena);
        return;
    }
    follow->parts = calloc(count, sizeof(*follow->parts));
    if (!follow->parts)
        abort();
    for (size_t i = 0; i < count; i++) {
        add_part(follow, &partitions[i], &fields);
        partitions[i].offset = start_of(&follow->parts[i]);
    }
    arena_done(&arena);
    log_info("fold.assigned", KV("partitions", count));
    follow_check_ranges(follow);
}

/* What is in hand is not folded yet: whoever is next reads it again. */
void follow_revoked(void *ctx, const struct bus_partition *partitions, size_t count,
                    bool lost)
{
    (void)partitions;
    (void)count;
    (void)lost;
    struct follow *follow = ctx;
    follow_drop_in_hand(follow);
    follow_drop_parts(follow);
}

void follow_raise(struct follow *follow, const struct follow_part *part, const char *what)
{
    snprintf(follow->alarm, sizeof(follow->alarm),
             "%.280s: %.150s; nothing is counted until a person looks: put the topic "
             "back, or delete the keys {tillbridge}:* in Redis to count the new one from "
             "its beginning",
             part->id, what);
    follow->said_ms = clock_monotonic_ms();
    log_error("fold.stopped", KV("text", follow->alarm));
    follow_drop_in_hand(follow);
    follow_pause(follow, true);
}
