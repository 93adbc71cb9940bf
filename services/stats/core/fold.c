/* fold: position, marks and gaps of a batch; the records themselves are folded by
 * fold_result, fold_poll and fold_control. */
#include "core/fold.h"

#include "base/str.h"
#include "core/fold_control.h"
#include "core/fold_letter.h"
#include "core/fold_poll.h"
#include "core/fold_result.h"
#include "core/keys.h"
#include "wire/messages.h"

#include <inttypes.h>
#include <string.h>

static const char *mark_of(struct arena *arena, const struct fold_record *record)
{
    char text[DIGEST_TEXT_MAX];
    digest_hex(record->value ? record->value : "", record->value_len, text);
    return arena_strdup(arena, text);
}

bool fold_same_history(const struct fold_state *state, const struct fold_record *record)
{
    char text[DIGEST_TEXT_MAX];
    digest_hex(record->value ? record->value : "", record->value_len, text);
    return !state->mark || strcmp(state->mark, text) == 0;
}

static enum rc fold_one(const struct fold_in *in, const struct fold_record *record,
                        struct fold_out *out, struct err *e)
{
    if (strcmp(in->topic, TOPIC_RESULTS) == 0)
        return fold_result_add(record, out, e);
    if (strcmp(in->topic, TOPIC_POLLS) == 0)
        return fold_poll_add(record, out, e);
    if (strcmp(in->topic, TOPIC_DLQ) == 0)
        return fold_letter_add(in, record, out);
    return fold_control_add(record, out, e);
}

static void count(struct fold_out *out, const char *field, const char *topic,
                  int64_t delta)
{
    const char *name = arena_printf(out->ops.arena, "%s%s", field, topic);
    ops_add(&out->ops, KEY_STATS, name, delta);
}

/* Results are neither compacted nor written in transactions: where an offset is missing
 * Kafka dropped a record by its age, and the orders published can no longer be balanced
 * against results until store_settle has taken the difference out. */
static void skip_expired(const struct fold_in *in, int64_t to, struct fold_out *out)
{
    if (to <= out->state.next || strcmp(in->topic, TOPIC_RESULTS) != 0)
        return;
    out->expired += to - out->state.next;
    count(out, FIELD_GAP, in->topic, to - out->state.next);
    out->state.next = to;
    out->state.mark = NULL;
}

static void note_fault(const struct fold_in *in, const struct fold_record *record,
                       const struct err *e, struct fold_out *out)
{
    if (out->malformed < FOLD_FAULTS)
        out->faults[out->malformed] =
            (struct fold_fault){.offset = record->offset, .err = *e};
    out->malformed++;
    count(out, FIELD_MALFORMED, in->topic, 1);
}

/* "offset published", then " offset" for each that is awaited. */
static const char *source_text(const struct fold_source *source, struct arena *arena)
{
    const char *text =
        arena_printf(arena, "%" PRId64 " %" PRId64, source->offset, source->published_ms);
    for (size_t i = 0; i < source->awaited_count; i++)
        text = arena_printf(arena, "%s %" PRId64, text, source->awaited[i]);
    return text;
}

static void write_position(const struct fold_in *in, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    ops_set(&out->ops, arena_printf(arena, "%s%s", FIELD_NEXT, in->partition),
            ops_number(arena, out->state.next));
    ops_set(&out->ops, arena_printf(arena, "%s%s", FIELD_MARK, in->partition),
            out->state.mark ? out->state.mark : "");
    if (out->expired)
        ops_set(&out->ops, FIELD_CUT, "1");
    for (size_t i = 0; i < out->state.source_count; i++) {
        const struct fold_source *source = &out->state.sources[i];
        if (source->changed)
            ops_set(
                &out->ops,
                arena_printf(arena, "%s%s|%s", FIELD_SOURCE, in->partition, source->id),
                source_text(source, arena));
    }
}

