/* fold_poll: see fold_poll.h. */
#include "core/fold_poll.h"

#include "base/str.h"
#include "core/kept.h"
#include "core/keys.h"
#include "core/status.h"
#include "core/tally.h"
#include "wire/backfill.h"
#include "wire/messages.h"

#include <string.h>

/* Whole counts, as all of a record's: it does not matter which records of the compacted
 * topic are left. Deep passes are of the source "poll", too. */
static void set_published_by(const struct poll_record *poll, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    const int64_t others =
        poll->published_trigger + poll->published_webhook + poll->published_backfill;
    const struct {
        enum tally_source source;
        int64_t orders;
    } rows[] = {{TALLY_SOURCE_POLL, poll->published_total - others},
                {TALLY_SOURCE_TRIGGER, poll->published_trigger},
                {TALLY_SOURCE_WEBHOOK, poll->published_webhook},
                {TALLY_SOURCE_BACKFILL, poll->published_backfill}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ops_set(&out->ops,
                arena_printf(arena, "%s%s|%s", FIELD_PUBLISHED_BY,
                             tally_source_word(rows[i].source), poll->shop),
                ops_number(arena, rows[i].orders));
}

static void set_published(const struct poll_record *poll, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    ops_set(&out->ops, arena_printf(arena, "%s%s", FIELD_PUBLISHED, poll->shop),
            ops_number(arena, poll->published_total));
    ops_set(&out->ops, arena_printf(arena, "%s%s", FIELD_DRY, poll->shop),
            ops_number(arena, poll->dry_run_total));
    set_published_by(poll, out);
}

static void show_ended(const struct poll_record *poll, const char *value,
                       struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    ops_command(&out->ops, "HSET", KEY_POLLS_ENDED, poll->shop, value, NULL);
    ops_command(&out->ops, "LPUSH", KEY_POLLS, value, NULL);
    ops_command(&out->ops, "LTRIM", KEY_POLLS, "0", ops_number(arena, KEEP_POLLS - 1),
                NULL);
    if (poll->orders > 0 || poll->trigger_id || poll->error)
        ops_command(&out->ops, "EVENT", KEY_EVENTS, KEY_EVENT_SEQ, value,
                    ops_number(arena, KEEP_EVENTS), NULL);
}

static void show_trigger(const struct poll_record *poll, struct fold_out *out)
{
    struct arena *arena = out->ops.arena;
    const char *key = arena_printf(arena, "%s%s", KEY_TRIGGER, poll->trigger_id);
    ops_command(&out->ops, "HSET", key,
                arena_printf(arena, "%s%s", FIELD_BY_SHOP, poll->shop), poll->poll_id,
                NULL);
    ops_command(&out->ops, "EXPIRE", key, ops_number(arena, KEEP_TRIGGER_S), NULL);
}

/* The progress of a backfill, <shop>/backfill/<id>, is for those who asked for it. */
static bool is_progress(const struct fold_record *record)
{
    size_t len = strlen(KEY_BACKFILL);
    const char *slash = record->key ? memchr(record->key, '/', record->key_len) : NULL;
    size_t left = slash ? record->key_len - (size_t)(slash + 1 - record->key) : 0;
    return left > len && memcmp(slash + 1, KEY_BACKFILL, len) == 0;
}

enum rc fold_poll_add(const struct fold_record *record, struct fold_out *out,
                      struct err *e)
{
    struct arena *arena = out->ops.arena;
    struct poll_record poll = {0};
    enum status_poll state = STATUS_POLL_STARTED;
    if (!record->value || is_progress(record))
        return RC_OK;
    enum rc rc = poll_decode(record->value, record->value_len, arena, &poll, e);
    if (rc)
        return rc;
    if (!status_poll_parse(poll.state, &state))
        return err_set(e, RC_REJECT, "poll.fold", "state: \"%.40s\" is not known",
                       poll.state);
    const char *value = kept_value(&poll_codec, &poll, record, arena);
    const char *key = arena_printf(arena, "%s%s", KEY_POLL, poll.poll_id);
    set_published(&poll, out);
    if (strcmp(poll.kind, POLL_KIND_BACKFILL) == 0)
        return RC_OK; /* hundreds of slices would push the polls out of every list */
    if (strcmp(poll.kind, POLL_KIND_WEBHOOK) == 0 && !poll.error)
        return RC_OK; /* as many; each order shows by its result */
    ops_command(&out->ops, "HSET", KEY_POLLS_LATEST, poll.shop, value, NULL);
    if (strcmp(poll.kind, "timer") == 0)
        ops_command(&out->ops, "HSET", KEY_POLLS_TIMER, poll.shop, value, NULL);
    ops_command(&out->ops, "HSET", key, FIELD_POLL, value, NULL);
    ops_command(&out->ops, "EXPIRE", key, ops_number(arena, KEEP_POLL_S), NULL);
    if (!str_empty(poll.trigger_id))
        show_trigger(&poll, out);
    if (status_poll_ended(state))
        show_ended(&poll, value, out);
    return RC_OK;
}
