/* facts: see facts.h. */
#include "core/facts.h"

#include <string.h>

enum {
    FIRST_ROOM = 16,
};

void facts_init(struct facts *facts, const char *shop, int64_t id, int64_t now_ms,
                struct arena *arena)
{
    *facts = (struct facts){.arena = arena,
                            .shop = shop,
                            .name = "",
                            .id = id,
                            .now_ms = now_ms,
                            .decided_offset = -1};
    facts->said.newest.offset = facts->said.last.offset = -1;
    arena_init(&facts->newest);
    arena_init(&facts->scratch);
}

void facts_done(struct facts *facts)
{
    arena_done(&facts->newest);
    arena_done(&facts->scratch);
}

const char *facts_part_name(enum facts_part part)
{
    static const char *const names[FACTS_PARTS] = {
        [FACTS_ORDERS] = TOPIC_ORDERS,
        [FACTS_RESULTS] = TOPIC_RESULTS,
        [FACTS_LETTERS] = TOPIC_DLQ,
        [FACTS_RMS] = "RMS",
    };
    return names[part];
}

/* Room for one more element behind count of them. */
static void *grown(struct arena *arena, const void *at, size_t count, size_t *room,
                   size_t size)
{
    *room = *room ? *room * 2 : FIRST_ROOM;
    void *more = arena_array(arena, *room, size);
    if (count)
        memcpy(more, at, count * size);
    return more;
}

/* ---- shopify.orders ---- */

static bool is_older(const struct snapshot *a, const struct snapshot *b)
{
    if (a->updated_ms != b->updated_ms)
        return a->updated_ms < b->updated_ms;
    return a->fetched_ms < b->fetched_ms;
}

/* Only the newest version is kept: an order of 1,000 lines may be there thousands of
 * times. */
static void keep_scratch(struct facts *facts)
{
    struct arena older = facts->newest;
    facts->newest = facts->scratch;
    facts->scratch = older;
}

static void take_snapshot(struct facts *facts, const struct facts_message *message)
{
    struct facts_said *said = &facts->said;
    struct snapshot snapshot;
    struct err e = {0};
    arena_reset(&facts->scratch);
    if (snapshot_decode(message->value, message->len, &facts->scratch, &snapshot, &e)) {
        said->unreadable++;
        said->unreadable_why = arena_strdup(facts->arena, e.text);
        return;
    }
    if (said->readable && is_older(&snapshot, &said->snapshot))
        return;
    keep_scratch(facts);
    said->snapshot = snapshot;
    said->readable = true;
    said->newest = message->place;
    facts->name = snapshot.name;
}

void facts_take_order(struct facts *facts, const struct facts_message *message)
{
    struct facts_said *said = &facts->said;
    said->messages++;
    if (message->dry_run && strcmp(message->dry_run, "true") == 0)
        said->dry_runs++;
    else
        said->last = message->place;
    if (message->value) {
        take_snapshot(facts, message);
    } else {
        said->unreadable++;
        said->unreadable_why = "the message has no value";
    }
}

/* ---- rms.results ---- */

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool says_the_same(const struct result *a, const struct result *b)
{
    return is_same(a->action, b->action) && is_same(a->reason, b->reason) &&
           is_same(a->detail, b->detail) && a->dry_run == b->dry_run;
}

static void note_decided(struct facts *facts, const struct result *result)
{
    if (strcmp(result->src_topic, TOPIC_ORDERS) == 0 &&
        result->src_offset > facts->decided_offset)
        facts->decided_offset = result->src_offset;
}

/* Without lists: those of a dry run may be long. */
static struct result copy_of(const struct result *result, struct arena *arena)
{
    struct result copy = *result;
    const char **const texts[] = {&copy.shop,    &copy.name,      &copy.action,
                                  &copy.reason,  &copy.detail,    &copy.source,
                                  &copy.poll_id, &copy.src_topic, &copy.worker};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = arena_strdup(arena, *texts[i]);
    copy.columns = (struct codec_texts){0};
    copy.diff = (struct codec_list){0};
    return copy;
}

static void add_decision(struct facts *facts, const struct result *result)
{
    if (facts->decision_count == facts->decision_room)
        facts->decisions = grown(facts->arena, facts->decisions, facts->decision_count,
                                 &facts->decision_room, sizeof(*facts->decisions));
    facts->decisions[facts->decision_count++] =
        (struct facts_decision){.result = copy_of(result, facts->arena),
                                .first_ms = result->decided_ms,
                                .times = 1};
}

void facts_take_result(struct facts *facts, const struct facts_message *message)
{
    struct result result;
    struct facts_decision *last =
        facts->decision_count ? &facts->decisions[facts->decision_count - 1] : NULL;
    arena_reset(&facts->scratch);
    if (!message->value ||
        result_decode(message->value, message->len, &facts->scratch, &result, NULL))
        return;
    note_decided(facts, &result);
    if (!last || !says_the_same(&last->result, &result)) {
        add_decision(facts, &result);
    } else {
        last->times++;
        last->result.decided_ms = result.decided_ms;
    }
    if (!facts->name[0] && result.name)
        facts->name = arena_strdup(facts->arena, result.name);
}

/* ---- shopify.orders.dlq ---- */

void facts_take_letter(struct facts *facts, const struct facts_message *message)
{
    if (facts->letter_count == facts->letter_room)
        facts->letters = grown(facts->arena, facts->letters, facts->letter_count,
                               &facts->letter_room, sizeof(*facts->letters));
    facts->letters[facts->letter_count++] = (struct facts_letter){
        .place = message->place,
        .told = {.action = action_word(ACTION_ERROR),
                 .reason = arena_strdup(facts->arena, message->reason),
                 .detail = arena_strdup(facts->arena, message->detail)},
        .failed_at = arena_strdup(facts->arena, message->failed_at),
        .redrives = arena_strdup(facts->arena, message->redrives),
    };
}

/* ---- RMS ---- */

void facts_take_rms(struct facts *facts, const struct rms_state *state)
{
    char digest[DIGEST_TEXT_MAX] = "";
    facts->rms.state = *state;
    if (facts->said.readable)
        snapshot_digest(&facts->said.snapshot, digest);
    if (!state->guard.applied[0])
        facts->rms.applied = "none";
    else
        facts->rms.applied =
            strncmp(state->guard.applied, digest, DIGEST_TEXT_MAX - 1) == 0 ? "this"
                                                                            : "another";
}

/* ---- all of it ---- */

bool facts_known(const struct facts *facts)
{
    return facts->said.messages || facts->decision_count || facts->letter_count ||
           facts->rms.state.guard.exists || facts->rms.state.order_count;
}

bool facts_incomplete(const struct facts *facts)
{
    for (size_t i = 0; i < FACTS_PARTS; i++)
        if (facts->unreached[i])
            return true;
    return false;
}

bool facts_waits(const struct facts *facts)
{
    const struct guard *guard = &facts->rms.state.guard;
    const struct facts_place *last = &facts->said.last;
    if (last->offset < 0 || facts->unreached[FACTS_RESULTS])
        return false;
    bool is_in_guard = guard->exists && guard->src_topic &&
                       strcmp(guard->src_topic, TOPIC_ORDERS) == 0 &&
                       guard->src_partition == last->partition &&
                       guard->src_offset >= last->offset;
    return facts->decided_offset < last->offset && !is_in_guard;
}
