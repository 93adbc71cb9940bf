/* ops: growing lists of words in an arena; see ops.h. */
#include "core/ops.h"

#include "core/keys.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum {
    FIRST_CAP = 64,
};

void ops_init(struct ops *ops, struct arena *arena)
{
    *ops = (struct ops){.arena = arena};
}

static void push(struct arena *arena, struct ops_text *list, const char *text)
{
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : FIRST_CAP;
        const char **at = arena_array(arena, cap, sizeof(*at));
        if (list->count)
            memcpy(at, list->at, list->count * sizeof(*at));
        list->at = at;
        list->cap = cap;
    }
    list->at[list->count++] = text;
}

void ops_set(struct ops *ops, const char *field, const char *value)
{
    push(ops->arena, &ops->sets, field);
    push(ops->arena, &ops->sets, value);
}

static struct ops_count *count_of(struct ops *ops, const char *key, const char *field)
{
    for (size_t i = 0; i < ops->count_count; i++)
        if (strcmp(ops->counts[i].key, key) == 0 &&
            strcmp(ops->counts[i].field, field) == 0)
            return &ops->counts[i];
    if (ops->count_count == ops->count_cap) {
        size_t cap = ops->count_cap ? ops->count_cap * 2 : FIRST_CAP;
        struct ops_count *counts = arena_array(ops->arena, cap, sizeof(*counts));
        if (ops->count_count)
            memcpy(counts, ops->counts, ops->count_count * sizeof(*counts));
        ops->counts = counts;
        ops->count_cap = cap;
    }
    struct ops_count *count = &ops->counts[ops->count_count++];
    *count = (struct ops_count){.key = key, .field = field};
    return count;
}

void ops_add(struct ops *ops, const char *key, const char *field, int64_t delta)
{
    count_of(ops, key, field)->delta += delta;
}

void ops_command(struct ops *ops, ...)
{
    va_list args;
    va_start(args, ops);
    push(ops->arena, &ops->commands, NULL); /* the number of words, known below */
    size_t head = ops->commands.count - 1;
    const char *word = NULL;
    while ((word = va_arg(args, const char *)))
        push(ops->arena, &ops->commands, word);
    va_end(args);
    ops->commands.at[head] =
        ops_number(ops->arena, (int64_t)(ops->commands.count - head - 1));
}

static void append(struct arena *arena, struct ops_text *to, const struct ops_text *from)
{
    for (size_t i = 0; i < from->count; i++)
        push(arena, to, from->at[i]);
}

static void append_counts(const struct ops *ops, struct ops_text *to)
{
    push(ops->arena, to, NULL);
    size_t head = to->count - 1;
    size_t count = 0;
    for (size_t i = 0; i < ops->count_count; i++) {
        if (strcmp(ops->counts[i].key, KEY_STATS) != 0)
            continue;
        push(ops->arena, to, ops->counts[i].field);
        push(ops->arena, to, ops_number(ops->arena, ops->counts[i].delta));
        count++;
    }
    to->at[head] = ops_number(ops->arena, (int64_t)count);
}

/* The key is KEY_HISTORY "hour:<name>": the index's, and the name in it. */
static void append_bucket(const struct ops *ops, const struct ops_count *count,
                          struct ops_text *to)
{
    const char *unit = count->key + strlen(KEY_HISTORY);
    const char *colon = strchr(unit, ':');
    const char *const words[] = {
        "6",
        "BUCKET",
        arena_strndup(ops->arena, count->key, (size_t)(colon - count->key)),
        colon + 1,
        count->field,
        ops_number(ops->arena, count->delta),
        ops_number(ops->arena, *unit == 'h' ? KEEP_HOURS : KEEP_DAYS)};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        push(ops->arena, to, words[i]);
}

static void append_other_counts(const struct ops *ops, struct ops_text *to)
{
    for (size_t i = 0; i < ops->count_count; i++) {
        if (strcmp(ops->counts[i].key, KEY_STATS) == 0)
            continue;
        if (strncmp(ops->counts[i].key, KEY_HISTORY, strlen(KEY_HISTORY)) == 0) {
            append_bucket(ops, &ops->counts[i], to);
            continue;
        }
        push(ops->arena, to, "5");
        push(ops->arena, to, "COUNT");
        push(ops->arena, to, ops->counts[i].key);
        push(ops->arena, to, ops->counts[i].field);
        push(ops->arena, to, ops_number(ops->arena, ops->counts[i].delta));
        push(ops->arena, to, ops_number(ops->arena, KEEP_POLL_S));
    }
}

struct ops_text ops_arguments(const struct ops *ops)
{
    struct ops_text out = {0};
    push(ops->arena, &out, ops_number(ops->arena, (int64_t)ops->sets.count / 2));
    append(ops->arena, &out, &ops->sets);
    append_counts(ops, &out);
    append(ops->arena, &out, &ops->commands); /* what empties comes first in them */
    append_other_counts(ops, &out);
    return out;
}

const char *ops_number(struct arena *arena, int64_t value)
{
    return arena_printf(arena, "%" PRId64, value);
}
