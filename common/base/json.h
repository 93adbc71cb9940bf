/* json: cJSON with typed getters whose errors name the path.
 *
 * A struct json_at is a cursor: a value and the way that led to it. Getters never fail
 * silently: a missing or wrongly typed member gives RC_REJECT and a text such as
 * "data.orders.nodes[3].id: expected text, found number". Everything is borrowed from
 * the cJSON tree, which the caller frees.
 */
#ifndef TB_JSON_H
#define TB_JSON_H

#include "base/buf.h"
#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of JSON are doubles; integers are exact up to here (2^53 - 1). */
#define JSON_INT_MAX INT64_C(9007199254740991)

struct json_at {
    const cJSON *value;           /* NULL when absent */
    const struct json_at *parent; /* NULL for the root */
    const char *name;             /* member name, NULL for an element of an array */
    int index;
};

/* Parses exactly one JSON value: RC_REJECT when the bytes are not UTF-8, not JSON, or
 * something follows. The escape of a NUL character is read as U+FFFD: C text can't hold
 * it. *out is the caller's, to be freed by cJSON_Delete. */
enum rc json_parse(const char *bytes, size_t len, cJSON **out,
                   struct err *e) TB_MUST_CHECK;

struct json_at json_root(const cJSON *value);
struct json_at json_member(const struct json_at *at,
                           const char *name); /* may be absent */
struct json_at json_element(const struct json_at *at, int index);

/* Absent and null alike: true. */
bool json_null(const struct json_at *at);

enum rc json_text(const struct json_at *at, const char **out,
                  struct err *e) TB_MUST_CHECK;
/* As json_text, but absent or null gives NULL. */
enum rc json_text_opt(const struct json_at *at, const char **out,
                      struct err *e) TB_MUST_CHECK;
enum rc json_bool(const struct json_at *at, bool *out, struct err *e) TB_MUST_CHECK;
/* A JSON number without fraction, or decimal text, within [min, max]. */
enum rc json_int(const struct json_at *at, int64_t min, int64_t max, int64_t *out,
                 struct err *e) TB_MUST_CHECK;
/* Decimal text -> ten-thousandths (money.h). A JSON number is refused: it is a double. */
enum rc json_money(const struct json_at *at, int64_t *out_e4,
                   struct err *e) TB_MUST_CHECK;
/* Text -> milliseconds (instant.h). */
enum rc json_time(const struct json_at *at, int64_t *out_ms, struct err *e) TB_MUST_CHECK;
enum rc json_array(const struct json_at *at, int *count, struct err *e) TB_MUST_CHECK;
enum rc json_object(const struct json_at *at, struct err *e) TB_MUST_CHECK;

/* RC_REJECT with "path: expected WHAT, found ...". */
enum rc json_fail(const struct json_at *at, const char *expected, struct err *e);

/* Prints the tree without blanks and appends it. */
void json_print(const cJSON *value, struct buf *out);

#endif
