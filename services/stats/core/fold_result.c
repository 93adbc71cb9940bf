/* fold_result: see fold_result.h. A result is first checked against its source's offset,
 * then counted, then shown. */
#include "core/fold_result.h"

#include "base/str.h"
#include "core/history.h"
#include "core/kept.h"
#include "core/keys.h"
#include "core/latency.h"
#include "core/tally.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct seen {
    struct result result;
    enum action action;
    enum reason reason;
    enum tally_source source;
    enum tally_class class;
    const char *value; /* the event as JSON, as it is kept */
};

static enum rc decode(const struct fold_record *record, struct arena *arena,
                      struct seen *seen, struct err *e)
{
    if (!record->value)
        return err_set(e, RC_REJECT, "result.fold", "a record without a value");
    enum rc rc = result_decode(record->value, record->value_len, arena, &seen->result, e);
    if (rc)
        return rc;
    if (!action_parse(seen->result.action, &seen->action))
        return err_set(e, RC_REJECT, "result.fold", "action: \"%.40s\" is not known",
                       seen->result.action);
    if (!tally_source_parse(seen->result.source, &seen->source))
        return err_set(e, RC_REJECT, "result.fold", "source: \"%.40s\" is not known",
                       seen->result.source);
    /* A newer reconciler may know more reasons: the result counts, without its reason. */
    if (!seen->result.reason || !reason_parse(seen->result.reason, &seen->reason))
        seen->reason = REASON_NONE;
    seen->class = tally_class_of(seen->source, seen->result.dry_run);
    return RC_OK;
}

static struct fold_source *source_of(struct fold_out *out, const char *id)
{
    for (size_t i = 0; i < out->state.source_count; i++)
        if (strcmp(out->state.sources[i].id, id) == 0)
            return &out->state.sources[i];
    size_t count = out->state.source_count;
    struct fold_source *sources =
        arena_array(out->ops.arena, count + 1, sizeof(*sources));
    if (count)
        memcpy(sources, out->state.sources, count * sizeof(*sources));
    sources[count] = (struct fold_source){.id = id, .offset = -1};
    out->state.sources = sources;
    out->state.source_count++;
    return &sources[count];
}

/* A result met again is for a message that was published no later than those folded
 * before. One at a lower offset but published later can't have been folded: the source
 * topic was made anew and its offsets began again. */
static bool is_duplicate(const struct result *result, struct fold_source *source,
                         struct fold_out *out)
{
    if (result->src_offset > source->offset)
        return false;
    if (source->published_ms == 0 || result->published_ms <= source->published_ms)
        return true;
    out->restarted = source->id;
    source->awaited_count = 0;
    return false;
}

static void advance(const struct result *result, struct fold_source *source)
{
    source->offset = result->src_offset;
    if (result->published_ms > source->published_ms)
        source->published_ms = result->published_ms;
    source->changed = true;
}

static bool is_awaited(const struct fold_source *source, int64_t offset)
{
    for (size_t i = 0; i < source->awaited_count; i++)
        if (source->awaited[i] == offset)
            return true;
    return false;
}

/* The offsets awaited without this one, or with it too. */
static void set_awaited(struct fold_source *source, int64_t offset, bool awaited,
                        struct arena *arena)
{
    int64_t *list = arena_array(arena, source->awaited_count + 1, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < source->awaited_count; i++)
        if (source->awaited[i] != offset)
            list[count++] = source->awaited[i];
    if (awaited)
        list[count++] = offset;
    source->awaited = list;
    source->awaited_count = count;
    source->changed = true;
}

/* Whether the result is news of its source: a message put aside has two, the first of
 * them pending, however late the second comes and however often either is repeated. */
static bool take(const struct result *result, struct fold_source *source,
                 struct fold_out *out)
{
    int64_t offset = result->src_offset;
    if (is_awaited(source, offset)) {
        if (!result->pending)
            set_awaited(source, offset, false, out->ops.arena);
        return !result->pending;
    }
    if (is_duplicate(result, source, out))
        return false;
    advance(result, source);
    if (result->pending)
        set_awaited(source, offset, true, out->ops.arena);
    return true;
}

