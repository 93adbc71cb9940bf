/* work: reading a message and putting its result together; see work.h. */
#include "work.h"

#include "base/instant.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>

static bool header_is(const struct bus_message *message, const char *name,
                      const char *wanted)
{
    const char *value = bus_header(message, name);
    return value && strcmp(value, wanted) == 0;
}

/* What goes into every result is not to be as long as whoever made the message likes. */
const char *work_short_header(const struct bus_message *message, const char *name)
{
    const char *value = bus_header(message, name);
    return value && strlen(value) <= WORK_KEY_MAX ? value : NULL;
}

/* A copy made by a console tool or a redrive has another timestamp than the one that the
 * fetcher gives it, which is the snapshot's own fetchedAt. */
static const char *source_of(const struct work *work)
{
    const char *source = work_short_header(&work->message, HEADER_SOURCE);
    bool original =
        work->readable && work->origin.timestamp_ms == work->snapshot.fetched_ms;
    return original && source ? source : SOURCE_REPLAY;
}

static enum rc check_key(const struct work *work, struct arena *arena, struct err *e)
{
    const struct bus_message *m = &work->message;
    const char *shop = NULL;
    int64_t id = 0;
    if (!m->key) /* a replay without keys: the guard keeps it right */
        return RC_OK;
    if (snapshot_key_parse(m->key, m->key_len, arena, &shop, &id) &&
        id == work->snapshot.id && strcmp(shop, work->snapshot.shop) == 0)
        return RC_OK;
    return err_set(e, RC_REJECT, "order.key",
                   "the key \"%.*s\" is not the order's: expected %s/%" PRId64,
                   (int)(m->key_len > 200 ? 200 : m->key_len), m->key,
                   work->snapshot.shop, work->snapshot.id);
}

static enum rc decode(struct work *work, struct arena *arena, struct err *e)
{
    const struct bus_message *m = &work->message;
    if (m->key_len > WORK_KEY_MAX)
        return err_set(e, RC_REJECT, "order.key", "the key has %zu bytes: 512 at most",
                       m->key_len);
    if (!m->value)
        return err_set(
            e, RC_REJECT, "order.decode",
            "the message has no value: an order is never deleted by a tombstone");
    enum rc rc = snapshot_decode(m->value, m->value_len, arena, &work->snapshot, e);
    return rc ? rc : check_key(work, arena, e);
}

void work_read(struct work *work, const struct bus_message *message, struct arena *arena)
{
    struct err e = {0};
    *work = (struct work){.message = *message,
                          .origin = {.topic = message->topic,
                                     .partition = message->partition,
                                     .offset = message->offset,
                                     .timestamp_ms = message->timestamp_ms}};
    work->attempt = work_retry_origin(&work->message, &work->origin);
    work->readable = decode(work, arena, &e) == RC_OK;
    if (!work->readable)
        work->refusal = arena_strdup(arena, e.text);
    work->dry_run = header_is(message, HEADER_DRY_RUN, "true");
    work->force_older = header_is(message, HEADER_FORCE, "true");
    work->force = work->force_older || header_is(message, HEADER_FORCE, FORCE_ROWS);
    work->poll_id = work_short_header(&work->message, HEADER_POLL_ID);
    work->source = source_of(work);
}

void work_free(struct work *work)
{
    bus_message_free(&work->message);
}

static bool same_partition(const struct work *work, const struct guard *guard)
{
    return guard->exists && guard->src_topic &&
           guard->src_partition == work->origin.partition &&
           strcmp(guard->src_topic, work->origin.topic) == 0;
}

/* A topic made anew gives old offsets to new messages: the version tells them apart. */
static bool same_version(const struct work *work, const struct guard *guard,
                         struct arena *arena)
{
    struct result told;
    const char *outcome = guard->outcome ? guard->outcome : "";
    if (result_decode(outcome, strlen(outcome), arena, &told, NULL) != RC_OK)
        return true; /* nothing to tell them apart by */
    return told.updated_ms == work->snapshot.updated_ms &&
           told.fetched_ms == work->snapshot.fetched_ms;
}

bool work_met_again(const struct work *work, const struct guard *guard,
                    struct arena *arena)
{
    return !work->dry_run && same_partition(work, guard) &&
           guard->src_offset == work->origin.offset && same_version(work, guard, arena);
}

/* ---- results ---- */

static void start_result(struct work *work)
{
    struct result *r = &work->result;
    *r = (struct result){
        .version = MESSAGE_VERSION,
        .dry_run = work->dry_run,
        .source = work->source,
        .poll_id = work->poll_id,
        .src_topic = work->origin.topic,
        .src_partition = work->origin.partition,
        .src_offset = work->origin.offset,
        .published_ms = work->origin.timestamp_ms,
        .attempts = work->attempt ? work->attempt + 1 : 0,
    };
    if (!work->readable)
        return;
    r->shop = work->snapshot.shop;
    r->order = work->snapshot.id;
    r->name = work->snapshot.name;
    r->updated_ms = work->snapshot.updated_ms;
    r->fetched_ms = work->snapshot.fetched_ms;
}

