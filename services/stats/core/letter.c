/* letter: see letter.h. */
#include "core/letter.h"

#include "base/json.h"
#include "base/str.h"
#include "core/out.h"
#include "wire/messages.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static const char *const states[] = {
#define STATE(id, word, help) word,
#include "core/letters.def"
#undef STATE
};

static const struct {
    const char *word;
    enum letter_state after;
} actions[] = {
#define ACTION(id, word, state, help) {word, LETTER_##state},
#include "core/letters.def"
#undef ACTION
};

const char *letter_state_word(enum letter_state state)
{
    assert(state < LETTER_STATE_COUNT);
    return states[state];
}

bool letter_state_parse(const char *word, enum letter_state *out)
{
    for (size_t i = 0; i < LETTER_STATE_COUNT; i++) {
        if (strcmp(states[i], word) == 0) {
            *out = (enum letter_state)i;
            return true;
        }
    }
    return false;
}

const char *letter_action_word(enum letter_action action)
{
    assert(action < LETTER_ACTION_COUNT);
    return actions[action].word;
}

enum letter_state letter_state_after(enum letter_action action)
{
    assert(action < LETTER_ACTION_COUNT);
    return actions[action].after;
}

/* ---- ids ---- */

const char *letter_id(const char *partition, int64_t offset, struct arena *arena)
{
    const char *slash = strrchr(partition, '/');
    return arena_printf(arena, "%s-%" PRId64, slash ? slash + 1 : partition, offset);
}

bool letter_id_parse(const char *id, int32_t *partition, int64_t *offset)
{
    char text[40];
    int64_t number = 0;
    size_t len = strcspn(id, "-");
    if (!id[len] || len >= sizeof(text))
        return false;
    memcpy(text, id, len);
    text[len] = '\0';
    if (!str_int64(text, 0, INT32_MAX, &number) ||
        !str_int64(id + len + 1, 0, INT64_MAX, offset))
        return false;
    *partition = (int32_t)number;
    return true;
}

int64_t letter_redrives(const char *header)
{
    int64_t redrives = 0;
    return header && str_int64(header, 0, INT32_MAX, &redrives) ? redrives : 0;
}

/* ---- the index's form, and the list's ---- */

static void add_letter(const struct letter *letter, cJSON *to)
{
    out_text(to, "id", letter->id);
    out_text(to, "shop", letter->shop);
    out_id(to, "order", letter->order);
    out_text(to, "name", letter->name);
    out_text(to, "reason", letter->reason);
    out_text(to, "detail", letter->detail);
    out_time(to, "failed_at", letter->failed_ms);
    out_number(to, "redrives", letter->redrives);
    out_text(to, "topic", letter->topic);
    out_text(to, "partition", letter->source_partition);
    out_text(to, "offset", letter->source_offset);
    out_number(to, "bytes", letter->bytes);
    out_bool(to, "left_out", letter->left_out);
    out_text_opt(to, "worker", letter->worker);
}

const char *letter_write(const struct letter *letter, struct arena *arena)
{
    struct buf text;
    cJSON *object = out_object();
    add_letter(letter, object);
    buf_init(&text, OUT_MAX);
    out_write(object, &text);
    const char *json = arena_strdup(arena, buf_str(&text));
    buf_done(&text);
    return json;
}

static const char *text_of(const cJSON *object, const char *name, struct arena *arena)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? arena_strdup(arena, text) : NULL;
}

static int64_t number_of(const cJSON *object, const char *name)
{
    struct json_at root = json_root(object);
    struct json_at at = json_member(&root, name);
    int64_t number = 0;
    return json_int(&at, 0, JSON_INT_MAX, &number, NULL) ? 0 : number;
}

static void read_members(const cJSON *tree, struct arena *arena, struct letter *out)
{
    struct json_at root = json_root(tree);
    struct json_at failed = json_member(&root, "failed_at");
    *out = (struct letter){
        .id = text_of(tree, "id", arena),
        .shop = text_of(tree, "shop", arena),
        .name = text_of(tree, "name", arena),
        .reason = text_of(tree, "reason", arena),
        .detail = text_of(tree, "detail", arena),
        .topic = text_of(tree, "topic", arena),
        .source_partition = text_of(tree, "partition", arena),
        .source_offset = text_of(tree, "offset", arena),
        .worker = text_of(tree, "worker", arena),
        .order = number_of(tree, "order"),
        .redrives = number_of(tree, "redrives"),
        .bytes = number_of(tree, "bytes"),
        .left_out = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(tree, "left_out")),
    };
    if (json_null(&failed) || json_time(&failed, &out->failed_ms, NULL))
        out->failed_ms = 0;
}

