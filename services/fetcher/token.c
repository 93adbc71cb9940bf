/* token: see token.h. */
#include "token.h"

#include "core/grant.h"
#include "io/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_MAX = 600,
    ANSWER_MAX_BYTES = 64 * 1024,
    EARLY_MS = 5 * 60 * 1000, /* renewed so long before the end, or at half its life */
};

struct token {
    const struct cfg *cfg;
    bool granted;     /* by client credentials, not static */
    int64_t renew_ms; /* monotonic; 0 = there is none */
    char header[HEADER_MAX];
};

static const char header_name[] = "X-Shopify-Access-Token: ";

struct token *token_new(const struct cfg *cfg)
{
    struct token *token = calloc(1, sizeof(*token));
    if (!token)
        abort(); /* out of memory: as in arena.h */
    token->cfg = cfg;
    token->granted = !cfg->shopify_access_token[0];
    if (!token->granted)
        snprintf(token->header, sizeof(token->header), "%s%s", header_name,
                 cfg->shopify_access_token);
    return token;
}

void token_free(struct token *token)
{
    if (!token)
        return;
    explicit_bzero(token, sizeof(*token));
    free(token);
}

static void ask(const struct token *token, struct web *web, struct reply *reply,
                struct grant *grant)
{
    static const char *const headers[] = {
        "Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
        NULL};
    struct buf url;
    struct buf form;
    struct err e = {0};
    struct web_response response = {0};
    buf_init(&url, 4096);
    buf_init(&form, 8192);
    if (token->cfg->shopify_api_url[0])
        buf_printf(&url, "%s/admin/oauth/access_token", token->cfg->shopify_api_url);
    else
        buf_printf(&url, "https://%s/admin/oauth/access_token", token->cfg->shopify_shop);
    grant_form(token->cfg->shopify_client_id, token->cfg->shopify_client_secret, &form);
    const struct web_request request = {.method = "POST",
                                        .url = buf_str(&url),
                                        .headers = headers,
                                        .body = buf_str(&form),
                                        .body_len = form.len,
                                        .timeout_ms = token->cfg->shopify_timeout_ms,
                                        .max_bytes = ANSWER_MAX_BYTES};
    if (web_send(web, &request, &response, &e)) {
        reply_lost(e.text, reply);
    } else {
        const struct reply_http http = {.status = response.status,
                                        .body = buf_str(&response.body),
                                        .len = response.body.len,
                                        .retry_after_ms = response.retry_after_ms};
        grant_read(&http, reply, grant);
    }
    if (response.body.data)
        explicit_bzero(response.body.data, response.body.len);
    web_response_done(&response);
    explicit_bzero(form.data, form.len);
    buf_done(&form);
    buf_done(&url);
}

bool token_header(struct token *token, struct web *web, int64_t monotonic_ms,
                  const char **header, struct reply *reply)
{
    *header = token->header;
    if (!token->granted || (token->renew_ms && monotonic_ms < token->renew_ms))
        return true;
    struct grant grant = {0};
    ask(token, web, reply, &grant);
    if (reply->kind == REPLY_OK) {
        int64_t early_ms =
            grant.lasts_ms > 2 * (int64_t)EARLY_MS ? EARLY_MS : grant.lasts_ms / 2;
        token->renew_ms = monotonic_ms + grant.lasts_ms - early_ms;
        snprintf(token->header, sizeof(token->header), "%s%s", header_name, grant.token);
        log_info("token.granted", KV("lasts_ms", grant.lasts_ms));
    }
    explicit_bzero(&grant, sizeof(grant));
    return reply->kind == REPLY_OK;
}

bool token_refused(struct token *token)
{
    token->renew_ms = 0;
    return token->granted;
}
