/* docgen_messages: docs/messages.md from the tables of the messages, topics, outcomes. */
#include "docgen.h"

#include "wire/messages.h"
#include "wire/outcome.h"
#include "wire/snapshot.h"

#include <stdio.h>
#include <string.h>

static const char introduction[] =
    "# Messages\n\n"
    "<!-- Made by `tillbridge-docs messages` from common/wire/*.def and "
    "services/tillctl/core/topics.def:\n     change them there. -->\n\n"
    "Everything that passes between the services of tillbridge passes through Kafka, as "
    "JSON text with text\nkeys: Kafka's own console tools can read, filter and replay "
    "it. "
    "[design.md](design.md) says why each\ntopic is as it is; the JSON Schemas (2020-12) "
    "are in [schemas/](schemas).\n\n"
    "## Rules for all messages\n\n"
    "* Keys are `<shop>/<order id>`, the shop's domain, `config` or `trigger/<id>`. The "
    "partitioner is\n  `murmur2_random`, the Java clients' default, so that a message "
    "produced again by other tools lands on\n  the partition of its order.\n"
    "* `v` is the version of the shape. A reader refuses versions it does not know and "
    "ignores members it\n  does not know, so a new optional member needs no new "
    "version.\n"
    "* Amounts are decimal text with at most four decimals, within ±90,071,992,547.0993, "
    "never JSON numbers:\n  those are floating-point. Ids are decimal text for the same "
    "reason; a whole JSON number is accepted too.\n"
    "* Times are ISO 8601 text, written in UTC with at most milliseconds; on reading an "
    "offset is accepted.\n"
    "* What holds nothing is left out: absent text, `false`, empty lists, and amounts of "
    "0 where the table\n  says so. `null` is read as absent. Of a member given twice the "
    "last counts.\n"
    "* What is not such a message is refused whole, with the path of the fault "
    "(`lines[3].quantity: expected\n  a whole number, found text \"x\"`), and goes to "
    "`" TOPIC_DLQ "`.\n";

