/* follow_fold: what is in hand, partition by partition, into Redis. */
#include "follow_internal.h"

#include "io/clock.h"
#include "io/log.h"
#include "wire/messages.h"

#include <string.h>

enum {
    TRIES = 3, /* after another aggregator got ahead of us */
};

static bool is_of(const struct bus_message *message, const struct follow_part *part)
{
    return message->partition == part->partition &&
           strcmp(message->topic, part->topic) == 0;
}

static struct fold_record record_of(const struct bus_message *message,
                                    struct arena *arena)
{
    size_t count = strcmp(message->topic, TOPIC_DLQ) == 0 ? message->header_count : 0;
    struct fold_header *headers = arena_array(arena, count, sizeof(*headers));
    for (size_t i = 0; i < count; i++)
        headers[i] =
            (struct fold_header){message->headers[i].name, message->headers[i].value};
    return (struct fold_record){.offset = message->offset,
                                .timestamp_ms = message->timestamp_ms,
                                .headers = headers,
                                .header_count = count,
                                .key = message->key,
                                .key_len = message->key_len,
                                .value = message->value,
                                .value_len = message->value_len};
}

static size_t records_of(struct follow *follow, const struct follow_part *part,
                         struct fold_record *records)
{
    size_t count = 0;
    for (size_t i = 0; i < follow->in_hand_count; i++)
        if (is_of(&follow->in_hand[i], part))
            records[count++] = record_of(&follow->in_hand[i], &follow->arena);
    return count;
}

/* The first record after joining is the last one that was folded, or a later one when
 * that one was compacted away. An earlier one came because our position lies behind the
 * topic's end, and librdkafka began again from the start. */
static bool is_same_history(struct follow *follow, struct follow_part *part,
                            const struct fold_record *first)
{
    int64_t last = part->state.next - 1;
    if (part->same_history)
        return true;
    if (first->offset < last)
        follow_raise(follow, part,
                     "the topic ends before what was counted already: it "
                     "was deleted and made anew");
    else if (first->offset == last && !fold_same_history(&part->state, first))
        follow_raise(follow, part,
                     "the topic holds another record than the one counted: "
                     "it was deleted and made anew");
    part->same_history = !follow->alarm[0];
    return part->same_history;
}

static void report(const struct follow_part *part, const struct fold_out *out)
{
    for (size_t i = 0; i < out->malformed && i < FOLD_FAULTS; i++)
        log_err(LOG_WARN, "record.malformed", &out->faults[i].err,
                LOG_FIELDS(KV("topic", part->topic), KV("partition", part->partition),
                           KV("offset", out->faults[i].offset)));
    if (out->malformed > FOLD_FAULTS)
        log_warn("record.malformed_more", KV("count", out->malformed - FOLD_FAULTS));
    if (out->restarted)
        log_error("source.made_anew", KV("source", out->restarted),
                  KV("text", "its offsets began again: the topic was deleted and made "
                             "anew; its results are counted from there"));
    if (out->expired)
        log_error("records.expired", KV("partition", part->id), KV("count", out->expired),
                  KV("text", "Kafka dropped them by age before they were counted"));
    log_debug("batch.folded", KV("partition", part->id), KV("records", out->folded),
              KV("duplicates", out->duplicates), KV("next", out->state.next));
}

static void store_hint(struct follow *follow, const struct follow_part *part)
{
    struct err e;
    const struct bus_partition at = {
        .topic = part->topic, .partition = part->partition, .offset = part->state.next};
    if (bus_store(follow->consumer, &at, 1, &e))
        log_err(LOG_DEBUG, "offset.not_stored", &e, LOG_FIELDS());
}

/* Redis moved on: another aggregator held the partition meanwhile, or our own answer was
 * lost; what it folded is passed over. Redis moved back: it was emptied or restored. */
static enum rc follow_moved(struct follow *follow, struct follow_part *part,
                            int64_t stored, struct err *e)
{
    if (stored >= part->state.next)
        return follow_reload(follow, part, e);
    log_warn("fold.rewind", KV("partition", part->id), KV("ours", part->state.next),
             KV("redis", stored));
    follow->rewind = true;
    return RC_OK;
}

/* *again: Redis held another position; the state was read again. */
static enum rc apply(struct follow *follow, struct follow_part *part,
                     const struct fold_in *in, bool *again, struct err *e)
{
    struct fold_out out;
    struct store_applied applied = {0};
    *again = false;
    fold_batch(in, &part->state, &follow->arena, &out);
    if (out.state.next == part->state.next)
        return RC_OK;
    enum rc rc =
        store_apply(follow->store, part->id, part->state.next, &out.ops, &applied, e);
    if (rc)
        return rc;
    if (applied.moved) {
        *again = true;
        return follow_moved(follow, part, applied.stored, e);
    }
    follow->folded_ms = clock_monotonic_ms();
    report(part, &out);
    follow_adopt(part, &out.state);
    store_hint(follow, part);
    return RC_OK;
}

static enum rc apply_until_done(struct follow *follow, struct follow_part *part,
                                const struct fold_in *in, struct err *e)
{
    bool again = true;
    for (int i = 0; again && !follow->rewind && i < TRIES; i++) {
        enum rc rc = apply(follow, part, in, &again, e);
        if (rc)
            return rc;
    }
    if (!again || follow->rewind)
        return RC_OK;
    return err_set(e, RC_RETRY, "fold", "%s: another aggregator is folding it too",
                   part->id);
}

static enum rc fold_part(struct follow *follow, struct follow_part *part, struct err *e)
{
    struct fold_record *records =
        arena_array(&follow->arena, follow->in_hand_count, sizeof(*records));
    size_t count = records_of(follow, part, records);
    if (count == 0 || !is_same_history(follow, part, &records[0]))
        return RC_OK;
    const struct fold_in in = {
        .topic = part->topic, .partition = part->id, .records = records, .count = count};
    return apply_until_done(follow, part, &in, e);
}

enum rc follow_fold(struct follow *follow, struct err *e)
{
    arena_reset(&follow->arena);
    for (size_t i = 0; i < follow->part_count && follow->in_hand_count; i++) {
        enum rc rc = fold_part(follow, &follow->parts[i], e);
        if (rc)
            return rc;
        if (follow->rewind)
            break;
    }
    follow_drop_in_hand(follow);
    return RC_OK;
}

enum rc follow_fold_gap(struct follow *follow, struct follow_part *part, int64_t low,
                        struct err *e)
{
    const struct fold_in in = {.topic = part->topic, .partition = part->id, .low = low};
    arena_reset(&follow->arena);
    return apply_until_done(follow, part, &in, e);
}
