/* codec: structs <-> JSON objects, driven by one table per struct.
 *
 * The table (made from a .def file) is the only place where a field's JSON name, kind
 * and meaning are written; reading, writing, the JSON Schemas and docs/messages.md come
 * from it. Fields that hold nothing (NULL, 0 for ids and times, false, empty lists) are
 * not written; amounts and numbers are written even when 0 unless CODEC_SPARSE. Unknown
 * members are ignored on reading; of a member given twice the last counts; a list may
 * hold CODEC_MAX_ITEMS.
 */
#ifndef TB_CODEC_H
#define TB_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Far above any limit of a message. Memory is taken for a whole list at once, so it
     * must not follow from the number of commas alone. */
    CODEC_MAX_ITEMS = 20000,
};

enum codec_kind {
    CODEC_TEXT,   /* const char *; NULL when absent */
    CODEC_ID,     /* int64_t > 0; decimal text in JSON, since JSON numbers are doubles */
    CODEC_INT,    /* int64_t; JSON number within +-2^53 */
    CODEC_TIME,   /* int64_t milliseconds UTC; ISO 8601 text */
    CODEC_MONEY,  /* int64_t ten-thousandths; decimal text */
    CODEC_BOOL,   /* bool */
    CODEC_TEXTS,  /* struct codec_texts; array of text */
    CODEC_OBJECT, /* pointer to a struct described by `of`; NULL when absent */
    CODEC_LIST,   /* struct codec_list of structs described by `of` */
};

enum codec_flag {
    CODEC_OPTIONAL = 0,
    CODEC_REQUIRED = 1, /* reading fails without it; always written */
    CODEC_SPARSE = 2,   /* not written when 0 */
};

struct codec_texts {
    const char **at;
    size_t count;
};

struct codec_list {
    void *at; /* array of structs; cast by the accessor of the message's header */
    size_t count;
};

struct codec_field {
    const char *name;
    enum codec_kind kind;
    unsigned flags;
    size_t offset;
    const struct codec *of; /* OBJECT and LIST */
    const char *help;
};

struct codec {
    const char *name; /* "order snapshot" */
    const char *help;
    size_t size; /* of the struct */
    const struct codec_field *fields;
    size_t count;
};

/* Reads exactly one JSON object into *out (zeroed first). Text is copied into the arena.
 * RC_REJECT: not UTF-8, not JSON, a required member missing, a wrong type or range; the
 * error names the path. *out is only meaningful on RC_OK. */
enum rc codec_decode(const struct codec *codec, const char *bytes, size_t len,
                     struct arena *arena, void *out, struct err *e) TB_MUST_CHECK;

/* Appends the object as one line of JSON. Whether it fitted: !out->full. */
void codec_encode(const struct codec *codec, const void *in, struct buf *out);

/* Feeds the content to a digest: equal for what codec_encode would write alike. */
void codec_digest(const struct codec *codec, const void *in, struct digest *digest);

/* The JSON Schema (2020-12) of the object, appended. */
void codec_schema(const struct codec *codec, struct buf *out);

/* One row of a table: X(kind, member, flags, "jsonName", "help"); lists and objects take
 * the other struct's codec. */
#define CODEC_FIELD(type, kind_, member, flags_, json_, help_)   \
    {                                                            \
        .name = (json_), .kind = (kind_), .flags = (flags_),     \
        .offset = offsetof(struct type, member), .help = (help_) \
    }
#define CODEC_NESTED(type, kind_, member, flags_, json_, of_, help_)          \
    {                                                                         \
        .name = (json_), .kind = (kind_), .flags = (flags_),                  \
        .offset = offsetof(struct type, member), .of = (of_), .help = (help_) \
    }

/* The struct codec over an array of rows. */
#define CODEC_TABLE(type, rows, title, text)                                            \
    {                                                                                   \
        .name = (title), .help = (text), .size = sizeof(struct type), .fields = (rows), \
        .count = sizeof(rows) / sizeof((rows)[0])                                       \
    }

#endif
