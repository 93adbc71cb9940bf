/* refusal: see refusal.h. */
#include "core/refusal.h"

#include "base/instant.h"
#include "base/json.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *refusal_detail(const char *why, char out[REFUSAL_DETAIL_MAX])
{
    snprintf(out, REFUSAL_DETAIL_MAX, "%s", why);
    text_clean(out);
    for (char *p = out; *p; p++)
        if (*p == ',')
            *p = ';';
    return out;
}

void refusal_letter(const struct snapshot *snapshot, const char *why, struct buf *out)
{
    char id[24];
    char updated[INSTANT_TEXT_MAX];
    char fetched[INSTANT_TEXT_MAX];
    snprintf(id, sizeof(id), "%" PRId64, snapshot->id);
    cJSON *letter = cJSON_CreateObject();
    if (!letter)
        abort(); /* out of memory: as in arena.h */
    cJSON_AddStringToObject(letter, "refused", why);
    cJSON_AddStringToObject(letter, "shop", snapshot->shop);
    cJSON_AddStringToObject(letter, "id", id);
    cJSON_AddStringToObject(letter, "name", snapshot->name);
    cJSON_AddStringToObject(letter, "updatedAt",
                            instant_format(snapshot->updated_ms, updated));
    cJSON_AddStringToObject(letter, "fetchedAt",
                            instant_format(snapshot->fetched_ms, fetched));
    json_print(letter, out);
    cJSON_Delete(letter);
}

struct result refusal_result(const struct snapshot *snapshot, const char *why,
                             const char *key, struct arena *arena)
{
    return (struct result){
        .version = MESSAGE_VERSION,
        .shop = snapshot->shop,
        .order = snapshot->id,
        .name = snapshot->name,
        .action = action_word(ACTION_ERROR),
        .reason = reason_word(REASON_MALFORMED),
        .detail = arena_strdup(arena, why),
        .updated_ms = snapshot->updated_ms,
        .fetched_ms = snapshot->fetched_ms,
        .src_topic = arena_printf(arena, "shopify.api/%s", key),
        .src_offset = snapshot->fetched_ms,
        .published_ms = snapshot->fetched_ms,
        .decided_ms = snapshot->fetched_ms,
        .worker = "fetcher",
    };
}

bool refusal_known(const struct refusal_memory *memory, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < REFUSAL_MEMORY; i++)
        if (memory->at[i].order == snapshot->id &&
            memory->at[i].updated_ms == snapshot->updated_ms)
            return true;
    return false;
}

void refusal_remember(struct refusal_memory *memory, const struct snapshot *snapshot)
{
    size_t i = memory->next++ % REFUSAL_MEMORY;
    memory->at[i].order = snapshot->id;
    memory->at[i].updated_ms = snapshot->updated_ms;
}
