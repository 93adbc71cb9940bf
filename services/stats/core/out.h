/* out: JSON of the answers, in the forms of the order-polling interface: counts as
 * numbers, times as 2025-01-23T15:30:00+00:00, absent ones as null.
 *
 * Objects are cJSON trees; out_write prints one and frees it. Out of memory ends the
 * process, as in arena.h.
 */
#ifndef TB_STATS_OUT_H
#define TB_STATS_OUT_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    OUT_MAX = 8 * 1024 * 1024, /* bytes of an answer */
};

cJSON *out_object(void);
cJSON *out_array(void);
/* A new object or array as a member; the member is borrowed from its parent. */
cJSON *out_object_in(cJSON *parent, const char *name);
cJSON *out_array_in(cJSON *parent, const char *name);
/* Hands an object over to an array. */
void out_append(cJSON *array, cJSON *item);

void out_text(cJSON *object, const char *name, const char *text);     /* NULL: null */
void out_text_opt(cJSON *object, const char *name, const char *text); /* NULL: left out */
void out_number(cJSON *object, const char *name, int64_t value);
void out_bool(cJSON *object, const char *name, bool value);
void out_time(cJSON *object, const char *name, int64_t at_ms); /* 0: null */
void out_id(cJSON *object, const char *name, int64_t id);      /* 0: null; text */
/* A number in hundredths: 9864 -> 98.64, 10000 -> 100.0. */
void out_hundredths(cJSON *object, const char *name, int64_t value_e2);

/* Prints and frees. */
void out_write(cJSON *object, struct buf *out);
/* The same for people, and a newline. */
void out_write_indented(cJSON *object, struct buf *out);

#endif
