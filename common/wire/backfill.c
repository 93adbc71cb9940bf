/* backfill: tables and checks of a backfill's messages; see backfill.h. */
#include "wire/backfill.h"

#include "wire/messages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define X(kind, member, flags, json, help) \
    CODEC_FIELD(TYPE, CODEC_##kind, member, CODEC_##flags, json, help),
#define TYPE backfill
static const struct codec_field backfill_fields[] = {
#define BACKFILL_FIELDS
#include "wire/backfill.def"
#undef BACKFILL_FIELDS
};
#undef TYPE
const struct codec backfill_codec = CODEC_TABLE(
    backfill, backfill_fields, "backfill request",
    "A historic window asked for: the value in tillbridge.control under backfill/<id>");

#define TYPE progress
static const struct codec_field progress_fields[] = {
#define PROGRESS_FIELDS
#include "wire/backfill.def"
#undef PROGRESS_FIELDS
};
#undef TYPE
const struct codec progress_codec = CODEC_TABLE(
    progress, progress_fields, "backfill progress",
    "How far a backfill got: the value in tillbridge.polls under <shop>/backfill/<id>");

static enum rc decode(const struct codec *codec, const char *bytes, size_t len,
                      struct arena *arena, void *out, struct err *e)
{
    if (len > MESSAGE_MAX_BYTES)
        return err_set(e, RC_REJECT, "backfill.decode",
                       "%s of %zu bytes: 4194304 at most", codec->name, len);
    return codec_decode(codec, bytes, len, arena, out, e);
}

static enum rc check_version(const char *what, int64_t version, struct err *e)
{
    if (version == MESSAGE_VERSION)
        return RC_OK;
    return err_set(e, RC_REJECT, "backfill.decode",
                   "%s with v %" PRId64 ", expected 1: written by another release?", what,
                   version);
}

static bool is_order_id(const char *text)
{
    size_t len = strlen(text);
    return text[0] >= '1' && text[0] <= '9' && len <= 18 &&
           strspn(text, "0123456789") == len;
}

static enum rc check_orders(const struct backfill *backfill, struct err *e)
{
    for (size_t i = 0; i < backfill->orders.count; i++)
        if (!is_order_id(backfill->orders.at[i]))
            return err_set(e, RC_REJECT, "backfill.check",
                           "orders: \"%.40s\" is no order id", backfill->orders.at[i]);
    return RC_OK;
}

static enum rc check_window(const struct backfill *backfill, struct err *e)
{
    const char *by = backfill->by ? backfill->by : BACKFILL_BY_UPDATED;
    if (!backfill->from_ms || !backfill->to_ms || backfill->from_ms >= backfill->to_ms)
        return err_set(e, RC_REJECT, "backfill.check",
                       "from and to must be given, from before to");
    if (strcmp(by, BACKFILL_BY_UPDATED) != 0 && strcmp(by, BACKFILL_BY_CREATED) != 0)
        return err_set(e, RC_REJECT, "backfill.check",
                       "by: \"%.40s\" is not updated or created", by);
    return RC_OK;
}

enum rc backfill_check(const struct backfill *backfill, struct err *e)
{
    size_t len = strlen(backfill->id);
    if (!len || len >= BACKFILL_ID_MAX || strpbrk(backfill->id, ",\t\r\n"))
        return err_set(e, RC_REJECT, "backfill.check",
                       "id is not 1 to 127 bytes without comma, tab and line end");
    if (backfill->cancel)
        return RC_OK;
    return backfill->orders.count ? check_orders(backfill, e) : check_window(backfill, e);
}

enum rc backfill_decode(const char *bytes, size_t len, struct arena *arena,
                        struct backfill *out, struct err *e)
{
    enum rc rc = decode(&backfill_codec, bytes, len, arena, out, e);
    if (rc == RC_OK)
        rc = check_version("backfill request", out->version, e);
    return rc ? rc : backfill_check(out, e);
}

enum rc progress_decode(const char *bytes, size_t len, struct arena *arena,
                        struct progress *out, struct err *e)
{
    enum rc rc = decode(&progress_codec, bytes, len, arena, out, e);
    return rc ? rc : check_version("backfill progress", out->version, e);
}

bool progress_ended(const struct progress *progress)
{
    return strcmp(progress->state, PROGRESS_RUNNING) != 0;
}
