/* webhook: see webhook.h. */
#include "core/webhook.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/sign.h"
#include "base/str.h"

#include <string.h>
#include <strings.h>

static const char gid_prefix[] = "gid://shopify/Order/";
static const char topic_prefix[] = "orders/";

static const struct {
    int status;
    const char *word, *help;
} verdicts[WEBHOOK_COUNT] = {
#define VERDICT(id, status, word, help) [WEBHOOK_##id] = {status, word, help},
#include "core/webhook.def"
#undef VERDICT
};

int webhook_status(enum webhook_verdict verdict)
{
    return verdicts[verdict].status;
}

const char *webhook_word(enum webhook_verdict verdict)
{
    return verdicts[verdict].word;
}

const char *webhook_help(enum webhook_verdict verdict)
{
    return verdicts[verdict].help;
}

/* ---- the signature ---- */

/* The next of the secrets, without the blanks around it. False: there are no more. */
static bool next_secret(const char **rest, struct sign_key *out)
{
    *rest += strspn(*rest, ", ");
    size_t len = strcspn(*rest, ",");
    *out = (struct sign_key){.bytes = *rest, .len = len};
    *rest += len;
    while (out->len && out->bytes[out->len - 1] == ' ')
        out->len--;
    return out->len > 0;
}

/* Every secret is tried, so that the time tells nothing of which one fits. */
static bool is_signed(const struct webhook_rules *rules,
                      const struct webhook_request *request)
{
    bool fits = false;
    struct sign_key key;
    const char *rest = rules->secrets;
    if (!request->signature)
        return false;
    for (int i = 0; i < WEBHOOK_SECRETS_MAX && next_secret(&rest, &key); i++)
        fits |= sign_matches(&key, request->body, request->body_len, request->signature);
    return fits;
}

/* ---- the order ---- */

static bool read_id(const struct json_at *parent, const char *name, int64_t *out)
{
    struct err e = {0};
    struct json_at at = json_member(parent, name);
    return !json_null(&at) && json_int(&at, 1, JSON_INT_MAX, out, &e) == RC_OK;
}

static bool read_gid(const struct json_at *root, int64_t *out)
{
    struct err e = {0};
    const char *gid = NULL;
    struct json_at at = json_member(root, "admin_graphql_api_id");
    if (json_text_opt(&at, &gid, &e) || !gid ||
        strncmp(gid, gid_prefix, sizeof(gid_prefix) - 1) != 0)
        return false;
    return str_int64(gid + sizeof(gid_prefix) - 1, 1, INT64_MAX, out);
}

/* orders/edited tells of the edit, which names its order. */
static bool read_order(const struct webhook_request *request, int64_t *out)
{
    struct err e = {0};
    cJSON *body = NULL;
    if (json_parse(request->body, request->body_len, &body, &e))
        return false;
    struct json_at root = json_root(body);
    struct json_at edit = json_member(&root, "order_edit");
    bool found = read_gid(&root, out) || read_id(&edit, "order_id", out) ||
                 (json_null(&edit) && read_id(&root, "id", out));
    cJSON_Delete(body);
    return found;
}

/* ---- the request ---- */

enum {
    TEXT_MAX = 200, /* of a header that is passed on */
};

static bool is_plain(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x21 || (unsigned char)*p > 0x7e)
            return false;
    return strlen(text) <= TEXT_MAX;
}

/* A header that is odd is left out: it only helps. */
static const char *plain_or_none(const char *text)
{
    return text && text[0] && is_plain(text) ? text : NULL;
}

static int64_t time_or_none(const char *text)
{
    int64_t ms = 0;
    return text && instant_parse(text, &ms) ? ms : 0;
}

enum webhook_verdict webhook_judge(const struct webhook_rules *rules,
                                   const struct webhook_request *request,
                                   struct doorbell *out)
{
    int64_t order = 0;
    if (strcmp(request->path, "/webhooks") != 0)
        return WEBHOOK_NO_PATH;
    if (strcmp(request->method, "POST") != 0)
        return WEBHOOK_METHOD;
    if (!is_signed(rules, request))
        return WEBHOOK_SIGNATURE;
    if (!request->shop || strcasecmp(request->shop, rules->shop) != 0)
        return WEBHOOK_SHOP;
    if (!request->topic || !is_plain(request->topic) ||
        strncmp(request->topic, topic_prefix, sizeof(topic_prefix) - 1) != 0)
        return WEBHOOK_TOPIC;
    if (!read_order(request, &order))
        return WEBHOOK_ORDER;
    *out = (struct doorbell){
        .version = MESSAGE_VERSION,
        .shop = rules->shop,
        .order = order,
        .topic = request->topic,
        .event_id = plain_or_none(request->event_id),
        .webhook_id = plain_or_none(request->webhook_id),
        .triggered_ms = time_or_none(request->triggered_at),
    };
    return WEBHOOK_ADMITTED;
}

/* ---- events that came before ---- */

struct webhook_event webhook_event_of(const struct doorbell *doorbell)
{
    struct digest digest;
    struct webhook_event event = {0};
    const char *id = doorbell->event_id ? doorbell->event_id : doorbell->webhook_id;
    if (!id)
        return event;
    digest_init(&digest);
    digest_add_text(&digest, id);
    digest_add_text(&digest, doorbell->topic);
    digest_add_int(&digest, doorbell->order);
    digest_end(&digest, event.digest);
    return event;
}

bool webhook_known(const struct webhook_memory *memory, const struct webhook_event *event)
{
    for (size_t i = 0; event->digest[0] && i < WEBHOOK_MEMORY; i++)
        if (memcmp(memory->at[i].digest, event->digest, DIGEST_TEXT_MAX) == 0)
            return true;
    return false;
}

void webhook_remember(struct webhook_memory *memory, const struct webhook_event *event)
{
    if (event->digest[0])
        memory->at[memory->next++ % WEBHOOK_MEMORY] = *event;
}

/* ---- a limit of so many a second ---- */

struct webhook_rate webhook_rate_of(int64_t per_s, int64_t burst, int64_t now_ms)
{
    return (struct webhook_rate){
        .per_s = per_s, .burst = burst, .left_e3 = burst * 1000, .at_ms = now_ms};
}

bool webhook_rate_take(struct webhook_rate *rate, int64_t now_ms)
{
    int64_t elapsed_ms = now_ms > rate->at_ms ? now_ms - rate->at_ms : 0;
    int64_t most_ms = rate->burst * 1000 / rate->per_s + 1;
    rate->at_ms = now_ms;
    rate->left_e3 += (elapsed_ms < most_ms ? elapsed_ms : most_ms) * rate->per_s;
    if (rate->left_e3 > rate->burst * 1000)
        rate->left_e3 = rate->burst * 1000;
    if (rate->left_e3 < 1000)
        return false;
    rate->left_e3 -= 1000;
    return true;
}