static void count(const struct seen *seen, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    const char *class = tally_class_word(seen->class);
    const char *action = action_word(seen->action);
    const char *reason = reason_word(seen->reason);
    const char *shop = seen->result.shop ? seen->result.shop : "";
    assert(seen->result.src_topic); /* always there, says the table */
    ops_add(&out->ops, KEY_STATS,
            arena_printf(arena, "%s%s|%s|%s|%s|%s", FIELD_COUNT, class,
                         tally_source_word(seen->source), action, reason, shop),
            1);
    /* A doorbell of an order that is gone: no poll published anything for it. */
    if (seen->class == CLASS_LIVE && strcmp(seen->result.src_topic, TOPIC_WEBHOOKS) == 0)
        ops_add(&out->ops, KEY_STATS, arena_printf(arena, "%s%s", FIELD_UNRECORDED, shop),
                1);
    if (!str_empty(seen->result.poll_id))
        ops_add(&out->ops, arena_printf(arena, "%s%s", KEY_POLL, seen->result.poll_id),
                arena_printf(arena, "%s%s|%s|%s", FIELD_COUNT, class, action, reason), 1);
}

static void count_history(const struct seen *seen, struct fold_out *out)
{
    const struct history_entry entry = {.at_ms = seen->result.decided_ms,
                                        .class = seen->class,
                                        .action = seen->action,
                                        .reason = seen->reason,
                                        .shop = seen->result.shop};
    history_count(&entry, &out->ops);
    if (seen->class == CLASS_LIVE)
        latency_count(seen->action, seen->result.updated_ms, seen->result.decided_ms,
                      &out->ops);
}

/* Orders polled again and again without news would push the others out. */
static bool is_quiet(const struct seen *seen)
{
    return seen->reason == REASON_UNCHANGED || seen->reason == REASON_ALREADY_REPORTED;
}

/* Only decisions that changed RMS are each of their own. */
static const char *signature(const struct seen *seen, struct arena *arena)
{
    switch (seen->action) {
    case ACTION_CREATED:
    case ACTION_UPDATED:
    case ACTION_CANCELLED:
    case ACTION_COUNT:
        return seen->class == CLASS_DRY_RUN ? "dry run" : "";
    case ACTION_SKIPPED:
    case ACTION_CONFLICT:
    case ACTION_ERROR:
        break;
    }
    return arena_printf(arena, "%s %s %s", tally_class_word(seen->class),
                        action_word(seen->action), reason_word(seen->reason));
}

static void show_history(const struct seen *seen, const char *order, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    const char *keep_s = ops_number(arena, KEEP_ORDER_S);
    ops_command(&out->ops, "HISTORY", arena_printf(arena, "%s%s", KEY_ORDER, order),
                signature(seen, arena), seen->value, ops_number(arena, KEEP_DECISIONS),
                keep_s, NULL);
    if (str_empty(seen->result.name))
        return;
    const char *name = arena_printf(arena, "%s%s", KEY_NAME, seen->result.name);
    ops_command(&out->ops, "HSET", name, seen->result.shop,
                ops_number(arena, seen->result.order), NULL);
    ops_command(&out->ops, "EXPIRE", name, keep_s, NULL);
}

/* What of an order's decisions leaves nothing open in RMS. */
static bool is_over(const struct seen *seen)
{
    return seen->action == ACTION_CANCELLED ||
           seen->reason == REASON_CANCELLED_BEFORE_CREATE ||
           seen->reason == REASON_FINANCIAL_STATUS || seen->reason == REASON_TEST_ORDER ||
           seen->reason == REASON_NO_LINES;
}

