/* field: typed reading of a Shopify object's members with one error for all of them.
 *
 * A reader stays failed once it failed, so that a list of fields is read flat and checked
 * once at the end. Text is copied into the arena. Functions return 0, NULL or false after
 * a failure.
 */
#ifndef TB_FETCHER_FIELD_H
#define TB_FETCHER_FIELD_H

#include "base/arena.h"
#include "base/json.h"
#include "wire/codec.h"

struct field_reader {
    struct arena *arena;
    struct err *e;
    enum rc rc;          /* RC_REJECT: the answer has not the shape it should have */
    const char *refused; /* well-formed, but more than a snapshot holds; or NULL */
};

struct field_reader field_reader(struct arena *arena, struct err *e);

const char *field_text(struct field_reader *r, const struct json_at *at,
                       const char *name);
/* Absent, null and "" alike give NULL. */
const char *field_text_opt(struct field_reader *r, const struct json_at *at,
                           const char *name);
/* A number above 0, as decimal text or JSON number. */
int64_t field_id(struct field_reader *r, const struct json_at *at, const char *name);
/* The number of "gid://shopify/Type/123" or "gid://shopify/Type/123?x=y". Absent or
 * null gives 0. */
int64_t field_gid_opt(struct field_reader *r, const struct json_at *at, const char *name);
/* As field_gid_opt, but it must be there. */
int64_t field_gid(struct field_reader *r, const struct json_at *at, const char *name);
int64_t field_int(struct field_reader *r, const struct json_at *at, const char *name);
bool field_bool(struct field_reader *r, const struct json_at *at, const char *name);
int64_t field_time(struct field_reader *r, const struct json_at *at, const char *name);
int64_t field_time_opt(struct field_reader *r, const struct json_at *at,
                       const char *name);
/* <name>.shopMoney.amount in ten-thousandths. An amount that is a decimal number but out
 * of range sets r->refused. */
int64_t field_amount(struct field_reader *r, const struct json_at *at, const char *name);
int64_t field_amount_opt(struct field_reader *r, const struct json_at *at,
                         const char *name);
struct codec_texts field_texts(struct field_reader *r, const struct json_at *at,
                               const char *name);
/* A rate such as 0.13 (a JSON number, absent or null) as decimal text; NULL = none. */
const char *field_rate_opt(struct field_reader *r, const struct json_at *at,
                           const char *name);
/* Elements of the array <name>; *items is the array. 0 after a failure. */
size_t field_list(struct field_reader *r, const struct json_at *at, const char *name,
                  struct json_at *items);
/* sum += amount; out of range sets r->refused. */
void field_sum(struct field_reader *r, int64_t *sum_e4, int64_t amount_e4);

#endif