static const struct {
    const char *name, *value, *kept;
} topics[] = {
#define DELETE  "days"
#define COMPACT "the last of each key"
#define TOPIC(name, partitions, cleanup, days, max_kib, limit, help) \
    {name, help, #days " " cleanup},
#include "tillctl/core/topics.def"
#undef TOPIC
};

struct header {
    const char *name, *help;
};

static const struct header order_headers[] = {
    {HEADER_POLL_ID, "the poll that read the order"},
    {HEADER_SOURCE,
     "`poll`, `trigger`, `webhook`, `backfill`; absent: `" SOURCE_REPLAY "`"},
    {HEADER_DRY_RUN, "`true`: go the whole way and roll back"},
    {HEADER_FORCE,
     "`true`: look at it even if a newer version was decided on, and compare "
     "the rows even if the content was applied before; `rows`: the latter only, "
     "as comparisons and their repairs do"},
};

static const struct header retry_headers[] = {
    {HEADER_ATTEMPT, "times it was put aside, from 1"},
    {HEADER_RETRY_NOT_BEFORE,
     "when it is tried again, ISO 8601; at the latest after `RETRY_MAX_S`"},
    {HEADER_RETRY_REASON, "a reason of the list below: `locked`"},
    {HEADER_RETRY_DETAIL, "one line for people"},
    {HEADER_RETRY_TOPIC "`, `" HEADER_RETRY_PARTITION "`, `" HEADER_RETRY_OFFSET
                        "`, `" HEADER_RETRY_TIMESTAMP,
     "where the message stood first, and its Kafka timestamp: its result tells of that "
     "place"},
};

static const struct header dlq_headers[] = {
    {HEADER_DLQ_TOPIC, "topic the message stood in"},
    {HEADER_DLQ_PARTITION, "its partition"},
    {HEADER_DLQ_OFFSET, "its offset"},
    {HEADER_DLQ_TIMESTAMP, "its Kafka timestamp, ISO 8601"},
    {HEADER_DLQ_REASON, "a reason of the list below"},
    {HEADER_DLQ_DETAIL, "one line for people: what, where, remedy"},
    {HEADER_DLQ_FAILED_AT, "when it was refused"},
    {HEADER_DLQ_WORKER, "the process that refused it"},
    {HEADER_DLQ_LEFT_OUT, "present when key or value was too large for a dead letter"},
    {HEADER_DLQ_REDRIVES, "how often it was redriven before"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A bar would end the cell, a < begin a tag. */
static void add_cell(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++)
        buf_printf(out, *p == '|' || *p == '<' ? "\\%c" : "%c", *p);
}

static void add_topics(struct buf *out)
{
    buf_text(out, "\n## Topics\n\n| Topic | What is in it | Kept |\n|---|---|---|\n");
    for (size_t i = 0; i < COUNT(topics); i++) {
        bool by_key = strstr(topics[i].kept, COMPACT) != NULL;
        buf_printf(out, "| `%s` | %s | %s |\n", topics[i].name, topics[i].value,
                   by_key ? COMPACT : topics[i].kept);
    }
    buf_text(out, "\n`tillctl topics create` makes them; nothing else does.\n");
}

static void add_headers(struct buf *out, const char *title, const struct header *headers,
                        size_t count)
{
    buf_printf(out, "\n%s\n\n| Header | Value |\n|---|---|\n", title);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "| `%s` | %s |\n", headers[i].name, headers[i].help);
}

/* ---- one message ---- */

static void add_type(struct buf *out, const struct codec_field *field)
{
    switch (field->kind) {
    case CODEC_TEXT:
        buf_text(out, "text");
        break;
    case CODEC_ID:
        buf_text(out, "id");
        break;
    case CODEC_INT:
        buf_text(out, "whole number");
        break;
    case CODEC_TIME:
        buf_text(out, "time");
        break;
    case CODEC_MONEY:
        buf_text(out, "amount");
        break;
    case CODEC_BOOL:
        buf_text(out, "true or false");
        break;
    case CODEC_TEXTS:
        buf_text(out, "list of text");
        break;
    case CODEC_OBJECT:
        buf_text(out, field->of->name);
        break;
    case CODEC_LIST:
        buf_printf(out, "list of %s", field->of->name);
        break;
    }
}

static void add_fields(struct buf *out, const struct codec *codec)
{
    buf_text(out, "\n| Field | Type | Written | Meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec_field *field = &codec->fields[i];
        bool number = field->kind == CODEC_INT || field->kind == CODEC_MONEY;
        bool always = field->flags & CODEC_REQUIRED;
        bool zero_too = number && !(field->flags & CODEC_SPARSE);
        buf_printf(out, "| `%s` | ", field->name);
        add_type(out, field);
        buf_printf(out, " | %s | ",
                   always     ? "always"
                   : zero_too ? "always; may be absent"
                              : "if any");
        add_cell(out, field->help);
        buf_text(out, " |\n");
    }
}

enum {
    PARTS_MAX = 32,
};

/* Nested structs, each once, in the order met. */
struct parts {
    const struct codec *at[PARTS_MAX];
    size_t count;
};

static void collect(const struct codec *codec, struct parts *parts)
{
    for (size_t i = 0; i < codec->count; i++) {
        const struct codec *of = codec->fields[i].of;
        bool known = !of || parts->count == PARTS_MAX;
        for (size_t j = 0; j < parts->count; j++)
            known = known || parts->at[j] == of;
        if (known)
            continue;
        parts->at[parts->count++] = of;
        collect(of, parts);
    }
}

static void add_message(struct buf *out, const struct codec *codec)
{
    struct parts parts = {.count = 0};
    char file[64];
    buf_printf(out, "\n## %c%s\n\n%s. Schema: [schemas/%s.json](schemas/%s.json).\n",
               codec->name[0] - 'a' + 'A', codec->name + 1, codec->help,
               docgen_schema_name(codec, file), file);
    add_fields(out, codec);
    collect(codec, &parts);
    for (size_t i = 0; i < parts.count; i++) {
        buf_printf(out, "\n### %s: %s\n", parts.at[i]->name, parts.at[i]->help);
        add_fields(out, parts.at[i]);
    }
}

/* ---- outcomes ---- */

void docgen_outcomes(struct buf *out)
{
    buf_text(out, "| Action | Meaning |\n|---|---|\n");
    for (int i = 0; i < ACTION_COUNT; i++)
        buf_printf(out, "| `%s` | %s |\n", action_word((enum action)i),
                   action_help((enum action)i));
    buf_text(out, "\n| Reason | Meaning | What to do |\n|---|---|---|\n");
    for (int i = 0; i < REASON_COUNT; i++) {
        enum reason reason = (enum reason)i;
        if (reason == REASON_NONE)
            continue;
        const char *remedy = reason_remedy(reason);
        buf_printf(out, "| `%s` | %s | %s |\n", reason_word(reason), reason_help(reason),
                   remedy[0] ? remedy : "nothing");
    }
}

const char *docgen_schema_name(const struct codec *codec, char out[64])
{
    snprintf(out, 64, "%s", codec->name);
    for (char *p = out; *p; p++)
        if (*p == ' ')
            *p = '-';
    return out;
}

void docgen_messages(struct buf *out)
{
    buf_text(out, introduction);
    add_topics(out);
    buf_text(out,
             "\n## Headers\n\nHeaders only add to a message and may all be absent. "
             "Their values hold no comma, tab or line end, so that\nthe console tools "
             "copy them as they are.\n");
    add_headers(out, "On `" TOPIC_ORDERS "` and `" TOPIC_RETRY "`:", order_headers,
                COUNT(order_headers));
    add_headers(out,
                "Added on `" TOPIC_RETRY
                "`, beside the message's own. A message there has the partition number "
                "of the one\nit is for; without these headers it is taken as a replay:",
                retry_headers, COUNT(retry_headers));
    add_headers(out, "Added on `" TOPIC_DLQ "`, beside the message's own:", dlq_headers,
                COUNT(dlq_headers));
    for (size_t i = 0; messages_all[i]; i++)
        add_message(out, messages_all[i]);
    buf_text(out, "\n## Actions and reasons\n\nWhat can become of an order, and why: the "
                  "fields `action` and `reason` of a result, and the reasons\nof dead "
                  "letters.\n\n");
    docgen_outcomes(out);
}
