/* history: see history.h. */
#include "core/history.h"

#include "base/instant.h"
#include "base/str.h"
#include "core/keys.h"
#include "core/out.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *unit;
    size_t len; /* of "2026-11-22T10:00:00Z" that names it */
} units[] = {{"hour", sizeof("2026-11-22T10") - 1}, {"day", sizeof("2026-11-22") - 1}};

static void add(struct ops *ops, const char *key, const struct history_entry *entry)
{
    struct arena *arena = ops->arena;
    const char *outcome =
        tally_outcome_name(tally_outcome_of(entry->action, entry->reason));
    ops_add(ops, key,
            arena_printf(arena, "o|%s|%s", tally_class_word(entry->class), outcome), 1);
    if (entry->class != CLASS_LIVE)
        return;
    if (entry->reason != REASON_NONE)
        ops_add(ops, key, arena_printf(arena, "r|%s", reason_word(entry->reason)), 1);
    if (!str_empty(entry->shop))
        ops_add(ops, key, arena_printf(arena, "s|%s|%s", outcome, entry->shop), 1);
}

void history_count(const struct history_entry *entry, struct ops *ops)
{
    char text[INSTANT_TEXT_MAX];
    if (entry->at_ms <= 0)
        return;
    instant_format(entry->at_ms, text);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        add(ops,
            arena_printf(ops->arena, "%s%s:%.*s", KEY_HISTORY, units[i].unit,
                         (int)units[i].len, text),
            entry);
}

/* ---- showing ---- */

static int64_t number(const char *text)
{
    int64_t value = 0;
    return str_int64(text, 0, INT64_MAX, &value) ? value : 0;
}

static const char *value_of(const struct history_bucket *bucket, const char *field)
{
    for (size_t i = 0; i + 1 < bucket->count; i += 2)
        if (strcmp(bucket->fields[i], field) == 0)
            return bucket->fields[i + 1];
    return "0";
}

static void add_outcomes(const struct history_bucket *bucket, struct arena *arena,
                         cJSON *to)
{
    for (size_t c = 0; c < CLASS_COUNT; c++) {
        for (size_t i = 0; i < OUTCOME_COUNT; i++) {
            enum tally_class class = (enum tally_class)c;
            const char *name = tally_outcome_name((enum tally_outcome)i);
            const char *field =
                arena_printf(arena, "o|%s|%s", tally_class_word(class), name);
            out_number(to, arena_printf(arena, "%s%s", tally_class_prefix(class), name),
                       number(value_of(bucket, field)));
        }
    }
}

static void add_reasons(const struct history_bucket *bucket, cJSON *to)
{
    cJSON *reasons = out_object_in(to, "reasons");
    for (size_t i = 0; i + 1 < bucket->count; i += 2)
        if (strncmp(bucket->fields[i], "r|", 2) == 0)
            out_number(reasons, bucket->fields[i] + 2, number(bucket->fields[i + 1]));
}

/* "s|<outcome>|<shop>" */
static void add_shops(const struct history_bucket *bucket, struct arena *arena, cJSON *to)
{
    cJSON *shops = out_object_in(to, "shops");
    for (size_t i = 0; i + 1 < bucket->count; i += 2) {
        const char *outcome = bucket->fields[i] + 2;
        const char *bar = strchr(bucket->fields[i], 's') == bucket->fields[i]
                              ? strchr(outcome, '|')
                              : NULL;
        if (!bar)
            continue;
        cJSON *shop = cJSON_GetObjectItemCaseSensitive(shops, bar + 1);
        if (!shop)
            shop = out_object_in(shops, bar + 1);
        out_number(shop, arena_strndup(arena, outcome, (size_t)(bar - outcome)),
                   number(bucket->fields[i + 1]));
    }
}

static void add_time(const char *name, struct arena *arena, cJSON *to)
{
    int64_t at_ms = 0;
    const char *rest = strchr(name, 'T') ? ":00:00Z" : "T00:00:00Z";
    if (!instant_parse(arena_printf(arena, "%s%s", name, rest), &at_ms))
        at_ms = 0;
    out_time(to, "at", at_ms);
}

void history_write(const char *by, const struct history_bucket *buckets, size_t count,
                   struct arena *arena, struct buf *out)
{
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    cJSON *data = out_object_in(answer, "data");
    out_text(data, "by", by);
    cJSON *list = out_array_in(data, "buckets");
    for (size_t i = 0; i < count; i++) {
        cJSON *item = out_object();
        add_time(buckets[i].name, arena, item);
        add_outcomes(&buckets[i], arena, item);
        add_reasons(&buckets[i], item);
        add_shops(&buckets[i], arena, item);
        out_append(list, item);
    }
    out_write(answer, out);
}
