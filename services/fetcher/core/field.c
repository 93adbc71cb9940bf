/* field: see field.h. */
#include "core/field.h"

#include "base/instant.h"
#include "base/money.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char too_large[] = "an amount is above 90071992547.0993";

struct field_reader field_reader(struct arena *arena, struct err *e)
{
    return (struct field_reader){.arena = arena, .e = e, .rc = RC_OK};
}

const char *field_text(struct field_reader *r, const struct json_at *at, const char *name)
{
    const char *text = NULL;
    struct json_at member = json_member(at, name);
    if (r->rc || (r->rc = json_text(&member, &text, r->e)))
        return NULL;
    return arena_strdup(r->arena, text);
}

const char *field_text_opt(struct field_reader *r, const struct json_at *at,
                           const char *name)
{
    const char *text = NULL;
    struct json_at member = json_member(at, name);
    if (r->rc || (r->rc = json_text_opt(&member, &text, r->e)))
        return NULL;
    return str_empty(text) ? NULL : arena_strdup(r->arena, text);
}

int64_t field_id(struct field_reader *r, const struct json_at *at, const char *name)
{
    int64_t id = 0;
    struct json_at member = json_member(at, name);
    if (r->rc || (r->rc = json_int(&member, 1, INT64_MAX, &id, r->e)))
        return 0;
    return id;
}

static bool parse_gid(const char *text, int64_t *id)
{
    char digits[24];
    size_t end = strcspn(text, "?");
    const char *slash = memrchr(text, '/', end);
    size_t len = slash ? (size_t)(text + end - slash) - 1 : 0;
    if (strncmp(text, "gid://shopify/", strlen("gid://shopify/")) != 0 || len == 0 ||
        len >= sizeof(digits))
        return false;
    memcpy(digits, slash + 1, len);
    digits[len] = '\0';
    return str_int64(digits, 1, INT64_MAX, id);
}

int64_t field_gid(struct field_reader *r, const struct json_at *at, const char *name)
{
    int64_t id = 0;
    struct json_at member = json_member(at, name);
    if (r->rc)
        return 0;
    if (!cJSON_IsString(member.value) || !parse_gid(member.value->valuestring, &id))
        r->rc = json_fail(&member, "an id such as gid://shopify/LineItem/1", r->e);
    return id;
}

int64_t field_gid_opt(struct field_reader *r, const struct json_at *at, const char *name)
{
    struct json_at member = json_member(at, name);
    return json_null(&member) ? 0 : field_gid(r, at, name);
}

int64_t field_int(struct field_reader *r, const struct json_at *at, const char *name)
{
    int64_t n = 0;
    struct json_at member = json_member(at, name);
    if (r->rc || (r->rc = json_int(&member, -JSON_INT_MAX, JSON_INT_MAX, &n, r->e)))
        return 0;
    return n;
}

bool field_bool(struct field_reader *r, const struct json_at *at, const char *name)
{
    bool flag = false;
    struct json_at member = json_member(at, name);
    if (r->rc || (r->rc = json_bool(&member, &flag, r->e)))
        return false;
    return flag;
}

int64_t field_time(struct field_reader *r, const struct json_at *at, const char *name)
{
    int64_t ms = 0;
    struct json_at member = json_member(at, name);
    if (r->rc || (r->rc = json_time(&member, &ms, r->e)))
        return 0;
    return ms;
}

int64_t field_time_opt(struct field_reader *r, const struct json_at *at, const char *name)
{
    struct json_at member = json_member(at, name);
    return json_null(&member) ? 0 : field_time(r, at, name);
}

/* A decimal number that money_parse refused is out of range, not malformed. */
static bool is_decimal(const char *text)
{
    text += *text == '-';
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    if (whole && *rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    return whole && *rest == '\0' && rest[-1] != '.';
}

int64_t field_amount(struct field_reader *r, const struct json_at *at, const char *name)
{
    int64_t amount_e4 = 0;
    struct json_at bag = json_member(at, name);
    struct json_at shop = json_member(&bag, "shopMoney");
    struct json_at amount = json_member(&shop, "amount");
    if (r->rc)
        return 0;
    enum rc rc = json_money(&amount, &amount_e4, r->e);
    if (rc == RC_OK)
        return amount_e4;
    if (cJSON_IsString(amount.value) && is_decimal(amount.value->valuestring))
        r->refused = too_large;
    else
        r->rc = rc;
    return 0;
}

int64_t field_amount_opt(struct field_reader *r, const struct json_at *at,
                         const char *name)
{
    struct json_at bag = json_member(at, name);
    return json_null(&bag) ? 0 : field_amount(r, at, name);
}

struct codec_texts field_texts(struct field_reader *r, const struct json_at *at,
                               const char *name)
{
    struct json_at items;
    size_t count = field_list(r, at, name, &items);
    const char **texts = arena_array(r->arena, count, sizeof(*texts));
    const cJSON *child = NULL;
    int i = 0;
    cJSON_ArrayForEach (child, items.value) {
        const struct json_at item = {.value = child, .parent = &items, .index = i};
        if (r->rc || (r->rc = json_text(&item, &texts[i], r->e)))
            return (struct codec_texts){0};
        texts[i] = arena_strdup(r->arena, texts[i]);
        i++;
    }
    return (struct codec_texts){.at = texts, .count = count};
}

const char *field_rate_opt(struct field_reader *r, const struct json_at *at,
                           const char *name)
{
    char text[40];
    struct json_at member = json_member(at, name);
    if (r->rc || json_null(&member))
        return NULL;
    if (!cJSON_IsNumber(member.value) || !(fabs(member.value->valuedouble) < 1e9)) {
        r->rc = json_fail(&member, "a rate such as 0.13", r->e);
        return NULL;
    }
    /* A rate is a Float to Shopify itself; nine decimals are its text again. */
    int len = snprintf(text, sizeof(text), "%.9f", member.value->valuedouble);
    while (len > 1 && text[len - 1] == '0' && text[len - 2] != '.')
        len--;
    if (len > 2 && text[len - 1] == '0')
        len -= 2;
    return arena_strndup(r->arena, text, (size_t)len);
}

size_t field_list(struct field_reader *r, const struct json_at *at, const char *name,
                  struct json_at *items)
{
    int count = 0;
    *items = json_member(at, name);
    if (r->rc == RC_OK)
        r->rc = json_array(items, &count, r->e);
    if (r->rc)
        *items = (struct json_at){0};
    return r->rc ? 0 : (size_t)count;
}

void field_sum(struct field_reader *r, int64_t *sum_e4, int64_t amount_e4)
{
    if (!money_add(sum_e4, amount_e4))
        r->refused = too_large;
}
