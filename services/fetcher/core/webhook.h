/* webhook: whether a request is a webhook of our shop about an order, and which. Pure.
 *
 * Only the body is signed. So the headers decide nothing but what is refused, and the
 * doorbell says no more than "read this order again".
 */
#ifndef TB_FETCHER_WEBHOOK_H
#define TB_FETCHER_WEBHOOK_H

#include "base/digest.h"
#include "wire/messages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum webhook_verdict {
#define VERDICT(id, status, word, help) WEBHOOK_##id,
#include "core/webhook.def"
#undef VERDICT
    WEBHOOK_COUNT,
};

int webhook_status(enum webhook_verdict verdict);       /* of HTTP */
const char *webhook_word(enum webhook_verdict verdict); /* for logs */
const char *webhook_help(enum webhook_verdict verdict); /* one line */

enum {
    WEBHOOK_SECRETS_MAX = 4, /* one, and the others while it is rotated */
    WEBHOOK_BODY_MAX = 256 * 1024,
    WEBHOOK_MEMORY = 4096, /* events remembered */
};

struct webhook_rules {
    const char *shop;
    const char *secrets; /* with commas between; blanks around them do not count */
};

/* Headers are NULL when absent. */
struct webhook_request {
    const char *method, *path;
    const char *topic, *signature, *shop, *event_id, *webhook_id, *triggered_at;
    const char *body;
    size_t body_len;
};

/* WEBHOOK_ADMITTED: *out is the doorbell, received_ms left to the caller; its texts are
 * borrowed from the request and the rules. */
enum webhook_verdict webhook_judge(const struct webhook_rules *rules,
                                   const struct webhook_request *request,
                                   struct doorbell *out);

/* ---- events that came before ---- */

/* What tells an event: its id, the topic and the order, since one action in the shop may
 * be about several orders. "" when the request has no id: it is never taken for repeated.
 */
struct webhook_event {
    char digest[DIGEST_TEXT_MAX];
};
struct webhook_event webhook_event_of(const struct doorbell *doorbell);

struct webhook_memory { /* zeroed: nothing was met */
    struct webhook_event at[WEBHOOK_MEMORY];
    size_t next;
};
bool webhook_known(const struct webhook_memory *memory,
                   const struct webhook_event *event);
void webhook_remember(struct webhook_memory *memory, const struct webhook_event *event);

/* ---- a limit of so many a second ---- */

struct webhook_rate { /* left full: burst of both */
    int64_t per_s, burst;
    int64_t left_e3; /* thousandths */
    int64_t at_ms;   /* monotonic */
};
struct webhook_rate webhook_rate_of(int64_t per_s, int64_t burst, int64_t now_ms);
/* Takes one; false: there is none left. */
bool webhook_rate_take(struct webhook_rate *rate, int64_t now_ms);

#endif
