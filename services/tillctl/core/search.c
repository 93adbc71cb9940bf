/* search: see search.h. Most messages are passed over by a look at the bytes behind
 * "name"; only where they are the name, the message is read as JSON. */
#include "core/search.h"

#include "base/json.h"
#include "base/str.h"
#include "wire/snapshot.h"

#include <string.h>
#include <strings.h>

enum {
    NAME_MAX_BYTES = 256,
};

void search_init(struct search *search, const char *text, const char *shop,
                 struct arena *arena)
{
    *search = (struct search){.arena = arena, .shop = str_empty(shop) ? NULL : shop};
    search->name = text[0] == '#' ? text : arena_printf(arena, "#%s", text);
    if (!str_int64(text, 1, INT64_MAX, &search->id))
        search->id = 0;
    arena_init(&search->scratch);
}

void search_done(struct search *search)
{
    arena_done(&search->scratch);
}

static bool is_wanted_name(const struct search *search, const char *name)
{
    /* Shops may have names without #, or with another prefix that was typed as it is. */
    return strcasecmp(name, search->name) == 0 || strcasecmp(name, search->name + 1) == 0;
}

/* The order's name in the message, or NULL. */
static const char *name_in(struct search *search, const char *value, size_t len)
{
    cJSON *root = NULL;
    const char *name = NULL;
    if (!value || json_parse(value, len, &root, NULL))
        return NULL;
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, "name");
    if (cJSON_IsString(member))
        name = arena_strdup(&search->scratch, member->valuestring);
    cJSON_Delete(root);
    return name;
}

/* The text that begins at `from` (its opening quote) and ends before `end`, or 0. */
static size_t text_len(const char *from, const char *end)
{
    const char *close = NULL;
    if (from < end && *from == '"')
        close = memchr(from + 1, '"', (size_t)(end - from - 1));
    return close ? (size_t)(close - from - 1) : 0;
}

static const char *skip(const char *from, const char *end, const char *those)
{
    while (from < end && strchr(those, *from))
        from++;
    return from;
}

/* Whether a member "name", at whatever depth, has the name. JSON may write its letters as
 * escapes, which no writer of ours does. */
static bool may_have_name(const struct search *search, const char *value, size_t len)
{
    static const char member[] = "\"name\"";
    const char *end = value + len;
    for (const char *at = value;
         at && (at = memmem(at, (size_t)(end - at), member, sizeof(member) - 1));) {
        char name[NAME_MAX_BYTES];
        at = skip(at + sizeof(member) - 1, end, " \t\r\n:");
        size_t text = text_len(at, end);
        if (!text || text >= sizeof(name))
            continue;
        memcpy(name, at + 1, text);
        name[text] = '\0';
        if (is_wanted_name(search, name))
            return true;
    }
    return false;
}

static void add_hit(struct search *search, const struct search_hit *hit)
{
    for (size_t i = 0; i < search->count; i++) {
        struct search_hit *at = &search->hits[i];
        if (at->id != hit->id || strcmp(at->shop, hit->shop) != 0)
            continue;
        if (hit->seen_ms > at->seen_ms)
            at->seen_ms = hit->seen_ms;
        return;
    }
    if (search->count == SEARCH_MAX)
        return;
    struct search_hit *at = &search->hits[search->count++];
    *at = *hit;
    at->shop = arena_strdup(search->arena, hit->shop);
    at->name = arena_strdup(search->arena, hit->name ? hit->name : "");
}

void search_take(struct search *search, const char *key, size_t key_len,
                 const char *value, size_t len, int64_t timestamp_ms)
{
    struct search_hit hit = {.seen_ms = timestamp_ms};
    search->looked_at++;
    arena_reset(&search->scratch);
    if (!key || !snapshot_key_parse(key, key_len, &search->scratch, &hit.shop, &hit.id) ||
        (search->shop && strcmp(search->shop, hit.shop) != 0))
        return;
    bool is_id = search->id && search->id == hit.id;
    if (!is_id && (!value || !may_have_name(search, value, len)))
        return;
    hit.name = name_in(search, value, len);
    if (is_id || (hit.name && is_wanted_name(search, hit.name)))
        add_hit(search, &hit);
}
