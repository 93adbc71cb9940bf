/* grant: see grant.h. */
#include "core/grant.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char set_them[] =
    "set SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET of an app "
    "that is installed in this shop";

static void add_encoded(const char *text, struct buf *out)
{
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("-._~", *text))
            buf_add(out, text, 1);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

void grant_form(const char *client_id, const char *client_secret, struct buf *out)
{
    buf_text(out, "grant_type=client_credentials&client_id=");
    add_encoded(client_id, out);
    buf_text(out, "&client_secret=");
    add_encoded(client_secret, out);
}

static enum rc read_body(const struct reply_http *http, struct grant *out, struct err *e)
{
    const char *token = NULL;
    int64_t seconds = 0;
    cJSON *tree = NULL;
    enum rc rc = json_parse(http->body, http->len, &tree, e);
    if (rc)
        return rc;
    struct json_at root = json_root(tree);
    struct json_at token_at = json_member(&root, "access_token");
    struct json_at expires = json_member(&root, "expires_in");
    rc = json_text(&token_at, &token, NULL);
    if (rc == RC_OK && (!token[0] || strlen(token) >= sizeof(out->token) ||
                        strspn(token, " \t\r\n") || strpbrk(token, "\r\n")))
        rc = RC_REJECT;
    if (rc)
        err_set(e, rc, "grant.read", "access_token is no token");
    else
        rc = json_int(&expires, 1, INT32_MAX, &seconds, e);
    if (rc == RC_OK) {
        snprintf(out->token, sizeof(out->token), "%s", token);
        out->lasts_ms = seconds * 1000;
    }
    cJSON_Delete(tree);
    return rc;
}

static void refuse(struct reply *reply, enum reply_kind kind, const char *text)
{
    reply->kind = kind;
    reply->remedy = kind == REPLY_PERSON ? set_them : "";
    snprintf(reply->text, sizeof(reply->text), "%s", text);
}

void grant_read(const struct reply_http *http, struct reply *reply, struct grant *out)
{
    struct err e = {0};
    if (http->status == 200) {
        *reply = (struct reply){.wait_ms = -1, .remedy = ""};
        if (read_body(http, out, &e))
            refuse(reply, REPLY_RETRY, "the answer to the token request is none");
        return;
    }
    reply_read(http, reply);
    if (http->status == 400 || http->status == 401 || http->status == 403)
        refuse(reply, REPLY_PERSON, "Shopify refuses client id and secret");
}