/* The same in words, each between blanks. */
static const char *over_words(struct arena *arena)
{
    return arena_printf(arena, " %s %s %s %s %s ", action_word(ACTION_CANCELLED),
                        reason_word(REASON_CANCELLED_BEFORE_CREATE),
                        reason_word(REASON_FINANCIAL_STATUS),
                        reason_word(REASON_TEST_ORDER), reason_word(REASON_NO_LINES));
}

static void open_issue(const struct seen *seen, const char *member, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    const char *at = ops_number(arena, seen->result.decided_ms);
    if (seen->reason == REASON_DELETED_IN_SHOP) {
        ops_command(&out->ops, "OPEN_GONE", KEY_OPEN, KEY_OPEN_DATA, member, at,
                    seen->value, arena_printf(arena, "%s%s", KEY_ORDER, member),
                    over_words(arena), NULL);
    } else {
        ops_command(&out->ops, "OPEN", KEY_OPEN, KEY_OPEN_DATA, member, at, seen->value,
                    NULL);
    }
    ops_command(&out->ops, "TRIM_OPEN", KEY_OPEN, KEY_OPEN_DATA,
                ops_number(arena, KEEP_OPEN), NULL);
}

static void close_issue(const struct seen *seen, const char *member, struct fold_out *out)
{
    ops_command(&out->ops, "CLOSE", KEY_OPEN, KEY_OPEN_DATA, member,
                ops_number(out->ops.arena, seen->result.decided_ms),
                is_over(seen) ? "1" : "", NULL);
}

static const char *message_id(const struct result *result, struct arena *arena)
{
    return arena_printf(arena, "message/%s/%" PRId64 "/%" PRId64, result->src_topic,
                        result->src_partition, result->src_offset);
}

/* What a person must see to stays open until a later decision settles the order; an older
 * version met again, or the same content met again, settles nothing. */
static void show_open(const struct seen *seen, const char *order, struct fold_out *out)
{
    if (seen->class == CLASS_DRY_RUN)
        return;
    if (seen->action == ACTION_CONFLICT || seen->action == ACTION_ERROR)
        open_issue(seen, order ? order : message_id(&seen->result, out->ops.arena), out);
    else if (order && seen->reason != REASON_STALE &&
             seen->reason != REASON_ALREADY_REPORTED)
        close_issue(seen, order, out);
}

static void show(const struct seen *seen, struct fold_out *out)
{
    const struct result *result = &seen->result;
    const char *order = NULL;
    if (!str_empty(result->shop) && result->order > 0)
        order = snapshot_key(result->shop, result->order, out->ops.arena);
    if (order)
        show_history(seen, order, out);
    show_open(seen, order, out);
    if (!is_quiet(seen))
        ops_command(&out->ops, "EVENT", KEY_EVENTS, KEY_EVENT_SEQ, seen->value,
                    ops_number(out->ops.arena, KEEP_EVENTS), NULL);
    if (seen->class != CLASS_DRY_RUN && !is_quiet(seen) &&
        (seen->action == ACTION_ERROR || seen->action == ACTION_CONFLICT))
        ops_command(&out->ops, "EVENT", KEY_ERRORS, KEY_ERROR_SEQ, seen->value,
                    ops_number(out->ops.arena, KEEP_ERRORS), NULL);
}

enum rc fold_result_add(const struct fold_record *record, struct fold_out *out,
                        struct err *e)
{
    struct arena *arena = out->ops.arena;
    struct seen seen = {0};
    enum rc rc = decode(record, arena, &seen, e);
    if (rc)
        return rc;
    const struct result *result = &seen.result;
    const char *id =
        arena_printf(arena, "%s/%" PRId64, result->src_topic, result->src_partition);
    struct fold_source *source = source_of(out, id);
    if (!take(result, source, out)) {
        out->duplicates++;
        return RC_OK;
    }
    if (!result->pending)
        count(&seen, out);
    count_history(&seen, out);
    seen.value = kept_value(&result_codec, result, record, arena);
    show(&seen, out);
    return RC_OK;
}
