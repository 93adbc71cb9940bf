/* fold_letter: see fold_letter.h. The letter itself stays in its topic; kept is what a
 * list shows and what decides whether it may be sent again. */
#include "core/fold_letter.h"

#include "base/instant.h"
#include "base/json.h"
#include "core/keys.h"
#include "core/letter.h"
#include "wire/messages.h"
#include "wire/snapshot.h"

#include <string.h>

enum {
    NAME_FROM_BYTES = 1024 * 1024, /* a longer value is not parsed for the order's name */
};

static const char *header(const struct fold_record *record, const char *name)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp(record->headers[i].name, name) == 0)
            return record->headers[i].value;
    return NULL;
}

/* The order's name, when the value is at all what it should be. */
static const char *name_of(const struct fold_record *record, struct arena *arena)
{
    cJSON *tree = NULL;
    const char *name = NULL;
    if (!record->value || record->value_len > NAME_FROM_BYTES ||
        json_parse(record->value, record->value_len, &tree, NULL))
        return NULL;
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "name"));
    if (text)
        name = arena_strdup(arena, text);
    cJSON_Delete(tree);
    return name;
}

enum rc fold_letter_add(const struct fold_in *in, const struct fold_record *record,
                        struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    const char *failed_at = header(record, HEADER_DLQ_FAILED_AT);
    struct letter letter = {
        .id = letter_id(in->partition, record->offset, arena),
        .name = name_of(record, arena),
        .reason = header(record, HEADER_DLQ_REASON),
        .detail = header(record, HEADER_DLQ_DETAIL),
        .topic = header(record, HEADER_DLQ_TOPIC),
        .source_partition = header(record, HEADER_DLQ_PARTITION),
        .source_offset = header(record, HEADER_DLQ_OFFSET),
        .worker = header(record, HEADER_DLQ_WORKER),
        .left_out = header(record, HEADER_DLQ_LEFT_OUT) != NULL,
        .redrives = letter_redrives(header(record, HEADER_DLQ_REDRIVES)),
        .bytes = (int64_t)record->value_len,
    };
    if (!record->key || !snapshot_key_parse(record->key, record->key_len, arena,
                                            &letter.shop, &letter.order))
        letter.shop = NULL;
    if (!failed_at || !instant_parse(failed_at, &letter.failed_ms))
        letter.failed_ms = record->timestamp_ms;
    ops_command(&out->ops, "LETTER", KEY_LETTERS, letter.id,
                ops_number(arena, letter.failed_ms), letter_write(&letter, arena),
                ops_number(arena, KEEP_LETTERS), NULL);
    return RC_OK;
}
