/* messages: tables and range checks of all messages but the snapshot; see messages.h. */
#include "wire/messages.h"

#include "wire/backfill.h"
#include "wire/snapshot.h"

#include <inttypes.h>

#define X(kind, member, flags, json, help) \
    CODEC_FIELD(TYPE, CODEC_##kind, member, CODEC_##flags, json, help),
#define N(kind, member, flags, json, of, help) \
    CODEC_NESTED(TYPE, CODEC_##kind, member, CODEC_##flags, json, of, help),
#define TYPE result_diff
static const struct codec_field diff_fields[] = {
#define DIFF_FIELDS
#include "wire/messages.def"
#undef DIFF_FIELDS
};
#undef TYPE
static const struct codec diff_codec = CODEC_TABLE(
    result_diff, diff_fields, "difference", "one column that a dry run would change");

#define TYPE result
static const struct codec_field result_fields[] = {
#define RESULT_FIELDS
#include "wire/messages.def"
#undef RESULT_FIELDS
};
#undef TYPE
const struct codec result_codec =
    CODEC_TABLE(result, result_fields, "result event",
                "What became of one message of shopify.orders: the value in rms.results");

#define TYPE poll_record
static const struct codec_field poll_fields[] = {
#define POLL_FIELDS
#include "wire/messages.def"
#undef POLL_FIELDS
};
#undef TYPE
const struct codec poll_codec =
    CODEC_TABLE(poll_record, poll_fields, "poll record",
                "A poll's start, progress or end, with the watermark: the value in "
                "tillbridge.polls (key: the shop)");

#define TYPE doorbell
static const struct codec_field doorbell_fields[] = {
#define DOORBELL_FIELDS
#include "wire/messages.def"
#undef DOORBELL_FIELDS
};
#undef TYPE
const struct codec doorbell_codec =
    CODEC_TABLE(doorbell, doorbell_fields, "doorbell",
                "A webhook that was verified, an order to be read: the value in "
                "shopify.webhooks");

#define TYPE trigger
static const struct codec_field trigger_fields[] = {
#define TRIGGER_FIELDS
#include "wire/messages.def"
#undef TRIGGER_FIELDS
};
#undef TYPE
const struct codec trigger_codec = CODEC_TABLE(
    trigger, trigger_fields, "trigger",
    "A poll asked for by hand: the value in tillbridge.control under trigger/<id>");

#define TYPE runtime_config
static const struct codec_field config_fields[] = {
#define CONFIG_FIELDS
#include "wire/messages.def"
#undef CONFIG_FIELDS
};
#undef TYPE
const struct codec config_codec = CODEC_TABLE(
    runtime_config, config_fields, "runtime configuration",
    "Polling settings set at run time: the value in tillbridge.control under config");

#define TYPE letter_mark
static const struct codec_field letter_mark_fields[] = {
#define LETTER_MARK_FIELDS
#include "wire/messages.def"
#undef LETTER_MARK_FIELDS
};
#undef TYPE
const struct codec letter_mark_codec =
    CODEC_TABLE(letter_mark, letter_mark_fields, "letter mark",
                "What was done with a dead letter: the value in tillbridge.control under "
                "letter/<partition>-<offset>");

#define TYPE dismissal
static const struct codec_field dismissal_fields[] = {
#define DISMISSAL_FIELDS
#include "wire/messages.def"
#undef DISMISSAL_FIELDS
};
#undef TYPE
const struct codec dismissal_codec =
    CODEC_TABLE(dismissal, dismissal_fields, "dismissal",
                "That a person has seen to an order: the value in tillbridge.control "
                "under dismissal/<shop>/<order id>, or under "
                "dismissal/message/<topic>/<partition>/<offset> where a message names no "
                "order");

const struct codec *const messages_all[] = {&snapshot_codec,
                                            &result_codec,
                                            &poll_codec,
                                            &doorbell_codec,
                                            &trigger_codec,
                                            &config_codec,
                                            &backfill_codec,
                                            &progress_codec,
                                            &letter_mark_codec,
                                            &dismissal_codec,
                                            NULL};

static enum rc decode(const struct codec *codec, const char *bytes, size_t len,
                      struct arena *arena, void *out, struct err *e)
{
    if (len > MESSAGE_MAX_BYTES)
        return err_set(e, RC_REJECT, "message.decode", "%s of %zu bytes: 4194304 at most",
                       codec->name, len);
    return codec_decode(codec, bytes, len, arena, out, e);
}

static enum rc check_version(const char *what, int64_t version, struct err *e)
{
    if (version == MESSAGE_VERSION)
        return RC_OK;
    return err_set(e, RC_REJECT, "message.decode",
                   "%s with v %" PRId64 ", expected 1: written by another release?", what,
                   version);
}

enum rc result_decode(const char *bytes, size_t len, struct arena *arena,
                      struct result *out, struct err *e)
{
    enum rc rc = decode(&result_codec, bytes, len, arena, out, e);
    return rc ? rc : check_version("result", out->version, e);
}

enum rc poll_decode(const char *bytes, size_t len, struct arena *arena,
                    struct poll_record *out, struct err *e)
{
    enum rc rc = decode(&poll_codec, bytes, len, arena, out, e);
    return rc ? rc : check_version("poll record", out->version, e);
}

enum rc doorbell_decode(const char *bytes, size_t len, struct arena *arena,
                        struct doorbell *out, struct err *e)
{
    enum rc rc = decode(&doorbell_codec, bytes, len, arena, out, e);
    return rc ? rc : check_version("doorbell", out->version, e);
}

enum rc trigger_decode(const char *bytes, size_t len, struct arena *arena,
                       struct trigger *out, struct err *e)
{
    enum rc rc = decode(&trigger_codec, bytes, len, arena, out, e);
    if (rc == RC_OK)
        rc = check_version("trigger", out->version, e);
    return rc ? rc : trigger_check(out, e);
}

enum rc letter_mark_decode(const char *bytes, size_t len, struct arena *arena,
                           struct letter_mark *out, struct err *e)
{
    enum rc rc = decode(&letter_mark_codec, bytes, len, arena, out, e);
    return rc ? rc : check_version("letter mark", out->version, e);
}

enum rc dismissal_decode(const char *bytes, size_t len, struct arena *arena,
                         struct dismissal *out, struct err *e)
{
    enum rc rc = decode(&dismissal_codec, bytes, len, arena, out, e);
    return rc ? rc : check_version("dismissal", out->version, e);
}

enum rc config_decode(const char *bytes, size_t len, struct arena *arena,
                      struct runtime_config *out, struct err *e)
{
    enum rc rc = decode(&config_codec, bytes, len, arena, out, e);
    if (rc == RC_OK)
        rc = check_version("configuration", out->version, e);
    return rc ? rc : config_check(out, e);
}

static enum rc in_range(const char *name, int64_t value, int64_t max, struct err *e)
{
    if (value >= 1 && value <= max)
        return RC_OK;
    return err_set(e, RC_REJECT, "message.check",
                   "%s: %" PRId64 " is not from 1 to %" PRId64, name, value, max);
}

static enum rc in_range_or_unset(const char *name, int64_t value, int64_t max,
                                 struct err *e)
{
    return value == 0 ? RC_OK : in_range(name, value, max, e);
}

enum rc trigger_check(const struct trigger *trigger, struct err *e)
{
    enum rc rc =
        in_range_or_unset("lookback_minutes", trigger->lookback_minutes, 1440, e);
    if (rc == RC_OK)
        rc = in_range_or_unset("batch_size", trigger->batch_size, 250, e);
    return rc ? rc : in_range_or_unset("max_pages", trigger->max_pages, 50, e);
}

enum rc config_check(const struct runtime_config *config, struct err *e)
{
    enum rc rc = in_range("interval_minutes", config->interval_minutes, 1440, e);
    if (rc == RC_OK)
        rc = in_range("lookback_minutes", config->lookback_minutes, 1440, e);
    if (rc == RC_OK)
        rc = in_range("batch_size", config->batch_size, 250, e);
    return rc ? rc : in_range("max_pages", config->max_pages, 50, e);
}
