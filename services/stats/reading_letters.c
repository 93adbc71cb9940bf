/* reading_letters: see reading_letters.h. */
#include "reading_letters.h"

#include "base/str.h"
#include "core/keys.h"

#include <string.h>

enum {
    CHUNK = 200, /* entries read at once */
};

static const char *key_of(enum letter_state state, struct arena *arena)
{
    return arena_printf(arena, "%s:%s", KEY_LETTERS, letter_state_word(state));
}

/* A field of a hash for each of the ids; "" where there is none. */
static enum rc read_fields(struct store *store, const char *hash,
                           const struct store_texts *ids, struct arena *arena,
                           struct store_texts *out, struct err *e)
{
    const char **words = arena_array(arena, ids->count + 2, sizeof(*words));
    words[0] = "HMGET";
    words[1] = hash;
    memcpy(words + 2, ids->at, ids->count * sizeof(*words));
    return store_read_words(store, arena, out, e, words, ids->count + 2);
}

/* Sets at and count of *out. */
static enum rc read_letters(struct store *store, const struct store_texts *ids,
                            struct arena *arena, struct reading_letters *out,
                            struct err *e)
{
    struct store_texts values = {0};
    struct store_texts marks = {0};
    out->at = arena_array(arena, ids->count, sizeof(*out->at));
    out->count = 0;
    if (ids->count == 0)
        return RC_OK;
    enum rc rc = read_fields(store, KEY_LETTERS ":data", ids, arena, &values, e);
    if (rc == RC_OK)
        rc = read_fields(store, KEY_LETTERS ":marks", ids, arena, &marks, e);
    for (size_t i = 0; rc == RC_OK && i < values.count && i < marks.count; i++) {
        struct letter *letter = &out->at[out->count];
        if (!letter_read(values.at[i], arena, letter))
            continue;
        if (!letter_state_parse(marks.at[i], &letter->state))
            letter->state = LETTER_OPEN;
        out->count++;
    }
    return rc;
}

enum rc reading_letters_by_id(struct store *store, const char *const *ids, size_t count,
                              struct arena *arena, struct reading_letters *out,
                              struct err *e)
{
    const struct store_texts wanted = {.at = ids, .count = count};
    *out = (struct reading_letters){0};
    return read_letters(store, &wanted, arena, out, e);
}

/* Where the page begins. */
static enum rc find_start(struct store *store, const struct reading_letters_of *of,
                          struct arena *arena, int64_t *start,
                          struct reading_letters *out, struct err *e)
{
    struct store_texts rank;
    *start = 0;
    if (!of->after)
        return RC_OK;
    enum rc rc = store_read(store, arena, &rank, e, "ZREVRANK", key_of(of->state, arena),
                            of->after, NULL);
    if (rc)
        return rc;
    out->lost = rank.count != 1 || !str_int64(rank.at[0], 0, INT64_MAX, start);
    ++*start;
    return RC_OK;
}

/* Takes what fits; false: the page is full and there was one beyond it. */
static bool take(const struct letter *letters, size_t count,
                 const struct reading_letters_of *of, struct reading_letters *out)
{
    for (size_t i = 0; i < count; i++) {
        if (!letter_fits(&letters[i], &of->filter))
            continue;
        if (out->count == of->limit) {
            out->next = out->at[out->count - 1].id;
            return false;
        }
        out->at[out->count++] = letters[i];
    }
    return true;
}

enum rc reading_letters(struct store *store, const struct reading_letters_of *of,
                        struct arena *arena, struct reading_letters *out, struct err *e)
{
    int64_t start = 0;
    bool go_on = true;
    *out =
        (struct reading_letters){.at = arena_array(arena, of->limit, sizeof(*out->at))};
    enum rc rc = find_start(store, of, arena, &start, out, e);
    while (rc == RC_OK && go_on && !out->lost) {
        struct store_texts ids;
        struct reading_letters found = {0};
        rc = store_read(store, arena, &ids, e, "ZREVRANGE", key_of(of->state, arena),
                        ops_number(arena, start), ops_number(arena, start + CHUNK - 1),
                        NULL);
        if (rc == RC_OK)
            rc = read_letters(store, &ids, arena, &found, e);
        if (rc)
            return rc;
        go_on = take(found.at, found.count, of, out) && ids.count == CHUNK;
        start += CHUNK;
    }
    return rc;
}

enum rc reading_letters_count(struct store *store, struct arena *arena,
                              int64_t totals[LETTER_STATE_COUNT], struct err *e)
{
    for (size_t i = 0; i < LETTER_STATE_COUNT; i++) {
        struct store_texts count;
        enum rc rc = store_read(store, arena, &count, e, "ZCARD",
                                key_of((enum letter_state)i, arena), NULL);
        if (rc)
            return rc;
        if (count.count != 1 || !str_int64(count.at[0], 0, INT64_MAX, &totals[i]))
            totals[i] = 0;
    }
    return RC_OK;
}

enum rc reading_letters_mark(struct store *store, const struct letter *letter,
                             enum letter_state state, struct arena *arena, struct err *e)
{
    enum rc rc = store_write(store, e, "HSET", KEY_LETTERS ":marks", letter->id,
                             letter_state_word(state), NULL);
    if (rc == RC_OK && letter->state != state)
        rc =
            store_write(store, e, "ZREM", key_of(letter->state, arena), letter->id, NULL);
    if (rc == RC_OK)
        rc = store_write(store, e, "ZADD", key_of(state, arena),
                         ops_number(arena, letter->failed_ms), letter->id, NULL);
    return rc;
}