void fold_batch(const struct fold_in *in, const struct fold_state *state,
                struct arena *arena, struct fold_out *out)
{
    *out = (struct fold_out){0};
    ops_init(&out->ops, arena);
    fold_state_copy(state, arena, &out->state);
    if (state->next == 0)
        ops_command(&out->ops, "FRESH", KEY_EVENTS, KEY_OPEN, KEY_OPEN_DATA,
                    KEY_OPEN_SEEN, KEY_POLLS, KEY_POLLS_LATEST, KEY_POLLS_TIMER,
                    KEY_POLLS_ENDED, KEY_LETTERS ":open", KEY_LETTERS ":parked",
                    KEY_LETTERS ":redriven", KEY_LETTERS ":data", KEY_LETTERS ":marks",
                    KEY_ERRORS, NULL);
    if (state->next == 0) {
        ops_command(&out->ops, "FRESH_BUCKETS", KEY_HISTORY "hour", NULL);
        ops_command(&out->ops, "FRESH_BUCKETS", KEY_HISTORY "day", NULL);
    }
    skip_expired(in, in->low, out);
    for (size_t i = 0; i < in->count; i++) {
        const struct fold_record *record = &in->records[i];
        struct err e;
        if (record->offset < out->state.next)
            continue;
        skip_expired(in, record->offset, out);
        if (fold_one(in, record, out, &e))
            note_fault(in, record, &e, out);
        else
            out->folded++;
        out->state.next = record->offset + 1;
        if (i + 1 == in->count)
            out->state.mark = mark_of(arena, record);
    }
    if (out->duplicates)
        count(out, FIELD_DUPLICATE, in->topic, (int64_t)out->duplicates);
    write_position(in, out);
}

/* The numbers of a text, blanks between; 0 when something else is in it. */
static size_t read_numbers(const char *text, struct arena *arena, int64_t **out)
{
    size_t count = 0;
    char *rest = NULL;
    char *copy = arena_strdup(arena, text);
    *out = arena_array(arena, strlen(text) / 2 + 1, sizeof(**out));
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!str_int64(word, 0, INT64_MAX, &(*out)[count++]))
            return 0;
    return count;
}

static void read_source(const char *id, const char *value, struct arena *arena,
                        struct fold_state *state)
{
    int64_t *numbers = NULL;
    size_t count = read_numbers(value, arena, &numbers);
    if (count < 2)
        return;
    const struct fold_source source = {.id = arena_strdup(arena, id),
                                       .offset = numbers[0],
                                       .published_ms = numbers[1],
                                       .awaited = numbers + 2,
                                       .awaited_count = count - 2};
    struct fold_source *sources =
        arena_array(arena, state->source_count + 1, sizeof(*sources));
    if (state->source_count)
        memcpy(sources, state->sources, state->source_count * sizeof(*sources));
    sources[state->source_count++] = source;
    state->sources = sources;
}

/* The rest of `field` behind prefix + name, or NULL when it begins otherwise. */
static const char *behind(const char *field, const char *prefix, const char *name)
{
    size_t len = strlen(prefix);
    if (strncmp(field, prefix, len) != 0)
        return NULL;
    size_t name_len = strlen(name);
    return strncmp(field + len, name, name_len) == 0 ? field + len + name_len : NULL;
}

void fold_state_read(const char *const *fields, size_t field_count, const char *partition,
                     struct arena *arena, struct fold_state *state)
{
    *state = (struct fold_state){0};
    for (size_t i = 0; i + 1 < field_count; i += 2) {
        const char *value = fields[i + 1];
        const char *rest = behind(fields[i], FIELD_NEXT, partition);
        if (rest && !*rest && !str_int64(value, 0, INT64_MAX, &state->next))
            state->next = 0;
        rest = behind(fields[i], FIELD_MARK, partition);
        if (rest && !*rest && *value)
            state->mark = arena_strdup(arena, value);
        rest = behind(fields[i], FIELD_SOURCE, partition);
        if (rest && *rest == '|')
            read_source(rest + 1, value, arena, state);
    }
}

static const int64_t *copy_numbers(const struct fold_source *from, struct arena *arena)
{
    int64_t *copy = arena_array(arena, from->awaited_count, sizeof(*copy));
    if (from->awaited_count)
        memcpy(copy, from->awaited, from->awaited_count * sizeof(*copy));
    return copy;
}

void fold_state_copy(const struct fold_state *from, struct arena *arena,
                     struct fold_state *to)
{
    *to = (struct fold_state){.next = from->next,
                              .mark = arena_strdup(arena, from->mark),
                              .source_count = from->source_count};
    to->sources = arena_array(arena, from->source_count, sizeof(*to->sources));
    for (size_t i = 0; i < from->source_count; i++) {
        to->sources[i] = from->sources[i];
        to->sources[i].id = arena_strdup(arena, from->sources[i].id);
        to->sources[i].changed = false;
        to->sources[i].awaited = copy_numbers(&from->sources[i], arena);
    }
}