bool letter_read(const char *json, struct arena *arena, struct letter *out)
{
    cJSON *tree = NULL;
    if (json_parse(json, strlen(json), &tree, NULL))
        return false;
    read_members(tree, arena, out);
    cJSON_Delete(tree);
    return out->id != NULL;
}

/* Looked up here, so that it is always this release's advice. */
static void add_remedy(const struct letter *letter, cJSON *to)
{
    enum reason reason = REASON_NONE;
    bool known = letter->reason && reason_parse(letter->reason, &reason);
    out_text_opt(to, "remedy",
                 known && *reason_remedy(reason) ? reason_remedy(reason) : NULL);
}

void letter_list(const struct letter *letters, size_t count,
                 const int64_t totals[LETTER_STATE_COUNT], const char *next,
                 struct buf *out)
{
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    cJSON *data = out_object_in(answer, "data");
    for (size_t i = 0; i < LETTER_STATE_COUNT; i++)
        out_number(data, states[i], totals[i]);
    out_text(data, "next", next);
    cJSON *list = out_array_in(data, "letters");
    for (size_t i = 0; i < count; i++) {
        cJSON *item = out_object();
        add_letter(&letters[i], item);
        out_text(item, "state", states[letters[i].state]);
        add_remedy(&letters[i], item);
        out_append(list, item);
    }
    out_write(answer, out);
}

/* ---- choosing ---- */

static bool same(const char *wanted, const char *has)
{
    return !wanted || (has && strcmp(wanted, has) == 0);
}

static bool is_order(const struct letter *letter, const char *wanted)
{
    int64_t id = 0;
    if (!wanted || same(wanted, letter->name))
        return true;
    if (letter->name && letter->name[0] == '#' && strcmp(letter->name + 1, wanted) == 0)
        return true;
    return str_int64(wanted, 1, INT64_MAX, &id) && id == letter->order;
}

bool letter_fits(const struct letter *letter, const struct letter_filter *filter)
{
    return same(filter->reason, letter->reason) && is_order(letter, filter->order) &&
           (!filter->since_ms || letter->failed_ms >= filter->since_ms) &&
           (!filter->until_ms || letter->failed_ms < filter->until_ms);
}

static const char *redrive_refusal(const struct letter *letter,
                                   const struct letter_rules *rules, struct arena *arena)
{
    if (!letter->topic || (strcmp(letter->topic, TOPIC_ORDERS) != 0 &&
                           strcmp(letter->topic, TOPIC_RETRY) != 0))
        return "it names an order that no message could hold: there is nothing to send "
               "again; book it by hand";
    if (letter->left_out)
        return "it was too large for a letter: replay it from where it lies, see its "
               "topic, partition and offset";
    if (letter->state == LETTER_REDRIVEN && !rules->force)
        return "it was sent again already; force sends it once more";
    if (letter->redrives >= rules->redrives_max && !rules->force)
        return arena_printf(arena,
                            "it was refused again after %" PRId64
                            " redrives (DLQ_REDRIVES_MAX): find the cause first, or "
                            "force it",
                            letter->redrives);
    return NULL;
}

/* One that was sent again is done with: parked and taken back it would be open. */
static const char *park_refusal(const struct letter *letter)
{
    if (letter->state == LETTER_REDRIVEN)
        return "it was sent again already; if it was refused again, there is a new "
               "letter to park";
    return letter->state == LETTER_PARKED ? "it is parked already" : NULL;
}

const char *letter_refusal(const struct letter *letter, const struct letter_rules *rules,
                           struct arena *arena)
{
    switch (rules->action) {
    case LETTER_DO_REDRIVE:
        return redrive_refusal(letter, rules, arena);
    case LETTER_DO_PARK:
        return park_refusal(letter);
    case LETTER_DO_UNPARK:
        return letter->state == LETTER_PARKED ? NULL : "it is not parked";
    case LETTER_ACTION_COUNT:
        break;
    }
    return NULL;
}

void letter_outcome_write(const struct letter_outcome *outcome, struct buf *out)
{
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    cJSON *data = out_object_in(answer, "data");
    out_text(data, "action", actions[outcome->action].word);
    out_bool(data, "dry_run", outcome->dry_run);
    out_bool(data, "more", outcome->more);
    cJSON *done = out_array_in(data, "done");
    for (size_t i = 0; i < outcome->done_count; i++)
        out_append(done, cJSON_CreateString(outcome->done[i]));
    cJSON *refused = out_array_in(data, "refused");
    for (size_t i = 0; i < outcome->refused_count; i++) {
        cJSON *item = out_object();
        out_text(item, "id", outcome->refused[i].id);
        out_text(item, "why", outcome->refused[i].why);
        out_append(refused, item);
    }
    out_write(answer, out);
}