static void set_action(struct work *work, enum action action, enum reason reason,
                       const char *detail)
{
    work->action = action;
    work->reason = reason;
    work->detail = detail;
    work->result.action = action_word(action);
    work->result.reason = reason == REASON_NONE ? NULL : reason_word(reason);
    work->result.detail = detail;
}

/* The header's columns that the plan writes, in table order. */
static struct codec_texts header_columns(const struct plan *plan, struct arena *arena)
{
    struct codec_texts columns = {0};
    for (size_t i = 0; i < plan->count; i++) {
        const struct row_op *op = &plan->ops[i];
        if (op->table != TABLE_ORDER || op->kind != OP_UPDATE)
            continue;
        columns.at = arena_array(arena, op->count, sizeof(*columns.at));
        for (size_t k = 0; k < op->count; k++)
            if (op->values[k].column != COL_ORDER_LAST_UPDATED)
                columns.at[columns.count++] = column_name(op->values[k].column);
    }
    return columns;
}

void work_result_of_plan(struct work *work, const struct plan *plan, struct arena *arena)
{
    struct result *r = &work->result;
    start_result(work);
    set_action(work, plan->action, plan->reason, plan->detail);
    r->rms_order = plan->next.rms_order;
    r->lines_added = plan->added;
    r->lines_changed = plan->changed;
    r->lines_deleted = plan->deleted;
    r->columns = header_columns(plan, arena);
    work->dead = plan->reported && !work->dry_run;
    if (!work->dry_run)
        return;
    r->diff = work_diff(plan, arena);
    if (plan->action == ACTION_CREATED)
        r->rms_order = 0; /* rolled back: there is no such order */
}

/* A killed worker's offsets may be a second behind: messages of an order come again that
 * were decided on before the one the guard tells of. They are stale, and must not make
 * the guard forget that one's outcome, whose result may not have gone out. */
static bool comes_late(const struct work *work, const struct guard *guard,
                       const struct plan *plan)
{
    return plan->action == ACTION_SKIPPED && same_partition(work, guard) &&
           guard->src_offset > work->origin.offset;
}

void work_stamp(const struct work *work, const struct guard *guard, struct plan *plan,
                int64_t now_ms, struct arena *arena)
{
    struct buf outcome;
    struct work told = *work;
    if (comes_late(work, guard, plan)) { /* src and outcome are still the guard's */
        plan->next.action = guard->action;
        plan->next.reason = guard->reason;
        return;
    }
    work_result_of_plan(&told, plan, arena);
    told.result.decided_ms = now_ms;
    buf_init(&outcome, (size_t)64 * 1024);
    codec_encode(&result_codec, &told.result, &outcome);
    plan->next.src_topic = work->origin.topic;
    plan->next.src_partition = work->origin.partition;
    plan->next.src_offset = work->origin.offset;
    plan->next.outcome = arena_strdup(arena, buf_str(&outcome));
    buf_done(&outcome);
}

void work_result_of_guard(struct work *work, const struct guard *guard,
                          struct arena *arena)
{
    struct result told;
    const char *outcome = guard->outcome ? guard->outcome : "";
    start_result(work);
    set_action(work, guard->action, guard->reason, NULL);
    if (result_decode(outcome, strlen(outcome), arena, &told, NULL) == RC_OK) {
        work->result.lines_added = told.lines_added;
        work->result.lines_changed = told.lines_changed;
        work->result.lines_deleted = told.lines_deleted;
        work->result.columns = told.columns;
        work->result.detail = work->detail = told.detail;
    }
    work->result.rms_order = guard->rms_order;
    work->dead = guard->action == ACTION_ERROR; /* its letter may not have gone out */
}

void work_result_of_refusal(struct work *work, enum reason reason, const char *detail,
                            struct arena *arena)
{
    start_result(work);
    set_action(work, ACTION_ERROR, reason, arena_strdup(arena, detail));
    if (!work->readable && work->message.key && work->message.key_len <= WORK_KEY_MAX)
        snapshot_key_parse(work->message.key, work->message.key_len, arena,
                           &work->result.shop, &work->result.order);
    work->dead = !work->dry_run;
}

void work_put_aside(struct work *work, const char *why, int64_t until_ms,
                    struct arena *arena)
{
    char until[INSTANT_TEXT_MAX];
    start_result(work);
    set_action(work, ACTION_ERROR, REASON_LOCKED,
               arena_printf(arena, "tried again from %s on: %s",
                            instant_format(until_ms, until), why));
    work->aside_until_ms = until_ms;
    work->result.pending = true;
    work->result.attempts = work->attempt + 1;
}
