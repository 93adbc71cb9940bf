/* fold_control: see fold_control.h. */
#include "core/fold_control.h"

#include "core/keys.h"
#include "core/letter.h"
#include "wire/messages.h"

#include <string.h>

static bool key_is(const struct fold_record *record, const char *key)
{
    return record->key && record->key_len == strlen(key) &&
           memcmp(record->key, key, record->key_len) == 0;
}

static bool key_starts(const struct fold_record *record, const char *prefix)
{
    size_t len = strlen(prefix);
    return record->key && record->key_len > len && memcmp(record->key, prefix, len) == 0;
}

/* A tombstone gives the settings of the environment their force again. */
static enum rc set_config(const struct fold_record *record, struct fold_out *out,
                          struct err *e)
{
    struct arena *arena = out->ops.arena;
    struct runtime_config config = {0};
    if (!record->value) {
        ops_set(&out->ops, FIELD_CONFIG, "");
        return RC_OK;
    }
    enum rc rc = config_decode(record->value, record->value_len, arena, &config, e);
    if (rc)
        return rc;
    ops_set(&out->ops, FIELD_CONFIG,
            arena_strndup(arena, record->value, record->value_len));
    return RC_OK;
}

static enum rc show_trigger(const struct fold_record *record, struct fold_out *out,
                            struct err *e)
{
    struct arena *arena = out->ops.arena;
    struct trigger trigger = {0};
    if (!record->value)
        return RC_OK;
    enum rc rc = trigger_decode(record->value, record->value_len, arena, &trigger, e);
    if (rc)
        return rc;
    const char *key = arena_printf(arena, "%s%s", KEY_TRIGGER, trigger.id);
    ops_command(&out->ops, "HSET", key, FIELD_REQUEST,
                arena_strndup(arena, record->value, record->value_len), NULL);
    ops_command(&out->ops, "EXPIRE", key, ops_number(arena, KEEP_TRIGGER_S), NULL);
    return RC_OK;
}

/* A mark that was taken away leaves the letter open. */
static enum rc mark_letter(const struct fold_record *record, struct fold_out *out,
                           struct err *e)
{
    struct arena *arena = out->ops.arena;
    struct letter_mark mark = {.state = letter_state_word(LETTER_OPEN)};
    enum letter_state state = LETTER_OPEN;
    size_t prefix = strlen(CONTROL_KEY_LETTER);
    const char *id = arena_strndup(arena, record->key + prefix, record->key_len - prefix);
    if (record->value) {
        enum rc rc =
            letter_mark_decode(record->value, record->value_len, arena, &mark, e);
        if (rc)
            return rc;
    }
    if (!letter_state_parse(mark.state, &state))
        return err_set(e, RC_REJECT, "control.fold", "state: \"%.40s\" is not known",
                       mark.state);
    ops_command(&out->ops, "MARK", KEY_LETTERS, id, letter_state_word(state), NULL);
    return RC_OK;
}

void fold_control_dismiss(const char *member, int64_t decided_ms, struct ops *ops)
{
    ops_command(ops, "DISMISS", KEY_OPEN, KEY_OPEN_DATA, member,
                ops_number(ops->arena, decided_ms), ops_number(ops->arena, KEEP_OPEN),
                NULL);
}

/* One that was taken away is as if it had never been; what it closed stays closed until
 * everything is counted again. */
static enum rc dismiss(const struct fold_record *record, struct fold_out *out,
                       struct err *e)
{
    struct arena *arena = out->ops.arena;
    struct dismissal dismissal = {0};
    size_t prefix = strlen(CONTROL_KEY_DISMISSAL);
    const char *member =
        arena_strndup(arena, record->key + prefix, record->key_len - prefix);
    if (!record->value) {
        ops_command(&out->ops, "ZREM", KEY_OPEN_SEEN, member, NULL);
        return RC_OK;
    }
    enum rc rc = dismissal_decode(record->value, record->value_len, arena, &dismissal, e);
    if (rc == RC_OK)
        fold_control_dismiss(member, dismissal.decided_ms, &out->ops);
    return rc;
}

enum rc fold_control_add(const struct fold_record *record, struct fold_out *out,
                         struct err *e)
{
    if (key_is(record, CONTROL_KEY_CONFIG))
        return set_config(record, out, e);
    if (key_starts(record, CONTROL_KEY_TRIGGER))
        return show_trigger(record, out, e);
    if (key_starts(record, CONTROL_KEY_LETTER))
        return mark_letter(record, out, e);
    if (key_starts(record, CONTROL_KEY_DISMISSAL))
        return dismiss(record, out, e);
    return RC_OK;
}
